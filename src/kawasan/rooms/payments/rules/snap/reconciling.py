"""What differs between a provider's list of money that came and ours: a pure comparison by the movement's number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.rooms.payments.types import Difference, DifferenceKind, StatementLine

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Ours:
    """Money that we counted."""

    money_id: str
    reference: str
    amount_minor: int
    happened_at: datetime
    payment_id: UUID


def compared(theirs: Iterable[StatementLine], ours: Mapping[str, Ours], *, is_whole: bool) -> list[Difference]:
    """
    Return what differs, theirs first, each movement once.

    ``is_whole``: the provider listed everything; otherwise what it does not list may only not have been told yet.
    """
    found: dict[str, Difference] = {}
    named = set()
    for line in theirs:
        named.add(line.money_id)
        mine = ours.get(line.money_id)
        if mine is None:
            kind = DifferenceKind.MISSING_ABROAD if line.kind == "abroad" else DifferenceKind.MISSING_HERE
            found[line.money_id] = _difference(kind, line, None)
        elif mine.amount_minor != line.amount_minor:
            found[line.money_id] = _difference(DifferenceKind.OTHER_AMOUNT, line, mine)
    if is_whole:
        for mine in ours.values():
            if mine.money_id not in named:
                found[mine.money_id] = _difference(DifferenceKind.MISSING_THERE, None, mine)
    return list(found.values())


def _difference(kind: DifferenceKind, line: StatementLine | None, mine: Ours | None) -> Difference:
    known = line or mine
    if known is None:
        raise ValueError("a difference needs a side")
    return Difference(
        id=_NOBODY,  # it is listed under an id of its own
        provider="",
        kind=kind,
        money_id=known.money_id,
        reference=known.reference,
        theirs_minor=line.amount_minor if line else None,
        ours_minor=mine.amount_minor if mine else None,
        payment_id=mine.payment_id if mine else None,
        happened_at=known.happened_at,
        found_at=known.happened_at,
        repair=None,
        repaired_at=None,
        repaired_by="",
        note="",
    )
