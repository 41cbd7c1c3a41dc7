"""``kawasan bench engine``: how many orders the ledger applies a second, beside the yardsticks, in the same rounds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kawasan.bench import market as markets
from kawasan.bench.baselines import naive_shop, one_by_one, tpcb
from kawasan.bench.baselines.threads import THREADS
from kawasan.bench.population import ACCOUNTS, Market
from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA
from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.ledger import api as ledger

BATCH = 1_000
OTHER_BATCHES = {100: 2.0, 10: 1.5, 1: 1.5}  # size -> seconds
SECONDS = 3.0
WARM_UP_SECONDS = 5.0
FIRST_GUESS = 3_000.0  # orders a second, until the warm-up has told
QUICK_ACCOUNTS = 20_000

Apply = Callable[[Sequence[ledger.Entry]], Sequence[ledger.Answer]]


def run(bench: Bench) -> None:
    """Load the market, warm up, and measure everything in interleaved rounds."""
    market = Market.of(QUICK_ACCOUNTS if bench.options.quick else ACCOUNTS)
    _prepare(bench, market)
    with in_zone(SCHEMA):
        engine = _Engine(market, apply_through_the_door)
        engine.rate("uniform", BATCH, bench.seconds(WARM_UP_SECONDS))
        bench.say(f"warm: about {engine.guesses['uniform', BATCH]:,.0f} orders a second")
        bench.interleave(_parts(bench, engine))
    _conclude(bench, market, engine)


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
        "connections": 1,
        "psycopg_connections": THREADS,
        "django_threads": THREADS,
    }
    bench.say(f"{market.accounts:,} accounts loaded in {bench.settings['load_seconds']} s")
    bench.settings |= tpcb.prepare(bench.site, scale=bench.count(tpcb.SCALE))
    one_by_one.prepare(bench.site, market.accounts)
    naive_shop.prepare(bench.site, market.accounts)
    bench.say("baselines loaded")


def _parts(bench: Bench, engine: _Engine) -> dict[str, Callable[[], float]]:
    seconds, accounts = bench.seconds(SECONDS), engine.market.accounts

    def ours(shape: str, size: int = BATCH, of: float = SECONDS) -> Callable[[], float]:
        return lambda: engine.rate(shape, size, bench.seconds(of))

    def psycopg(*, is_hot: bool) -> Callable[[], float]:
        return lambda: one_by_one.rate(bench.site, accounts=accounts, seconds=seconds, is_hot=is_hot)

    def django(*, is_hot: bool) -> Callable[[], float]:
        return lambda: naive_shop.rate(bench.site, accounts=accounts, seconds=seconds, is_hot=is_hot)

    return {
        "tpcb_tps": lambda: tpcb.rate(bench.site, seconds),
        "uniform_orders_per_second": ours("uniform"),
        "zipf_orders_per_second": ours("zipf"),
        "hot_orders_per_second": ours("hot"),
        "pending_orders_per_second": ours("pending"),
        "pending_hot_orders_per_second": ours("pending_hot"),
        **{f"wallet_batch_{n}_orders_per_second": ours("uniform", n, of) for n, of in OTHER_BATCHES.items()},
        "psycopg_orders_per_second": psycopg(is_hot=False),
        "psycopg_hot_orders_per_second": psycopg(is_hot=True),
        "django_orders_per_second": django(is_hot=False),
        "django_hot_orders_per_second": django(is_hot=True),
    }


def _conclude(bench: Bench, market: Market, engine: _Engine) -> None:
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
    bench.figures["orders"] = engine.applied
    bench.figures["refused"] = engine.refused
    bench.figures["balanced"] = float(markets.is_balanced(bench.site, market))


def apply_through_the_door(entries: Sequence[ledger.Entry]) -> Sequence[ledger.Answer]:
    """Apply a batch as pages do: through the room's door, one transaction, committed when this returns."""
    with transaction(SYSTEM):
        return ledger.post_many(entries)


@dataclass
class _Engine:
    """Orders into the ledger: batches are made before the clock starts, and applied one after another."""

    market: Market
    apply: Apply
    guesses: dict[tuple[str, int], float] = field(default_factory=dict)
    applied: int = 0
    refused: int = 0

    def rate(self, shape: str, size: int, seconds: float) -> float:
        """Return orders a second of one shape, in batches of one size, for about so many seconds."""
        guess = self.guesses.get((shape, size)) or min(FIRST_GUESS, 400.0 * size)
        batches = self._batches(shape, size, max(2, round(guess * seconds / size)))
        orders = size * len(batches) // (2 if shape.startswith("pending") else 1)
        gc.collect()
        gc.freeze()  # the prepared orders are the bench's, not the engine's: its collector need not walk them
        start = time.perf_counter()
        for batch in batches:
            self._take(batch)
        spent = time.perf_counter() - start
        gc.unfreeze()
        self.guesses[shape, size] = orders / spent
        return orders / spent

    def _take(self, batch: Sequence[ledger.Entry]) -> None:
        for answer in self.apply(batch):
            if isinstance(answer, ledger.Applied):
                self.applied += 1
            else:
                self.refused += 1

    def _batches(self, shape: str, size: int, count: int) -> list[list[ledger.Entry]]:
        chosen, at = getattr(self.market, {"pending": "uniform", "pending_hot": "hot"}.get(shape, shape)), clock.now()
        if not shape.startswith("pending"):
            return [[markets.order(self.market, buyer, item, at) for buyer, item in chosen(size)] for _ in range(count)]
        batches = []
        for _ in range(count):  # a batch of reservations, then the batch of their payments
            held = [markets.reservation(self.market, buyer, item, at) for buyer, item in chosen(size)]
            batches += [held, [markets.post_of(entry, at) for entry in held]]
        return batches
