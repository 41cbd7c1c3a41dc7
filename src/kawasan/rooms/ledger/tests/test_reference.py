"""Any history of batches gets the same answers and balances from the engine as from the plain reference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.builders.ledger import AT

from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import AMOUNT_MAX, Entry, Flag, Kind, NewAccount, NewTransfer
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
ACCOUNT_IDS = st.sampled_from([UUID(int=n) for n in (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 99)])
TRANSFER_IDS = st.integers(1000, 1030).map(lambda number: UUID(int=number))
ENTRY_IDS = st.integers(2000, 2025).map(lambda number: UUID(int=number))
REFERENCES = st.none() | st.integers(3000, 3001).map(lambda number: UUID(int=number))
AMOUNTS = st.sampled_from([1, 1, 2, 3, 5, 10, 10, 50, 0, -1, AMOUNT_MAX, AMOUNT_MAX - 5, AMOUNT_MAX + 1])
MINUTES = st.integers(0, 6)
MOMENTS = MINUTES.map(lambda minutes: AT + timedelta(minutes=minutes))


@st.composite
def new_transfers(draw: Any) -> NewTransfer:
    kind = draw(st.sampled_from([Kind.POSTED, Kind.POSTED, Kind.PENDING]))
    expires_at = draw(st.none() | MOMENTS) if kind is Kind.PENDING else None
    code, reference = draw(st.sampled_from([1, 1, 1, 1, 7, 0])), draw(REFERENCES)
    accounts, amount = (draw(ACCOUNT_IDS), draw(ACCOUNT_IDS)), draw(AMOUNTS)
    return NewTransfer(draw(TRANSFER_IDS), *accounts, amount, code, kind, None, expires_at, reference)


@st.composite
def resolutions(draw: Any) -> NewTransfer:
    kind = draw(st.sampled_from([Kind.POST, Kind.POST, Kind.VOID, Kind.EXPIRE]))
    amount = draw(st.sampled_from([0, 0, 0, 1, 2, 60]))
    code, reference, pending_of = draw(st.sampled_from([0, 0, 9, -1])), draw(REFERENCES), draw(TRANSFER_IDS)
    debit = draw(st.sampled_from([None, None, None, None, UUID(int=1)]))
    return NewTransfer(draw(TRANSFER_IDS), debit, None, amount, code, kind, pending_of, None, reference)


ENTRIES = st.builds(
    Entry, id=ENTRY_IDS, at=MOMENTS, transfers=st.lists(new_transfers() | resolutions(), max_size=3).map(tuple)
)


@st.composite
def histories(draw: Any) -> list[Any]:
    """Batches and sweeps; some entries come again, later or in the same batch, as they were or with another content."""
    steps = draw(st.lists(st.lists(ENTRIES, min_size=1, max_size=6) | MOMENTS, min_size=1, max_size=6))
    seen: list[Entry] = []
    for step in steps:
        if isinstance(step, list):
            if seen and draw(st.booleans()):
                first = draw(st.sampled_from(seen))
                step.insert(draw(st.integers(0, len(step))), Entry(first.id, draw(MOMENTS), first.transfers))
            seen += step
    return steps


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
