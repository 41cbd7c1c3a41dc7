"""Checkout: wanted lines become one order for each seller, paid together, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import Refusal
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions import transfers
from kawasan.rooms.commerce.actions.cart import check_offer, is_held
from kawasan.rooms.commerce.facts import OrderPaid, OrderPlaced
from kawasan.rooms.commerce.queries import carts
from kawasan.rooms.commerce.queries import orders as queries
from kawasan.rooms.commerce.queries.accounts import unit_account
from kawasan.rooms.commerce.queries.offers import Offer, offers
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.commerce.types.order_refusals import GroupIdReused, SameVariantTwice, SoldOut, WalletTooLow
from kawasan.rooms.commerce.types.orders import Method, Order, OrderGroup, ShipTo, Step, Wanted
from kawasan.rooms.commerce.types.refusals import UnknownVariant
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

ATTEMPTS_MAX = 3  # a hold may run out, or an account be missing, between reading and posting


@dataclass(slots=True)
class _Line:
    """A wanted line with its offer, and the row it becomes."""

    wanted: Wanted
    offer: Offer
    row: models.OrderLine


@dataclass(slots=True)
class _Part:
    """What one seller is asked for."""

    row: models.Order
    lines: list[_Line] = field(default_factory=list)


@dataclass(slots=True)
class _Checkout:
    """Everything of one checkout on its way into the ledger and the tables."""

    group: models.OrderGroup
    parts: list[_Part]
    cart: dict[UUID, models.CartLine]

    @property
    def lines(self) -> list[_Line]:
        return [line for part in self.parts for line in part.lines]


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
) -> OrderGroup:
    """
    Order at one or many sellers at once: one order for each, one payment for all, all of it or nothing.

    From the wallet, units and money move in one ledger entry and the orders are paid. By QRIS, units are held for
    PAYMENT_LIFETIME and the group's payment waits to be paid. ``from_cart`` uses what the cart holds and takes these
    lines out of it. Repeating a group id with the same content returns the first answer. Raises Unauthenticated,
    NothingToOrder, TooManyLines, BadQuantity, SameVariantTwice, IncompleteAddress, UnknownVariant, NotForSale,
    OwnProduct, PriceChanged, SoldOut, WalletTooLow, GroupIdReused, and what payments says to an amount.
    """
    buyer = actor.need_person()
    rules.check_wanted(lines)
    ship_to = rules.checked_ship_to(ship_to)
    digest = _digest(buyer, lines, method, ship_to)
    if earlier := _earlier(group_id, digest):
        return earlier
    offered = _checked_offers(actor, lines, at)
    checkout = _drafted(group_id, digest, buyer, lines, offered, method, ship_to, at)
    if not _insert_group(checkout.group):
        return _earlier(group_id, digest) or _reused()
    if from_cart:
        wanted = {line.variant_id for line in lines}
        checkout.cart = {line.variant_id: line for line in carts.lock_lines(buyer) if line.variant_id in wanted}
    _move(checkout, at)
    _insert_orders(checkout, at)
    if method is Method.QRIS:
        _request_payment(checkout, at)
    _announce(checkout, at)
    return _placed(checkout)


def _digest(buyer: UUID, lines: Sequence[Wanted], method: Method, ship_to: ShipTo) -> bytes:
    parts = [str(buyer), method.value, ship_to.name, ship_to.phone, ship_to.address]
    parts += sorted(f"{line.variant_id} {line.quantity} {line.unit_price_minor}" for line in lines)
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def _earlier(group_id: UUID, digest: bytes) -> OrderGroup | None:
    row = models.OrderGroup.objects.filter(pk=group_id).first()
    if row is None:
        return None
    if bytes(row.content_hash) != digest:
        raise GroupIdReused
    return queries.as_group(row, repeated=True)


def _reused() -> OrderGroup:
    raise GroupIdReused  # it is somebody else's, so this reader cannot even see it


def _checked_offers(actor: Actor, lines: Sequence[Wanted], at: datetime) -> dict[UUID, Offer]:
    offered = offers([line.variant_id for line in lines], at=at)
    seen: set[UUID] = set()
    for line in lines:
        offer = offered.get(line.variant_id)
        if offer is None:
            raise UnknownVariant(field="variant_id")
        check_offer(actor, offer)
        if line.variant_id in seen:
            raise SameVariantTwice(product=offer.name)
        seen.add(line.variant_id)
        rules.check_price(product=offer.name, seen_minor=line.unit_price_minor, now_minor=offer.unit_price_minor)
    return offered


def _drafted(
    group_id: UUID,
    digest: bytes,
    buyer: UUID,
    lines: Sequence[Wanted],
    offered: Mapping[UUID, Offer],
    method: Method,
    ship_to: ShipTo,
    at: datetime,
) -> _Checkout:
    group = models.OrderGroup(
        id=group_id, buyer_id=buyer, method=method.value, total_minor=0, content_hash=digest, placed_at=at
    )
    parts: dict[UUID, _Part] = {}
    for wanted in lines:
        offer = offered[wanted.variant_id]
        part = parts.get(offer.business_id)
        if part is None:
            part = parts[offer.business_id] = _Part(_order_row(group, offer.business_id, method, ship_to, at))
        row = _line_row(part, offer, wanted)
        part.lines.append(_Line(wanted, offer, row))
        part.row.total_minor += row.unit_price_minor * row.quantity
        group.total_minor += row.unit_price_minor * row.quantity
    return _Checkout(group, list(parts.values()), {})


def _order_row(
    group: models.OrderGroup, business_id: UUID, method: Method, ship_to: ShipTo, at: datetime
) -> models.Order:
    is_paid = method is Method.WALLET
    return models.Order(
        id=ids.uuid7(),
        group_id=group.pk,
        business_id=business_id,
        buyer_id=group.buyer_id,
        method=method.value,
        total_minor=0,
        placed_at=at,
        paid_at=at if is_paid else None,
        pay_until=None if is_paid else at + rules.PAYMENT_LIFETIME,
        ship_name=ship_to.name,
        ship_phone=ship_to.phone,
        ship_address=ship_to.address,
    )


def _line_row(part: _Part, offer: Offer, wanted: Wanted) -> models.OrderLine:
    return models.OrderLine(
        id=ids.uuid7(),
        order_id=part.row.pk,
        business_id=offer.business_id,
        buyer_id=part.row.buyer_id,
        variant_id=offer.variant_id,
        product_id=offer.product_id,
        product_name=offer.product_name,
        variant_name=offer.variant_name,
        unit_price_minor=offer.unit_price_minor,
        quantity=wanted.quantity,
        position=len(part.lines),
    )


_INSERT_GROUP = """
insert into commerce_order_group (id, buyer_id, method, total_minor, content_hash, placed_at)
values (%s, %s, %s, %s, %s, %s) on conflict (id) do nothing
"""


def _insert_group(row: models.OrderGroup) -> bool:
    """Insert the group; False where its id is taken (by a request of the same moment, or by somebody else)."""
    values: list[Any] = [row.pk, row.buyer_id, row.method, row.total_minor, row.content_hash, row.placed_at]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_GROUP, values)
        return bool(cursor.rowcount == 1)


def _move(checkout: _Checkout, at: datetime) -> None:
    """Take units (and, from the wallet, money) in one entry. Raises SoldOut, WalletTooLow."""
    for _ in range(ATTEMPTS_MAX):
        over = [line.hold_id for line in checkout.cart.values() if line.hold_id and not is_held(line, at)]
        entry = ledger.Entry(checkout.group.pk, at, tuple(_transfers(checkout, at)))
        answer = ledger.post_many([*(transfers.expiry(hold_id, at) for hold_id in over), entry])[-1]
        if isinstance(answer, ledger.Applied):
            return
        _mend(checkout, answer.refusal)
    raise ledger.LedgerBusy


def _transfers(checkout: _Checkout, at: datetime) -> Iterator[ledger.NewTransfer]:
    take = _sold if checkout.group.method == Method.WALLET else _held
    for part in checkout.parts:
        for line in part.lines:
            yield from take(line, checkout.cart.get(line.offer.variant_id), at)
        if checkout.group.method == Method.WALLET:
            yield payments.pay_from_wallet(
                person_id=checkout.group.buyer_id,
                business_id=part.row.business_id,
                amount_minor=part.row.total_minor,
                order_id=part.row.pk,
            )


def _sold(line: _Line, held: models.CartLine | None, at: datetime) -> list[ledger.NewTransfer]:
    """Sell what the cart holds; where it holds nothing or another quantity, sell from the stock."""
    order_id, quantity = line.row.order_id, line.wanted.quantity
    hold_id = held.hold_id if held is not None and is_held(held, at) else None
    if hold_id is not None and held is not None and held.quantity == quantity:
        return [transfers.sale_of_hold(hold_id=hold_id, order_id=order_id)]
    sale = transfers.sale(
        business_id=line.offer.business_id, variant_id=line.offer.variant_id, quantity=quantity, order_id=order_id
    )
    return [sale] if hold_id is None else [transfers.void(hold_id), sale]


def _held(line: _Line, held: models.CartLine | None, at: datetime) -> list[ledger.NewTransfer]:
    """Hold for the payment's lifetime what the cart held, or what is in stock."""
    hold = transfers.hold(
        business_id=line.offer.business_id,
        variant_id=line.offer.variant_id,
        quantity=line.wanted.quantity,
        until=at + rules.PAYMENT_LIFETIME,
        reference=line.row.order_id,
    )
    line.row.hold_id = hold.id
    is_live = held is not None and is_held(held, at)
    return [transfers.void(held.hold_id), hold] if is_live and held is not None and held.hold_id else [hold]


def _mend(checkout: _Checkout, refusal: Refusal) -> None:
    """Prepare another attempt where the refusal can be mended; raise what the buyer should read where it cannot."""
    if isinstance(refusal, (ledger.PendingExpired, ledger.PendingAlreadyResolved)):
        for line in checkout.cart.values():  # the sweep was faster: sell from the stock
            line.hold_id = line.held_until = None
    elif isinstance(refusal, ledger.UnknownAccount):
        _open_accounts(checkout, refusal)
    elif isinstance(refusal, ledger.InsufficientBalance):
        raise _too_little(checkout, refusal)
    else:
        raise refusal


def _open_accounts(checkout: _Checkout, refusal: ledger.UnknownAccount) -> None:
    missing = refusal.data["account"]
    for line in checkout.lines:
        if str(_stock(line)) == missing:
            raise SoldOut(product=line.offer.name, available=0, wanted=line.wanted.quantity)
    payments.ensure_wallet(person_id=checkout.group.buyer_id)
    for part in checkout.parts:
        payments.ensure_business_accounts(business_id=part.row.business_id)


def _too_little(checkout: _Checkout, refusal: ledger.InsufficientBalance) -> Refusal:
    for line in checkout.lines:
        if str(_stock(line)) == refusal.data["account"]:
            available, wanted = refusal.data["available"], line.wanted.quantity
            variant = str(line.offer.variant_id)
            return SoldOut(product=line.offer.name, available=available, wanted=wanted, variant_id=variant)
    available = ledger.balance(payments.wallet(checkout.group.buyer_id)).available
    return WalletTooLow(available=Money(available), needed=Money(checkout.group.total_minor))


def _stock(line: _Line) -> UUID:
    return unit_account(line.offer.business_id, line.offer.variant_id, AccountCode.STOCK)


def _insert_orders(checkout: _Checkout, at: datetime) -> None:
    steps = [Step.PLACED, Step.PAID] if checkout.group.method == Method.WALLET else [Step.PLACED]
    for part, number in zip(checkout.parts, queries.draw_numbers(len(checkout.parts)), strict=True):
        part.row.number = rules.order_number(at=at, count=number)
    models.Order.objects.bulk_create([part.row for part in checkout.parts])
    models.OrderLine.objects.bulk_create([line.row for line in checkout.lines])
    models.OrderEvent.objects.bulk_create([event(part.row, step, at=at) for part in checkout.parts for step in steps])
    if checkout.cart:
        models.CartLine.objects.filter(pk__in=[line.pk for line in checkout.cart.values()]).delete()


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


def _request_payment(checkout: _Checkout, at: datetime) -> None:
    payments.request_payment(
        payment_id=checkout.group.pk,
        payer_id=checkout.group.buyer_id,
        splits=[
            payments.Split(amount_minor=part.row.total_minor, business_id=part.row.business_id, order_id=part.row.pk)
            for part in checkout.parts
        ],
        holds=[line.row.hold_id for line in checkout.lines if line.row.hold_id],
        expires_at=at + rules.PAYMENT_LIFETIME,
        at=at,
    )


def _announce(checkout: _Checkout, at: datetime) -> None:
    for part in checkout.parts:
        row = part.row
        announce(
            OrderPlaced(
                order_id=row.pk,
                group_id=checkout.group.pk,
                business_id=row.business_id,
                buyer_id=row.buyer_id,
                total_minor=row.total_minor,
            ),
            at=at,
        )
        if row.paid_at is not None:
            announce_paid(row, at=at)


def announce_paid(row: models.Order, *, at: datetime) -> None:
    """Tell whoever listens that the money of an order is in escrow."""
    paid = OrderPaid(order_id=row.pk, business_id=row.business_id, buyer_id=row.buyer_id, total_minor=row.total_minor)
    announce(paid, at=at)


def _placed(checkout: _Checkout) -> OrderGroup:
    """Return the group from what was just written, without reading it again."""
    group = checkout.group
    return OrderGroup(
        id=group.pk,
        buyer_id=group.buyer_id,
        method=Method(group.method),
        placed_at=group.placed_at,
        payment_id=group.pk if group.method == Method.QRIS else None,
        total_minor=group.total_minor,
        orders=tuple(_placed_order(part) for part in checkout.parts),
    )


def _placed_order(part: _Part) -> Order:
    offer = part.lines[0].offer
    lines = [queries.as_line(line.row) for line in part.lines]
    return queries.as_order(part.row, seller=(offer.business_name, offer.business_slug), lines=lines)
