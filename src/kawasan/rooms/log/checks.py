"""What `kawasan verify` asks of this room."""

from kawasan.platform.checks import Finding
from kawasan.rooms.log import api


def verify() -> list[Finding]:
    """Return whatever in the log is not what was committed to and signed."""
    return api.verify()
