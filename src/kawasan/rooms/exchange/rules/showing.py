"""In which currency a reader sees prices beside rupiah: the one they chose, else what readers of a language expect."""

from __future__ import annotations

COOKIE = "kawasan_currency"
COOKIE_SECONDS = 365 * 24 * 3600
HOME = "IDR"
SHOWN = (HOME, "CNY", "USD", "SGD", "MYR", "JPY", "THB", "EUR", "KRW")
_OF_LANGUAGE = {"zh-hans": "CNY"}


def shown_currency(chosen: str | None, language: str) -> str | None:
    """Return the currency beside rupiah; None where rupiah alone are shown."""
    currency = chosen if chosen in SHOWN else _OF_LANGUAGE.get(language)
    return None if currency in (None, HOME) else currency
