"""How the demo's buyers pay at the bank that runs beside the zone, as its app does."""

from __future__ import annotations

from collections.abc import Mapping

from kawasan.server.banks import ask


def pay(
    bank: str,
    *,
    code: str,
    scenario: str,
    visit: str,
    amount_minor: int | None = None,
    abroad: Mapping[str, str] | None = None,
) -> bool:
    """
    Pay a code; return whether it was taken. Raises NoAnswer.

    A static code with an amount. ``abroad`` has the value, currency, quote and its end of somebody who pays at a quote.
    """
    given = {"code": code, "scenario": scenario, "visit": visit, "amountMinor": amount_minor, "abroad": abroad}
    return "moved" in ask(bank, "/sandbox/payments", given)


def waiting(bank: str) -> int:
    """Return how many of the bank's messages are still on their way. Raises NoAnswer."""
    return int(ask(bank, "/sandbox/state", None)["waiting"])
