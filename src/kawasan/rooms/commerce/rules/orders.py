"""Pure decisions about orders: states, who may do what when, windows, fees and refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from kawasan.core import clock
from kawasan.core.money import Money, allocate
from kawasan.rooms.commerce.rules.refunds import value_of_units
from kawasan.rooms.commerce.types.order_refusals import (
    AlreadyPacked,
    AlreadyShipped,
    BadQuantity,
    IncompleteAddress,
    NothingToOrder,
    NotShipped,
    OrderClosed,
    OrderNotPaid,
    PriceChanged,
    ReasonNeeded,
    RefundInvalid,
    ReturnOpen,
    ReturnTooMuch,
    ReturnWindowOver,
    ShipmentIncomplete,
    TooManyLines,
)
from kawasan.rooms.commerce.types.orders import (
    ADDRESS_LENGTH_MAX,
    COURIER_LENGTH_MAX,
    LINES_MAX,
    ORDER_QUANTITY_MAX,
    REASON_LENGTH_MAX,
    SHIP_NAME_LENGTH_MAX,
    TRACKING_LENGTH_MAX,
    Order,
    OrderLine,
    OrderState,
    ReturnedLine,
    ShipTo,
    Wanted,
)

HOLD_LIFETIME = timedelta(minutes=15)  # how long a cart keeps units away from others
PAYMENT_LIFETIME = timedelta(minutes=15)  # how long a QRIS checkout does
RETURN_WINDOW = timedelta(days=2)  # after delivery
SILENCE_WINDOW = timedelta(days=7)  # after shipping, where nobody says that it arrived

_OPEN = (OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.DELIVERED)

_RUPIAH = 100  # minor units
_PHONE_LENGTH_MAX, _PHONE_DIGITS_MIN = 30, 8


def state_of(
    *,
    paid_at: datetime | None,
    packed_at: datetime | None,
    shipped_at: datetime | None,
    delivered_at: datetime | None,
    completed_at: datetime | None,
    cancelled_at: datetime | None,
    expired_at: datetime | None,
) -> OrderState:
    """Return where an order stands: the last of its moments, an ending before everything else."""
    steps = (
        (cancelled_at, OrderState.CANCELLED),
        (expired_at, OrderState.EXPIRED),
        (completed_at, OrderState.COMPLETED),
        (delivered_at, OrderState.DELIVERED),
        (shipped_at, OrderState.SHIPPED),
        (packed_at, OrderState.PACKED),
        (paid_at, OrderState.PAID),
    )
    return next((state for moment, state in steps if moment is not None), OrderState.AWAITING_PAYMENT)


def order_number(*, at: datetime, count: int) -> str:
    """Return the number people read aloud: K, year and month in WIB, a running number of the zone."""
    return f"{_month(at)}{count:06d}"


@lru_cache(maxsize=16)  # the orders of a batch have one moment
def _month(at: datetime) -> str:
    return f"K-{clock.business_day(at):%y%m}-"


def check_quantity(quantity: int) -> None:
    """Raise BadQuantity unless a person could mean this quantity."""
    if not 1 <= quantity <= ORDER_QUANTITY_MAX:
        raise BadQuantity(field="quantity", limit=ORDER_QUANTITY_MAX)


def check_wanted(lines: Sequence[Wanted]) -> None:
    """Refuse a checkout that could never be right. Raises NothingToOrder, TooManyLines, BadQuantity."""
    if not lines:
        raise NothingToOrder(field="lines")
    if len(lines) > LINES_MAX:
        raise TooManyLines(field="lines", limit=LINES_MAX)
    for line in lines:
        check_quantity(line.quantity)


def check_price(*, product: str, seen_minor: int | None, now_minor: int) -> None:
    """Raise PriceChanged, naming both prices, where the buyer saw another one."""
    if seen_minor is not None and seen_minor != now_minor:
        raise PriceChanged(
            product=product,
            seen=Money(seen_minor),
            now=Money(now_minor),
            seen_minor=seen_minor,
            now_minor=now_minor,
        )


def checked_ship_to(ship_to: ShipTo) -> ShipTo:
    """Return a delivery address without stray blanks. Raises IncompleteAddress naming the field."""
    name = _filled("name", ship_to.name, SHIP_NAME_LENGTH_MAX)
    phone = _filled("phone", ship_to.phone, _PHONE_LENGTH_MAX)
    address = _filled("address", ship_to.address, ADDRESS_LENGTH_MAX)
    if sum(map(str.isdigit, phone)) < _PHONE_DIGITS_MIN:
        raise IncompleteAddress(field="phone")
    is_same = (name, phone, address) == (ship_to.name, ship_to.phone, ship_to.address)
    return ship_to if is_same else ShipTo(name, phone, address)


def _filled(field: str, given: str, limit: int) -> str:
    text = given.strip()
    if not text or len(text) > limit or "\0" in text:
        raise IncompleteAddress(field=field)
    return text


def checked_reason(reason: str) -> str:
    """Return a reason without stray blanks. Raises ReasonNeeded."""
    text = " ".join(reason.replace("\0", "").split())
    if not 3 <= len(text) <= REASON_LENGTH_MAX:
        raise ReasonNeeded(field="reason", limit=REASON_LENGTH_MAX)
    return text


def checked_shipment(*, courier: str, tracking: str) -> tuple[str, str]:
    """Return courier and tracking number without stray blanks. Raises ShipmentIncomplete."""
    courier, tracking = " ".join(courier.split()), "".join(tracking.split())
    if not courier or len(courier) > COURIER_LENGTH_MAX or "\0" in courier:
        raise ShipmentIncomplete(field="courier")
    if not tracking or len(tracking) > TRACKING_LENGTH_MAX or "\0" in tracking:
        raise ShipmentIncomplete(field="tracking")
    return courier, tracking


def check_paid(order: Order) -> None:
    """Raise unless the order is paid and still open: OrderNotPaid, OrderClosed."""
    if order.state in (OrderState.AWAITING_PAYMENT, OrderState.EXPIRED):
        raise OrderNotPaid(number=order.number)
    if order.state not in _OPEN:
        raise OrderClosed(number=order.number)


def check_can_pack(order: Order) -> None:
    """Raise unless the seller may pack: OrderNotPaid, OrderClosed, AlreadyShipped."""
    check_paid(order)
    if order.shipped_at is not None:
        raise AlreadyShipped(number=order.number)


check_can_ship = check_can_pack


def check_can_deliver(order: Order) -> None:
    """Raise unless the parcel may be called delivered: OrderNotPaid, OrderClosed, NotShipped, ReturnOpen."""
    check_paid(order)
    if order.shipped_at is None:
        raise NotShipped(number=order.number)
    if order.open_return is not None:
        raise ReturnOpen(number=order.number)


def check_seller_can_cancel(order: Order) -> None:
    """Raise unless the seller may cancel, which is before shipping: OrderNotPaid, OrderClosed, AlreadyShipped."""
    check_can_pack(order)


def check_buyer_can_cancel(order: Order) -> None:
    """Raise unless the buyer may cancel, which is before packing: OrderClosed, AlreadyPacked, AlreadyShipped."""
    if order.state in (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.COMPLETED):
        raise OrderClosed(number=order.number)
    if order.shipped_at is not None:
        raise AlreadyShipped(number=order.number)
    if order.packed_at is not None:
        raise AlreadyPacked(number=order.number)


def completes_at(order: Order) -> datetime | None:
    """Return when an order completes by itself, if nobody does anything."""
    if order.state is OrderState.DELIVERED and order.delivered_at is not None:
        return order.delivered_at + RETURN_WINDOW
    if order.state is OrderState.SHIPPED and order.shipped_at is not None:
        return order.shipped_at + SILENCE_WINDOW
    return None


def check_can_return(order: Order, lines: Sequence[ReturnedLine], *, at: datetime) -> None:
    """
    Raise unless these lines may be returned now.

    Goods can come back from shipping until RETURN_WINDOW after delivery, also when the buyer has confirmed already.
    Raises OrderNotPaid, OrderClosed, NotShipped, ReturnWindowOver, ReturnOpen, ReturnTooMuch.
    """
    if order.state is not OrderState.COMPLETED:
        check_paid(order)
    if order.shipped_at is None:
        raise NotShipped(number=order.number)
    if at >= returns_until(order):
        raise ReturnWindowOver(number=order.number, days=RETURN_WINDOW.days)
    if order.open_return is not None:
        raise ReturnOpen(number=order.number)
    _check_returned(order, lines)


def can_return(order: Order, *, at: datetime) -> bool:
    """Whether a buyer may ask to return something of this order now."""
    is_there = order.state in (OrderState.SHIPPED, OrderState.DELIVERED, OrderState.COMPLETED)
    if not is_there or order.open_return is not None or not any(line.returnable for line in order.lines):
        return False
    return at < returns_until(order)


def refundable_minor(order: Order) -> int:
    """Return how much a seller may still give back. Before shipping a rupiah stays: all of it is a cancellation."""
    return order.net_minor - (0 if order.shipped_at else _RUPIAH)


def returns_until(order: Order) -> datetime:
    """Return when the time for returning a shipped order is over."""
    if order.delivered_at is not None:
        return order.delivered_at + RETURN_WINDOW
    return (order.shipped_at or order.placed_at) + SILENCE_WINDOW


def _check_returned(order: Order, lines: Sequence[ReturnedLine]) -> None:
    known = {line.id: line for line in order.lines}
    if not lines or len({line.line_id for line in lines}) != len(lines):
        raise ReturnTooMuch(field="lines", available=sum(line.returnable for line in order.lines))
    for returned in lines:
        line = known.get(returned.line_id)
        available = line.returnable if line else 0
        if not 1 <= returned.quantity <= available:
            raise ReturnTooMuch(field="lines", available=available)


def returned_value(lines: Sequence[OrderLine], returned: Sequence[ReturnedLine]) -> int:
    """Return what was paid for the returned units, less what was given back of their lines already."""
    return sum(_values(lines, returned))


def _values(lines: Sequence[OrderLine], returned: Sequence[ReturnedLine]) -> list[int]:
    known = {line.id: line for line in lines}
    return [_value(known[item.line_id], item.quantity) for item in returned]


def _value(line: OrderLine, units: int) -> int:
    before = line.refunded_quantity
    worth = value_of_units(net_minor=line.total_minor, quantity=line.quantity, before=before, units=units)
    return min(worth, line.net_minor)


def check_refund(*, amount_minor: int, asked_minor: int, left_minor: int) -> None:
    """Raise RefundInvalid unless the amount is positive and covered by the returned goods and the order."""
    limit = min(asked_minor, left_minor)
    if not 1 <= amount_minor <= limit:
        raise RefundInvalid(field="amount_minor", limit=Money(max(0, limit)), limit_minor=max(0, limit))


def refund_by_line(
    *, amount_minor: int, lines: Sequence[OrderLine], returned: Sequence[ReturnedLine]
) -> Mapping[UUID, int]:
    """Spread a refund over the returned lines by what they are worth; not one minor unit is lost."""
    shares = allocate(Money(amount_minor), _values(lines, returned))
    return {item.line_id: share.minor for item, share in zip(returned, shares, strict=True)}
