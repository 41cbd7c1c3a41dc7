"""
Run a program with a clock that is ahead or behind: ``python -m kawasan.bench.faults_skew SECONDS MODULE ARGUMENTS``.

The product has no switch for this. The program finds ``time.time`` and ``kawasan.core.clock.now`` changed before any of
its own code runs; what measures durations (monotonic clocks, time-outs) is left alone, as it is where a clock is set.
"""

from __future__ import annotations

import runpy
import sys
import time
from datetime import UTC, datetime

from kawasan.core import clock

NANOSECONDS = 1_000_000_000


def skew(seconds: int) -> None:
    """Put this process's clock ahead by so many seconds (behind, if negative)."""
    true_ns = time.time_ns
    time.time_ns = lambda: true_ns() + seconds * NANOSECONDS
    time.time = lambda: time.time_ns() / NANOSECONDS
    clock.now = lambda: datetime.fromtimestamp(time.time_ns() / NANOSECONDS, UTC)


def main() -> None:
    """Skew the clock and become the program."""
    seconds, module, *arguments = sys.argv[1:]
    skew(int(seconds))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
