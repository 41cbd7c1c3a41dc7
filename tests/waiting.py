"""How long a test waits for what comes by itself, on a busy machine, before it says that nothing came."""

from __future__ import annotations

import time
from collections.abc import Callable

# Test processes share one PostgreSQL, and a follower may pass no number as long as any transaction is older, of
# whatever database: a history that Hypothesis makes up is one transaction, and takes a minute beside other work.
OTHERS_SECONDS_MAX = 180.0


def wait_until(
    is_so: Callable[[], object], seconds: float = OTHERS_SECONDS_MAX, step: Callable[[], object] | None = None
) -> bool:
    """Take a step (or rest a little) until it is so, or the time is over; return whether it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        if step:
            step()
        time.sleep(0.02)
    return True
