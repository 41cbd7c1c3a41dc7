"""``kawasan bench orders``: orders over HTTP, one a request, beside the yardsticks, in the same rounds."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kawasan.bench import faults_zone, front, loading, shop
from kawasan.bench import market as markets
from kawasan.bench.baselines import naive_shop, one_by_one, tpcb
from kawasan.bench.baselines.threads import THREADS
from kawasan.bench.population import ACCOUNTS, Market
from kawasan.bench.running import Bench
from kawasan.bench.shop import Shop
from kawasan.bench.site import SCHEMA
from kawasan.core import clock
from kawasan.intake import limits
from kawasan.platform.schemas import in_zone

SECONDS = 4.0
YARDSTICK_SECONDS = 2.0
SETTLING_SECONDS = 8.0
SETTLING_POLL_SECONDS = 0.1
CONNECTIONS = 256
FEWER_CONNECTIONS = 64
BATCH = 100  # orders in one request
BATCH_CONNECTIONS = 16
REQUESTS = 20_000  # different ones; each is sent with an Idempotency-Key of its own
BATCH_REQUESTS = 200
QUICK_ACCOUNTS = 20_000
# Of an order's transfers, the one stock -> sold: paid from the wallet at once (203), or held until it is paid (202).
OF_ORDERS = "select count(*) from ledger_transfer where code in (202, 203) and kind in ('posted', 'pending')"

# Those by QRIS wait for a bank, which is there only while they are measured.
WAITING = "select count(*) from commerce_intake_order where method <> 'qris'"

Parts = dict[str, Callable[[], float | Mapping[str, float]]]


def run(bench: Bench) -> None:
    """Open the shop, start what answers, and measure everything in interleaved rounds."""
    opened = open_shop(bench)
    prepare_yardsticks(bench, opened.accounts)
    buyers = min(Market.of(opened.accounts).buyers, REQUESTS)
    with front.zone(bench.site, bench.options.intakes) as answering, front.naive(bench.site) as naive:
        load = front.Load(bench, answering, requests(opened))
        plain = front.Load(bench, naive, {"hot": [("", b'{"buyer": %d, "item": 0}' % n) for n in range(buyers)]})
        load.wait_until_idle()
        load.send("uniform", connections=CONNECTIONS, seconds=bench.seconds(2.0))
        bench.interleave(_ours(bench, load) | _yardsticks(bench, plain, opened))
        bench.figures |= _settling(bench)
    _conclude(bench, load)


def open_shop(bench: Bench) -> Shop:
    """Fill the zone and state how big it is."""
    start = time.perf_counter()
    small = {"buyers": 60, "shops": 5, "accounts": QUICK_ACCOUNTS} if bench.options.quick else {"accounts": ACCOUNTS}
    opened = shop.open_shop(bench.site, **small)
    bench.settings |= {
        "accounts": opened.accounts,
        "buyers": len(opened.buyers),
        "products": len(opened.variants),
        "sellers": opened.businesses,
        "load_seconds": round(time.perf_counter() - start, 1),
        "connections": CONNECTIONS,
        "intakes": bench.options.intakes,
    }
    bench.say(f"shop open in {bench.settings['load_seconds']} s: {opened.accounts:,} accounts")
    return opened


def prepare_yardsticks(bench: Bench, accounts: int) -> None:
    """Load the tables of pgbench and of the two baselines."""
    bench.settings |= tpcb.prepare(bench.site, scale=bench.count(tpcb.SCALE))
    one_by_one.prepare(bench.site, accounts)
    naive_shop.prepare(bench.site, accounts)
    bench.settings |= {"psycopg_connections": THREADS, "django_threads": THREADS}


def requests(opened: Shop) -> Mapping[str, Sequence[tuple[str, bytes]]]:
    """Return what to send: any buyer with any product; everybody the same product; by QRIS; a hundred at once."""
    bodies = [shop.order_body([variant]) for variant in opened.variants]
    unpaid = [shop.order_body([variant], method="qris") for variant in opened.variants]
    return {
        "uniform": [(random.choice(opened.buyers), random.choice(bodies)) for _ in range(REQUESTS)],
        "hot": [(random.choice(opened.buyers), bodies[0]) for _ in range(REQUESTS)],
        "qris": [(random.choice(opened.buyers), random.choice(unpaid)) for _ in range(REQUESTS)],
        "batch": [(random.choice(opened.buyers), _many(opened.variants)) for _ in range(BATCH_REQUESTS)],
    }


def _many(variants: Sequence[UUID]) -> bytes:
    """Return a request of BATCH orders, each with a key that is new whenever the request is sent again."""
    mark = loading.MARK.decode()
    orders = [
        json.loads(shop.order_body([random.choice(variants)])) | {"idempotency_key": f"batch-{mark}-{number}"}
        for number in range(BATCH)
    ]
    return json.dumps({"orders": orders}).encode()


def _ours(bench: Bench, load: front.Load) -> Parts:
    seconds = bench.seconds(SECONDS)

    def http(which: str, prefix: str, connections: int = CONNECTIONS) -> Callable[[], Mapping[str, float]]:
        return lambda: figures_of(prefix, load.send(which, connections=connections, seconds=seconds))

    def batches() -> Mapping[str, float]:
        seen = load.send(
            "batch",
            connections=BATCH_CONNECTIONS,
            seconds=seconds,
            path="/v1/orders/batch",
            orders=BATCH,
        )
        return figures_of("http_batch_100", seen)

    def begin() -> Mapping[str, float]:
        markets.checkpoint(bench.site)
        return {}

    return {
        "begin_round": begin,
        "http": http("uniform", "http"),
        "http_64": http("uniform", "http_64", FEWER_CONNECTIONS),
        "http_hot": http("hot", "http_hot"),
        "http_pending": lambda: _with_a_bank(bench, http("qris", "http_pending")),
        "http_batch_100": batches,
    }


def _with_a_bank(bench: Bench, measured: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
    """Measure while the zone has a bank: asking it for codes afterwards would cost the other parts their time."""
    with in_zone(SCHEMA):
        faults_zone.connect_a_bank(at=clock.now())
        time.sleep(limits.OFFER_SECONDS)  # so long the intake may remember that there was none
    try:
        return measured()
    finally:
        with bench.site.connect() as connection:
            connection.execute("update payments_provider set is_active = false")


def _yardsticks(bench: Bench, plain: front.Load, opened: Shop) -> Parts:
    short, accounts = bench.seconds(YARDSTICK_SECONDS), opened.accounts

    def naive_http() -> float:
        seen = plain.send("hot", connections=2 * THREADS, seconds=short, path="/orders")
        return float(seen["accepted_per_second"])

    return {
        "tpcb_tps": lambda: tpcb.rate(bench.site, short),
        "psycopg_orders_per_second": lambda: one_by_one.rate(
            bench.site, accounts=accounts, seconds=short, is_hot=False
        ),
        "django_hot_orders_per_second": lambda: naive_shop.rate(
            bench.site, accounts=accounts, seconds=short, is_hot=True
        ),
        "django_http_hot_orders_per_second": naive_http,
    }


def figures_of(prefix: str, seen: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of one run of the load generator."""
    latencies = seen["accepted_ms"]
    found = {f"{prefix}_orders_per_second": seen["accepted_per_second"] * seen["plan"]["orders"]}
    found |= {f"{prefix}_{name}_ms": latencies[name] for name in ("p50", "p99") if name in latencies}
    return found | {f"{prefix}_{name}_cores": share for name, share in seen["cpu"].items()}


def _settling(bench: Bench) -> dict[str, float]:
    """
    Return how many orders wait for the worker to write the rows of their pages, and how many it writes a second.

    Until none is left or the time is over: a worker that is done early is not counted as idle.
    """
    waiting = left = _one(bench, WAITING)
    start = time.perf_counter()
    while left and time.perf_counter() - start < bench.seconds(SETTLING_SECONDS):
        time.sleep(SETTLING_POLL_SECONDS)
        left = _one(bench, WAITING)
    seconds = time.perf_counter() - start
    return {
        "intake_orders_waiting": float(waiting),
        "settled_orders_per_second": round((waiting - left) / seconds, 1) if waiting else 0.0,
    }


def _conclude(bench: Bench, load: front.Load) -> None:
    for name, over, under in (
        ("http_to_tpcb", "http_orders_per_second", "tpcb_tps"),
        ("http_to_psycopg", "http_orders_per_second", "psycopg_orders_per_second"),
        ("http_hot_to_http", "http_hot_orders_per_second", "http_orders_per_second"),
        ("http_hot_to_django_hot", "http_hot_orders_per_second", "django_hot_orders_per_second"),
        ("http_hot_to_django_http_hot", "http_hot_orders_per_second", "django_http_hot_orders_per_second"),
    ):
        bench.ratio(name, over, under)
    bench.settings["statuses"] = load.statuses
    bench.figures |= proof(bench, load)


def proof(bench: Bench, load: front.Load) -> dict[str, float]:
    """Return how many orders were answered with yes, and how many of these the ledger does not have: none."""
    yes, there = load.accepted_orders, _one(bench, OF_ORDERS)
    return {
        "answered_yes": float(yes),
        "in_the_ledger": float(there),
        "never_answered": float(load.uncertain_orders),
        "answered_lost": float(max(0, yes - there)),
        "made_up": float(max(0, there - yes - load.uncertain_orders)),
    }


def _one(bench: Bench, question: str) -> int:
    with bench.site.connect() as connection:
        row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0
