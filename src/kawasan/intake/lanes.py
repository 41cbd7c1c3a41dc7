"""
Lanes: code that waits for the database as if it were alone, and meanwhile leaves the thread to the event loop.

Note [One thread]
Taking orders is mostly Python, and threads of Python take turns: with the lanes on threads of their own, the event loop
had to wait for the interpreter, up to 5 ms (Python's switch interval), each time a lane was calculating. A lane is a
greenlet instead: the same plain code, which gives the thread away exactly where it waits (for the database, another
lane, a moment) and nowhere else.
"""

from __future__ import annotations

import asyncio
import select
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

import greenlet
import psycopg
from psycopg import waiting
from psycopg.abc import PQGen

T = TypeVar("T")
RV = TypeVar("RV")
Wake: TypeAlias = Callable[[Any], object]


def start(work: Callable[[], object]) -> None:
    """Begin a lane: ``work`` runs up to where it first waits, and goes on whenever the event loop finds it may."""
    greenlet.greenlet(work).switch()


def until_woken(arrange: Callable[[Wake], object]) -> Any:
    """Wait in a lane until what ``arrange`` was given is called, in the event loop's thread; return its argument."""
    lane = greenlet.getcurrent()
    if lane.parent is None:
        raise RuntimeError("only a lane can wait; the event loop may not")
    is_awake = False

    def wake(value: Any) -> None:
        nonlocal is_awake
        if not is_awake:  # of two events that came at once the first counts
            is_awake = True
            lane.switch(value)

    arrange(wake)
    return lane.parent.switch()


def pause(seconds: float) -> None:
    """Let a lane wait for a moment."""
    loop = asyncio.get_running_loop()
    until_woken(lambda wake: loop.call_later(seconds, wake, None))


def in_thread(work: Callable[[], T]) -> T:
    """Return what ``work`` returns in a thread, for what waits without asking a lane: opening a connection."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    until_woken(future.add_done_callback)
    return future.result()


PRESSED_MS = 50


class Lock:
    """A lock between lanes: who waits longest is next."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: deque[Wake] = deque()

    def acquire(self) -> bool:
        """Take the lock, waiting for it if need be."""
        if self._is_taken:
            until_woken(self._waiting.append)  # whoever gives it back leaves it taken, for us
        self._is_taken = True
        return True

    def release(self) -> None:
        """Give the lock to the next one, or leave it open."""
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._waiting.popleft(), None)
        else:
            self._is_taken = False

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.release()


_EVENTS = {
    waiting.Wait.R: select.POLLIN,
    waiting.Wait.W: select.POLLOUT,
    waiting.Wait.RW: select.POLLIN | select.POLLOUT,
}


def _found(events: int) -> waiting.Ready:
    """Return what a poll found; a socket that was closed can be read, and tells then."""
    can_write = bool(events & select.POLLOUT)
    if events & ~select.POLLOUT:
        return waiting.Ready.RW if can_write else waiting.Ready.R
    return waiting.Ready.W


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that lanes use: their waits are the event loop's. Outside of lanes it is like any other."""

    is_pressed: Callable[[], bool] = staticmethod(lambda: False)  # whether very many orders wait

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Carry out what psycopg wants from the server."""
        if greenlet.getcurrent().parent is None:
            return super().wait(gen, interval, timeout)
        fileno = self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(_ready(fileno, wanted, PRESSED_MS if self.is_pressed() else 0))
        except StopIteration as done:
            result: RV = done.value
            return result


# Note [Ask before waiting]
# psycopg stops after each statement of a pipeline to see whether the socket can be read or written, and nearly always
# it can be written. Waiting for the event loop each time would cost a round of it, as long as it takes to serve all
# connections that have something to say: too long under overload (48 clients and a queue of 8: 116 orders taken in
# four seconds, and 204 since it asks first).
#
# Note [Orders before refusals]
# Three thousand connections that send too much keep the event loop busy with saying no, and a batch waits for the
# database several times, each until the loop comes round. So where PRESSED_ORDERS are waiting, a lane does wait
# alone, for PRESSED_MS at most: those taken are answered first, then all others are told no at once.
def _ready(fileno: int, wanted: waiting.Wait, milliseconds: int) -> waiting.Ready:
    """Wait until a socket can be read or written."""
    poll = select.poll()
    poll.register(fileno, _EVENTS[wanted])
    if events := poll.poll(milliseconds):
        return _found(events[0][1])
    loop = asyncio.get_running_loop()

    def watch(wake: Wake) -> None:
        if wanted & waiting.Wait.R:
            loop.add_reader(fileno, wake, waiting.Ready.R)
        if wanted & waiting.Wait.W:
            loop.add_writer(fileno, wake, waiting.Ready.W)

    ready: waiting.Ready = until_woken(watch)
    if wanted & waiting.Wait.R:
        loop.remove_reader(fileno)
    if wanted & waiting.Wait.W:
        loop.remove_writer(fileno)
    return ready
