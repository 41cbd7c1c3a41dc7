"""What of the room still needs the ledger's transfers of a month that is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from kawasan.rooms.commerce import models


def needs_of_month(month: date) -> Iterator[str]:
    """Yield why a month must stay: orders placed up to its end that are on their way, or can still be given back."""
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
    rows = models.Order.objects.filter(placed_at__lt=end, completed_at=None, cancelled_at=None, expired_at=None)
    if count := rows.count():
        yield f"{count} orders are not completed"
    if count := models.IntakeOrder.objects.filter(placed_at__lt=end).count():
        yield f"{count} orders are not written out"
