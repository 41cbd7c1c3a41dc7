"""Looks of the zone's people at what one business sold: each is written down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.paging import Page
from kawasan.platform.db import requires_transaction
from kawasan.rooms.authority.queries import figures
from kawasan.rooms.authority.types import CountedTransfer, Period
from kawasan.rooms.zone import api as zone


@requires_transaction
def open_transfers(
    *,
    actor: Actor,
    business_id: UUID,
    period: Period,
    at: datetime,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[CountedTransfer]:
    """
    Return a business's transfers of a period to somebody of the zone, and note the look in the zone's access log.

    Turning the page is the same look. Raises Unauthenticated, Forbidden, BadCursor; then nothing is noted.
    """
    page = figures.transfers(actor=actor, business_id=business_id, period=period, cursor=cursor, limit=limit)
    zone.note_look(actor=actor, business_id=business_id, at=at, text=f"{period.first} – {period.last}")
    return page
