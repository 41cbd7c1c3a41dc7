"""Reads of quotes and of money that is to be sent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.types import OwedBack, OwedState, Quote, QuoteNotFound

EXPORT_MAX = 10_000
TRY_AGAIN_AFTER = timedelta(minutes=1)


def quote(*, quote_id: UUID, actor: Actor | None = None) -> Quote:
    """Return a quote to whom it was given and to zone roles. Raises QuoteNotFound, also for somebody else's."""
    row = models.Quote.objects.select_related("sheet").filter(pk=quote_id).first()
    if row is None or (actor is not None and not actor.sees_zone and not _is_of(row, actor)):
        raise QuoteNotFound
    return as_quote(row)


def newest_quote_for(*, purpose_id: UUID) -> Quote | None:
    """Return the quote that was last made for something, if any."""
    rows = models.Quote.objects.select_related("sheet").filter(purpose_id=purpose_id)
    row = rows.order_by("used_at", "-pk").first()  # a used one first: NULL sorts last
    return as_quote(row) if row else None


def quote_of_entry(*, entry_id: UUID) -> Quote | None:
    """Return the quote that a ledger entry used, if it used one."""
    row = models.Quote.objects.select_related("sheet").filter(entry_id=entry_id).first()
    return as_quote(row) if row else None


def conversions(
    *, actor: Actor, currency: str = "", cursor: str | None = None, limit: int | None = None
) -> Page[Quote]:
    """Return exchanges that happened, newest first. For zone roles. Raises BadCursor."""
    actor.need_zone()
    key, size = decode_cursor(cursor, str, str), clamp_limit(limit)
    rows = _used(currency)
    if key:
        moment, last = _cursor(*key)
        rows = rows.filter(Q(used_at__lt=moment) | Q(used_at=moment, pk__lt=last))
    found = page_of(list(rows[: size + 1]), size, key=lambda row: [str(row.used_at), str(row.pk)])
    return Page(items=tuple(as_quote(row) for row in found.items), next_cursor=found.next_cursor)


def all_conversions(*, actor: Actor, currency: str = "") -> Iterator[Quote]:
    """Yield exchanges that happened for a file, newest first, at most EXPORT_MAX. For zone roles."""
    actor.need_zone()
    for row in _used(currency)[:EXPORT_MAX]:
        yield as_quote(row)


def open_quotes(*, actor: Actor, at: datetime, limit: int = 20) -> list[Quote]:
    """Return quotes that can still be used, newest first. For zone roles."""
    actor.need_zone()
    rows = models.Quote.objects.select_related("sheet").filter(used_at__isnull=True, expires_at__gt=at)
    return [as_quote(row) for row in rows.order_by("-pk")[:limit]]


def owed_back_for(*, purpose_id: UUID) -> list[OwedBack]:
    """Return money that came for something and is, or was, to be sent back; oldest first."""
    return [as_owed(row) for row in models.OwedBack.objects.filter(purpose_id=purpose_id).order_by("pk")]


def owed_back(*, actor: Actor, limit: int = 50) -> list[OwedBack]:
    """Return money to be sent back that is not yet, those that staff must settle first. For zone roles."""
    actor.need_zone()
    rows = models.OwedBack.objects.exclude(state=OwedState.SENT.value).order_by("state", "pk")
    return [as_owed(row) for row in rows[:limit]]


def waiting_to_be_sent(*, at: datetime, limit: int) -> list[OwedBack]:
    """Return money that the provider should send back now: new, or not answered for a while."""
    waiting = models.OwedBack.objects.filter(state=OwedState.WAITING.value)
    due = waiting.filter(Q(tried_at__isnull=True) | Q(tried_at__lte=at - TRY_AGAIN_AFTER))
    return [as_owed(row) for row in due.order_by("pk")[:limit]]


def as_quote(row: models.Quote) -> Quote:
    """Return a row as it crosses the door."""
    home = row.source_currency if row.source_currency == "IDR" else row.target_currency
    return Quote(
        id=row.pk,
        person_id=row.person_id,
        purpose_id=row.purpose_id,
        source=Money(row.source_minor, row.source_currency),
        target=Money(row.target_minor, row.target_currency),
        income=Money(row.income_minor, home),
        middle=Money(row.middle_minor, home),
        source_per_euro=row.source_per_euro,
        target_per_euro=row.target_per_euro,
        rates_day=row.sheet.day,
        rates_source=row.sheet.source,
        spread_points=row.spread_points,
        quoted_at=row.quoted_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        entry_id=row.entry_id,
    )


def as_owed(row: models.OwedBack) -> OwedBack:
    """Return a row as it crosses the door."""
    return OwedBack(
        id=row.pk,
        person_id=row.person_id,
        purpose_id=row.purpose_id,
        provider=row.provider,
        money_id=row.money_id,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        state=OwedState(row.state),
        problem=row.problem,
        owed_at=row.owed_at,
        sent_at=row.sent_at,
    )


def _used(currency: str) -> QuerySet[models.Quote]:
    rows = models.Quote.objects.select_related("sheet").filter(used_at__isnull=False)
    if currency:
        rows = rows.filter(Q(source_currency=currency) | Q(target_currency=currency))
    return rows.order_by("-used_at", "-pk")


def _is_of(row: models.Quote, actor: Actor) -> bool:
    return row.person_id is not None and row.person_id == actor.person_id


def _cursor(moment: str, last: str) -> tuple[datetime, UUID]:
    try:
        return datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        raise BadCursor from None
