"""What `kawasan verify` asks of this room."""

from kawasan.platform.checks import Finding
from kawasan.rooms.books import api


def verify() -> list[Finding]:
    """Return entries that do not balance, sums that are wrong, and what is not the ledger's: accounts and units."""
    return api.differences()
