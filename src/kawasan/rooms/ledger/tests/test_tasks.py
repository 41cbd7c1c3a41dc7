"""The sweep that runs every few seconds releases what is due, and leaves the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders.ledger import AT, a_hold, an_account, an_entry

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.ledger import actions, tasks
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import PendingState


@pytest.mark.django_db(transaction=True)
def test_the_task_releases_everything_that_is_due_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(minutes=2))
    monkeypatch.setattr(actions.expire_due.__wrapped__, "__defaults__", (2,))  # batches of two
    with transaction(SYSTEM):
        wallet, shop = an_account(holding=100), an_account()
        due, later = [a_hold(wallet, shop, 1, minutes=1) for _ in range(5)], a_hold(wallet, shop, 1, minutes=3)
        ledger.post(an_entry(*due, later))
    tasks.expire_pending_transfers()
    assert [ledger.pending_state(hold.id) for hold in due] == [PendingState.EXPIRED] * 5
    assert ledger.pending_state(later.id) is PendingState.OPEN
    assert ledger.balance(wallet).debits_pending == 1
