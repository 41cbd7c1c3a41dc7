"""Files of rates as central banks and operators write them, read exactly: CSV and JSON, never a float."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation

from kawasan.core.errors import msg
from kawasan.core.money import MINOR_DIGITS
from kawasan.rooms.exchange.types import Rates, RatesUnreadable

BYTES_MAX = 2_000_000
DAYS_MAX = 10_000
_RATE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,10})?")
_NOTHING = {"", "N/A", "-"}
EURO = "EUR"


def read_rates(content: bytes, *, source: str) -> list[Rates]:
    """
    Return a file's rates by day, oldest first: units of a currency for one euro.

    CSV: a column ``date`` and one for each currency, named as the ECB does (``USD``) or ``eur_usd``; a field may be
    empty or N/A. JSON: ``{"date": …, "base": "EUR", "rates": {"USD": "1.08"}}`` or a list of these.
    Raises RatesUnreadable.
    """
    if len(content) > BYTES_MAX:
        raise _bad(msg("The file is too large."))
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _bad(msg("The file is not UTF-8 text.")) from None
    days = _json(text) if text[:1] in ("{", "[") else _csv(text)
    if not days:
        raise _bad(msg("The file holds no rates."))
    if len(days) > DAYS_MAX:
        raise _bad(msg("The file is too large."))
    return [Rates(day=day, source=source, per_euro=days[day]) for day in sorted(days)]


def _csv(text: str) -> dict[date, dict[str, Decimal]]:
    days: dict[date, dict[str, Decimal]] = {}
    try:
        rows = list(csv.DictReader(io.StringIO(text), skipinitialspace=True))
    except csv.Error:
        raise _bad(msg("The file is no table.")) from None
    for row in rows:
        # A row longer than the header has its rest under None: no rates of ours.
        cells = {name.strip().lower(): (value or "").strip() for name, value in row.items() if name and name.strip()}
        told = {name: value for name, value in cells.items() if name != "date" and value not in _NOTHING}
        _keep(days, cells.get("date", ""), {_currency(name): _rate(value) for name, value in told.items()})
    return days


def _json(text: str) -> dict[date, dict[str, Decimal]]:
    try:
        told = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise _bad(msg("The file is no JSON.")) from None
    days: dict[date, dict[str, Decimal]] = {}
    for one in told if isinstance(told, list) else [told]:
        rates = one.get("rates") if isinstance(one, dict) else None
        if not isinstance(rates, dict) or one.get("base", EURO) != EURO:
            raise _bad(msg("Rates must be units of a currency for one euro."))
        _keep(
            days, str(one.get("date", "")), {_currency(str(code)): _rate(str(value)) for code, value in rates.items()}
        )
    return days


def _keep(days: dict[date, dict[str, Decimal]], day: str, rates: dict[str, Decimal]) -> None:
    try:
        key = date.fromisoformat(day)
    except ValueError:
        raise _bad(msg("A day is not written as 2026-10-30.")) from None
    if key in days:
        raise _bad(msg("A day is in the file twice."))
    if rates:
        days[key] = {**rates, EURO: Decimal(1)}


def _currency(name: str) -> str:
    code = name.strip().upper().removeprefix("EUR_")
    if code not in MINOR_DIGITS:
        raise _bad(msg("A currency is not known."))
    return code


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text) if _RATE.fullmatch(text) else Decimal(0)
    except InvalidOperation:
        rate = Decimal(0)
    if rate <= 0:
        raise _bad(msg("A rate is not a number greater than zero with at most ten decimals."))
    return rate


def _bad(problem: str) -> RatesUnreadable:
    return RatesUnreadable(problem)
