"""What `kawasan verify` asks of this room."""

from kawasan.platform.checks import Finding
from kawasan.rooms.books import api


def verify() -> list[Finding]:
    """Return every entry that does not balance, every sum that is wrong, every account that is not the ledger's."""
    return api.differences()
