"""
The load under which things are broken, and its journal: what was asked, how often, and what was answered.

Every order has an Idempotency-Key of its own and is repeated with it until somebody answers. An answer is a status that
means a decision (sold, or refused and why); connections cut, time-outs and 5xx decide nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from kawasan.bench.faults_zone import SHIP_TO, Market

ANSWER_SECONDS_MAX = 4.0  # then the connection is given up and the order repeated
REPEAT_SECONDS = 0.03  # before an unanswered order is sent again, longer each time
REPEAT_SECONDS_MAX = 0.4
ASKED_AGAIN = 0.05  # share of the answered orders that are sent once more, to hear the same answer
BODY_BYTES_MAX = 4_000_000
TORN = 0.002  # share of the requests that are cut in their middle
TRICKLE = 10.0  # orders a second, once ``plenty`` were ordered
EXPECTED = frozenset({"sold", "sold-out", "wallet-too-low"})  # what an order of ours may be answered

Address = tuple[str, int]
Line = tuple[int, int]
"""A ware of the market, by its place in the list, and how many of it."""


@dataclass(slots=True)
class Order:
    """One order that a buyer wants, and what became of it."""

    key: str
    buyer: int
    lines: tuple[Line, ...]
    method: str
    sent: int = 0
    status: int = 0
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        """Whether somebody decided."""
        return self.status != 0

    @property
    def is_sold(self) -> bool:
        """Whether the answer was yes."""
        return self.status in (200, 201)

    @property
    def outcome(self) -> str:
        """Sold, or the code of the refusal."""
        return "sold" if self.is_sold else str(self.body.get("code", self.status))


class Unanswered(Exception):
    """The connection ended, or time did, without a decision."""


class Connection:
    """One kept-open HTTP connection; it belongs to one task."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._address: Address | None = None

    async def ask(self, address: Address, request: bytes, *, torn: bool = False) -> tuple[int, bytes]:
        """Send a request and return status and body; ``torn`` cuts it in its middle. Raises Unanswered."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                reader, writer = await self._opened(address)
                if torn:
                    writer.write(request[: len(request) // 2])
                    await writer.drain()
                    raise ConnectionAbortedError("torn on purpose")
                writer.write(request)
                return await self._read(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
            self.cut()
            raise Unanswered(repr(error)) from error

    async def _opened(self, address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._address != address:
            self.cut()
            self._streams, self._address = await asyncio.open_connection(*address), address
        return self._streams

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        status = int(head[0].split(b" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
        length = int(headers.get(b"content-length", BODY_BYTES_MAX + 1))
        if length > BODY_BYTES_MAX:
            raise ValueError(f"an answer of unknown or unreasonable length: {head}")
        body = await reader.readexactly(length)
        if headers.get(b"connection", b"").lower() == b"close":
            self.cut()
        return status, body

    def cut(self) -> None:
        """End the connection at once, as a lost network would."""
        if self._streams is not None:
            self._streams[1].transport.abort()
        self._streams = self._address = None


@dataclass
class Load:
    """Buyers that order as fast as ``per_second`` allows, in a thread of their own, until they are told to stop."""

    market: Market
    addresses: Callable[[], Sequence[Address]]
    connections: int = 24
    per_second: float = 150.0
    plenty: int | None = None  # after so many orders they come in a trickle: what must be dealt with stays bounded
    qris: float = 0.2
    spared: frozenset[int] = frozenset()  # wares that nobody buys here
    seed: int = 0
    orders: list[Order] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._stopping = threading.Event()
        self._open: dict[int, Connection] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._live, name="buyers", daemon=True)
        self._error: BaseException | None = None
        self._before = len(self.orders)
        self._due = 0.0  # when the next order may be sent

    # --- what the driver calls, from its own thread ---

    def start(self) -> None:
        """Let the buyers buy."""
        self._thread.start()

    def stop(self, seconds_max: float) -> bool:
        """Take no new orders, wait until every one is answered; return whether they were in time."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds_max)
        self.need_alive()
        return not self._thread.is_alive()

    def cut(self) -> None:
        """Cut every connection, whatever is under way on it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._cut)

    def need_alive(self) -> None:
        """Raise what ended the buyers' thread, if it has ended before its time."""
        if self._error is not None:
            raise self._error

    def unanswered(self) -> list[Order]:
        """Return the orders that were sent and wait for an answer."""
        return [order for order in self.orders[-20 * self.connections :] if order.sent and not order.is_answered]

    @property
    def answered(self) -> int:
        """How many orders were answered."""
        return self.counts["answered"]

    # --- the buyers ---

    def _live(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:
            self._error = error
            raise

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        await asyncio.gather(*(self._buy(number) for number in range(self.connections)))

    async def _buy(self, number: int) -> None:
        connection = self._open[number] = Connection()
        while (order := await self._next()) is not None:
            self.orders.append(order)
            await self._until_answered(order, connection)
            if self._random.random() < ASKED_AGAIN:
                await self._ask_again(order, connection)
        connection.cut()

    async def _next(self) -> Order | None:
        """Keep the rate; time in which nobody could be served is not made up for."""
        now = time.monotonic()
        self._due = max(self._due, now - 0.2) + 1 / self._rate
        await asyncio.sleep(max(0.0, self._due - now))
        return None if self._stopping.is_set() else self._wanted()

    @property
    def _rate(self) -> float:
        is_enough = self.plenty is not None and len(self.orders) - self._before >= self.plenty
        return min(TRICKLE, self.per_second) if is_enough else self.per_second

    def _wanted(self) -> Order:
        count = self._random.choice((1, 1, 1, 2, 3))
        wares = self._random.sample([n for n in range(len(self.market.wares)) if n not in self.spared], count)
        lines = tuple((ware, self._random.randint(1, 3)) for ware in wares)
        method = "qris" if self._random.random() < self.qris else "wallet"
        return Order(str(uuid4()), self._random.randrange(len(self.market.buyers)), lines, method)

    async def _until_answered(self, order: Order, connection: Connection) -> None:
        while True:
            order.sent += 1
            if order.sent > 1:
                self.counts["repeated"] += 1
            with contextlib.suppress(Unanswered):
                status, body = await self._ask(order, connection)
                if status < 500 and status != 429:
                    order.body, order.status = json.loads(body), status
                    self.counts["answered"] += 1
                    self.counts[f"answered {order.outcome}"] += 1
                    if order.outcome not in EXPECTED:
                        self.contradictions.append(f"{order.key}: answered {status} {order.body}")
                    return
                self.counts[f"undecided {status}"] += 1
            await asyncio.sleep(min(REPEAT_SECONDS * order.sent, REPEAT_SECONDS_MAX) * (0.5 + self._random.random()))

    async def _ask_again(self, order: Order, connection: Connection) -> None:
        """Send an answered order once more: a sale must be told in the same words, a refusal may not become a sale."""
        with contextlib.suppress(Unanswered):
            status, body = await self._ask(order, connection)
            if status < 500 and status != 429:
                self.counts["asked_again"] += 1
                self._compare(order, status, json.loads(body))

    def _compare(self, order: Order, status: int, body: dict[str, Any]) -> None:
        same = (status, body) == (order.status, order.body) if order.is_sold else status == order.status
        if not same:
            self.contradictions.append(f"{order.key}: first {order.status} {order.body}, then {status} {body}")

    async def _ask(self, order: Order, connection: Connection) -> tuple[int, bytes]:
        addresses = self.addresses()
        address = addresses[(hash(order.key) + order.sent) % len(addresses)]
        request = request_of(self.market, order, address)
        return await connection.ask(address, request, torn=self._random.random() < TORN)

    def _cut(self) -> None:
        for connection in self._open.values():
            connection.cut()


@dataclass
class Rush(Load):
    """These orders and no others, all at once: ``finish`` waits until each is answered."""

    wanted: Sequence[Order] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self._waiting = deque(self.wanted)

    def finish(self, seconds_max: float) -> bool:
        """Wait until everybody has an answer; return whether that was in time."""
        self._thread.join(seconds_max)
        self.need_alive()
        return not self._thread.is_alive()

    async def _next(self) -> Order | None:
        return self._waiting.popleft() if self._waiting else None


def request_of(market: Market, order: Order, address: Address) -> bytes:
    """Return the order as an HTTP request: the same bytes of content at every repeat."""
    lines = [{"variant_id": market.wares[ware].variant_id, "quantity": quantity} for ware, quantity in order.lines]
    body = json.dumps({"lines": lines, "method": order.method, "ship_to": SHIP_TO}).encode()
    head = (
        f"POST /v1/orders HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        f"Authorization: Bearer {market.buyers[order.buyer].key}\r\nIdempotency-Key: {order.key}\r\n"
        f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
