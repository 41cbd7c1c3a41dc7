"""Taking rates in: from a file that staff uploads, from a source that is asked by itself, from the sample."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import msg
from kawasan.platform.db import requires_transaction
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.queries.rates import UNUSUAL_PERCENT, as_rates, preview_of
from kawasan.rooms.exchange.rules.files import read_rates
from kawasan.rooms.exchange.types import Rates, RatesUnreadable, RatesUnusual

SOURCE_LENGTH_MAX = 40


class RateSource(Protocol):
    """Where rates come from by themselves. Another provider is another class with these two."""

    name: str

    def fetch(self) -> bytes:
        """Return a file of rates as ``read_rates`` reads it. Called outside any transaction."""


class FileSource:
    """A file that something of the operator's keeps up to date: the ECB's CSV, or a bank's own rates."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name

    def fetch(self) -> bytes:
        """Return the file. Raises RatesUnreadable where it is not there."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise RatesUnreadable(msg("The file cannot be opened.")) from error


def configured_source() -> RateSource | None:
    """Return where this deployment takes its rates from (KAWASAN_RATES_FILE), if anywhere."""
    path = settings.KAWASAN_RATES_FILE
    return FileSource(Path(path), settings.KAWASAN_RATES_SOURCE) if path else None


@requires_transaction
def take_rates(*, actor: Actor, content: bytes, source: str, at: datetime, is_checked: bool = False) -> int:
    """
    Take a file's rates in and return how many days were new or corrected. Staff and the system may.

    A day whose newest sheet says the same from the same source is left, so a repeat does nothing; other rates of a
    known day are a new sheet, and the old one stays. Raises RatesUnreadable, and RatesUnusual where the newest day
    moved very far from what was known and ``is_checked`` does not say that somebody compared it.
    """
    actor.need_zone(ZoneRole.STAFF)
    name = " ".join(source.split())[:SOURCE_LENGTH_MAX]
    if not name or not name.isprintable():
        raise RatesUnreadable(msg("Say whose rates these are."), field="source")
    days = read_rates(content, source=name)
    preview = preview_of(days, at=at)
    if preview.is_unusual and not is_checked:
        far = ", ".join(line.currency for line in preview.lines if line.is_unusual)
        raise RatesUnusual(currencies=far, percent=UNUSUAL_PERCENT)
    return keep_rates(days, at=at, actor=actor)


@requires_transaction
def keep_rates(days: Iterable[Rates], *, at: datetime, actor: Actor) -> int:
    """Keep rates as sheets, one a day, where they say something new; return how many."""
    found = list(days)
    known = _newest_of_days(found)
    new = [one for one in found if _differs(one, known.get(one.day))]
    rows = [
        models.Sheet(id=ids.uuid7(), day=one.day, source=one.source, taken_by_id=actor.person_id, at=at) for one in new
    ]
    models.Sheet.objects.bulk_create(rows)
    models.Rate.objects.bulk_create(
        models.Rate(id=ids.uuid7(), sheet=row, currency=code, per_euro=rate)
        for row, one in zip(rows, new, strict=True)
        for code, rate in one.per_euro.items()
    )
    return len(new)


def _newest_of_days(days: list[Rates]) -> dict[object, Rates]:
    rows = models.Sheet.objects.filter(day__in=[one.day for one in days]).order_by("pk").prefetch_related("rates")
    return {row.day: as_rates(row) for row in rows}


def _differs(one: Rates, known: Rates | None) -> bool:
    return known is None or known.source != one.source or dict(known.per_euro) != dict(one.per_euro)
