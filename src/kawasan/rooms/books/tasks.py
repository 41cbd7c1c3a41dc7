"""The room's background work."""

from __future__ import annotations

from datetime import timedelta

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.jobs import periodic
from kawasan.rooms.books import api


@periodic("40 17 * * *")
def book_stock_costs() -> None:
    """Book what goods cost that were sold yesterday (it is 0.40 in WIB), where stock cards are kept."""
    now = clock.now()
    with transaction(SYSTEM):
        keepers = api.stock_keepers()
    for business_id in keepers:
        with transaction(SYSTEM):
            api.book_stock_cost(business_id=business_id, day=clock.business_day(now) - timedelta(days=1), at=now)
