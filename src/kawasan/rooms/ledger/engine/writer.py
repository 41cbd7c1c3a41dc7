"""For whoever applies batch after batch: balances kept in memory and checked by version, batches that overlap."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import psycopg
from psycopg import Connection, errors

from kawasan.rooms.ledger.engine import batch as locking
from kawasan.rooms.ledger.engine import store
from kawasan.rooms.ledger.engine.decide import Outcome, decide_batch
from kawasan.rooms.ledger.rules import AccountState, Book, Known
from kawasan.rooms.ledger.types import (
    AccountFull,
    Answer,
    Entry,
    Flag,
    InsufficientBalance,
    Kind,
    LedgerBusy,
    LedgerUnreachable,
    Refused,
)

ACCOUNTS_MAX = 500_000  # kept in memory, at about 400 bytes each
LANES_DEFAULT = 2
CONTENDED_SECONDS = 1.0  # so long an account is locked beforehand that somebody else wrote twice within that time

Beforehand: TypeAlias = Callable[[store.Cursor], None]
Alongside: TypeAlias = Callable[[store.Cursor, Sequence[Answer]], None]


class Lock(Protocol):
    """What the Writer needs of a lock."""

    def acquire(self) -> bool: ...
    def release(self) -> None: ...
    def __enter__(self) -> bool: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


_NEW = (Kind.POSTED, Kind.PENDING)
_NO_OVERDRAW, _NO_OVERFILL = int(Flag.NO_OVERDRAW), int(Flag.NO_OVERFILL)
# A row is not as it was decided on, or cannot take the change; an id is used. Decided anew, it tells what is right.
_NOT_AS_DECIDED = (
    store.Stale,
    errors.CheckViolation,
    errors.NumericValueOutOfRange,
    errors.UniqueViolation,
    locking.UsedUnseen,
)


class Writer:
    """
    Applies batches, each in one transaction of its own, on connections of its own.

    ``connect`` returns an open psycopg connection, not in autocommit, with role and search path set; it is called once
    for each of ``lanes``, and again after one was lost. ``apply`` may be called from any number of threads at once; as
    many batches as there are lanes are in hand together: while one commits, the next is decided. Keep one Writer for a
    zone in a process. Any number of processes, and pages, may write the same accounts meanwhile. Who calls from
    something else than threads brings the ``lock`` that goes with it, and is inside at most ``lanes`` times at once.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        *,
        lanes: int = LANES_DEFAULT,
        accounts_max: int = ACCOUNTS_MAX,
        lock: Callable[[], Lock] = threading.Lock,
    ) -> None:
        self._connect = connect
        self._lanes: queue.LifoQueue[Connection[Any] | None] = queue.LifoQueue()
        for _ in range(lanes):
            self._lanes.put(None)
        self._lane_count, self._accounts_max = lanes, accounts_max
        self._deciding, self._appending, self._changing = lock(), lock(), lock()
        self._guard = threading.Lock()
        self._generation = 0
        self._accounts: dict[int, AccountState] = {}
        self._in_hand: dict[int, Known] = {}  # entries decided and not yet committed
        self._contended: dict[int, float] = {}
        self._stale: dict[int, float] = {}  # found written by somebody else, and until when that counts

    def apply(
        self, entries: Iterable[Entry], alongside: Alongside | None = None, beforehand: Beforehand | None = None
    ) -> list[Answer]:
        """
        Apply entries in order in one transaction, commit it, and answer each as ``engine.apply`` does.

        ``alongside(cursor, answers)`` writes the caller's own rows in the same transaction, before the balances, and
        ``beforehand(cursor)`` asks what that needs, together with what the ledger asks. Both only send, in a pipeline:
        an answer is there when the other one is called. Where a batch has to be decided anew they are called again,
        the first rows rolled back. They must not commit.
        Raises BatchTooLarge; LedgerBusy where accounts stayed locked; LedgerUnreachable where the connection was
        lost: then the batch may have been applied, and repeating it tells. What ``alongside`` raises is passed on.
        After any of them nothing of the batch is kept in memory.
        """
        batch = locking.checked(entries)
        if not batch:
            return []
        with self._lane() as connection:
            if self._is_plain(batch):
                answers = self._apply_checked(connection, batch, alongside, beforehand)
                if answers is not None:
                    return answers
            return self._apply_locked(connection, batch, alongside, beforehand)

    def close(self) -> None:
        """Wait for the batches in hand and close the connections; a batch that comes later opens one again."""
        connections = [self._lanes.get() for _ in range(self._lane_count)]
        for connection in connections:
            if connection is not None:
                connection.close()
            self._lanes.put(None)

    @contextmanager
    def _lane(self) -> Iterator[Connection[Any]]:
        connection = self._lanes.get()
        try:
            if connection is None or connection.closed:
                connection = self._opened()
            yield connection
        except (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled, store.Stale) as error:
            raise LedgerBusy from error
        except psycopg.OperationalError as error:
            raise LedgerUnreachable from error
        finally:
            self._lanes.put(_clean(connection))

    def _opened(self) -> Connection[Any]:
        connection = self._connect()
        # Balances are found by their key in the order given, which is the order in which everybody locks.
        connection.execute("set enable_hashjoin = off")
        connection.execute("set enable_mergejoin = off")
        connection.commit()
        # psycopg waits for the answer to the BEGIN that it sends; ours goes out with the first question.
        connection.autocommit = True
        return connection

    # Note [Batches overlap]
    # A batch goes through three rooms, one batch in each: deciding, appending, changing balances until the commit.
    # It enters the next room before it leaves the last, so batches never overtake each other, and whatever a statement
    # waits for in the database is held by a batch ahead or by somebody else: never by one behind. A batch is decided on
    # the balances of those ahead before they have committed. If one of them fails, the generation is counted up, and
    # those behind it find that out before they change a balance and are decided anew.
    def _apply_checked(
        self,
        connection: Connection[Any],
        batch: Sequence[Entry],
        alongside: Alongside | None,
        beforehand: Beforehand | None,
    ) -> list[Answer] | None:
        """Apply a batch on the balances in memory; None where they were not those of the database."""
        rooms = _Rooms(self._deciding, self._appending, self._changing)
        decided: _Decided | None = None
        try:
            rooms.enter()
            if self._is_contended(batch):
                return None
            decided = self._decide(connection, batch, beforehand)
            rooms.enter()
            self._write(connection, rooms, decided, alongside)
            decided.leave_hand()
        except _NOT_AS_DECIDED:
            connection.rollback()
            self._forget()
        except BaseException:
            self._forget()
            raise
        else:
            return decided.outcome.answers
        finally:
            rooms.leave()
        self._mark_contended(connection, decided)
        return None

    def _decide(self, connection: Connection[Any], batch: Sequence[Entry], beforehand: Beforehand | None) -> _Decided:
        with self._guard:
            if len(self._accounts) > self._accounts_max:
                self._accounts = {}
            generation, accounts, in_hand = self._generation, self._accounts, self._in_hand
        # Looked at before the database is: what is committed in between is in one of the two.
        ahead = {entry.id.int: in_hand[entry.id.int] for entry in batch if entry.id.int in in_hand}
        missing = [key for key in locking.touched_accounts(batch) if key not in accounts]
        count = locking.transfer_count(batch)
        with connection.pipeline():
            store.Question(connection, "begin")
            # A transaction id before a number, as followers rely on (platform.followers, Note [Why no row is skipped]).
            store.Question(connection, "select pg_current_xact_id()")
            loaded = store.ask_accounts(connection, missing, locked=False) if missing else None
            entries = store.ask_entries(connection, [entry.id for entry in batch])
            numbers = store.ask_numbers(connection, count)
            if beforehand is not None:
                beforehand(store.new_cursor(connection))
        if loaded is not None:
            accounts.update(store.accounts_from(loaded))
        known = store.entries_from(entries) | ahead
        drawn = store.numbers_from(numbers, count)
        outcome = decide_batch(batch, Book(accounts, {}, known), drawn)
        locking.need_all_seen(outcome)
        return _Decided(outcome, generation, in_hand, _seen(batch, outcome, accounts))

    def _write(
        self, connection: Connection[Any], rooms: _Rooms, decided: _Decided, alongside: Alongside | None
    ) -> None:
        """Append and change; where no batch can be ahead, because there is one lane, all of it goes out at once."""
        is_alone = self._lane_count == 1
        store.copy(connection, decided.outcome)
        with connection.pipeline():
            self._append(connection, decided.outcome, alongside)
            if is_alone:
                self._change(connection, decided)
        if is_alone:
            return
        rooms.enter()
        if decided.generation != self._generation:
            raise store.Stale
        with connection.pipeline():
            self._change(connection, decided)

    def _append(self, connection: Connection[Any], outcome: Outcome, alongside: Alongside | None) -> None:
        store.insert(connection, outcome)
        if alongside is not None:
            alongside(store.new_cursor(connection), outcome.answers)

    def _change(self, connection: Connection[Any], decided: _Decided) -> None:
        if decided.balances.count:
            store.change(connection, decided.balances, ())
        if decided.seen:
            store.need_unchanged(connection, decided.seen)
        store.Question(connection, "commit")

    def _apply_locked(
        self,
        connection: Connection[Any],
        batch: Sequence[Entry],
        alongside: Alongside | None,
        beforehand: Beforehand | None,
    ) -> list[Answer]:
        """Apply a batch with everything locked, and no other batch of this process in hand."""
        with self._deciding, self._appending, self._changing:
            store.Question(connection, "begin")
            outcome = locking.apply_locked(connection, batch)
            if beforehand is not None:
                beforehand(store.new_cursor(connection))
            if alongside is not None:
                alongside(store.new_cursor(connection), outcome.answers)
            for account in outcome.touched:
                self._accounts.pop(account.key, None)
            connection.commit()
        return outcome.answers

    def _is_plain(self, batch: Sequence[Entry]) -> bool:
        return all(t.kind in _NEW for entry in batch for t in entry.transfers)

    def _is_contended(self, batch: Sequence[Entry]) -> bool:
        if not self._contended:
            return False
        now = time.monotonic()
        self._contended = {key: until for key, until in self._contended.items() if until > now}
        return not self._contended.keys().isdisjoint(locking.touched_accounts(batch))

    def _forget(self) -> None:
        """Keep nothing of what was read or decided; whoever decided on it notices by the generation."""
        with self._guard:
            self._generation += 1
            self._accounts = {}
            self._in_hand = {}

    def _mark_contended(self, connection: Connection[Any], decided: _Decided | None) -> None:
        """Lock beforehand, for a while, the accounts that somebody else keeps writing."""
        if decided is None:
            return
        balances = decided.balances
        named = zip(balances.touched, balances.as_decided, strict=True)
        expected = {account.key: version for account, version in named if version >= 0}
        found = store.accounts_from(store.ask_accounts(connection, expected, locked=False))
        now = time.monotonic()
        stale = dict.fromkeys(
            [key for key, version in expected.items() if found[key].version != version], now + CONTENDED_SECONDS
        )
        with self._guard:
            before = {key: until for key, until in self._stale.items() if until > now}
            self._contended = self._contended | {key: until for key, until in stale.items() if key in before}
            self._stale = before | stale


class _Decided:
    """A batch decided on the balances in memory: what to write, and on what it was decided."""

    def __init__(self, outcome: Outcome, generation: int, in_hand: dict[int, Known], seen: dict[int, int]) -> None:
        self.outcome, self.generation, self._in_hand = outcome, generation, in_hand
        self.seen = seen
        self.balances = store.Balances(outcome)
        in_hand.update(outcome.known)

    def leave_hand(self) -> None:
        """The batch is committed: from now on the database knows its entries."""
        for key in self.outcome.known:
            self._in_hand.pop(key, None)


# A refusal, too, is only told where it stands on what the database holds at that moment.
def _seen(batch: Sequence[Entry], outcome: Outcome, accounts: dict[int, AccountState]) -> dict[int, int]:
    """Return what accounts must be like that refusals looked at and the batch leaves as they are; mark the others."""
    refused = [
        (entry, answer) for entry, answer in zip(batch, outcome.answers, strict=True) if isinstance(answer, Refused)
    ]
    if not refused:
        return {}
    looked_at = [accounts[key] for key in locking.touched_accounts([entry for entry, _ in refused]) if key in accounts]
    rested_on = set().union(*(_rested_on(entry, answer, accounts) for entry, answer in refused))
    seen = {}
    for account in looked_at:
        if account.batch != outcome.number:
            seen[account.key] = account.version if account.key in rested_on else ~account.flags
        elif account.key in rested_on:
            account.exact = outcome.number
    return seen


def _rested_on(entry: Entry, answer: Refused, accounts: dict[int, AccountState]) -> set[int]:
    """Return the accounts whose balance a refusal rests on; where one was too low or full, those with a limit."""
    if not isinstance(answer.refusal, (InsufficientBalance, AccountFull)):
        return locking.touched_accounts([entry])
    rested_on = set()
    for t in entry.transfers:
        for id_, limit in ((t.debit, _NO_OVERDRAW), (t.credit, _NO_OVERFILL)):
            account = None if id_ is None else accounts.get(id_.int)
            if account is not None and account.flags & limit:
                rested_on.add(account.key)
    return rested_on


class _Rooms:
    """Locks taken one after another, each before the last is given back."""

    def __init__(self, *locks: Lock) -> None:
        self._locks = iter(locks)
        self._inside: list[Lock] = []

    def enter(self) -> None:
        """Enter the next one and leave the last."""
        following = next(self._locks)
        following.acquire()
        self.leave()
        self._inside = [following]

    def leave(self) -> None:
        """Leave the one we are in, if any."""
        for lock in self._inside:
            lock.release()
        self._inside = []


def _clean(connection: Connection[Any] | None) -> Connection[Any] | None:
    """Return a connection with no transaction, or None where it is lost."""
    if connection is None or connection.closed:
        return None
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()
        return None
    return connection
