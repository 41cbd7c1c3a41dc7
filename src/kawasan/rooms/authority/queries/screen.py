"""What the big screen shows, read in a handful of indexed statements and kept for a moment for other viewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.platform.followers import position
from kawasan.platform.i18n import LANGUAGES
from kawasan.platform.schemas import current_schema
from kawasan.rooms.authority.queries.access import need_screen
from kawasan.rooms.authority.queries.figures import FOLLOWER_NAME
from kawasan.rooms.authority.queries.places import places_of
from kawasan.rooms.authority.rules import grouping
from kawasan.rooms.authority.rules.drawing import MINUTES_SHOWN
from kawasan.rooms.authority.types import By, Figures, Minute, NewOrder, Place, Row, Screen, Sort
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger

SNAPSHOT_SECONDS = 1.0  # so that a hundred screens ask the database as often as one
NEWEST_SHOWN = 8
BARS_SHOWN = 8
LAG_LOOKAHEAD = 64  # numbers after the cursor in which the first untaken transfer is looked for

_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in Figures._fields)
_COLUMNS = ", ".join(Figures._fields)
_EVER = f"select {_SUMS} from authority_day"  # one row a day: a year is 365 rows
_TODAY = f"select business_id, {_COLUMNS} from authority_sales where day = %s"
_MINUTES = "select minute, orders, gross_minor from authority_minute where minute > %s and minute <= %s order by minute"
_NEWEST = """
select order_id, business_id, paid_at, gross_minor from authority_order
where first_sequence is not null order by first_sequence desc limit %s
"""

_kept: dict[str | None, Screen] = {}


@requires_transaction
def screen(*, actor: Actor, at: datetime) -> Screen:
    """
    Return the figures of the day up to ``at``, at most SNAPSHOT_SECONDS old.

    For zone roles, and for everybody once the operator has published the screen; the edge must let the transaction see
    the zone's rows, since sums reach over all businesses. Raises Unauthenticated, Forbidden.
    """
    is_public = need_screen(actor)
    zone = current_schema()
    kept = _kept.get(zone)
    if kept is None or not timedelta() <= at - kept.at < timedelta(seconds=SNAPSHOT_SECONDS):
        kept = _kept[zone] = _read(at)
    return replace(kept, is_published=is_public)


def _read(at: datetime) -> Screen:
    day = clock.business_day(at)
    here = position(FOLLOWER_NAME)
    sums = {row[0]: Figures(*row[1:]) for row in _rows(_TODAY, [day])}
    newest = _rows(_NEWEST, [NEWEST_SHOWN])
    places = places_of({*sums, *(row[1] for row in newest)})
    return Screen(
        at=at,
        day=day,
        today=grouping.total_of(sums.values()),
        businesses=len(sums),
        ever=Figures(*_rows(_EVER, [])[0]),
        minutes=_minutes(at),
        sectors=_top(sums, places, By.SECTOR),
        provinces=_rows_of(sums, places, By.PROVINCE),
        regencies=_top(sums, places, By.REGENCY),
        newest=_new_orders(newest, places),
        position=here,
        behind_seconds=_behind(here, at),
    )


def _minutes(at: datetime) -> tuple[Minute, ...]:
    return tuple(Minute(*row) for row in _rows(_MINUTES, [at - timedelta(minutes=MINUTES_SHOWN), at]))


def _rows_of(sums: dict[UUID, Figures], places: dict[UUID, Place], by: By) -> tuple[Row, ...]:
    return grouping.ordered(grouping.rows_by_place(sums, places, by), Sort.GROSS)


def _top(sums: dict[UUID, Figures], places: dict[UUID, Place], by: By) -> tuple[Row, ...]:
    return _rows_of(sums, places, by)[:BARS_SHOWN]


def _new_orders(rows: Sequence[Sequence[Any]], places: dict[UUID, Place]) -> tuple[NewOrder, ...]:
    categories = commerce.categories_of_orders(ids=[row[0] for row in rows])
    return tuple(
        NewOrder(
            order_id=row[0],
            at=row[2],
            sector=places[row[1]].sector,
            category=_names(categories.get(row[0])),
            regency_name=places[row[1]].regency_name,
            gross_minor=row[3],
        )
        for row in rows
    )


def _names(category: commerce.Category | None) -> dict[str, str]:
    """Return a category's names by language: what is kept is shown to viewers of every language."""
    return {code: category.name_in(code) for code, _ in LANGUAGES} if category else {}


def _behind(here: int, at: datetime) -> float:
    """Return the age of the oldest transfer that the figures do not count yet; 0 when there is none."""
    waiting = ledger.transfers_between(here, here + LAG_LOOKAHEAD)
    return max(0.0, (at - waiting[0].at).total_seconds()) if waiting else 0.0


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def forget_snapshot() -> None:
    """Drop what is kept, so that the next look reads anew."""
    _kept.clear()
