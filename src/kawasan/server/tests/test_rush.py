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
    for transfers, seconds, expected in (
        (400, 0.2, 1 / 9),
        (200, 0.2, 0),
        (7_500, 2.0, 0.5),
        (60_000, 2.0, 1),
        (0, 5.0, 0),
    ):
        number, clock.now = number + transfers, clock.now + seconds
        assert seen.look("zone_a", number) == pytest.approx(expected), (transfers, seconds)


def test_a_rush_in_one_zone_is_none_in_another() -> None:
    clock = Clock()
    seen = rush.Rush(clock)
    seen.look("zone_a", 0), seen.look("zone_b", 0)
    clock.now += 1
    assert seen.look("zone_a", 10_000)
    assert not seen.look("zone_b", 10)


def test_it_looks_at_the_present_zone() -> None:
    assert rush.Rush().how_much() == 0


def test_a_rest_grows_with_the_rush_and_has_an_end() -> None:
    assert rush.rest_after(0.07, 1) == pytest.approx(0.63)
    assert rush.rest_after(0.07, 1 / 9) == pytest.approx(0.07)  # half of the time
    assert rush.rest_after(60, 1) == rush.REST_SECONDS_MAX
