"""The worker sees a rush by the pace of the ledger, and rests in it, never for long."""

from __future__ import annotations

import pytest

from kawasan.server import rush

pytestmark = pytest.mark.django_db


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_rush_is_a_ledger_that_grows_fast_and_it_ends_with_the_orders() -> None:
    clock = Clock()
    seen, number = rush.Rush(clock), 5_000_000
    assert not seen.look("zone_a", number)  # how long that took to come together nobody knows
    for orders, seconds, expected in ((400, 0.2, True), (200, 0.2, False), (4_000, 2.0, True), (0, 5.0, False)):
        number, clock.now = number + orders, clock.now + seconds
        assert seen.look("zone_a", number) is expected, (orders, seconds)


def test_a_rush_in_one_zone_is_none_in_another() -> None:
    clock = Clock()
    seen = rush.Rush(clock)
    seen.look("zone_a", 0), seen.look("zone_b", 0)
    clock.now += 1
    assert seen.look("zone_a", 10_000)
    assert not seen.look("zone_b", 10)


def test_it_looks_at_the_present_zone() -> None:
    assert rush.Rush().is_on() is False


def test_a_rest_is_longer_than_the_work_and_has_an_end() -> None:
    assert rush.rest_after(0.07) == pytest.approx(0.63)
    assert rush.rest_after(60) == rush.REST_SECONDS_MAX
