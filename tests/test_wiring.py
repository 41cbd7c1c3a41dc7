"""The one page of wiring: every listener exists, and every decision about a business is told."""

from __future__ import annotations

import pytest
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from kawasan.platform.jobs import INSIDE, OUTSIDE
from kawasan.rooms.zone import facts as zone_facts
from kawasan.server.wiring import CHECKS, FOLLOWERS, LISTENERS


@pytest.mark.parametrize("name", [name for names in LISTENERS.values() for name in names])
def test_every_listener_exists_and_takes_a_moment(name):
    function = import_string(name)
    assert "at" in function.__kwdefaults__ if function.__kwdefaults__ else "at" in function.__code__.co_varnames


@pytest.mark.parametrize(
    "fact",
    [
        zone_facts.BusinessAdmitted,
        zone_facts.BusinessSentBack,
        zone_facts.BusinessSuspended,
        zone_facts.BusinessRestored,
    ],
)
def test_every_decision_about_a_business_is_mailed(fact):
    assert "kawasan.rooms.zone.tasks.on_decision" in LISTENERS[fact]


def test_followers_have_names_of_their_own_and_every_room_with_money_is_checked():
    names = [item.name for item in FOLLOWERS]
    assert len(names) == len(set(names))
    assert {"ledger", "payments", "commerce.orders", "authority"} <= set(CHECKS)


ASKING_SOMEBODY = {
    *("make_code", "make_codes", "close_codes", "check_payment", "close_due_payments", "ask_about_stuck_payments"),
    *(
        "anchor_checkpoints",
        "ask_witnesses",
        "make_waiting_codes",
        "send_payouts",
        "reconcile",
        "compare_books",
        "send_decision",
        "send_invitation",
    ),
}


def test_every_job_has_a_queue_that_the_worker_serves_and_those_that_ask_somebody_have_their_own():
    ours = {name: task.queue for name, task in app.tasks.items() if name.startswith("kawasan.")}
    assert set(ours.values()) <= {*INSIDE, *OUTSIDE}
    asking = {name for name, queue in ours.items() if queue in OUTSIDE}
    assert {name.rpartition(".")[2] for name in asking} >= ASKING_SOMEBODY
    assert not {name for name in asking if ".platform." in name or ".commerce." in name or ".ledger." in name}
