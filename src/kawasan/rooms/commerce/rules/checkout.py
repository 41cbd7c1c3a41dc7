"""
What an order means: what may be bought at which price, which transfers it is, and what a refusal of them says.

Both lanes that take orders decide with these: the pages and the JSON API inside Django, and the intake beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import Refusal
from kawasan.core.money import Money
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME, check_price
from kawasan.rooms.commerce.rules.prices import in_campaign, price_at, running_at
from kawasan.rooms.commerce.rules.taking import too_few, units_of
from kawasan.rooms.commerce.rules.vouchers import voucher_holds, voucher_refusal, voucher_transfers
from kawasan.rooms.commerce.types.offers import Listed, Offer
from kawasan.rooms.commerce.types.order_refusals import NotForSale, OwnProduct, SameVariantTwice, WalletTooLow
from kawasan.rooms.commerce.types.orders import Method, Order, OrderGroup, OrderLine, OrderState, ShipTo, Wanted
from kawasan.rooms.commerce.types.refusals import UnknownVariant
from kawasan.rooms.commerce.types.vouchers import VoucherTerms
from kawasan.rooms.ledger.types import AccountFrozen, InsufficientBalance, NewTransfer, Refused, UnknownAccount
from kawasan.rooms.payments.rules.accounts import wallet
from kawasan.rooms.payments.rules.transfers import pay_from_wallet
from kawasan.rooms.payments.types import WalletFrozen


@dataclass(slots=True)
class DraftLine:
    """A line on its way into the ledger and the tables; ``hold_id`` where its units wait for the payment."""

    id: UUID
    order_id: UUID
    offer: Offer
    quantity: int
    hold_id: UUID | None = None
    discount_minor: int = 0

    @property
    def total_minor(self) -> int:
        """What its units cost without a voucher."""
        return self.offer.unit_price_minor * self.quantity


@dataclass(slots=True)
class DraftOrder:
    """What one seller is asked for."""

    id: UUID
    business_id: UUID
    lines: list[DraftLine] = field(default_factory=list)
    total_minor: int = 0  # to be paid
    number: str = ""
    discount_minor: int = 0


@dataclass(slots=True)
class Draft:
    """A checkout that is right in itself: an order for each seller, not yet decided by the ledger."""

    group_id: UUID
    buyer_id: UUID
    method: Method
    ship_to: ShipTo
    digest: bytes
    at: datetime
    orders: list[DraftOrder] = field(default_factory=list)
    total_minor: int = 0
    voucher: VoucherTerms | None = None

    @property
    def lines(self) -> Iterator[DraftLine]:
        return (line for order in self.orders for line in order.lines)


def entry_id(buyer: UUID, key: str) -> UUID:
    """Return the id of the ledger entry of whatever a buyer orders under an Idempotency-Key, in either lane."""
    return ids.derived("commerce.order", buyer, key)


def digest(buyer: UUID, lines: Sequence[Wanted], method: Method, ship_to: ShipTo, voucher: str = "") -> bytes:
    """Return what a repeat of a checkout must match; without a voucher it is what it was before there were any."""
    parts = [ids.text(buyer), method.value, ship_to.name, ship_to.phone, ship_to.address]
    parts += sorted(f"{ids.text(line.variant_id)} {line.quantity} {line.unit_price_minor}" for line in lines)
    parts += [f"voucher {voucher}"] if voucher else []
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def offer_at(listed: Listed, at: datetime, *, held: UUID | None = None) -> Offer:
    """
    Return a variant as it is offered at one moment, at the price that ``price_at`` says.

    ``held`` is the campaign's offer from which the one who asks holds units: for them its price holds on.
    """
    running = running_at(listed.campaigns, at)
    otherwise = price_at(ordinary_minor=listed.price_minor, windows=listed.windows, at=at)
    is_held = running is not None and running.offer_id == held
    price = in_campaign(otherwise, running, at=at, is_held=is_held)
    return Offer(
        listed.variant_id,
        listed.product_id,
        listed.business_id,
        listed.product_name,
        listed.product_slug,
        listed.variant_name,
        price.amount_minor,
        listed.is_for_sale,
        listed.business_name,
        listed.business_slug,
        listed.picture,
        listed.motif,
        ordinary_minor=listed.price_minor,
        otherwise_minor=otherwise.amount_minor,
        campaign=price.campaign,
        running=running,
    )


def visible(listed: Listed | None, businesses: Container[UUID]) -> Listed | None:
    """Return a variant to those who may know of it: a draft's exist only for the people of its business."""
    return None if listed is None or (listed.is_draft and listed.business_id not in businesses) else listed


def check_offer(actor: Actor, offer: Offer) -> None:
    """Raise NotForSale or OwnProduct where this person cannot buy the variant."""
    if not offer.is_for_sale:
        raise NotForSale(product=offer.name)
    if offer.business_id in actor.businesses:
        raise OwnProduct(product=offer.name)


def check_lines(actor: Actor, lines: Iterable[Wanted], offered: Mapping[UUID, Offer]) -> None:
    """Raise UnknownVariant, NotForSale, OwnProduct, SameVariantTwice or PriceChanged for the first wrong line."""
    seen: set[UUID] = set()
    for line in lines:
        offer = offered.get(line.variant_id)
        if offer is None:
            raise UnknownVariant(field="variant_id")
        check_offer(actor, offer)
        if line.variant_id in seen:
            raise SameVariantTwice(product=offer.name)
        seen.add(line.variant_id)
        check_price(product=offer.name, seen_minor=line.unit_price_minor, now_minor=offer.unit_price_minor)


def fill(draft: Draft, lines: Iterable[Wanted], offered: Mapping[UUID, Offer]) -> Draft:
    """Sort checked lines into an order for each seller, in the order in which sellers come up."""
    orders: dict[UUID, DraftOrder] = {}
    for wanted in lines:
        offer = offered[wanted.variant_id]
        order = orders.get(offer.business_id)
        if order is None:
            order = orders[offer.business_id] = DraftOrder(ids.uuid7(), offer.business_id)
            draft.orders.append(order)
        line = DraftLine(ids.uuid7(), order.id, offer, wanted.quantity)
        order.lines.append(line)
        order.total_minor += line.total_minor
        draft.total_minor += line.total_minor
    return draft


def transfers_of(
    draft: Draft, units: Callable[[Draft, DraftLine], list[NewTransfer]] | None = None
) -> tuple[NewTransfer, ...]:
    """
    Return the transfers that a checkout is, in one linked entry: units of each line and, from a wallet, the money.

    ``units`` says which transfers a line's units take, where a cart holds them already.
    """
    found: list[NewTransfer] = []
    for order in draft.orders:
        for line in order.lines:
            found += line_transfers(draft, line) if units is None else units(draft, line)
        if draft.method is Method.WALLET:
            found.append(
                pay_from_wallet(
                    person_id=draft.buyer_id,
                    business_id=order.business_id,
                    amount_minor=order.total_minor,
                    order_id=order.id,
                )
            )
    return (*found, *voucher_transfers(draft))


def line_transfers(draft: Draft, line: DraftLine) -> list[NewTransfer]:
    """
    Return what a line takes from the ledger: sold at once where a wallet pays, held while a payment is awaited.

    Whatever else a line takes (a campaign's own stock, a buyer's limit) belongs here, so that both lanes take it.
    """
    units = line_units(draft, line)
    if draft.method is Method.WALLET:
        return transfers.sale(units, order_id=line.order_id)
    held = transfers.hold(units, until=draft.at + PAYMENT_LIFETIME, reference=line.order_id)
    line.hold_id = held[0].id
    return held


def line_units(draft: Draft, line: DraftLine) -> transfers.Units:
    """Return the units that a line takes, and where from."""
    return units_of(line.offer, draft.buyer_id, line.quantity)


def holds_of(draft: Draft) -> list[UUID]:
    """Return every pending transfer of a checkout that waits for its payment: of units and of buyers' limits."""
    held = (transfers.Held(line.hold_id, _campaign_offer(line)) for line in draft.lines if line.hold_id)
    return [hold_id for item in held for hold_id in item.ids] + voucher_holds(draft)


def meaning_of(draft: Draft, entry: Sequence[NewTransfer], refused: Refused) -> Refusal | None:
    """
    Return what the ledger's refusal of a checkout's entry says to the buyer.

    None where an account is missing that only has to be opened: a wallet, a seller's, a buyer's limit in a campaign
    (rules/limits.py). A stock that was never opened never held anything.
    """
    refusal = refused.refusal
    account = str(refusal.data.get("account", ""))
    if isinstance(refusal, UnknownAccount):
        line = next((line for line in draft.lines if str(line_units(draft, line).source) == account), None)
        return None if line is None else too_few(line.offer, line.quantity, refusal)
    if isinstance(refusal, AccountFrozen) and account == str(wallet(draft.buyer_id)):
        return WalletFrozen()
    if isinstance(refusal, InsufficientBalance):
        line = next((line for line in draft.lines if account in map(str, line_units(draft, line).accounts)), None)
        if line is not None:
            return too_few(line.offer, line.quantity, refusal)
        if (voucher := voucher_refusal(draft, account)) is not None:
            return voucher
        purse = wallet(draft.buyer_id)
        before = sum(transfer.amount for transfer in entry[: refused.index] if transfer.debit == purse)
        return WalletTooLow(available=Money(refusal.data["available"] + before), needed=Money(draft.total_minor))
    return refusal


def _campaign_offer(line: DraftLine) -> UUID | None:
    return None if line.offer.campaign is None else line.offer.campaign.offer_id


def voucher_of(draft: Draft, order: DraftOrder) -> str:
    """Return the code of the voucher of an order, where it has a share of it."""
    return draft.voucher.code if draft.voucher is not None and order.discount_minor else ""


def is_discount_paid(draft: Draft, order: DraftOrder) -> bool:
    """Whether the zone pays an order's discount to its seller."""
    return draft.voucher is not None and draft.voucher.is_paid_by_zone and bool(order.discount_minor)


def as_placed(draft: Draft, *, repeated: bool = False) -> OrderGroup:
    """Return a checkout that the ledger has applied, as it was placed."""
    is_paid = draft.method is Method.WALLET
    payment_id = None if is_paid else draft.group_id
    orders = tuple(_order(draft, order, draft.at if is_paid else None, payment_id) for order in draft.orders)
    return OrderGroup(
        id=draft.group_id,
        buyer_id=draft.buyer_id,
        method=draft.method,
        placed_at=draft.at,
        payment_id=payment_id,
        total_minor=draft.total_minor,
        orders=orders,
        repeated=repeated,
    )


def _order(draft: Draft, order: DraftOrder, paid_at: datetime | None, payment_id: UUID | None) -> Order:
    offer = order.lines[0].offer
    return Order(
        id=order.id,
        number=order.number,
        group_id=draft.group_id,
        business_id=order.business_id,
        business_name=offer.business_name,
        business_slug=offer.business_slug,
        buyer_id=draft.buyer_id,
        method=draft.method,
        payment_id=payment_id,
        voucher=voucher_of(draft, order),
        discount_minor=order.discount_minor,
        is_discount_paid=is_discount_paid(draft, order),
        state=OrderState.AWAITING_PAYMENT if paid_at is None else OrderState.PAID,
        total_minor=order.total_minor,
        refunded_minor=0,
        fee_minor=0,
        placed_at=draft.at,
        pay_until=None if paid_at else draft.at + PAYMENT_LIFETIME,
        paid_at=paid_at,
        cancelled_by="",
        cancel_reason="",
        courier="",
        tracking="",
        ship_to=draft.ship_to,
        lines=tuple(_line(line) for line in order.lines),
        packed_at=None,
        shipped_at=None,
        delivered_at=None,
        completed_at=None,
        cancelled_at=None,
        expired_at=None,
    )


def _line(line: DraftLine) -> OrderLine:
    offer = line.offer
    return OrderLine(
        line.id,
        offer.variant_id,
        offer.product_id,
        offer.product_name,
        offer.variant_name,
        offer.unit_price_minor,
        line.quantity,
        0,
        0,
        discount_minor=line.discount_minor,
    )
