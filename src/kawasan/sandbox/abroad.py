"""Money that a foreign wallet pays: in which currency, at which quote, and how messages tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from kawasan.core.money import Money as Amount
from kawasan.rooms.payments.rules.snap import wire
from kawasan.sandbox.state import Money


def ends_of(abroad: Mapping[str, str]) -> datetime:
    """Return until when a foreign wallet pays at its quote; one that does not say pays at any time."""
    try:
        return wire.timestamp_of(abroad.get("ends", ""))
    except wire.BadField:
        return datetime.max.replace(tzinfo=UTC)


def abroad_info(money: Money) -> dict[str, Any]:
    """Return what a payer abroad paid in their own currency and the quote they agreed to; nothing for rupiah."""
    if "currency" not in money.detail:
        return {}
    paid = {"value": money.detail["value"], "currency": money.detail["currency"]}
    return {"originalAmount": paid, "quoteId": money.detail["quote"]}


def came(moved: Iterable[Money], currency: str) -> int:
    """Return how much of a currency movements carry."""
    if currency == "IDR":
        return sum(one.amount_minor for one in moved if "currency" not in one.detail)
    return sum(wire.money_of(one.detail).minor for one in moved if one.detail.get("currency") == currency)


def detail_of(amount: Amount) -> dict[str, str]:
    """Return what a movement notes about an amount that is not rupiah."""
    return {} if amount.currency == "IDR" else {"value": f"{amount.amount:.2f}", "currency": amount.currency}
