"""The one page of wiring: every listener exists, and every decision about a business is told."""

from __future__ import annotations

import pytest
from django.utils.module_loading import import_string

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
