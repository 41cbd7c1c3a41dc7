"""``kawasan bench engine``: how many orders the ledger applies a second, beside the yardsticks, in the same rounds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg

from kawasan.bench import market as markets
from kawasan.bench.baselines import naive_shop, one_by_one, tpcb
from kawasan.bench.baselines.threads import THREADS
from kawasan.bench.population import ACCOUNTS, Market
from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA
from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.engine import Writer
from kawasan.rooms.ledger.engine.writer import LANES_DEFAULT

BATCH = 1_000
LANES = LANES_DEFAULT  # batches in hand at once: while one commits, the next is decided
OTHER_BATCHES = {100: 1.5, 10: 1.0, 1: 1.0}  # size -> seconds
SECONDS = 2.0
WARM_UP_SECONDS = 4.0
SUSTAINED_SECONDS = 15.0
FIRST_GUESS = 3_000.0  # orders a second, until the warm-up has told
QUICK_ACCOUNTS = 20_000

Apply = Callable[[Sequence[ledger.Entry]], Sequence[ledger.Answer]]


def run(bench: Bench) -> None:
    """Load the market, warm up, and measure everything in interleaved rounds."""
    market = Market.of(QUICK_ACCOUNTS if bench.options.quick else ACCOUNTS)
    _prepare(bench, market)
    writer = Writer(lambda: _connection(bench), lanes=LANES)
    fast, pages = _Engine(market, writer.apply, LANES), _Engine(market, apply_through_the_door, 1)
    with in_zone(SCHEMA):
        fast.rate("uniform", BATCH, bench.seconds(WARM_UP_SECONDS))
        bench.say(f"warm: about {fast.guesses['uniform', BATCH]:,.0f} orders a second")
        bench.interleave(_parts(bench, fast, pages))
        bench.say("and now for longer, checkpoints and all")
        bench.figures["sustained_uniform_orders_per_second"] = round(_sustained(bench, fast), 2)
    writer.close()
    _conclude(bench, market, (fast, pages))


def _prepare(bench: Bench, market: Market) -> None:
    start = time.perf_counter()
    markets.load(bench.site, market)
    bench.settings |= {
        "accounts": market.accounts,
        "buyers": market.buyers,
        "items": market.items,
        "sellers": market.sellers,
        "load_seconds": round(time.perf_counter() - start, 1),
        "transfers_an_order": 3,
        "batch": BATCH,
        "connections": LANES,
        "psycopg_connections": THREADS,
        "django_threads": THREADS,
    }
    bench.say(f"{market.accounts:,} accounts loaded in {bench.settings['load_seconds']} s")
    bench.settings |= tpcb.prepare(bench.site, scale=bench.count(tpcb.SCALE))
    one_by_one.prepare(bench.site, market.accounts)
    naive_shop.prepare(bench.site, market.accounts)
    bench.say("baselines loaded")


def _parts(bench: Bench, fast: _Engine, pages: _Engine) -> dict[str, Callable[[], float | Mapping[str, float]]]:
    seconds, accounts = bench.seconds(SECONDS), fast.market.accounts

    def ours(shape: str, size: int = BATCH, of: float = SECONDS) -> Callable[[], float]:
        return lambda: fast.rate(shape, size, bench.seconds(of))

    def psycopg(*, is_hot: bool) -> Callable[[], float]:
        return lambda: one_by_one.rate(bench.site, accounts=accounts, seconds=seconds, is_hot=is_hot)

    def django(*, is_hot: bool) -> Callable[[], float]:
        return lambda: naive_shop.rate(bench.site, accounts=accounts, seconds=seconds, is_hot=is_hot)

    return {
        "tpcb_tps": lambda: tpcb.rate(bench.site, seconds),
        "begin_round": _begin_round(bench),
        "uniform_orders_per_second": ours("uniform"),
        "zipf_orders_per_second": ours("zipf"),
        "hot_orders_per_second": ours("hot"),
        "pending_orders_per_second": ours("pending"),
        "pending_hot_orders_per_second": ours("pending_hot"),
        **{f"wallet_batch_{n}_orders_per_second": ours("uniform", n, of) for n, of in OTHER_BATCHES.items()},
        "page_orders_per_second": lambda: pages.rate("uniform", 1, bench.seconds(OTHER_BATCHES[1])),
        "psycopg_orders_per_second": psycopg(is_hot=False),
        "psycopg_hot_orders_per_second": psycopg(is_hot=True),
        "django_orders_per_second": django(is_hot=False),
        "django_hot_orders_per_second": django(is_hot=True),
    }


def _begin_round(bench: Bench) -> Callable[[], Mapping[str, float]]:
    def begin() -> Mapping[str, float]:
        markets.begin_round(bench.site)
        return {}

    return begin


def _sustained(bench: Bench, engine: _Engine) -> float:
    """Return orders a second over SUSTAINED_SECONDS of uniform orders, making them included."""
    start, before = time.perf_counter(), engine.applied
    while (spent := time.perf_counter() - start) < bench.seconds(SUSTAINED_SECONDS):
        engine.rate("uniform", BATCH, bench.seconds(SECONDS))
    return (engine.applied - before) / spent


def _conclude(bench: Bench, market: Market, engines: Sequence[_Engine]) -> None:
    if "uniform_orders_per_second" in bench.figures:
        bench.figures["wallet_orders_per_second"] = bench.figures["uniform_orders_per_second"]
    for name, over, under in (
        ("uniform_to_tpcb", "uniform_orders_per_second", "tpcb_tps"),
        ("hot_to_tpcb", "hot_orders_per_second", "tpcb_tps"),
        ("hot_to_uniform", "hot_orders_per_second", "uniform_orders_per_second"),
        ("uniform_to_psycopg", "uniform_orders_per_second", "psycopg_orders_per_second"),
        ("uniform_to_django", "uniform_orders_per_second", "django_orders_per_second"),
        ("hot_to_django_hot", "hot_orders_per_second", "django_hot_orders_per_second"),
    ):
        bench.ratio(name, over, under)
    bench.figures["orders"] = float(sum(engine.applied for engine in engines))
    bench.figures["refused"] = float(sum(engine.refused for engine in engines))
    bench.figures["balanced"] = float(markets.is_balanced(bench.site, market))


def _connection(bench: Bench) -> psycopg.Connection[Any]:
    """Return a connection with the application's role, as the intake has."""
    connection = bench.site.connect()
    connection.execute(f'set role "{APPLICATION_ROLE}"')
    connection.commit()
    return connection


def apply_through_the_door(entries: Sequence[ledger.Entry]) -> Sequence[ledger.Answer]:
    """Apply a batch as pages do: through the room's door, one transaction, committed when this returns."""
    with transaction(SYSTEM):
        return ledger.post_many(entries)


@dataclass
class _Engine:
    """Orders into the ledger: batches are made before the clock starts, and applied by as many threads as lanes."""

    market: Market
    apply: Apply
    lanes: int
    guesses: dict[tuple[str, int], float] = field(default_factory=dict)
    applied: int = 0
    refused: int = 0

    def rate(self, shape: str, size: int, seconds: float) -> float:
        """Return orders a second of one shape, in batches of one size, for about so many seconds."""
        guess = self.guesses.get((shape, size)) or min(FIRST_GUESS, 400.0 * size)
        batches = self._batches(shape, size, max(2, round(guess * seconds / size)))
        gc.collect()
        gc.freeze()  # the prepared orders are the bench's, not the engine's: its collector need not walk them
        start = time.perf_counter()
        for phase in batches:
            self._take_all(phase)
        spent = time.perf_counter() - start
        gc.unfreeze()
        self.guesses[shape, size] = size * len(batches[0]) / spent
        return self.guesses[shape, size]

    def _take_all(self, batches: Sequence[Sequence[ledger.Entry]]) -> None:
        if self.lanes == 1:
            answered = [self.apply(batch) for batch in batches]
        else:
            with ThreadPoolExecutor(self.lanes) as threads:
                answered = list(threads.map(self.apply, batches))
        for answers in answered:
            yes = sum(isinstance(answer, ledger.Applied) for answer in answers)
            self.applied += yes
            self.refused += len(answers) - yes

    def _batches(self, shape: str, size: int, count: int) -> list[list[list[ledger.Entry]]]:
        """Return the batches in phases, each of which ends before the next begins: orders, or holds and their posts."""
        chosen, at = getattr(self.market, {"pending": "uniform", "pending_hot": "hot"}.get(shape, shape)), clock.now()
        if not shape.startswith("pending"):
            return [
                [[markets.order(self.market, buyer, item, at) for buyer, item in chosen(size)] for _ in range(count)]
            ]
        held = [
            [markets.reservation(self.market, buyer, item, at) for buyer, item in chosen(size)] for _ in range(count)
        ]
        return [held, [[markets.post_of(entry, at) for entry in batch] for batch in held]]
