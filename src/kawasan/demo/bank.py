"""How the demo's buyers pay at the bank that runs beside the zone, as its app does."""

from __future__ import annotations

from kawasan.server.banks import ask


def pay(bank: str, *, code: str, scenario: str, visit: str) -> bool:
    """Pay a code; return whether it was taken. Raises NoAnswer."""
    return "moved" in ask(bank, "/sandbox/payments", {"code": code, "scenario": scenario, "visit": visit})


def waiting(bank: str) -> int:
    """Return how many of the bank's messages are still on their way. Raises NoAnswer."""
    return int(ask(bank, "/sandbox/state", None)["waiting"])
