"""What a credit note says: parts of an invoice's lines that add up to the invoice and never to more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

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
    left = {line.place: line for line in lines}
    for line in credited:
        left[line.place] = _minus(left[line.place], line)
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


def _minus(line: Line, credited: Line) -> Line:
    figures = {name: getattr(line, name) - getattr(credited, name) for name in (*_MONEY, "total_minor")}
    return _with(line, line.quantity - credited.quantity, figures)


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
