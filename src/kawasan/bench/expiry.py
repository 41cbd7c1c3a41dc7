"""``kawasan bench expiry``: carts and unpaid orders whose time is over: how late they are released, and how often."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from kawasan.bench import market as markets
from kawasan.bench.population import ACCOUNTS, Market
from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA, python
from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.ledger import api as ledger

ORDERS = 20_000  # reserved and never paid: three holds each
BATCH = 1_000
SPREAD_SECONDS = 10.0  # over which their time runs out
AHEAD_SECONDS = 3.0  # after the last is reserved
QUICK_ACCOUNTS = 20_000
WAIT_SECONDS_MAX = 120.0


def run(bench: Bench) -> None:
    """Reserve many orders, let the worker release them as it does in any zone, and compare the moments."""
    market = Market.of(QUICK_ACCOUNTS if bench.options.quick else ACCOUNTS)
    markets.load(bench.site, market)
    orders = bench.count(ORDERS)
    bench.settings |= {"accounts": market.accounts, "orders": orders, "holds": 3 * orders, "due_within": SPREAD_SECONDS}
    worker = bench.site.spawn(python("kawasan", "worker"), log="worker.log")
    try:
        with in_zone(SCHEMA):
            bench.interleave({"expiry": lambda: _round(bench, market, orders)})
    finally:
        bench.site.stop(worker)
    bench.figures |= _ever(bench)


def _round(bench: Bench, market: Market, orders: int) -> Mapping[str, float]:
    before = _last_sequence(bench)
    due = _reserve(market, orders, spread=bench.seconds(SPREAD_SECONDS))
    bench.say(f"{3 * orders:,} holds reserved; the last is due in {(due - clock.now()).total_seconds():.0f} s")
    deadline = time.monotonic() + (due - clock.now()).total_seconds() + WAIT_SECONDS_MAX
    while _open_holds(bench):
        if time.monotonic() > deadline:
            raise TimeoutError("the worker has not released everything; see worker.log")
        time.sleep(0.5)
    return _lateness(bench, after=before)


def _reserve(market: Market, orders: int, *, spread: float) -> datetime:
    """Reserve orders whose time runs out evenly over ``spread`` seconds; return when the last is due."""
    chosen, first = market.uniform(orders), None
    seconds = AHEAD_SECONDS + orders / 2_000  # reserving takes a while too
    first = clock.now() + timedelta(seconds=seconds)
    for start in range(0, orders, BATCH):
        at = clock.now()
        entries = [
            markets.reservation(market, buyer, item, at, until=first + timedelta(seconds=spread * (start + n) / orders))
            for n, (buyer, item) in enumerate(chosen[start : start + BATCH])
        ]
        with transaction(SYSTEM):
            ledger.post_many(entries)
    return first + timedelta(seconds=spread)


def _last_sequence(bench: Bench) -> int:
    return int(_one(bench, "select coalesce(max(sequence), 0) from ledger_transfer"))


def _open_holds(bench: Bench) -> int:
    return int(_one(bench, "select count(*) from ledger_pending"))


def _lateness(bench: Bench, *, after: int) -> dict[str, float]:
    """Return how late the holds of this round were released, and how many a second at best."""
    with bench.site.connect() as connection:
        row = connection.execute(
            "select percentile_disc(array[0.5, 0.99, 1.0])"
            " within group (order by extract(epoch from e.at - p.expires_at)), count(*)"
            " from ledger_transfer e join ledger_transfer p on p.id = e.pending_of"
            " where e.kind = 'expire' and p.sequence > %s",
            [after],
        ).fetchone()
    late, count = row or ((0, 0, 0), 0)
    names = ("expiry_late_p50_seconds", "expiry_late_p99_seconds", "expiry_late_max_seconds")
    return dict(zip(names, map(float, late), strict=True)) | {"expired": float(count)}


def _ever(bench: Bench) -> dict[str, float]:
    """Return what must be nothing: holds released twice, or never, or too early."""
    twice = "select count(*) - count(distinct pending_of) from ledger_transfer where kind = 'expire'"
    early = (
        "select count(*) from ledger_transfer e join ledger_transfer p on p.id = e.pending_of"
        " where e.kind = 'expire' and e.at < p.expires_at"
    )
    never = (
        "select count(*) from ledger_transfer p where kind = 'pending' and not exists"
        " (select from ledger_transfer e where e.pending_of = p.id)"
    )
    left = "select coalesce(sum(debits_pending + credits_pending), 0) from ledger_account"
    return {
        "expired_twice": float(_one(bench, twice)),
        "expired_early": float(_one(bench, early)),
        "never_expired": float(_one(bench, never)),
        "still_reserved": float(_one(bench, left)),
    }


def _one(bench: Bench, question: str) -> int:
    with bench.site.connect() as connection:
        row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0
