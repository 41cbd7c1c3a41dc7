"""Lanes in one thread: who goes on when, while very many orders wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import uvloop

from kawasan.intake import lanes
from tests.intake.running import database_address

SECONDS_MAX = 20.0


def in_lanes(*works: Callable[[], object], after: Callable[[], object] = lambda: None) -> None:
    """Begin each in a lane, do ``after`` when the event loop comes round, and wait until all have ended."""

    async def main() -> None:
        left = len(works)
        is_over = asyncio.Event()

        def one(work: Callable[[], object]) -> None:
            nonlocal left
            try:
                work()
            finally:
                left -= 1
                if not left:
                    is_over.set()

        asyncio.get_running_loop().call_soon(after)
        for work in works:
            lanes.start(lambda work=work: one(work))  # type: ignore[misc]
        await asyncio.wait_for(is_over.wait(), SECONDS_MAX)

    uvloop.run(main())


@pytest.mark.parametrize("is_pressed", [True, False])
def test_where_very_many_wait_a_lane_leaves_the_thread_to_another_one_before_the_loop(is_pressed):
    said: list[str] = []
    lock = lanes.Lock(lambda: is_pressed)
    waking: list[lanes.Wake] = []

    def holds() -> None:
        lock.acquire()
        lanes.until_woken(waking.append)  # until the other one waits for the lock
        lock.release()
        said.append("gave it back")
        lanes.until_woken(waking.append, lambda: is_pressed)
        said.append("ended")

    def wants() -> None:
        asyncio.get_running_loop().call_soon(lambda: waking.pop()(None))
        asyncio.get_running_loop().call_soon(lambda: said.append("the loop came round"))
        lock.acquire()
        said.append("has it")
        lock.release()
        asyncio.get_running_loop().call_soon(waking.pop(), None)

    in_lanes(holds, wants)
    first = ["gave it back", "has it", "the loop came round"]
    assert said == [*(first if is_pressed else [first[0], first[2], first[1]]), "ended"]


@pytest.mark.django_db(transaction=True)
def test_a_lane_that_waits_for_the_database_lets_the_one_go_on_that_has_its_answer(monkeypatch):
    monkeypatch.setattr(lanes, "PRESSED_MS", 60_000)  # longer than the test may take: the loop gets no turn
    said: list[str] = []
    first, second = (lanes.Connection.connect(database_address(), autocommit=True) for _ in range(2))
    first.is_pressed = second.is_pressed = lambda: True  # type: ignore[method-assign]

    idle: list[lanes.Wake] = []

    def comes_between() -> None:
        lanes.until_woken(idle.append)
        second.execute("select pg_advisory_lock(815)")
        said.append("the second has it")
        second.execute("select pg_sleep(0.3)")
        second.execute("select pg_advisory_unlock(815)")

    def begins() -> None:
        lanes.soon(idle.pop())
        first.execute("select pg_sleep(0.1)")
        first.execute("select pg_advisory_lock(815)")  # the other one has it by now
        said.append("the first has it")

    with first, second:
        in_lanes(comes_between, begins, after=lambda: said.append("the loop came round"))
    assert said == ["the second has it", "the first has it", "the loop came round"]


def test_nobody_but_a_lane_can_wait():
    with pytest.raises(RuntimeError, match="only a lane"):
        lanes.until_woken(lambda wake: wake(None))
