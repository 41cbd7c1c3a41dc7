"""Reads of the zone's promotion money: what is left, what was entered, and whether the ledger agrees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kawasan.core.access import Actor
from kawasan.core.paging import LIMIT_MAX, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.types.promotion import PromotionEntry, PromotionState, PromotionWay
from kawasan.rooms.zone import api as zone

EXPORT_PAGES_MAX = 100


def promotion_money(*, actor: Actor) -> tuple[int, int]:
    """Return what is free for promotions and what the zone has earned in fees, for zone roles."""
    actor.need_zone()
    wanted = (accounts.promotion(), accounts.fee())
    found = ledger.balances(wanted)
    free, earned = (found[one].available if one in found else 0 for one in wanted)
    return free, earned


def promotion_entries(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[PromotionEntry]:
    """Return a page of what was entered, the newest first, for zone roles. Raises BadCursor."""
    actor.need_zone()
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.PromotionEntry.objects.order_by("-pk")
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    return page_of(as_entries(rows[: size + 1]), size, key=lambda one: [str(one.id)])


def all_promotion_entries(*, actor: Actor) -> Iterator[PromotionEntry]:
    """Yield them for a file, at most EXPORT_PAGES_MAX pages."""
    cursor = None
    for _ in range(EXPORT_PAGES_MAX):
        page = promotion_entries(actor=actor, cursor=cursor, limit=LIMIT_MAX)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def as_entries(rows: Iterable[models.PromotionEntry]) -> list[PromotionEntry]:
    """Return rows as they cross the door, with the names of who entered and decided."""
    rows = list(rows)
    people = {one for row in rows for one in (row.entered_by_id, row.decided_by_id) if one}
    names = zone.person_names(ids=people)
    return [
        PromotionEntry(
            id=row.pk,
            way=PromotionWay(row.way),
            amount_minor=row.amount_minor,
            day=row.day,
            bank_reference=row.bank_reference,
            note=row.note,
            state=PromotionState(row.state),
            entered_by_id=row.entered_by_id,
            entered_by=names.get(row.entered_by_id, ""),
            entered_at=row.entered_at,
            decided_by=names.get(row.decided_by_id, "") if row.decided_by_id else "",
            decided_at=row.decided_at,
        )
        for row in rows
    ]
