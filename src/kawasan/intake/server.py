"""The intake process: listens, routes, queues, answers, drains."""

from __future__ import annotations

import asyncio
import gc
import hmac
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import orjson
import psycopg
import structlog
import uvloop

from kawasan.core import cipher
from kawasan.core.cipher import Box
from kawasan.core.errors import Forbidden, MethodNotAllowed, NotFound, Refusal
from kawasan.core.zones import DIRECTORY_QUERY, DIRECTORY_SECONDS, ZoneSchema, zone_of
from kawasan.intake import answers, limits, metrics
from kawasan.intake.admission import ORDERS_PATH, Admission
from kawasan.intake.protocol import BATCH_PATH, Connection, Request
from kawasan.intake.refusals import Draining, IntakeFull, NotReached, TooManyOrders
from kawasan.intake.taker import Taker
from kawasan.intake.wishes import Wish, read_json, wish_of
from kawasan.rooms.commerce.rules.checkout import Draft

log: structlog.stdlib.BoundLogger = structlog.get_logger("kawasan")

_METHODS = {ORDERS_PATH: "POST", BATCH_PATH: "POST", "/healthz": "GET", "/readyz": "GET", "/metrics": "GET"}
LOOK_SECONDS = 1.0
GARBAGE_ALLOCATIONS = 200_000  # more than all orders in hand are made of: 256 of them are some 25,000 objects


class Intake:
    """Everything of one intake process that is not a connection or a queue."""

    def __init__(
        self, *, address: str, cipher: Box, metrics_token: str, queue_max: int, has_sandbox: bool = False
    ) -> None:
        self._address, self._cipher, self._metrics_token = address, cipher, metrics_token
        self._has_sandbox = has_sandbox  # whether a connection to the bank of play money counts
        self._admission = Admission(queue_max)
        self._connections: set[Connection] = set()
        self._takers: dict[str, Taker] = {}
        self._zones: tuple[ZoneSchema, ...] | None = None
        self._directory_at = 0.0
        self._waiting = 0  # orders that were put and are not answered
        self._buffered = 0
        self._draining = False

    # What connections ask

    def admit(self, connection: Connection) -> bool:
        """Note a connection; False where there are too many."""
        if len(self._connections) >= limits.CONNECTIONS_MAX:
            return False
        self._connections.add(connection)
        return True

    def left(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def keep(self, size: int) -> bool:
        """Note that so many bytes of a body are kept; False where all bodies together are too large."""
        self._buffered += size
        return self._buffered <= limits.BUFFERED_BYTES_MAX

    def let_go(self, size: int) -> None:
        self._buffered -= size

    @property
    def is_full(self) -> bool:
        """Whether as many orders wait as may."""
        return self._waiting >= self._admission.room

    def handle(self, connection: Connection, request: Request) -> None:
        """Begin to answer a request."""
        try:
            self._route(connection, request)
        except Refusal as refusal:
            self._refuse(connection, request, refusal)

    # Routes

    def _route(self, connection: Connection, request: Request) -> None:
        method = _METHODS.get(request.path)
        if method is None:
            raise NotFound
        if request.method != method:
            raise MethodNotAllowed(allowed=method)
        if method == "GET":
            self._tell(connection, request)
            return
        if self._draining:
            raise Draining
        if self._zones is None:
            raise NotReached
        zone = zone_of(self._zones, request.header(b"host"))
        secret = _bearer(request.header(b"authorization"))
        if request.path == ORDERS_PATH:
            self._take_one(connection, request, zone, secret)
        else:
            self._take_many(connection, request, zone, secret)

    def _take_one(self, connection: Connection, request: Request, zone: ZoneSchema, secret: str) -> None:
        if self.is_full:
            raise IntakeFull

        def answer(result: Draft | Refusal, repeated: bool) -> None:
            if isinstance(result, Refusal):
                self._refuse(connection, request, result)
                return
            metrics.taken(time.monotonic() - request.arrived, repeated=repeated)
            keep = request.keep_alive and not connection.is_closing
            connection.answer(answers.placed(result, repeated=repeated, keep_alive=keep))

        key = request.header(b"idempotency-key") or None
        try:
            given = read_json(request.body)
        except Refusal as refusal:
            given = refusal
        request.body = b""  # it is read; the request itself waits for its answer
        self._put(zone, [wish_of(secret, key, given, request.arrived, answer)])

    def _take_many(self, connection: Connection, request: Request, zone: ZoneSchema, secret: str) -> None:
        given = read_json(request.body)
        orders = given.get("orders") if isinstance(given, dict) else None
        if not isinstance(orders, list) or not 1 <= len(orders) <= limits.ORDERS_PER_REQUEST_MAX:
            raise TooManyOrders(field="orders", limit=limits.ORDERS_PER_REQUEST_MAX)
        if self._waiting + len(orders) > self._admission.room and self._waiting:
            raise IntakeFull
        many = _Many(self, connection, request, len(orders))
        self._put(zone, [many.wish(secret, order, index) for index, order in enumerate(orders)])

    def _put(self, zone: ZoneSchema, wishes: Sequence[Wish]) -> None:
        taker = self._takers.get(zone.schema)
        if taker is None:
            taker = self._takers[zone.schema] = Taker(
                zone.schema,
                address=self._address,
                cipher=self._cipher,
                deliver=self._deliver,
                admission=self._admission,
                has_sandbox=self._has_sandbox,
            )
        self._waiting += len(wishes)
        taker.put(wishes)

    def _deliver(self, wishes: Sequence[Wish]) -> None:
        self._waiting -= len(wishes)
        for wish in wishes:
            try:
                wish.answer(wish.result or NotReached(), wish.repeated)
            except Exception:
                log.exception("intake-answer-failed")

    def _tell(self, connection: Connection, request: Request) -> None:
        if request.path == "/metrics":
            self._tell_metrics(connection, request)
            return
        keep = request.keep_alive and not connection.is_closing
        if request.path == "/healthz":
            connection.answer(answers.response(200, b"ok\n", keep_alive=keep, kind=answers.PLAIN))
            return
        missing = "rest" if self._draining else "database" if self._zones is None else "" if self._zones else "zone"
        said = {"ready": False, "missing": missing} if missing else {"ready": True, "zones": len(self._zones or ())}
        status = 503 if missing else 200
        connection.answer(answers.response(status, orjson.dumps(said), keep_alive=keep))

    def _tell_metrics(self, connection: Connection, request: Request) -> None:
        token = self._metrics_token
        is_near = connection.is_local and b"x-forwarded-for" not in request.headers
        may = hmac.compare_digest(_bearer(request.header(b"authorization")), token) if token else is_near
        if not may:
            raise Forbidden
        text = metrics.written(waiting=self._waiting, room=self._admission.room, connections=len(self._connections))
        keep = request.keep_alive and not connection.is_closing
        connection.answer(answers.response(200, text, keep_alive=keep, kind=answers.METRICS))

    def _refuse(self, connection: Connection, request: Request, refusal: Refusal) -> None:
        metrics.refused(refusal.code)
        keep = request.keep_alive and not connection.is_closing
        allow = str(refusal.data.get("allowed", "")) if isinstance(refusal, MethodNotAllowed) else ""
        connection.answer(
            answers.problem(refusal, path=request.path, language=request.language, keep_alive=keep, allow=allow)
        )

    # Housekeeping

    async def look_after(self) -> None:
        """Drop slow connections, and read the directory of zones every few seconds."""
        while True:
            now = time.monotonic()
            for connection in tuple(self._connections):
                connection.look(now)
            if now - self._directory_at > DIRECTORY_SECONDS or self._zones is None:
                await self.read_directory()
            await asyncio.sleep(LOOK_SECONDS)

    async def read_directory(self) -> None:
        """Learn which host name opens which zone; keep what is known where the database is away."""
        try:
            async with await psycopg.AsyncConnection.connect(self._address, connect_timeout=5) as connection:
                rows = await (await connection.execute(DIRECTORY_QUERY)).fetchall()
        except psycopg.Error as error:
            log.warning("intake-directory-unread", error=type(error).__name__)
            return
        self._zones = tuple(ZoneSchema(schema, name, tuple(hosts)) for schema, name, hosts in rows)
        self._directory_at = time.monotonic()

    async def drain(self) -> None:
        """Take nothing new, answer everything that was put, close every connection."""
        self._draining = True
        for connection in tuple(self._connections):
            connection.drain()
        deadline = time.monotonic() + limits.DRAIN_SECONDS_MAX
        while (self._waiting or self._connections) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        for taker in self._takers.values():
            await taker.stop(max(0.1, deadline - time.monotonic()))


class _Many:
    """A batch request: answered when the last of its orders is."""

    def __init__(self, server: Intake, connection: Connection, request: Request, count: int) -> None:
        self._server, self._connection, self._request = server, connection, request
        self._answers: list[object] = [None] * count
        # Whoever sends several batches at once waits for all of them.
        self._patience = limits.DEADLINE_SECONDS * (count // limits.ORDERS_PER_BATCH_MAX)
        self._left = count

    def wish(self, secret: str, order: object, index: int) -> Wish:
        """Return one of its orders as a wish."""

        def answer(result: Draft | Refusal, repeated: bool) -> None:
            self._note(index, result, repeated)

        key = order.get("idempotency_key") if isinstance(order, dict) else None
        named = key if isinstance(key, str) else None
        return wish_of(secret, named, order, self._request.arrived, answer, patience=self._patience)

    def _note(self, index: int, result: Draft | Refusal, repeated: bool) -> None:
        request = self._request
        if isinstance(result, Refusal):
            metrics.refused(result.code)
        else:
            metrics.taken(time.monotonic() - request.arrived, repeated=repeated)
        self._answers[index] = answers.one_of_many(
            result,
            repeated=repeated,
            path=request.path,
            language=request.language,
        )
        self._left -= 1
        if not self._left:
            keep = request.keep_alive and not self._connection.is_closing
            body = orjson.dumps({"answers": self._answers})
            self._connection.answer(answers.response(200, body, keep_alive=keep))


def _bearer(header: str) -> str:
    return header[7:].strip() if header.startswith("Bearer ") else ""


async def serve(listeners: Sequence[socket.socket], make: Callable[[], Intake]) -> None:
    """Take orders until TERM or Ctrl-C; then drain."""
    loop = asyncio.get_running_loop()
    intake = make()
    await intake.read_directory()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    servers = [await loop.create_server(lambda: Connection(intake), sock=given, backlog=1_024) for given in listeners]
    looking = asyncio.ensure_future(intake.look_after())
    await stopping.wait()
    for server in servers:
        server.close()
    await intake.drain()
    looking.cancel()


def run(*, host: str, port: int, address: str, environ: Mapping[str, str], data: Path) -> None:
    """Listen and serve; several processes may share one port (SO_REUSEPORT)."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    box = cipher.Box(cipher.secrets_of(environ, data))
    token = environ.get("KAWASAN_METRICS_TOKEN", "")
    queue_max = int(environ.get("KAWASAN_INTAKE_QUEUE", limits.QUEUE_MAX))
    has_sandbox = environ.get("KAWASAN_SANDBOX") == "1"  # as server/settings reads it
    make = partial(
        Intake, address=address, cipher=box, metrics_token=token, queue_max=queue_max, has_sandbox=has_sandbox
    )
    # What is made for an order is gone with its answer; looking for rings so often cost time: orders of one hot
    # product 4,600 a second without it, 3,800 to 4,100 with it, in runs after one another on a machine that varies.
    gc.set_threshold(GARBAGE_ALLOCATIONS)
    gc.freeze()
    uvloop.run(serve([listener], make))
