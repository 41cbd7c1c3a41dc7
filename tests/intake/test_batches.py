"""How orders are shared out among lanes, where answering takes a while and whoever is answered asks again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from statistics import median
from time import monotonic
from typing import Any

import pytest

from kawasan.core.cipher import Box
from kawasan.intake import lanes, limits
from kawasan.intake.admission import Admission
from kawasan.intake.batch import Connection
from kawasan.intake.refusals import TooLate
from kawasan.intake.taker import Taker
from kawasan.intake.wishes import Wish, wish_of

BUYERS, BATCH_SECONDS, BETWEEN_SECONDS = 240, 0.02, 0.000_05


class SlowTaker(Taker):
    """A taker whose batches take a while, whatever is in them."""

    def __init__(self, *given: str, **more: Any) -> None:
        self.sizes: list[int] = []
        super().__init__(*given, **more)

    def _decide(self, reading: Connection | None, wishes: Sequence[Wish]) -> Connection | None:
        self.sizes.append(len(wishes))
        lanes.pause(BATCH_SECONDS)
        return reading


def a_wish(patience: float = 0.0) -> Wish:
    return wish_of("key", None, {}, monotonic(), lambda *_: None, patience=patience)


def a_taker(deliver: Callable[[Sequence[Wish]], None]) -> SlowTaker:
    return SlowTaker(
        "zone", address="", cipher=Box(["x" * 50]), deliver=deliver, admission=Admission(2_000), has_sandbox=False
    )


async def _sizes(buyers: int, seconds: float) -> list[int]:
    """Return how large the batches were, while so many buyers asked again as soon as they were answered."""
    loop = asyncio.get_running_loop()
    is_over = False

    def ask() -> None:
        if not is_over:
            taker.put([a_wish()])

    def deliver(wishes: Sequence[Wish]) -> None:
        for place in range(len(wishes)):  # one after another, as answers are read and requests written
            loop.call_later(place * BETWEEN_SECONDS, ask)

    taker = a_taker(deliver)
    for _ in range(buyers):
        ask()
    await asyncio.sleep(seconds)
    is_over = True
    assert await taker.stop(5)
    return taker.sizes


def test_no_lane_takes_nearly_all_and_leaves_crumbs_to_the_other() -> None:
    sizes = asyncio.run(_sizes(BUYERS, 0.5))[4:-4]  # without how it begins and ends
    assert len(sizes) > 8
    assert max(sizes) <= BUYERS * 2 // 3
    assert median(sizes) >= BUYERS // 5


def test_one_alone_is_taken_at_once() -> None:
    sizes = asyncio.run(_sizes(1, 0.3))
    assert set(sizes) == {1}
    assert len(sizes) > 0.3 / (BATCH_SECONDS + 2 * limits.FILL_SECONDS) / 2


async def _too_late(patience: float) -> int:
    """Return how many of a thousand orders put at once came too late."""
    answered: list[Wish] = []
    taker = a_taker(answered.extend)
    taker.put([a_wish(patience) for _ in range(1_000)])
    assert await taker.stop(5)
    assert len(answered) == 1_000
    return sum(isinstance(wish.result, TooLate) for wish in answered)


def test_who_would_be_answered_too_late_is_told_so_unless_it_sent_several_batches_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "DEADLINE_SECONDS", BATCH_SECONDS)
    assert asyncio.run(_too_late(0.0)) >= 1_000 - limits.LANES * limits.ORDERS_PER_BATCH_MAX
    assert asyncio.run(_too_late(5.0)) == 0


async def _after_a_very_slow_batch(monkeypatch: pytest.MonkeyPatch) -> object:
    answered: list[Wish] = []
    taker = a_taker(answered.extend)
    with monkeypatch.context() as slow:
        slow.setattr("tests.intake.test_batches.BATCH_SECONDS", 1.0)
        taker.put([a_wish()])
        while not answered:
            await asyncio.sleep(0.01)
    taker.put([a_wish()])
    assert await taker.stop(5)
    return answered[-1].result


def test_after_a_batch_that_took_longer_than_the_deadline_orders_are_taken_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "DEADLINE_SECONDS", 0.2)  # less than what is remembered of the slow one
    assert not isinstance(asyncio.run(_after_a_very_slow_batch(monkeypatch)), TooLate)
