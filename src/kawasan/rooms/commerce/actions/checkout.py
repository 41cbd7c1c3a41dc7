"""Checkout: wanted lines become one order for each seller, paid together, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import Refusal
from kawasan.core.idempotency import IdempotencyKeyReused
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.platform.fields import decrypted
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.cart import held_of
from kawasan.rooms.commerce.actions.limits import ensure_limits
from kawasan.rooms.commerce.actions.voucher_uses import ensure_uses
from kawasan.rooms.commerce.engine.taking import earlier as earlier_drafts
from kawasan.rooms.commerce.facts import OrderPaid, OrderPlaced
from kawasan.rooms.commerce.queries import carts
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.queries.offers import offers
from kawasan.rooms.commerce.queries.voucher_terms import terms_of_code
from kawasan.rooms.commerce.rules import checkout as deciding
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.rules.checkout import Draft, DraftLine, DraftOrder
from kawasan.rooms.commerce.rules.vouchers import grant_discount, plain_code
from kawasan.rooms.commerce.types.order_refusals import GroupIdReused
from kawasan.rooms.commerce.types.orders import Method, OrderGroup, ShipTo, Step, Wanted
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

ATTEMPTS_MAX = 3  # a hold may run out, or an account be missing, between reading and posting

Cart = Mapping[UUID, models.CartLine]  # what the cart holds of the wanted variants


@requires_transaction
def place_orders(
    *,
    actor: Actor,
    group_id: UUID,
    lines: Sequence[Wanted],
    method: Method,
    ship_to: ShipTo,
    at: datetime,
    from_cart: bool = False,
    key: str | None = None,
    voucher: str = "",
) -> OrderGroup:
    """
    Order at one or many sellers at once: one order for each, one payment for all, all of it or nothing.

    From the wallet, units and money move in one ledger entry and the orders are paid. By QRIS, units are held for
    PAYMENT_LIFETIME and the group's payment waits to be paid. ``from_cart`` uses what the cart holds and takes these
    lines out of it. ``voucher`` is the code of a discount. Repeating a group id with the same content returns the first
    answer; so does repeating a ``key`` (an Idempotency-Key), whether the intake or this function placed the order
    first. Raises Unauthenticated, NothingToOrder, TooManyLines, BadQuantity, SameVariantTwice, IncompleteAddress,
    UnknownVariant, NotForSale, OwnProduct, PriceChanged, SoldOut, CampaignUnitsShort, CampaignLimitReached,
    WalletTooLow, GroupIdReused, IdempotencyKeyReused, VoucherUnknown, VoucherNotNow, VoucherElsewhere, VoucherMinimum,
    VoucherUsedUp, VoucherLimitReached, and of payments NoProvider and what it says to an amount.
    """
    buyer = actor.need_person()
    rules.check_wanted(lines)
    ship_to = rules.checked_ship_to(ship_to)
    voucher = plain_code(voucher)
    digest = deciding.digest(buyer, lines, method, ship_to, voucher)
    entry_id = deciding.entry_id(buyer, key) if key else group_id
    if earlier := _earlier(group_id, digest) or (key and _placed_under(entry_id, digest)):
        return earlier
    held = carts.held_by(buyer, at=at) if from_cart else {}
    offered = offers([line.variant_id for line in lines], at=at, held=held)
    deciding.check_lines(actor, lines, offered)
    if method is Method.QRIS:
        payments.active_provider()  # before anything is taken that could not be paid
    draft = deciding.fill(Draft(group_id, buyer, method, ship_to, digest, at), lines, offered)
    if voucher:
        grant_discount(draft, terms_of_code(voucher))
    if not _insert_group(draft):
        return _earlier(group_id, digest) or _reused()
    wanted = {line.variant_id for line in lines} if from_cart else set()
    cart = {line.variant_id: line for line in carts.lock_lines(buyer) if line.variant_id in wanted} if wanted else {}
    _move(draft, entry_id, cart)
    _insert_orders(draft, cart)
    if method is Method.QRIS:
        _request_payment(draft)
    _announce(draft)
    return deciding.as_placed(draft)


def _earlier(group_id: UUID, digest: bytes) -> OrderGroup | None:
    row = models.OrderGroup.objects.filter(pk=group_id).first()
    if row is None:
        return None
    if bytes(row.content_hash) != digest:
        raise GroupIdReused
    return queries.as_group(row, repeated=True)


def _placed_under(entry_id: UUID, digest: bytes) -> OrderGroup | None:
    with connection.cursor():  # makes sure that the search path of the present zone is set
        cursor = psycopg.Cursor(connection.connection)
    first = earlier_drafts(cursor, [entry_id], decrypted).get(entry_id)
    if first is not None and first.digest != digest:
        raise IdempotencyKeyReused
    return None if first is None else deciding.as_placed(first, repeated=True)


def _reused() -> OrderGroup:
    raise GroupIdReused  # it is somebody else's, so this reader cannot even see it


_INSERT_GROUP = """
insert into commerce_order_group (id, buyer_id, method, total_minor, content_hash, placed_at)
values (%s, %s, %s, %s, %s, %s) on conflict (id) do nothing
"""


def _insert_group(draft: Draft) -> bool:
    """Insert the group; False where its id is taken (by a request of the same moment, or by somebody else)."""
    values: list[Any] = [
        draft.group_id,
        draft.buyer_id,
        draft.method.value,
        draft.total_minor,
        draft.digest,
        draft.at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_GROUP, values)
        return bool(cursor.rowcount == 1)


def _move(draft: Draft, entry_id: UUID, cart: Cart) -> None:
    """Take units (and, from the wallet, money) in one entry. Raises what a refusal of it means."""
    at = draft.at
    for _ in range(ATTEMPTS_MAX):
        over = [held for line in cart.values() if not carts.is_held(line, at) and (held := held_of(line))]
        parts = deciding.transfers_of(draft, lambda draft, line: _units(draft, line, cart.get(line.offer.variant_id)))
        entry = ledger.Entry(entry_id, at, parts)
        answer = ledger.post_many([*(end for held in over for end in transfers.expiries(held, at)), entry])[-1]
        if isinstance(answer, ledger.Applied):
            return
        _mend(draft, cart, parts, answer)
    raise ledger.LedgerBusy


def _units(draft: Draft, line: DraftLine, cart: models.CartLine | None) -> list[ledger.NewTransfer]:
    """Take what the cart holds; where it holds nothing or other units, give those back and take what the line costs."""
    held = held_of(cart) if cart is not None and carts.is_held(cart, draft.at) else None
    if cart is None or held is None:
        return deciding.line_transfers(draft, line)
    units = deciding.line_units(draft, line)
    is_same = (cart.quantity, held.campaign_offer_id) == (units.quantity, units.campaign_offer_id)
    if draft.method is Method.WALLET and is_same:
        return transfers.sale_of_hold(held, order_id=line.order_id)
    freed = transfers.void(held)
    if held.campaign_offer_id is not None and line.offer.running is None:
        # Their campaign is over: what was held goes to the stock, from where this line is sold.
        freed.append(transfers.from_campaign(held.campaign_offer_id, replace(units, quantity=cart.quantity)))
    return [*freed, *deciding.line_transfers(draft, line)]


def _mend(draft: Draft, cart: Cart, parts: Sequence[ledger.NewTransfer], answer: ledger.Refused) -> None:
    """Prepare another attempt where the refusal can be mended; raise what the buyer should read where it cannot."""
    if isinstance(answer.refusal, (ledger.PendingExpired, ledger.PendingAlreadyResolved)):
        for line in cart.values():  # the sweep was faster: sell from the stock
            line.hold_id = line.held_until = None
        return
    if isinstance(answer.refusal, ledger.EntryIdReused):
        raise ledger.LedgerBusy  # the intake placed it in this very moment: the repeat gets its answer
    refusal: Refusal | None = deciding.meaning_of(draft, parts, answer)
    if refusal is not None:
        raise refusal
    ensure_limits([deciding.line_units(draft, line) for line in draft.lines], at=draft.at)
    ensure_uses([draft], at=draft.at)
    payments.ensure_wallet(person_id=draft.buyer_id)
    for order in draft.orders:
        payments.ensure_business_accounts(business_id=order.business_id)


def _insert_orders(draft: Draft, cart: Cart) -> None:
    steps = [Step.PLACED, Step.PAID] if draft.method is Method.WALLET else [Step.PLACED]
    for order, number in zip(draft.orders, queries.draw_numbers(len(draft.orders)), strict=True):
        order.number = rules.order_number(at=draft.at, count=number)
    rows = [_order_row(draft, order) for order in draft.orders]
    models.Order.objects.bulk_create(rows)
    models.OrderLine.objects.bulk_create(
        _line_row(draft, line, position) for order in draft.orders for position, line in enumerate(order.lines)
    )
    models.OrderEvent.objects.bulk_create([event(row, step, at=draft.at) for row in rows for step in steps])
    if cart:
        models.CartLine.objects.filter(pk__in=[line.pk for line in cart.values()]).delete()


def _order_row(draft: Draft, order: DraftOrder) -> models.Order:
    is_paid = draft.method is Method.WALLET
    return models.Order(
        id=order.id,
        number=order.number,
        group_id=draft.group_id,
        business_id=order.business_id,
        buyer_id=draft.buyer_id,
        method=draft.method.value,
        total_minor=order.total_minor,
        **voucher_columns(draft, order),
        placed_at=draft.at,
        paid_at=draft.at if is_paid else None,
        pay_until=None if is_paid else draft.at + rules.PAYMENT_LIFETIME,
        ship_name=draft.ship_to.name,
        ship_phone=draft.ship_to.phone,
        ship_address=draft.ship_to.address,
    )


def voucher_columns(draft: Draft, order: DraftOrder) -> dict[str, Any]:
    """Return what an order's row says of its voucher."""
    if draft.voucher is None or not order.discount_minor:
        return {}
    return {
        "voucher_id": draft.voucher.id,
        "voucher_code": draft.voucher.code,
        "discount_minor": order.discount_minor,
        "is_discount_paid": draft.voucher.is_paid_by_zone,
    }


def _line_row(draft: Draft, line: DraftLine, position: int) -> models.OrderLine:
    offer = line.offer
    return models.OrderLine(
        id=line.id,
        order_id=line.order_id,
        business_id=offer.business_id,
        buyer_id=draft.buyer_id,
        variant_id=offer.variant_id,
        product_id=offer.product_id,
        product_name=offer.product_name,
        variant_name=offer.variant_name,
        unit_price_minor=offer.unit_price_minor,
        quantity=line.quantity,
        discount_minor=line.discount_minor,
        hold_id=line.hold_id,
        campaign_offer_id=offer.campaign.offer_id if offer.campaign else None,
        position=position,
    )


def event(
    row: models.Order, step: Step, *, at: datetime, note: str = "", amount_minor: int | None = None
) -> models.OrderEvent:
    """Return a line of an order's timeline, to be inserted."""
    return models.OrderEvent(
        id=ids.uuid7(),
        order_id=row.pk,
        business_id=row.business_id,
        buyer_id=row.buyer_id,
        step=step.value,
        note=note,
        amount_minor=amount_minor,
        at=at,
    )


def _request_payment(draft: Draft) -> None:
    payments.request_payment(
        payment_id=draft.group_id,
        payer_id=draft.buyer_id,
        splits=[
            payments.Split(amount_minor=order.total_minor, business_id=order.business_id, order_id=order.id)
            for order in draft.orders
        ],
        holds=deciding.holds_of(draft),
        expires_at=draft.at + rules.PAYMENT_LIFETIME,
        at=draft.at,
    )


def _announce(draft: Draft) -> None:
    for order in draft.orders:
        parties = {"business_id": order.business_id, "buyer_id": draft.buyer_id}
        placed = OrderPlaced(order_id=order.id, group_id=draft.group_id, total_minor=order.total_minor, **parties)
        announce(placed, at=draft.at)
        if draft.method is Method.WALLET:
            announce(OrderPaid(order_id=order.id, total_minor=order.total_minor, **parties), at=draft.at)


def announce_paid(row: models.Order, *, at: datetime) -> None:
    """Tell whoever listens that the money of an order is in escrow."""
    paid = OrderPaid(order_id=row.pk, business_id=row.business_id, buyer_id=row.buyer_id, total_minor=row.total_minor)
    announce(paid, at=at)
