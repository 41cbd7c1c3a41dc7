"""The Writer commits batch after batch: what it answers is stored, what fails leaves nothing, no change is lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.builders.ledger import AT, a_hold, a_resolution, a_source, a_transfer, an_account, an_entry

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.api import AMOUNT_MAX, Applied, Flag, Kind, Refused
from kawasan.rooms.ledger.engine import store
from kawasan.rooms.ledger.tests.connecting import as_application

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def a_writer(**options: Any) -> Iterator[engine.Writer]:
    writer = engine.Writer(as_application, **options)
    try:
        yield writer
    finally:
        writer.close()


def opened(*holdings: int, **fields: Any) -> list[Any]:
    with transaction(SYSTEM):
        return [an_account(holding=holding, **fields) for holding in holdings]


def post(*transfers: ledger.NewTransfer) -> None:
    with transaction(SYSTEM):
        ledger.post(an_entry(*transfers))


def kinds(answers: list[ledger.Answer]) -> list[str]:
    return [a.refusal.code if isinstance(a, Refused) else "repeated" if a.repeated else "applied" for a in answers]


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_it_answers_is_committed_and_numbered(lanes: int) -> None:
    wallet, shop = opened(10, 0)
    with a_writer(lanes=lanes) as writer:
        first, refused, second = entries = [an_entry(a_transfer(wallet, shop, amount)) for amount in (4, 7, 6)]
        answers = writer.apply(entries)
        assert kinds(answers) == ["applied", "insufficient-balance", "applied"]
        assert ledger.balance(shop).posted == 10
        assert ledger.entry(first.id).last_sequence == answers[0].last_sequence < answers[2].last_sequence
        assert ledger.entry(refused.id) is None
        assert kinds(writer.apply([second, first])) == ["repeated", "repeated"]
        assert writer.apply([]) == []
    assert ledger.verify() == []


@pytest.mark.parametrize("copied_from", [50, 100])  # entries and all, or the transfers alone
def test_a_batch_that_needs_a_copy_is_stored_like_a_small_one(
    monkeypatch: pytest.MonkeyPatch, copied_from: int
) -> None:
    monkeypatch.setattr(store, "COPY_ROWS_MIN", copied_from)
    wallet, shop = opened(1_000, 0)
    entries = [an_entry(a_transfer(wallet, shop, 1), a_hold(wallet, shop, 1)) for _ in range(60)]
    with a_writer() as writer:
        assert kinds(writer.apply(entries)) == ["applied"] * len(entries)
    assert ledger.balance(wallet).available == 1_000 - 2 * len(entries)
    assert ledger.transfer(entries[-1].transfers[0].id).entry_id == entries[-1].id
    assert ledger.verify() == []


@pytest.mark.parametrize("lanes", [1, 2])
def test_pages_write_between_its_batches_and_neither_loses_a_change(lanes: int) -> None:
    wallet, shop = opened(10, 0)
    with a_writer(lanes=lanes) as writer:
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 4))])) == ["applied"]
        post(a_transfer(wallet, shop, 5))  # what the writer remembers is stale now
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 2))])) == ["insufficient-balance"]
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 1))])) == ["applied"]
        with transaction(SYSTEM):
            ledger.freeze_account(shop)
        post(a_transfer(an_account_without_limits(), wallet, 5))
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 1))])) == ["account-frozen"]
    assert ledger.balance(shop).posted == 10
    assert ledger.verify() == []


def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch fail that is decided anew with everything locked."""

    def refuse(*_: Any) -> None:
        raise AssertionError("decided anew")

    monkeypatch.setattr(engine.Writer, "_apply_locked", refuse)


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_others_do_with_an_account_that_it_only_adds_to_sends_no_batch_back(
    monkeypatch: pytest.MonkeyPatch, lanes: int
) -> None:
    wallet, other, shop = opened(10, 10, 0)
    with a_writer(lanes=lanes) as writer:
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 4))])) == ["applied"]
        post(a_transfer(other, shop, 5))
        post(a_transfer(shop, other, 7))
        no_locks(monkeypatch)
        batch = [an_entry(a_hold(wallet, shop, 1)), an_entry(a_transfer(wallet, shop, 2))]
        too_much = an_entry(a_transfer(wallet, shop, 9))  # refused for the wallet, whatever the shop has by now
        assert kinds(writer.apply([too_much])) == ["insufficient-balance"]
        assert kinds(writer.apply([*batch, too_much])) == ["applied", "applied", "insufficient-balance"]
    assert (ledger.balance(shop).posted, ledger.balance(shop).credits_pending) == (4 + 5 - 7 + 2, 1)
    assert ledger.verify() == []


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_others_added_meanwhile_is_counted_when_the_sum_no_longer_fits(lanes: int) -> None:
    wallet, shop = opened(10, 0)
    with transaction(SYSTEM):
        rich = an_account(holding=AMOUNT_MAX)
    with a_writer(lanes=lanes) as writer:
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 1))])) == ["applied"]
        post(a_transfer(rich, shop, AMOUNT_MAX - 1))
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 1))])) == ["balance-overflow"]
    assert ledger.verify() == []


def test_an_account_that_somebody_else_keeps_writing_is_locked_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    wallet, shop = opened(100, 0)
    buys = [an_entry(a_transfer(wallet, shop, 1)) for _ in range(6)]
    with a_writer() as writer:
        for number in range(3):  # the second time tells that there will be more
            assert kinds(writer.apply([buys[number]])) == ["applied"]
            post(a_transfer(wallet, shop, 1))
        assert kinds(writer.apply([buys[3]])) == ["applied"]
        with monkeypatch.context() as patch:
            no_locks(patch)
            with pytest.raises(AssertionError, match="decided anew"):
                writer.apply([buys[4]])
            writer._contended = dict.fromkeys(writer._contended, 0.0)  # the time is over
            assert kinds(writer.apply([buys[5]])) == ["applied"]
    assert ledger.verify() == []


def an_account_without_limits() -> Any:
    with transaction(SYSTEM):
        return a_source()


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_refusal_decided_on_stale_balances_is_not_told(lanes: int) -> None:
    wallet, shop = opened(1, 0)
    with a_writer(lanes=lanes) as writer:
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 1))])) == ["applied"]
        post(a_transfer(an_account_without_limits(), wallet, 5))
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 5))])) == ["applied"]


def test_an_account_opened_after_it_was_missed_is_found() -> None:
    (wallet,) = opened(10)
    owner = ids.uuid7()
    shop = ledger.account_id(owner, ledger.IDR, 100)
    with a_writer() as writer:
        entry = an_entry(a_transfer(wallet, shop, 1))
        assert kinds(writer.apply([entry])) == ["unknown-account"]
        opened(0, owner=owner)
        assert kinds(writer.apply([entry])) == ["applied"]


def test_holds_are_resolved_also_when_the_same_batch_opened_them() -> None:
    wallet, shop = opened(10, 0)
    early, late = a_hold(wallet, shop, 4), a_hold(wallet, shop, 5)
    with a_writer() as writer:
        assert kinds(writer.apply([an_entry(early)])) == ["applied"]
        batch = [an_entry(late), an_entry(a_resolution(Kind.POST, early)), an_entry(a_resolution(Kind.VOID, late))]
        assert kinds(writer.apply([*batch, an_entry(a_resolution(Kind.VOID, early))])) == [
            *["applied"] * 3,
            "pending-already-resolved",
        ]
        assert kinds(writer.apply([an_entry(a_transfer(wallet, shop, 6))])) == ["applied"]
    assert ledger.balance(shop).posted == 10
    assert ledger.verify() == []


def test_rows_alongside_are_committed_with_the_batch_and_see_its_answers() -> None:
    wallet, shop = opened(10, 0)
    entries = [an_entry(a_transfer(wallet, shop, amount)) for amount in (4, 7)]
    with a_writer() as writer:
        writer.apply(entries, _note_answers)
    assert _notes() == {str(entries[0].id): "applied", str(entries[1].id): "insufficient-balance"}


@pytest.mark.parametrize("lanes", [1, 2])
def test_rows_alongside_are_written_once_where_a_batch_was_decided_twice(lanes: int) -> None:
    wallet, shop = opened(10, 0)
    entry = an_entry(a_transfer(wallet, shop, 6))
    with a_writer(lanes=lanes) as writer:
        writer.apply([an_entry(a_transfer(wallet, shop, 1))])
        post(a_transfer(wallet, shop, 4))
        writer.apply([entry], _note_answers)
    assert _notes() == {str(entry.id): "insufficient-balance"}


@pytest.mark.parametrize("lanes", [1, 2])
def test_where_rows_alongside_fail_nothing_is_kept_and_the_next_batch_is_right(lanes: int) -> None:
    wallet, shop = opened(10, 0)
    entry = an_entry(a_transfer(wallet, shop, 10))

    def fail(cursor: Any, answers: Any) -> None:
        raise ZeroDivisionError

    with a_writer(lanes=lanes) as writer:
        with pytest.raises(ZeroDivisionError):
            writer.apply([entry], fail)
        assert ledger.entry(entry.id) is None
        assert ledger.balance(wallet).available == 10
        assert kinds(writer.apply([entry])) == ["applied"]
    assert ledger.verify() == []


def test_a_lost_connection_is_told_and_the_next_batch_gets_another() -> None:
    wallet, shop = opened(10, 0)
    entry = an_entry(a_transfer(wallet, shop, 10))

    def cut(cursor: Any, answers: Any) -> None:
        (pid,) = cursor.execute("select pg_backend_pid()").fetchone()
        with as_application(role="kawasan") as other:
            other.execute("select pg_terminate_backend(%s)", [pid])
        cursor.execute("select 1")

    with a_writer(lanes=1) as writer:
        with pytest.raises(ledger.LedgerUnreachable):
            writer.apply([entry], cut)
        assert ledger.entry(entry.id) is None
        assert kinds(writer.apply([entry])) == ["applied"]
    assert ledger.verify() == []


def test_accounts_that_stay_locked_are_told_as_busy_and_the_batch_may_be_repeated() -> None:
    wallet, shop = opened(10, 0)
    entry = an_entry(a_transfer(wallet, shop, 10))
    writer = engine.Writer(lambda: as_application(lock_timeout="50ms"))
    with as_application() as other:
        other.execute("select from ledger_account where id = %s for update", [wallet])
        with pytest.raises(ledger.LedgerBusy):
            writer.apply([entry])
    assert kinds(writer.apply([entry])) == ["applied"]
    writer.close()


def test_too_many_entries_are_refused_before_anything_is_done() -> None:
    with a_writer() as writer, pytest.raises(ledger.BatchTooLarge):
        writer.apply([an_entry()] * (ledger.ENTRIES_PER_BATCH_MAX + 1))


def test_an_entry_sent_again_while_it_is_in_hand_is_answered_as_a_repeat_after_its_commit() -> None:
    wallet, shop = opened(10, 0)
    entry = an_entry(a_transfer(wallet, shop, 4))
    in_hand, repeats = threading.Event(), []

    with a_writer() as writer:

        def again() -> None:
            in_hand.wait(10)
            repeats.extend(writer.apply([entry]))

        thread = threading.Thread(target=again)
        thread.start()

        def wait_a_little(cursor: Any, answers: Any) -> None:
            in_hand.set()
            cursor.execute("select pg_sleep(0.2)")

        (first,) = writer.apply([entry], wait_a_little)
        thread.join(10)
    assert repeats == [Applied(entry.id, first.last_sequence, repeated=True)]
    assert ledger.balance(shop).posted == 4


def test_what_was_decided_on_a_batch_that_failed_is_decided_anew() -> None:
    wallet, shop, other = opened(10, 0, 0)
    failing, following = an_entry(a_transfer(wallet, shop, 10)), an_entry(a_transfer(shop, other, 10))
    in_hand, answers = threading.Event(), []

    def fail_later(cursor: Any, _: Any) -> None:
        in_hand.set()
        cursor.execute("select pg_sleep(0.2)")
        raise ZeroDivisionError

    def follow() -> None:
        in_hand.wait(10)
        answers.extend(writer.apply([following]))

    with a_writer() as writer:
        writer.apply([an_entry(a_transfer(wallet, shop, 1)), an_entry(a_transfer(shop, wallet, 1))])
        thread = threading.Thread(target=follow)
        thread.start()
        with pytest.raises(ZeroDivisionError):
            writer.apply([failing], fail_later)
        thread.join(10)
    assert kinds(answers) == ["insufficient-balance"]
    assert ledger.balance(wallet).available == 10
    assert ledger.verify() == []


def test_few_accounts_are_kept_in_memory_where_few_are_allowed() -> None:
    wallets = opened(*[5] * 6)
    with a_writer(accounts_max=2) as writer:
        for debit, credit in itertools.pairwise(wallets):
            assert kinds(writer.apply([an_entry(a_transfer(debit, credit, 5, code=7))])) == ["applied"]
    assert ledger.balance(wallets[-1]).available == 10
    assert ledger.verify() == []


def test_a_number_is_drawn_after_a_transaction_id_as_followers_need() -> None:
    """Otherwise a follower could pass a number whose row is still to come."""
    wallet, shop = opened(10, 0)
    seen: list[Any] = []

    def look(cursor: Any, answers: list[Applied]) -> None:
        (own,) = cursor.execute("select pg_current_xact_id_if_assigned()::text").fetchone()
        seen.append((own, answers[0].last_sequence))

    statements: list[str] = []
    asked = store.Question.__init__

    def note(question: Any, connection: Any, sql: str, *parameters: object) -> None:
        statements.append(sql)
        asked(question, connection, sql, *parameters)

    with pytest.MonkeyPatch.context() as patch, a_writer() as writer:
        patch.setattr(store.Question, "__init__", note)
        writer.apply([an_entry(a_transfer(wallet, shop, 1))], look)
    drawing = next(n for n, sql in enumerate(statements) if "nextval" in sql)
    assert any("pg_current_xact_id()" in sql for sql in statements[:drawing])
    assert seen[0][0] is not None


def _note_answers(cursor: Any, answers: list[ledger.Answer]) -> None:
    """Stands for a caller's own rows: one fact in the platform's table for each answer."""
    for answer in answers:
        text = answer.refusal.code if isinstance(answer, Refused) else "applied"
        cursor.execute(
            "insert into platform_cursor (name, position, moved_at) values (%s, 0, %s)",
            [f"{answer.entry_id}={text}", AT],
        )


def _notes() -> dict[str, str]:
    with as_application() as database:
        rows = database.execute("select name from platform_cursor where name like '%%=%%'").fetchall()
    return dict(name.split("=") for (name,) in rows)


def test_flags_of_accounts_hold_for_it_too() -> None:
    with transaction(SYSTEM):
        limit, source, free = an_account(flags=Flag.NO_OVERFILL), a_source(), a_source()
    with a_writer() as writer:
        batch = [an_entry(a_transfer(limit, source, 5)), an_entry(a_transfer(free, limit, 6))]
        assert kinds(writer.apply(batch)) == ["applied", "account-full"]
