"""What `kawasan verify` asks of this room."""

from kawasan.platform.checks import Finding
from kawasan.rooms.invoices import api


def verify() -> list[Finding]:
    """Return every gap in numbers, every sum that is wrong, every receivable or payment that the books do not hold."""
    return api.differences()
