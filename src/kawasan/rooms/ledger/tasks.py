"""The ledger's background work: what was reserved for a time is released when the time is over."""

import time

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.jobs import DUE_PRIORITY, periodic
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api

SWEEP_SECONDS_MAX = 10.0  # then the next sweep goes on


@periodic("* * * * * */2", priority=DUE_PRIORITY)
def expire_pending_transfers() -> None:
    """Release the pending transfers that are due, batch by batch, each in its own transaction."""
    until = time.monotonic() + SWEEP_SECONDS_MAX
    while time.monotonic() < until:
        with transaction(SYSTEM):
            expired = api.expire_due(at=clock.now())
        if not expired:
            break


@periodic("23 * * * *")
def make_months() -> None:
    """Make the partitions of the months to come; nothing is lost without them, it only waits in the default one."""
    with as_owner(), transaction(SYSTEM):
        api.make_months(at=clock.now())
