"""Pure decisions of the till: what a document must look like, what moves for it, and what did not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.commerce.rules.units import unit_account
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.commerce.types.orders import ORDER_QUANTITY_MAX
from kawasan.rooms.commerce.types.prices import PRICE_MINOR_MAX
from kawasan.rooms.commerce.types.till import (
    LINE_NAME_LENGTH_MAX,
    SALE_LINES_MAX,
    SALE_NUMBER_LENGTH_MAX,
    TILL_NAME_LENGTH_MAX,
    TOTAL_MAX,
    ConflictKind,
    NewSale,
    NewShift,
    NewTillReturn,
    TillConflict,
    TillDocumentInvalid,
    TillLine,
    TillMethod,
)
from kawasan.rooms.ledger.types import NewTransfer

CLOCK_AHEAD_MAX = timedelta(minutes=10)  # a device's clock may be this far ahead before it is told
CLOCK_BEHIND_MAX = timedelta(days=31)  # a device may have been without a network for this long
TEXT_LENGTH_MAX = 300


def check_shift(shift: NewShift) -> None:
    """Raise TillDocumentInvalid for a shift that cannot be right."""
    _need(1 <= len(shift.till.strip()) <= TILL_NAME_LENGTH_MAX, "till")
    _need(0 <= shift.opening_minor <= TOTAL_MAX.minor, "opening_minor")
    _need((shift.closed_at is None) == (shift.counted_minor is None), "counted_minor")
    _need(shift.counted_minor is None or 0 <= shift.counted_minor <= TOTAL_MAX.minor, "counted_minor")
    _need(len(shift.note) <= TEXT_LENGTH_MAX and "\0" not in shift.note + shift.till, "note")


def check_sale(sale: NewSale) -> None:
    """Raise TillDocumentInvalid for a sale that cannot be right."""
    _check_lines(sale.lines)
    _check_number(sale.number)
    _need(sale.discount_minor >= 0 and 0 <= sale.total_minor <= TOTAL_MAX.minor, "discount_minor")
    if sale.tendered_minor is not None:
        _need(sale.method is TillMethod.CASH, "tendered_minor")
        _need(sale.total_minor <= sale.tendered_minor <= TOTAL_MAX.minor, "tendered_minor")


def check_return(back: NewTillReturn) -> None:
    """Raise TillDocumentInvalid for a return that cannot be right."""
    _check_lines(back.lines)
    _check_number(back.number)
    _need(0 <= back.refund_minor <= sum(line.total_minor for line in back.lines), "refund_minor")
    _need(len(back.reason) <= TEXT_LENGTH_MAX and "\0" not in back.reason, "reason")


def _check_lines(lines: tuple[TillLine, ...]) -> None:
    _need(1 <= len(lines) <= SALE_LINES_MAX, "lines")
    for line in lines:
        _need(1 <= line.quantity <= ORDER_QUANTITY_MAX, "quantity")
        _need(0 <= line.unit_price_minor <= PRICE_MINOR_MAX, "unit_price_minor")
        _need(1 <= len(line.name) <= LINE_NAME_LENGTH_MAX and "\0" not in line.name, "name")


def _check_number(number: str) -> None:
    _need(1 <= len(number) <= SALE_NUMBER_LENGTH_MAX and number.isprintable(), "number")


def _need(is_right: bool, problem: str) -> None:
    if not is_right:
        raise TillDocumentInvalid(problem=problem)


def digest(document: NewSale | NewTillReturn) -> bytes:
    """Return what a repeat of a document must match: everything in it."""
    return hashlib.sha256(repr(document).encode()).digest()


def clock_conflicts(told: datetime, received: datetime) -> tuple[TillConflict, ...]:
    """Return the conflict of a device whose clock is far off, or nothing."""
    is_right = received - CLOCK_BEHIND_MAX <= told <= received + CLOCK_AHEAD_MAX
    return () if is_right else (TillConflict(ConflictKind.CLOCK),)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document moves, and what did not fit."""

    transfers: tuple[NewTransfer, ...]
    conflicts: tuple[TillConflict, ...]


def plan_sale(
    sale: NewSale,
    *,
    business_id: UUID,
    stock: dict[UUID, int],
    sold: dict[UUID, int],
    prices: Mapping[UUID, int],
) -> Plan:
    """
    Return the units that a sale moves.

    ``stock`` is what may be sold of each of the business's variants, ``sold`` what was; both are brought up to date,
    for a return that is told together with its sale. Units that the books do not have are booked in as found, since
    they were handed over. ``prices`` are of the sale's moment.
    """
    transfers: list[NewTransfer] = []
    conflicts: list[TillConflict] = []
    for position, line in enumerate(sale.lines):
        if line.variant_id is None:
            continue
        if line.variant_id not in stock:
            conflicts.append(TillConflict(ConflictKind.UNKNOWN_PRODUCT, line.name, sold=line.quantity))
            continue
        missing = max(0, line.quantity - stock[line.variant_id])
        if missing:
            conflicts.append(TillConflict(ConflictKind.STOCK_GONE, line.name, sold=line.quantity, missing=missing))
        stock[line.variant_id] += missing - line.quantity
        sold[line.variant_id] += line.quantity
        if prices[line.variant_id] != line.unit_price_minor:
            then, now = line.unit_price_minor, prices[line.variant_id]
            conflicts.append(TillConflict(ConflictKind.PRICE_CHANGED, line.name, then_minor=then, now_minor=now))
        transfers += _handed_over(sale.id, position, business_id, line.variant_id, line.quantity, missing)
    return Plan(tuple(transfers), tuple(conflicts))


def _handed_over(
    sale_id: UUID, position: int, business_id: UUID, variant_id: UUID, quantity: int, missing: int
) -> Iterator[NewTransfer]:
    stock, sold, supply = _accounts(business_id, variant_id)
    if missing:
        yield _units("found", sale_id, position, supply, stock, missing, TransferCode.TILL_FOUND)
    yield _units("sold", sale_id, position, stock, sold, quantity, TransferCode.TILL_SALE)


def plan_return(
    back: NewTillReturn, *, business_id: UUID, sold: dict[UUID, int], left: Mapping[UUID | str, int] | None
) -> Plan:
    """
    Return the units that a return moves.

    ``sold`` is what the books hold as sold of each variant, lowered by what this return takes from it. ``left`` is what
    of the named sale has not come back yet, by variant (or name), and None where the sale is unknown.
    """
    transfers: list[NewTransfer] = []
    conflicts: list[TillConflict] = []
    if left is None:
        conflicts.append(TillConflict(ConflictKind.UNKNOWN_SALE))
    for position, line in enumerate(back.lines):
        if left is not None and line.quantity > left.get(line.variant_id or line.name, 0):
            conflicts.append(TillConflict(ConflictKind.RETURNED_TOO_MUCH, line.name, sold=line.quantity))
        if line.variant_id is None or line.variant_id not in sold:
            continue
        from_sold = min(line.quantity, sold[line.variant_id])
        sold[line.variant_id] -= from_sold
        transfers += _returned(back, position, business_id, line.variant_id, from_sold, line.quantity - from_sold)
    return Plan(tuple(transfers), tuple(conflicts))


def _returned(
    back: NewTillReturn, position: int, business_id: UUID, variant_id: UUID, from_sold: int, others: int
) -> Iterator[NewTransfer]:
    stock, sold, supply = _accounts(business_id, variant_id)
    target = stock if back.restock else supply
    if from_sold:
        yield _units("back", back.id, position, sold, target, from_sold, TransferCode.TILL_RETURN)
    if others and back.restock:  # they came back without ever having been booked as sold
        yield _units("found", back.id, position, supply, stock, others, TransferCode.TILL_FOUND)


def _accounts(business_id: UUID, variant_id: UUID) -> tuple[UUID, UUID, UUID]:
    return (
        unit_account(business_id, variant_id, AccountCode.STOCK),
        unit_account(business_id, variant_id, AccountCode.SOLD),
        unit_account(business_id, variant_id, AccountCode.SUPPLY),
    )


def _units(
    what: str, document: UUID, position: int, debit: UUID, credit: UUID, quantity: int, code: TransferCode
) -> NewTransfer:
    transfer_id = ids.derived(f"commerce.till.{what}", document, position)
    return NewTransfer(transfer_id, debit, credit, quantity, int(code), reference=document)
