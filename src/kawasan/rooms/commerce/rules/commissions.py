"""The zone's commission: which one holds for a line, and the fee of an order to the rupiah."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from kawasan.rooms.commerce.rules.vouchers import given_back
from kawasan.rooms.commerce.types.commissions import (
    BASIS_POINTS,
    COMMISSION_MAX,
    NOTE_LENGTH_MAX,
    Commission,
    CommissionInvalid,
    CommissionTooEarly,
    NewCommission,
    Scope,
    Sold,
)

RUPIAH = 100  # minor units


def commission_of(commissions: Iterable[Commission], sold: Sold, day: date) -> Commission | None:
    """
    Return the commission that holds for a line of an order placed on a day: the most specific one, then the newest.

    A product before a business's category before a business before a category before the zone. Among those of one day
    the one that was set last holds.
    """
    fitting = [one for one in commissions if one.since <= day and _fits(one.scope, sold)]
    return max(fitting, key=lambda one: (_rank(one.scope), one.since, one.set_at, one.id), default=None)


def fee_of(lines: Iterable[tuple[int, int]]) -> int:
    """
    Return the fee of an order from its lines' (net in minor units, basis points).

    The lines' shares are added exactly and rounded once, half up to whole rupiah, as people count; so it does not
    matter how an order is divided into lines. Never more than the lines together.
    """
    shares = list(lines)
    exact = sum(net * points for net, points in shares)  # in ten-thousandths of a minor unit
    unit = BASIS_POINTS * RUPIAH
    return min((2 * exact + unit) // (2 * unit) * RUPIAH, sum(net for net, _ in shares))


def sold_minor(*, gross_minor: int, discount_minor: int, refunded_minor: int, is_discount_paid: bool) -> int:
    """
    Return what a line brings its seller, from which the fee is taken.

    A shop's own voucher lowers it. What the zone's voucher pays instead of the buyer counts, less what refunds undid.
    """
    paid = gross_minor - discount_minor
    if not is_discount_paid:
        return paid - refunded_minor
    undone = given_back(discount_minor=discount_minor, paid_minor=paid, refunded_minor=refunded_minor)
    return gross_minor - refunded_minor - undone


def percent(basis_points: int) -> Decimal:
    """Return basis points as per cent: 125 is Decimal('1.25')."""
    return Decimal(basis_points).scaleb(-2)


def checked_commission(new: NewCommission, *, today: date) -> NewCommission:
    """
    Return a commission as it is kept. Raises CommissionInvalid, CommissionTooEarly.

    It begins tomorrow at the earliest: orders placed today keep what they were placed with.
    """
    if not 0 <= new.basis_points <= COMMISSION_MAX:
        raise CommissionInvalid(field="percent", most=COMMISSION_MAX // 100, limit=NOTE_LENGTH_MAX)
    if len(new.note) > NOTE_LENGTH_MAX or len(new.authority) > NOTE_LENGTH_MAX:
        raise CommissionInvalid(field="note", most=COMMISSION_MAX // 100, limit=NOTE_LENGTH_MAX)
    if new.scope.product_id and (new.scope.business_id or new.scope.category):
        raise CommissionInvalid(field="product", most=COMMISSION_MAX // 100, limit=NOTE_LENGTH_MAX)
    if new.since <= today:
        raise CommissionTooEarly(field="since", earliest=(today + timedelta(days=1)).isoformat())
    return new


def _fits(scope: Scope, sold: Sold) -> bool:
    if scope.product_id is not None:
        return scope.product_id == sold.product_id
    return scope.business_id in (None, sold.business_id) and scope.category in (None, sold.category)


def _rank(scope: Scope) -> tuple[bool, bool, bool]:
    return scope.product_id is not None, scope.business_id is not None, scope.category is not None
