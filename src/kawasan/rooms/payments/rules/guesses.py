"""How many wrong wallet codes a counter may send, and how long it then waits."""

from __future__ import annotations

from datetime import datetime, timedelta

# A cashier mistypes now and then; ten within ten minutes is no cashier any more. With two minutes for each code, and
# twelve digits, so many guesses find nothing.
WRONG_MAX = 10
WINDOW = timedelta(minutes=10)
LOCKED_FOR = timedelta(minutes=15)


def after_wrong(*, wrong: int, since: datetime | None, at: datetime) -> tuple[int, datetime, datetime | None]:
    """Return how many wrong codes there are now, since when, and until when no more are taken."""
    if since is None or at >= since + WINDOW:
        return 1, at, None
    count = wrong + 1
    return count, since, at + LOCKED_FOR if count >= WRONG_MAX else None


def is_locked(locked_until: datetime | None, *, at: datetime) -> bool:
    """Whether no code is taken now."""
    return locked_until is not None and at < locked_until
