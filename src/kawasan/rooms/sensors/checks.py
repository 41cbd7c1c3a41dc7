"""What `kawasan verify` asks of this room."""

from kawasan.platform.checks import Finding
from kawasan.rooms.sensors import api


def verify() -> list[Finding]:
    """Return every roll-up that differs from its readings."""
    return api.verify()
