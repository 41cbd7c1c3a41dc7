"""What `kawasan verify` asks of this room."""

from kawasan.platform.checks import Finding
from kawasan.rooms.authority import api


def verify() -> list[Finding]:
    """Return every figure that is not the sum of the ledger's transfers up to where the follower has come."""
    return api.differences()
