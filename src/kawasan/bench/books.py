"""``kawasan bench books``: transfers followed a second, and statements of a business with very many lines."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psutil

from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA
from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.books import api as books
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

LINES = 1_000_000  # of the journal of one business
LINES_AN_ORDER = 4  # escrow, balance, deposit, sale
BATCH = 1_000
YEAR = 2026
MEBIBYTE = 2**20
QUESTIONS = 5  # of each statement; the median counts
_PLAIN = """
drop table if exists bench_plain;
create table bench_plain (like books_line including all);
"""


def run(bench: Bench) -> None:
    """Give one business a year of orders, follow them anew in each round, and ask for its statements."""
    with in_zone(SCHEMA):
        shop, orders = ids.derived("bench.books"), bench.count(LINES // LINES_AN_ORDER)
        _open(shop, orders)
        bench.say(f"{orders:,} orders settle in the ledger")
        for batch in _orders(shop, orders):
            with transaction(SYSTEM):
                ledger.post_many(batch)
        bench.settings |= {"orders": orders, "lines": LINES_AN_ORDER * orders + 2}
        parts: dict[str, Callable[[], float | Mapping[str, float]]] = {
            "follow": lambda: _follow(orders),
            "plain_insert_rows_per_second": lambda: _plain(bench),
            "statements": lambda: _statements(shop),
        }
        bench.interleave(parts)
    bench.ratio("followed_to_plain_insert", "followed_rows_per_second", "plain_insert_rows_per_second")
    if bench.figures["differences"]:
        bench.failures.append("the books are not the ledger's")


def _open(shop: UUID, orders: int) -> None:
    """Pay all orders into the escrow at once: the follower's work is their settlement."""
    deposit = ledger.NewTransfer(
        id=ids.uuid7(),
        debit=payments.provider(),
        credit=payments.escrow(shop),
        amount=orders * 100_000_00,
        code=int(payments.PaymentCode.PAY_QRIS),
    )
    with transaction(SYSTEM):
        payments.ensure_business_accounts(business_id=shop)
        ledger.post(ledger.Entry(ids.uuid7(), datetime(YEAR, 1, 1, 5, tzinfo=UTC), (deposit,)))


def _orders(shop: UUID, orders: int) -> Iterator[list[ledger.Entry]]:
    start = datetime(YEAR, 1, 1, 6, tzinfo=UTC)
    for first in range(0, orders, BATCH):
        yield [
            ledger.Entry(
                ids.uuid7(),
                start + timedelta(days=365 * number // orders),
                payments.release(
                    business_id=shop, order_id=ids.uuid7(), gross_minor=50_000_00 + number % 50_000, fee_minor=0
                ),
            )
            for number in range(first, min(first + BATCH, orders))
        ]


def _follow(orders: int) -> Mapping[str, float]:
    """Empty the journal and let the follower take everything; every line is found in the balances afterwards."""
    start = time.perf_counter()
    followers.rebuild(books.FOLLOWER_NAME)
    seconds = time.perf_counter() - start
    with transaction(SYSTEM, statement_timeout_ms=600_000):
        wrong = len(books.differences())
    return {
        "followed_transfers_per_second": orders / seconds,
        "followed_rows_per_second": LINES_AN_ORDER * orders / seconds,
        "follower_rss_mib": psutil.Process().memory_info().rss / MEBIBYTE,
        "differences": float(wrong),
    }


def _plain(bench: Bench) -> float:
    """Insert the same rows, with the same indexes, by one statement of PostgreSQL's own."""
    with bench.site.connect() as connection:
        connection.execute(_PLAIN)
        connection.commit()
        start = time.perf_counter()
        rows = connection.execute("insert into bench_plain select * from books_line").rowcount
        connection.commit()
        seconds = time.perf_counter() - start
        connection.execute("drop table bench_plain")
        connection.commit()
    return rows / seconds


def _statements(shop: UUID) -> Mapping[str, float]:
    """Ask for three statements of the year, each with the year before, the trial balance, and a page of lines."""
    span = books.Span(date(YEAR, 1, 1), date(YEAR, 12, 31))
    found: dict[str, float] = {}
    for report in (books.Report.PROFIT, books.Report.POSITION, books.Report.CASH):
        name = f"{report.name.lower()}_statement_ms"
        found[name] = _median(
            lambda report=report: books.statement(  # type: ignore[misc]
                actor=SYSTEM, business_id=shop, report=report, span=span
            )
        )
    found["trial_balance_ms"] = _median(lambda: books.trial_balance(actor=SYSTEM, business_id=shop, span=span))
    found["ledger_page_ms"] = _median(
        lambda: books.general_ledger(
            actor=SYSTEM, business_id=shop, codes=["4101"], first=date(YEAR, 7, 1), last=span.last
        )
    )
    found["statements_ms"] = sum(found.values())
    return found


def _median(ask: Callable[[], object]) -> float:
    took = []
    for _ in range(QUESTIONS):
        start = time.perf_counter()
        with transaction(SYSTEM):
            ask()
        took.append((time.perf_counter() - start) * 1_000)
    return statistics.median(took)
