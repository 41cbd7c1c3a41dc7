"""What a credit note says: parts of an invoice's lines that add up to the invoice and never to more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from kawasan.rooms.invoices.rules.amounts import QUANTITY_STEP, whole_minor
from kawasan.rooms.invoices.types.documents import Line
from kawasan.rooms.invoices.types.refusals import CreditInvalid

_MONEY = ("discount_minor", "typed_discount_minor", "base_minor", "other_base_minor", "ppn_minor")


def lines_to_credit(
    lines: Sequence[Line], credited: Iterable[Line], quantities: Mapping[int, Decimal] | None
) -> tuple[Line, ...]:
    """
    Return the lines of a credit note, by the places of the invoice's. Raises CreditInvalid for more than is left.

    Part of a line has its part of each figure, half up; what is credited last gets exactly what is left.
    """
    left = _left(lines, credited)
    wanted = {place: line.quantity for place, line in left.items()} if quantities is None else dict(quantities)
    if wanted.keys() - left.keys():
        raise CreditInvalid(field="lines")
    found = []
    for place, quantity in sorted(wanted.items()):
        if not 0 <= quantity <= left[place].quantity:
            raise CreditInvalid(field="lines")
        if quantity:
            found.append(_part(left[place], quantity))
    return tuple(found)


def lines_of_refund(
    lines: Sequence[Line], credited: Sequence[Line], sold: Mapping[int, int], most_minor: int
) -> tuple[Line, ...]:
    """
    Return the lines of a credit note for money that went back, ``most_minor`` at most, PPN included.

    ``sold`` is what each line still brings its seller, by place: what the invoice says beyond it is credited. So papers
    that were credited before, and refunds that the invoice knew of, are not credited again. A part of a line has so
    much of its quantity as of its money.
    """
    left, found = _left(lines, credited), []
    for line in lines:
        gross = _gross(line) - sum(_gross(item) for item in credited if item.place == line.place)
        back = min(most_minor, gross - sold.get(line.place, gross))
        if back > 0 and left[line.place].total_minor > 0:
            found.append(_worth(left[line.place], back, gross))
            most_minor -= back
    return tuple(found)


def _left(lines: Iterable[Line], credited: Iterable[Line]) -> dict[int, Line]:
    left = {line.place: line for line in lines}
    for line in credited:
        left[line.place] = _minus(left[line.place], line)
    return left


def _gross(line: Line) -> int:
    """What a line of prices with PPN comes to, as it was typed."""
    return whole_minor(line.typed_price_minor, line.quantity) - line.typed_discount_minor


def _worth(line: Line, back: int, gross: int) -> Line:
    if back >= min(gross, line.total_minor):
        return _priced(line, line.quantity or QUANTITY_STEP, {}, back)
    with localcontext(prec=50):
        part = Decimal(back) / line.total_minor
        ppn, other = (
            int((amount * part).to_integral_value(ROUND_HALF_UP)) for amount in (line.ppn_minor, line.other_base_minor)
        )
        quantity = (line.quantity * back / gross).quantize(QUANTITY_STEP, ROUND_HALF_UP)
    quantity = max(QUANTITY_STEP, min(quantity, line.quantity - QUANTITY_STEP))
    base = back - ppn if line.total_minor > line.base_minor else back
    return _priced(
        line, quantity, {"base_minor": base, "other_base_minor": other, "ppn_minor": ppn, "total_minor": back}, back
    )


def _priced(line: Line, quantity: Decimal, figures: dict[str, int], gross: int) -> Line:
    """Give a line the prices that lead to its figures: rounded up to the sen, what that is too much as a discount."""
    base = figures.get("base_minor", line.base_minor)
    with localcontext(prec=50):
        price, typed = (int((amount / quantity).to_integral_value(ROUND_CEILING)) for amount in (base, gross))
    prices = {
        "price_minor": price,
        "discount_minor": whole_minor(price, quantity) - base,
        "typed_price_minor": typed,
        "typed_discount_minor": whole_minor(typed, quantity) - gross,
    }
    return _with(line, quantity, {**figures, **prices})


def _minus(line: Line, credited: Line) -> Line:
    figures = {name: getattr(line, name) - getattr(credited, name) for name in (*_MONEY, "total_minor")}
    left = _with(line, max(Decimal(0), line.quantity - credited.quantity), figures)
    if credited.price_minor == line.price_minor or not left.quantity:
        return left
    return _priced(left, left.quantity, {}, _gross(line) - _gross(credited))  # what is left has a price of its own


def _part(line: Line, quantity: Decimal) -> Line:
    if quantity == line.quantity:
        return line
    with localcontext(prec=50):
        part = quantity / line.quantity
        figures = {name: int((getattr(line, name) * part).to_integral_value(ROUND_HALF_UP)) for name in _MONEY}
    collected = line.total_minor > line.base_minor
    total = figures["base_minor"] + (figures["ppn_minor"] if collected else 0)
    return _with(line, quantity, {**figures, "total_minor": total})


def _with(line: Line, quantity: Decimal, figures: dict[str, int]) -> Line:
    changes: dict[str, Any] = {"quantity": quantity, **figures}
    return replace(line, **changes)
