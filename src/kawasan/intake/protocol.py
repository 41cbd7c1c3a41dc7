"""HTTP/1.1 on one connection: strict, bounded, one request after another, pipelined ones in turn."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import httptools

from kawasan.core.errors import BodyTooLarge, Refusal
from kawasan.intake import answers, limits, metrics
from kawasan.intake.admission import refusal_to
from kawasan.intake.languages import chosen
from kawasan.intake.refusals import HeadTooLarge, IntakeFull, MalformedRequest, TooSlow

if TYPE_CHECKING:
    from kawasan.intake.server import Intake

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_HEADERS_MAX = 100
BATCH_PATH = "/v1/orders/batch"


@dataclass(slots=True)
class Request:
    """A request that has arrived whole."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool
    arrived: float

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def language(self) -> str:
        return chosen(self.header(b"accept-language"))


@dataclass(slots=True)
class _Arriving:
    """A request of which a part has arrived."""

    url: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: list[bytes] = field(default_factory=list)
    size: int = 0
    fed: int = 0  # bytes that came while the headers were not complete
    head_size: int = 0
    has_head: bool = False
    began: float = field(default_factory=time.monotonic)


class Connection(asyncio.Protocol):
    """One connection. The parser calls the ``on_`` methods; the server answers through ``answer``."""

    def __init__(self, server: Intake) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._arriving: _Arriving | None = None
        self._ready: deque[Request] = deque()
        self._present: Request | None = None  # the request that is being answered
        self._refusal: Refusal | None = None  # why no further request is read
        self._closing = False
        self._is_admitted = False
        self._lingering_since: float | None = None
        self._quiet_since = time.monotonic()
        self._stuck_since: float | None = None  # since when our answers are not read

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # a stream, by how the server was made
        self._is_admitted = self._server.admit(self)
        if not self._is_admitted:
            self._refuse(IntakeFull())
            self._proceed()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport, self._closing = None, True
        self._forget()
        self._ready.clear()
        self._server.left(self)

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None or self._closing:
            return
        if self._server.is_full and self._turn_away(data):
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # no other protocol is spoken here: the request is answered as it is, and nothing is read after it
        except httptools.HttpParserError as error:
            # A refusal of ours, raised inside the parser, comes out of it as the cause of its own error.
            cause = error.__context__ if isinstance(error.__context__, Refusal) else None
            self._refuse(cause or MalformedRequest(problem="it is not HTTP/1.1"))
        arriving = self._arriving
        if arriving is not None and not arriving.has_head and self._refusal is None:
            arriving.fed += len(data)
            if arriving.fed > limits.HEAD_BYTES_MAX:
                self._refuse(HeadTooLarge(limit=limits.HEAD_BYTES_MAX))
        self._proceed()

    def _turn_away(self, data: bytes) -> bool:
        """Say no to an order that came in one piece, unread, while nothing else is under way; whether that was done."""
        if self._arriving is not None or not self._is_quiet or self._transport is None:
            return False
        answer = refusal_to(data)
        if answer is None:
            return False
        self._quiet_since = time.monotonic()
        self._transport.write(answer)
        metrics.refused(IntakeFull.code)
        return True

    def eof_received(self) -> bool:
        """Answer what was asked, and then close."""
        self._closing = True
        return not self._is_quiet

    def pause_writing(self) -> None:
        """The other side does not read its answers: ask nothing more of it, and read nothing more from it."""
        self._stuck_since = time.monotonic()
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._stuck_since = None
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        self._proceed()

    # The parser's side

    def on_message_begin(self) -> None:
        self._arriving = _Arriving()

    def on_url(self, url: bytes) -> None:
        arriving = self._arriving
        if arriving is not None:
            arriving.url += url
            arriving.head_size += len(url)
            if arriving.head_size > limits.HEAD_BYTES_MAX:
                raise HeadTooLarge(limit=limits.HEAD_BYTES_MAX)

    def on_header(self, name: bytes, value: bytes) -> None:
        arriving = self._arriving
        if arriving is None:
            return
        key = name.lower()
        arriving.head_size += len(key) + len(value) + 4
        if len(arriving.headers) >= _HEADERS_MAX or arriving.head_size > limits.HEAD_BYTES_MAX:
            raise HeadTooLarge(limit=limits.HEAD_BYTES_MAX)
        if key in arriving.headers and key in (b"host", b"authorization", b"idempotency-key", b"content-length"):
            raise MalformedRequest(problem=f"{key.decode()} is given twice")
        arriving.headers[key] = value

    def on_headers_complete(self) -> None:
        arriving = self._arriving
        if arriving is None:
            return
        arriving.has_head = True
        if b"host" not in arriving.headers:
            raise MalformedRequest(problem="the host is missing")
        announced = arriving.headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._most(arriving):
            raise BodyTooLarge(megabytes=self._most(arriving) / 1024**2)
        if arriving.headers.get(b"expect", b"").lower() == b"100-continue" and self._transport:
            self._transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        arriving = self._arriving
        if arriving is None:
            return
        arriving.size += len(body)
        if arriving.size > self._most(arriving):
            raise BodyTooLarge(megabytes=self._most(arriving) / 1024**2)
        if not self._server.keep(len(body)):
            raise IntakeFull
        arriving.body.append(body)

    def on_message_complete(self) -> None:
        arriving = self._arriving
        if arriving is None:
            return
        request = Request(
            method=self._parser.get_method().decode("latin-1"),
            path=arriving.url.split(b"?", 1)[0].decode("latin-1"),
            headers=arriving.headers,
            body=b"".join(arriving.body),
            keep_alive=self._parser.should_keep_alive() and not self._parser.should_upgrade(),
            arrived=time.monotonic(),
        )
        self._forget()
        if len(self._ready) >= limits.PIPELINED_MAX:
            raise MalformedRequest(problem="too many requests were sent ahead")
        self._ready.append(request)

    @staticmethod
    def _most(arriving: _Arriving) -> int:
        return limits.BATCH_BODY_BYTES_MAX if arriving.url.startswith(BATCH_PATH.encode()) else limits.BODY_BYTES_MAX

    # The server's side

    def answer(self, response: bytes) -> None:
        """Send the answer to the present request and turn to the next one."""
        request, self._present = self._present, None
        self._quiet_since = time.monotonic()
        if self._transport is None:
            return
        self._transport.write(response)
        if request is not None and not request.keep_alive:
            self._closing = True
            self._ready.clear()
        self._proceed()

    def look(self, now: float) -> None:
        """Drop the connection where it is too slow or idle; called about once a second."""
        arriving = self._arriving
        if self._lingering_since is not None:
            if now - self._lingering_since > limits.LINGER_SECONDS:
                self.abort()
        elif self._stuck_since is not None and now - self._stuck_since > limits.WRITE_SECONDS_MAX:
            self.abort()
        elif arriving is not None:
            most = limits.BODY_SECONDS_MAX if arriving.has_head else limits.HEAD_SECONDS_MAX
            if now - arriving.began > most:
                self._refuse(TooSlow())
                self._proceed()
        elif self._is_quiet and now - self._quiet_since > limits.IDLE_SECONDS_MAX:
            self.close()

    def drain(self) -> None:
        """Answer what has arrived, then close."""
        self._closing = True
        self._proceed()

    def close(self) -> None:
        """Close once what was written is read."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def is_local(self) -> bool:
        """Whether the other side is on this machine."""
        name = self._transport.get_extra_info("peername") if self._transport else None
        return name is not None and name[0] in ("127.0.0.1", "::1")

    @property
    def _is_quiet(self) -> bool:
        return self._present is None and not self._ready

    @property
    def is_closing(self) -> bool:
        """Whether the present answer is the last one."""
        return self._closing or self._refusal is not None

    def _proceed(self) -> None:
        """Begin the next request; where there is none, say why no more are read, or close."""
        if self._present is not None or self._transport is None or self._stuck_since is not None:
            return
        if self._ready:
            self._present = self._ready.popleft()
            self._server.handle(self, self._present)
        elif self._refusal is not None and self._lingering_since is None:
            self._transport.write(answers.problem(self._refusal, path="", language="en", keep_alive=False))
            self._linger(self._transport)
        elif self._closing and self._refusal is None:
            self._transport.close()

    # Closing while the other side still sends would make its system throw away the answer unread. So: say that nothing
    # more comes, let what still arrives fall to the ground, and close when the other side does, or soon.
    def _linger(self, transport: asyncio.Transport) -> None:
        self._closing, self._lingering_since = True, time.monotonic()
        if self._is_admitted and transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Read nothing more; what was asked before is still answered, and then this is told."""
        self._refusal = self._refusal or refusal
        self._forget()

    def _forget(self) -> None:
        if self._arriving is not None:
            self._server.let_go(self._arriving.size)
            self._arriving = None
