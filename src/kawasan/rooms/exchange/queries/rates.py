"""Reads of rates: the newest of both currencies, a file's preview, the sheets taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files

from django.conf import settings

from kawasan.core.access import Actor
from kawasan.core.clock import WIB, business_day
from kawasan.core.money import MINOR_DIGITS, Money
from kawasan.core.rates import exact_rate
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.rules.files import EURO, read_rates
from kawasan.rooms.exchange.rules.quoting import HOME, check_age, in_rupiah
from kawasan.rooms.exchange.types import Preview, PreviewLine, Rates, RatesMissing, RatesStale, SheetInfo, ShownRate
from kawasan.rooms.zone import api as zone

SHEETS_LOOKED_AT = 10  # a currency that is missing in so many sheets in a row has no rate
SHEETS_SHOWN = 20
UNUSUAL_PERCENT = 10
SAMPLE_SOURCE = "ECB"


def newest_rates(*currencies: str, at: datetime) -> Rates:
    """
    Return the newest rates that name all these currencies, of the day of ``at`` (in Jakarta) or before.

    Raises RatesMissing, and RatesStale where they are older than the zone accepts (KAWASAN_RATES_DAYS).
    """
    found = _newest(set(currencies) | {HOME}, business_day(at, WIB))
    if found is None:
        named = [one for one in currencies if one != HOME] or [HOME]
        raise RatesMissing(source=named[0], target=named[-1] if len(named) > 1 else HOME)
    check_age(found, at=at, days_max=settings.KAWASAN_RATES_DAYS)
    return found


def newest_or_none(*currencies: str, at: datetime) -> Rates | None:
    """Return the newest rates as ``newest_rates`` does, or None where there are none that count."""
    try:
        return newest_rates(*currencies, at=at)
    except (RatesMissing, RatesStale):
        return None


def are_fresh(*, at: datetime) -> bool:
    """Return whether there are rates that are new enough to quote from."""
    return newest_or_none(at=at) is not None


def all_newest(*, at: datetime) -> Rates | None:
    """Return the newest rates of whatever currencies, however old: for lists that show their day."""
    return _newest({HOME}, business_day(at, WIB))


def shown_rate(currency: str | None, *, at: datetime) -> ShownRate | None:
    """Return what shows prices in another currency beside rupiah; None where none is wanted or no rate counts."""
    rates = newest_or_none(currency, at=at) if currency else None
    if rates is None or currency is None:
        return None
    rate = exact_rate(rates.per_euro[HOME], rates.per_euro[currency])
    return ShownRate(currency=currency, rate=rate, day=rates.day, source=rates.source)


def preview_rates(*, actor: Actor, content: bytes, source: str, at: datetime) -> Preview:
    """Return what a file would change, before anything is. For zone roles. Raises RatesUnreadable."""
    actor.need_zone()
    days = read_rates(content, source=source)
    return preview_of(days, at=at)


def preview_of(days: Sequence[Rates], *, at: datetime) -> Preview:
    """Compare the newest day of a file with the newest rates known."""
    newest = days[-1]
    before = all_newest(at=at)
    known = set(models.Sheet.objects.filter(day__gte=days[0].day, day__lte=newest.day).values_list("day", flat=True))
    lines = [_line(code, newest, before) for code in sorted(newest.per_euro) if code != EURO]
    return Preview(
        days=len(days),
        first=days[0].day,
        last=newest.day,
        known_days=sum(one.day in known for one in days),
        lines=tuple(lines),
    )


def sheets(*, actor: Actor, limit: int = SHEETS_SHOWN) -> list[SheetInfo]:
    """Return the newest sheets of rates, by whom they were taken in. For zone roles."""
    actor.need_zone()
    rows = list(models.Sheet.objects.order_by("-id").prefetch_related("rates")[:limit])
    names = zone.person_names(ids={row.taken_by_id for row in rows if row.taken_by_id})
    return [
        SheetInfo(
            id=row.pk,
            day=row.day,
            source=row.source,
            currencies=len(row.rates.all()),
            by=names.get(row.taken_by_id, "") if row.taken_by_id else "",
            at=row.at,
        )
        for row in rows
    ]


def as_rates(row: models.Sheet) -> Rates:
    """Return a sheet as it crosses the door."""
    per_euro = {rate.currency: rate.per_euro for rate in row.rates.all()}
    return Rates(day=row.day, source=row.source, per_euro=per_euro, sheet_id=row.pk)


def sample_rates(day_from: date | None = None) -> list[Rates]:
    """Return the sample that comes with the product: the ECB's reference rates of 2015 to 2026 (data/SOURCE.md)."""
    content = (files("kawasan.rooms.exchange") / "data" / "ecb_eur_reference.csv").read_bytes()
    return [one for one in read_rates(content, source=SAMPLE_SOURCE) if day_from is None or one.day >= day_from]


def _newest(wanted: set[str], day: date) -> Rates | None:
    rows = models.Sheet.objects.filter(day__lte=day).order_by("-day", "-id").prefetch_related("rates")
    for row in rows[:SHEETS_LOOKED_AT]:
        rates = as_rates(row)
        if wanted <= rates.per_euro.keys():
            return rates
    return None


def _line(code: str, newest: Rates, before: Rates | None) -> PreviewLine:
    now, then = _in_rupiah(code, newest), _in_rupiah(code, before)
    change = (now - then) / then * 100 if now and then else None
    return PreviewLine(
        currency=code,
        per_euro=newest.per_euro[code],
        rupiah=now,
        rupiah_before=then,
        change_percent=change.quantize(Decimal("0.01")) if change is not None else None,
        is_unusual=change is not None and abs(change) > UNUSUAL_PERCENT,
    )


def _in_rupiah(code: str, rates: Rates | None) -> Decimal | None:
    """Return what one unit costs; rupiah itself is told against the euro, so that its own jumps are seen."""
    if rates is None or code not in rates.per_euro or HOME not in rates.per_euro:
        return None
    of = EURO if code == HOME else code
    if of not in rates.per_euro:
        return None
    return in_rupiah(Money(10 ** MINOR_DIGITS[of], of), rates).amount
