"""Any history of batches gets the same answers and balances from the engine as from the plain reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.builders.ledger import AT

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction as edge_transaction
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.api import AMOUNT_MAX, Entry, Flag, Kind, NewAccount, NewTransfer
from kawasan.rooms.ledger.tests.connecting import as_application
from kawasan.rooms.ledger.tests.reference import Reference

pytestmark = pytest.mark.django_db

PIECE = ledger.asset_id("piece")


def _account(number: int, flags: Flag, asset: UUID = ledger.IDR) -> NewAccount:
    return NewAccount(UUID(int=number), UUID(int=number), asset, 1, flags)


ACCOUNTS = [
    _account(1, Flag.NONE),
    _account(2, Flag.NO_OVERDRAW),
    _account(3, Flag.NO_OVERDRAW),
    _account(4, Flag.NO_OVERFILL),
    _account(5, Flag.NO_OVERDRAW | Flag.NO_OVERFILL),
    _account(6, Flag.NO_OVERDRAW | Flag.FROZEN),
    _account(7, Flag.NONE, PIECE),
    _account(8, Flag.NO_OVERDRAW, PIECE),
]
WILD_ACCOUNTS = st.sampled_from([*[UUID(int=n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 99)], None])
WILD_AMOUNTS = st.sampled_from([0, -1, AMOUNT_MAX, AMOUNT_MAX - 5, AMOUNT_MAX + 1])
ROUTES = st.sampled_from(
    [(1, 2), (1, 3), (2, 3), (3, 2), (2, 1), (3, 1), (2, 4), (4, 1), (5, 3), (1, 5), (7, 8), (8, 7), (2, 6)]
)
AMOUNTS = st.sampled_from([1, 2, 3, 5, 10, 40])
REFERENCES = st.none() | st.integers(3000, 3001).map(lambda number: UUID(int=number))
MOMENTS = st.integers(0, 8).map(lambda minutes: AT + timedelta(minutes=minutes))


class History:
    """Draws steps that are mostly right, so that much happens, and now and then wrong in any way there is."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.entries: list[Entry] = [self.funding()]
        self.transfer_ids = [transfer.id for transfer in self.entries[0].transfers]
        self.pending_ids: list[UUID] = []

    def seldom(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    def funding(self) -> Entry:
        routes = [(1, 2, 100), (1, 3, 20), (4, 1, 30), (5, 1, 0), (7, 8, 10)]
        moves = [(UUID(int=debit), UUID(int=credit), amount) for debit, credit, amount in routes if amount]
        transfers = [NewTransfer(UUID(int=900 + n), *move, 1) for n, move in enumerate(moves)]
        return Entry(UUID(int=2000), AT, tuple(transfers))

    def steps(self) -> list[Any]:
        steps: list[Any] = [self.entries[:]]
        for _ in range(self.draw(st.integers(1, 6))):
            steps.append(self.draw(MOMENTS) if self.seldom(5) else [self.entry() for _ in range(self.count(6))])
        return steps

    def count(self, most: int) -> int:
        return self.draw(st.integers(1, most))

    def entry(self) -> Entry:
        if self.seldom(8):  # again, as it was
            first = self.draw(st.sampled_from(self.entries))
            return Entry(first.id, self.draw(MOMENTS), first.transfers)
        entry_id = UUID(int=2000 + len(self.entries))
        if self.seldom(15):  # the id of another one
            entry_id = self.draw(st.sampled_from(self.entries)).id
        transfers = () if self.seldom(40) else tuple(self.transfer() for _ in range(self.count(3)))
        entry = Entry(entry_id, self.draw(MOMENTS), transfers)
        self.entries.append(entry)
        return entry

    def transfer(self) -> NewTransfer:
        transfer_id = UUID(int=1000 + len(self.transfer_ids))
        if self.seldom(20):
            transfer_id = self.draw(st.sampled_from(self.transfer_ids))
        self.transfer_ids.append(transfer_id)
        transfer = self.resolution(transfer_id) if self.pending_ids and self.seldom(2) else self.new(transfer_id)
        return self.spoilt(transfer) if self.seldom(12) else transfer

    def new(self, transfer_id: UUID) -> NewTransfer:
        debit, credit = (UUID(int=number) for number in self.draw(ROUTES))
        amount, reference = self.draw(AMOUNTS), self.draw(REFERENCES)
        if self.draw(st.booleans()):
            return NewTransfer(transfer_id, debit, credit, amount, 1, reference=reference)
        self.pending_ids.append(transfer_id)
        expires_at = self.draw(st.none() | MOMENTS.map(lambda at: at + timedelta(minutes=3)))
        return NewTransfer(transfer_id, debit, credit, amount, 2, Kind.PENDING, None, expires_at, reference)

    def resolution(self, transfer_id: UUID) -> NewTransfer:
        pending_of = self.draw(st.sampled_from([*self.pending_ids, *self.transfer_ids[-2:]]))
        kind = self.draw(st.sampled_from([Kind.POST, Kind.POST, Kind.VOID, Kind.EXPIRE]))
        amount = self.draw(st.sampled_from([0, 0, 1, 2, 10])) if kind is Kind.POST else 0
        code, reference = self.draw(st.sampled_from([0, 3])), self.draw(REFERENCES)
        return NewTransfer(transfer_id, None, None, amount, code, kind, pending_of, None, reference)

    def spoilt(self, transfer: NewTransfer) -> NewTransfer:
        field = self.draw(st.sampled_from(["debit", "credit", "amount", "code", "pending_of", "expires_at", "kind"]))
        values: dict[str, Any] = {"debit": WILD_ACCOUNTS, "credit": WILD_ACCOUNTS, "amount": WILD_AMOUNTS}
        values |= {"code": st.sampled_from([0, -1]), "pending_of": st.none() | st.just(UUID(int=1001))}
        values |= {"expires_at": MOMENTS, "kind": st.sampled_from(list(Kind))}
        return replace(transfer, **{field: self.draw(values[field])})


@st.composite
def histories(draw: Any) -> list[Any]:
    return History(draw).steps()


def test_an_id_named_twice_hides_none_before_it_that_the_ledger_has_used(db: None) -> None:
    first, second = UUID(int=900), UUID(int=901)
    route = (UUID(int=1), UUID(int=2), 1, 1)
    with transaction.atomic():
        _open_accounts()
        ledger.post_many([Entry(UUID(int=2000), AT, (NewTransfer(first, *route),))])
        twice = Entry(UUID(int=2001), AT, tuple(NewTransfer(key, *route) for key in (second, first, first)))
        right = Entry(UUID(int=2002), AT, (NewTransfer(second, *route),))
        refused, applied = ledger.post_many([twice, right])
        assert isinstance(refused, ledger.Refused)
        assert isinstance(applied, ledger.Applied)
        assert (refused.index, refused.refusal.code) == (1, "transfer-id-reused")
        transaction.set_rollback(True)


@given(history=histories())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_history_is_answered_as_the_reference_answers_it(db: None, history: list[Any]) -> None:
    with transaction.atomic():
        _open_accounts()
        reference = Reference({account.id: account for account in ACCOUNTS})
        first_answers: dict[UUID, int] = {}
        for step in history:
            if isinstance(step, list):
                answers = ledger.post_many(step)
                assert [_plain(answer) for answer in answers] == reference.apply(step)
                _check_repeats(answers, first_answers)
            else:
                assert ledger.expire_due(step) == reference.sweep(step)
            _check_state(reference)
        assert ledger.verify() == []
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
@given(history=histories(), ways=st.lists(st.sampled_from(["writer", "writer", "page", "freeze", "thaw"]), min_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_writer_and_pages_in_turn_answer_every_history_as_the_reference(history: list[Any], ways: list[str]) -> None:
    _empty()
    with edge_transaction(SYSTEM):
        _open_accounts()
    reference = Reference({account.id: account for account in ACCOUNTS})
    writer = engine.Writer(as_application)
    try:
        for step, way in zip(history, ways, strict=False):
            if way in ("freeze", "thaw"):
                _freeze(reference, is_frozen=way == "freeze")
            if not isinstance(step, list):
                with edge_transaction(SYSTEM):
                    assert ledger.expire_due(step) == reference.sweep(step)
            elif way == "page":
                with edge_transaction(SYSTEM):
                    assert [_plain(answer) for answer in ledger.post_many(step)] == reference.apply(step)
            else:
                assert [_plain(answer) for answer in writer.apply(step)] == reference.apply(step)
            _check_state(reference)
    finally:
        writer.close()
    assert ledger.verify() == []


def _freeze(reference: Reference, *, is_frozen: bool) -> None:
    """Freeze or thaw an account behind the writer's back."""
    account = reference.accounts[UUID(int=3)]
    with edge_transaction(SYSTEM):
        (ledger.freeze_account if is_frozen else ledger.thaw_account)(account.id)
    reference.accounts[account.id] = replace(account, flags=account.flags & ~Flag.FROZEN | Flag.FROZEN * is_frozen)


def _empty() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("truncate ledger_transfer, ledger_entry, ledger_pending, ledger_line, ledger_account")


def _open_accounts() -> None:
    ledger.open_assets([ledger.NewAsset("piece")])
    fixed = Flag.NO_OVERDRAW | Flag.NO_OVERFILL
    ledger.open_accounts([NewAccount(a.id, a.owner, a.asset, a.code, a.flags & fixed) for a in ACCOUNTS])
    for account in ACCOUNTS:
        if account.flags & Flag.FROZEN:
            ledger.freeze_account(account.id)


def _plain(answer: ledger.Answer) -> tuple[Any, ...]:
    if isinstance(answer, ledger.Refused):
        event(answer.refusal.code)
        return ("refused", answer.index, answer.refusal.code)
    event("repeated" if answer.repeated else "applied")
    return ("repeated",) if answer.repeated else ("applied",)


def _check_repeats(answers: list[ledger.Answer], first_answers: dict[UUID, int]) -> None:
    for answer in answers:
        if isinstance(answer, ledger.Applied):
            assert first_answers.setdefault(answer.entry_id, answer.last_sequence) == answer.last_sequence


def _check_state(reference: Reference) -> None:
    columns = "id, debit, credit, amount, code, kind, pending_of, expires_at, reference"
    with connection.cursor() as cursor:
        cursor.execute(f"select {columns} from ledger_transfer order by sequence")
        stored = [dict(zip(columns.split(", "), row, strict=True)) for row in cursor.fetchall()]
    assert stored == reference.transfers
    balances = ledger.balances(account.id for account in ACCOUNTS)
    for account in ACCOUNTS:
        b = balances[account.id]
        found = (b.debits_pending, b.debits_posted, b.credits_pending, b.credits_posted)
        assert found == reference.balance(account.id)
