"""What `kawasan verify` asks of this room."""

from __future__ import annotations

from collections.abc import Iterable

from kawasan.platform.checks import Finding
from kawasan.rooms.commerce import api


def orders() -> Iterable[Finding]:
    """Orders whose money or units disagree with the ledger."""
    return api.verify_orders()


def campaigns() -> Iterable[Finding]:
    """Campaigns whose units, sales or limits disagree with the ledger."""
    return api.verify_campaigns()


def vouchers() -> Iterable[Finding]:
    """Vouchers whose budgets or uses disagree with the orders that had them."""
    return api.verify_vouchers()
