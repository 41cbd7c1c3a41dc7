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
IsPressed: TypeAlias = Callable[[], bool]  # whether very many orders wait

PRESSED_MS = 50
_EVENTS = {
    waiting.Wait.R: select.POLLIN,
    waiting.Wait.W: select.POLLOUT,
    waiting.Wait.RW: select.POLLIN | select.POLLOUT,
}
_runnable: deque[Wake] = deque()  # lanes that may go on
_at_sockets: dict[int, tuple[int, Wake]] = {}  # lanes that wait for the database, by socket, and for what


def never() -> bool:
    """Whether very many orders wait, where that is of no account."""
    return False


def start(work: Callable[[], object]) -> None:
    """Begin a lane: ``work`` runs up to where it first waits, and goes on whenever it may."""
    greenlet.greenlet(work).switch()


# Note [Orders before refusals]
# Three thousand connections that send too much keep the event loop busy with saying no, and a batch waits for the
# database several times, each until the loop comes round. So where PRESSED_ORDERS are waiting, a lane that waits gives
# the thread to another lane, or waits with them for the database, for PRESSED_MS at most, before it leaves the thread
# to the loop: those taken are answered first, then all others are told no at once.
def until_woken(arrange: Callable[[Wake], object], is_pressed: IsPressed = never) -> Any:
    """Wait in a lane until what ``arrange`` was given is called, in the event loop's thread; return its argument."""
    lane = greenlet.getcurrent()
    if lane.parent is None:
        raise RuntimeError("only a lane can wait; the event loop may not")
    told: list[Any] = []

    def wake(value: Any) -> None:
        if not told:  # of two events that came at once the first counts
            told.append(value)
            lane.switch()

    arrange(wake)
    while not told:
        if not (is_pressed() and _turn_to_a_lane()):
            lane.parent.switch()
    return told[0]


def _turn_to_a_lane() -> bool:
    """Let a lane go on that may, or may within PRESSED_MS; whether there was one."""
    if _runnable:
        _runnable.popleft()(None)
        return True
    poll = select.poll()
    for fileno, (events, _) in _at_sockets.items():
        poll.register(fileno, events)
    for fileno, events in poll.poll(PRESSED_MS) if _at_sockets else ():
        _at_sockets[fileno][1](_found(events))
        return True
    return False


def soon(wake: Wake) -> None:
    """Let a lane that waits go on when the event loop comes round, or where another one gives it the thread before."""
    _runnable.append(wake)
    asyncio.get_running_loop().call_soon(_turn_to_the_next)


def _turn_to_the_next() -> None:
    if _runnable:
        _runnable.popleft()(None)


def pause(seconds: float) -> None:
    """Let a lane wait for a moment."""
    loop = asyncio.get_running_loop()
    until_woken(lambda wake: loop.call_later(seconds, wake, None))


def in_thread(work: Callable[[], T]) -> T:
    """Return what ``work`` returns in a thread, for what waits without asking a lane: opening a connection."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    until_woken(future.add_done_callback)
    return future.result()


class Lock:
    """A lock between lanes: who waits longest is next."""

    def __init__(self, is_pressed: IsPressed = never) -> None:
        self._is_pressed = is_pressed
        self._is_taken = False
        self._waiting: deque[Wake] = deque()

    def acquire(self) -> bool:
        """Take the lock, waiting for it if need be."""
        if self._is_taken:
            until_woken(self._waiting.append, self._is_pressed)  # whoever gives it back leaves it taken, for us
        self._is_taken = True
        return True

    def release(self) -> None:
        """Give the lock to the next one, or leave it open."""
        if self._waiting:
            soon(self._waiting.popleft())
        else:
            self._is_taken = False

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.release()


def _found(events: int) -> waiting.Ready:
    """Return what a poll found; a socket that was closed can be read, and tells then."""
    can_write = bool(events & select.POLLOUT)
    if events & ~select.POLLOUT:
        return waiting.Ready.RW if can_write else waiting.Ready.R
    return waiting.Ready.W


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that lanes use: their waits are the event loop's. Outside of lanes it is like any other."""

    is_pressed: IsPressed = staticmethod(never)

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Carry out what psycopg wants from the server."""
        if greenlet.getcurrent().parent is None:
            return super().wait(gen, interval, timeout)
        fileno = self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(_ready(fileno, wanted, self.is_pressed))
        except StopIteration as done:
            result: RV = done.value
            return result


# Note [Ask before waiting]
# psycopg stops after each statement of a pipeline to see whether the socket can be read or written, and nearly always
# it can be written. Waiting for the event loop each time would cost a round of it, as long as it takes to serve all
# connections that have something to say: too long under overload (48 clients and a queue of 8: 116 orders taken in
# four seconds, and 204 since it asks first).
def _ready(fileno: int, wanted: waiting.Wait, is_pressed: IsPressed) -> waiting.Ready:
    """Wait until a socket can be read or written."""
    poll = select.poll()
    poll.register(fileno, _EVENTS[wanted])
    if events := poll.poll(0):
        return _found(events[0][1])
    loop = asyncio.get_running_loop()

    def watch(wake: Wake) -> None:
        _at_sockets[fileno] = _EVENTS[wanted], wake
        if wanted & waiting.Wait.R:
            loop.add_reader(fileno, wake, waiting.Ready.R)
        if wanted & waiting.Wait.W:
            loop.add_writer(fileno, wake, waiting.Ready.W)

    try:
        ready: waiting.Ready = until_woken(watch, is_pressed)
    finally:
        del _at_sockets[fileno]
    if wanted & waiting.Wait.R:
        loop.remove_reader(fileno)
    if wanted & waiting.Wait.W:
        loop.remove_writer(fileno)
    return ready
