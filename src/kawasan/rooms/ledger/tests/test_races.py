"""Many threads at once: what is there is sold exactly, opposite transfers never deadlock, repeats apply once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from tests import databases
from tests.builders.ledger import (
    AT,
    a_hold,
    a_resolution,
    a_source,
    a_transfer,
    an_account,
    an_asset,
    an_entry,
)

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.api import Flag, Kind, PendingState
from kawasan.rooms.ledger.tests.connecting import as_application

pytestmark = pytest.mark.django_db(transaction=True)

JOIN_SECONDS = 60


def at_once(*works: Callable[[], object]) -> list[str]:
    """Run each work in a thread and a transaction of its own, all from the same moment; return what each came to."""
    start = threading.Barrier(len(works))
    outcomes: list[str] = []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            with in_zone(databases.SCHEMA), transaction(SYSTEM):
                outcome = str(work())
        except Refusal as refusal:
            outcome = refusal.code
        except Exception as error:
            outcome = repr(error)
        finally:
            connection.close()
        outcomes.append(outcome)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOIN_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def posting(entry: ledger.Entry) -> Callable[[], str]:
    return lambda: "repeated" if ledger.post(entry).repeated else "applied"


def test_as_many_are_sold_as_there_are() -> None:
    with transaction(SYSTEM):
        piece = an_asset()
        stock, till = an_account(asset=piece, holding=7), an_account()
        buyers = [(an_account(holding=10), an_account(asset=piece)) for _ in range(20)]
    orders = [an_entry(a_transfer(stock, shelf, 1), a_transfer(wallet, till, 10)) for wallet, shelf in buyers]
    outcomes = Counter(at_once(*[posting(order) for order in orders]))
    assert outcomes == {"applied": 7, "insufficient-balance": 13}
    assert ledger.balance(stock).available == 0
    assert ledger.balance(till).available == 70
    assert sum(ledger.balance(wallet).available for wallet, _ in buyers) == 130
    assert ledger.verify() == []


def test_what_batches_add_and_pages_take_was_never_below_zero_in_the_order_of_numbers() -> None:
    """What is only added goes unchecked; still nobody has taken what had not been added before."""
    with transaction(SYSTEM):
        shop, other = an_account(), an_account()
        wallets = [an_account(holding=1_000) for _ in range(8)]
    writers = [engine.Writer(as_application) for _ in range(2)]

    def adding(number: int) -> None:
        for turn in range(30):
            few = wallets[number % 2 :: 2]
            writers[number % 2].apply([an_entry(a_transfer(wallet, shop, 1 + turn % 3)) for wallet in few])

    def taking() -> None:
        for _ in range(120):
            with suppress(Refusal), in_zone(databases.SCHEMA), transaction(SYSTEM):  # the other one was faster
                left = ledger.balance(shop).available
                if left:
                    ledger.post(an_entry(a_transfer(shop, other, left)))
            connection.close()

    threads = [threading.Thread(target=adding, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=taking) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOIN_SECONDS)
    for writer in writers:
        writer.close()
    lines: list[ledger.StatementLine] = []
    cursor: str | None = None
    with transaction(SYSTEM):
        while not lines or cursor:
            page = ledger.statement(shop, cursor)
            lines, cursor = lines + list(page.items), page.next_cursor
    assert len([line for line in lines if line.change > 0]) == 4 * 30 * 4
    assert any(line.change < 0 for line in lines)
    assert min(line.balance for line in lines) >= 0
    assert ledger.verify() == []


def test_opposite_transfers_wait_for_each_other_and_never_deadlock() -> None:
    with transaction(SYSTEM):
        one, other, third = (an_account(flags=Flag.NONE) for _ in range(3))
    routes = [(one, other), (other, one), (other, third), (third, one)] * 6
    works = [posting(an_entry(*[a_transfer(debit, credit, 1) for _ in range(3)])) for debit, credit in routes]
    assert at_once(*works) == ["applied"] * len(works)
    assert ledger.verify() == []


def test_the_same_entry_from_many_threads_applies_once() -> None:
    with transaction(SYSTEM):
        wallet, shop = an_account(holding=100), an_account()
    entry = an_entry(a_transfer(wallet, shop, 5))
    outcomes = Counter(at_once(*[posting(entry)] * 12))
    assert outcomes == {"applied": 1, "repeated": 11}
    assert ledger.balance(shop).posted == 5


def test_one_entry_id_with_different_contents_on_different_accounts_applies_one_of_them() -> None:
    with transaction(SYSTEM):
        pairs = [(a_source(), an_account()) for _ in range(8)]
    entry_id = ids.uuid7()
    entries = [an_entry(a_transfer(source, wallet, 5), id=entry_id) for source, wallet in pairs]
    outcomes = Counter(at_once(*[posting(entry) for entry in entries]))
    assert outcomes == {"applied": 1, "entry-id-reused": 7}
    assert sum(ledger.balance(wallet).posted for _, wallet in pairs) == 5


def test_one_transfer_id_in_different_entries_applies_one_of_them() -> None:
    with transaction(SYSTEM):
        pairs = [(a_source(), an_account()) for _ in range(8)]
    transfer_id = ids.uuid7()
    entries = [an_entry(a_transfer(source, wallet, 5, id=transfer_id)) for source, wallet in pairs]
    outcomes = Counter(at_once(*[posting(entry) for entry in entries]))
    assert outcomes == {"applied": 1, "transfer-id-reused": 7}
    assert sum(ledger.balance(wallet).posted for _, wallet in pairs) == 5


def test_a_hold_is_posted_voided_or_expired_by_exactly_one() -> None:
    with transaction(SYSTEM):
        wallet, shop = an_account(holding=1_000), an_account()
        holds = [a_hold(wallet, shop, 10, minutes=1) for _ in range(10)]
        ledger.post(an_entry(*holds))
    works: list[Callable[[], object]] = [lambda: ledger.expire_due(AT + timedelta(minutes=1))] * 2
    for hold in holds:
        works += [posting(an_entry(a_resolution(kind, hold))) for kind in (Kind.POST, Kind.VOID)]
    outcomes = at_once(*works)
    assert not [text for text in outcomes if "Error" in text or "Busy" in text or "busy" in text]
    states = Counter(ledger.pending_state(hold.id) for hold in holds)
    assert PendingState.OPEN not in states
    assert ledger.balance(shop).posted == 10 * states[PendingState.POSTED]
    assert ledger.balance(wallet).debits_pending == 0
    assert ledger.verify() == []


def test_two_sweeps_at_once_expire_everything_once() -> None:
    with transaction(SYSTEM):
        wallet, shop = an_account(holding=1_000), an_account()
        ledger.post(an_entry(*[a_hold(wallet, shop, 1, minutes=1) for _ in range(200)]))
    sweep = lambda: ledger.expire_due(AT + timedelta(minutes=1), limit=100)  # noqa: E731
    expired = sum(int(text) for text in at_once(sweep, sweep, sweep))
    with transaction(SYSTEM):
        while more := sweep():
            expired += more
    assert expired == 200
    assert ledger.balance(wallet).debits_pending == 0
    assert ledger.verify() == []


def test_an_account_that_stays_locked_is_told_as_busy_and_nothing_was_done() -> None:
    with transaction(SYSTEM):
        wallet, shop = an_account(holding=10), an_account()
    entry = an_entry(a_transfer(wallet, shop, 1))
    with _another_connection() as other:
        other.execute("select from ledger_account where id = %s for update", [wallet])
        with pytest.raises(ledger.LedgerBusy), transaction(SYSTEM), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '50ms'")
            ledger.post(entry)
    assert ledger.entry(entry.id) is None
    with transaction(SYSTEM):
        assert not ledger.post(entry).repeated


def test_a_connection_that_commits_each_statement_is_refused() -> None:
    with _another_connection() as other:
        other.autocommit = True
        with pytest.raises(RuntimeError, match="transaction"):
            engine.apply(other, [an_entry(a_transfer(UUID(int=1), UUID(int=2), 1))])
    with pytest.raises(RuntimeError, match="transaction"):
        ledger.post(an_entry(a_transfer(UUID(int=1), UUID(int=2), 1)))


def test_in_the_order_of_their_numbers_transfers_never_overdraw_an_account() -> None:
    with transaction(SYSTEM):
        source, wallet = a_source(), an_account(holding=2)
    routes = [(source, wallet), (wallet, source)] * 12
    at_once(*[posting(an_entry(a_transfer(debit, credit, 2))) for debit, credit in routes])
    balances = [line.balance for line in ledger.statement(wallet, None, 100).items]
    assert len(balances) > 13
    assert min(balances) >= 0


def test_writers_and_pages_at_once_sell_what_there_is_and_lose_nothing() -> None:
    with transaction(SYSTEM):
        piece = an_asset()
        stock, till, source = an_account(asset=piece, holding=60), an_account(), a_source()
        buyers = [(an_account(holding=100), an_account(asset=piece)) for _ in range(12)]
    orders = [
        [an_entry(a_transfer(stock, shelf, 1), a_transfer(wallet, till, 1)) for wallet, shelf in buyers * 2]
        for _ in range(6)
    ]
    writers = [engine.Writer(as_application) for _ in range(2)]
    sold: list[bool] = []

    def write(number: int) -> Callable[[], object]:
        def run() -> str:
            batch = orders[number]
            for start in range(0, len(batch), 6):
                answers = _until_not_busy(lambda: writers[number % 2].apply(batch[start : start + 6]))  # noqa: B023
                sold.extend(isinstance(answer, ledger.Applied) for answer in answers)
            return "written"

        return run

    pages = [posting(an_entry(a_transfer(source, wallet, 5), a_transfer(wallet, source, 5))) for wallet, _ in buyers]
    try:
        outcomes = at_once(*[write(number) for number in range(6)], *pages)
    finally:
        for writer in writers:
            writer.close()
    assert Counter(outcomes) == {"written": 6, "applied": len(pages)}
    assert sum(sold) == 60
    assert len(sold) == 6 * 24
    assert ledger.balance(stock).available == 0
    assert ledger.balance(till).available == 60
    for account in (stock, till, buyers[0][0]):
        balances = [line.balance for line in ledger.statement(account, None, 100).items]
        assert min(balances) >= 0
        assert balances[0] == ledger.balance(account).posted
    assert ledger.verify() == []


def _until_not_busy(work: Callable[[], list[ledger.Answer]]) -> list[ledger.Answer]:
    while True:
        try:
            return work()
        except ledger.LedgerBusy:
            continue


def _another_connection() -> psycopg.Connection:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
        options=f"-c search_path={databases.SCHEMA}",
    )
