"""Pages that say the same to everybody: kept in the memory of the process, with each reader's own parts put in."""

from __future__ import annotations

import random
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from kawasan.core import clock, ids
from kawasan.core.access import STRANGER
from kawasan.platform.i18n import language
from kawasan.platform.schemas import current_schema

BYTES_MAX = 32 * 1024**2  # of pages in one process; the one unused for longest goes first
SECONDS_MAX = 60  # no page is older, whatever happens: sales figures may be that late, and so is a lost invalidation
CHECK_SECONDS = 3  # how late a page may be in what changes without a version, such as stock
WAIT_SECONDS_MAX = 2.0  # how long a request waits for another one that is making the same page

# Note [How a page is shared]
# The page is rendered *for nobody*: from a request made here that has an address, a host name and a language, and no
# cookie, session, person or message. So nothing of a reader can get into it, whatever a template does. Where a reader's
# parts stand it has holes: header, messages, footer and bottom bar (``hole`` in base.html), form tokens, ids of forms,
# the server's clock. Each request fills them: with what nobody sees where it carries neither session nor message nor
# key, else rendered for the reader. Holes are marked with a secret of the process, so no text of a page can be one.
#
# A page is kept under zone, language, host name and address with its canonical query, together with the version that
# the caller read *before* it read what the page shows. It is served only while the version is still the same, no price
# has changed by the clock since (``until``), and what changes without a version (``still``, asked at most every
# CHECK_SECONDS) is as it was seen.
_MARK = secrets.token_hex(12)
CHOICES = ("kawasan_currency",)  # cookies of readers' choices that the footer shows
_SHELL = ("header", "messages", "footer", "bottom")
_ONCE = ("now", "request_id")  # differ each time: a page with one of these is never answered by 304
_NO_HOLE = b""  # stands between two texts with nothing to fill in


@dataclass(frozen=True, slots=True)
class Made:
    """A page as made for nobody, and what it depends on."""

    template: str
    context: Mapping[str, Any]
    around: Mapping[str, Any] = field(
        default_factory=dict
    )  # what header and navigation want to know, such as the search
    follows: tuple[int, ...] | None = None  # which places of the version; None: all
    until: datetime | None = None
    still: Callable[[datetime], object] | None = None
    seen: object = None
    counts_down: bool = False


@dataclass(slots=True)
class _Kept:
    pieces: tuple[bytes, ...]  # text, hole, text, hole, ... text
    made: Made
    versions: tuple[int, ...]
    made_at: datetime
    checked_at: datetime
    # Pages that were made together, after a start or a change, do not all become old together.
    lives: timedelta = field(default_factory=lambda: timedelta(seconds=SECONDS_MAX * random.uniform(0.7, 1)))
    nobody: tuple[bytes, ...] = ()  # the same pieces, with the shell that nobody sees between them
    digest: bytes = b""

    @property
    def size(self) -> int:
        held = {id(piece): len(piece) for piece in (*self.pieces, *self.nobody)}
        return sum(held.values()) + 2_000


class SharedPages:
    """The pages of one process."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._pages: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._makers = [threading.Lock() for _ in range(64)]

    def answer(
        self,
        request: HttpRequest,
        *,
        query: Mapping[str, str],
        versions: tuple[int, ...],
        make: Callable[[HttpRequest, datetime], Made],
        check: Callable[[Callable[[], object]], object] = lambda still: still(),
        also: str = "",
    ) -> HttpResponse:
        """
        Return the page of this address for this reader, made anew where it is not known or not right any more.

        ``query`` holds what of the address the page depends on; ``versions`` was read before this call. ``make`` gets
        nobody's request and the moment; ``also`` is a reader's choice that ``make`` shows; ``check`` calls
        ``still`` in a transaction. What ``make`` raises is not kept.
        """
        at = clock.now()
        asked = _nobodys(request, query)
        zone, address = asked.zone_name, asked.get_full_path()  # type: ignore[attr-defined]
        key = (current_schema(), zone, language(), asked.get_host(), asked.scheme, address, also)
        kept = self._fresh(key, versions, at, check)
        if kept is None:
            with self._turn(key):
                kept = self._fresh(key, versions, at, check) or self._make(key, asked, versions, at, make)
        return _answer_nobody(request, kept) if is_nobody(request) else _answer_reader(request, kept)

    def forget(self) -> None:
        """Drop every page (tests do)."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _fresh(
        self,
        key: tuple[Any, ...],
        versions: tuple[int, ...],
        at: datetime,
        check: Callable[[Callable[[], object]], object],
    ) -> _Kept | None:
        with self._lock:
            kept = self._pages.get(key)
            if kept is None:
                return None
            self._pages.move_to_end(key)
        made = kept.made
        if _followed(made, versions) != kept.versions or at - kept.made_at >= kept.lives:
            return None
        if at < kept.made_at or (made.until is not None and at >= made.until):
            return None
        if made.still is not None and at - kept.checked_at >= timedelta(seconds=CHECK_SECONDS):
            if check(partial(made.still, at)) != made.seen:
                return None
            kept.checked_at = at
        return kept

    def _make(
        self,
        key: tuple[Any, ...],
        asked: HttpRequest,
        versions: tuple[int, ...],
        at: datetime,
        make: Callable[[HttpRequest, datetime], Made],
    ) -> _Kept:
        made = make(asked, at)
        holes = {name: _hole(name) for name in _SHELL} | ({"now": _hole("now")} if made.counts_down else {})
        context = {**made.context, "hole": holes, "csrf_token": _hole("csrf"), "request_id": _hole("request_id")}
        text = render_to_string(made.template, context, asked)
        kept = _Kept(_pieces(text), replace(made, context={}), _followed(made, versions), at, at)
        kept.nobody = _with_shell(kept.pieces, _shell(asked, made.around, _hole("csrf")))
        kept.digest = blake2b(b"\0".join(kept.nobody), digest_size=16).digest()
        self._keep(key, kept)
        return kept

    def _keep(self, key: tuple[Any, ...], kept: _Kept) -> None:
        with self._lock:
            if earlier := self._pages.pop(key, None):
                self._bytes -= earlier.size
            self._pages[key] = kept
            self._bytes += kept.size
            while self._bytes > self._bytes_max:
                self._bytes -= self._pages.popitem(last=False)[1].size

    @contextmanager
    def _turn(self, key: tuple[Any, ...]) -> Iterator[None]:
        """Let one request make a page while others wait for it, for a while."""
        lock = self._makers[hash(key) % len(self._makers)]
        taken = lock.acquire(timeout=WAIT_SECONDS_MAX)
        try:
            yield
        finally:
            if taken:
                lock.release()


pages = SharedPages()


def is_nobody(request: HttpRequest) -> bool:
    """Whether a request says nothing about its reader: no session, no message that waits, no key."""
    known = request.COOKIES
    told = (settings.SESSION_COOKIE_NAME, "messages", *CHOICES)
    return not (any(name in known for name in told) or "Authorization" in request.headers)


class _NobodysRequest(HttpRequest):
    """A request with an address and nothing else."""

    is_secure_address = False

    def _get_scheme(self) -> str:
        return "https" if self.is_secure_address else "http"


def _nobodys(request: HttpRequest, query: Mapping[str, str]) -> HttpRequest:
    asked = _NobodysRequest()
    asked.is_secure_address = request.is_secure()
    asked.method, asked.path, asked.path_info = "GET", request.path, request.path_info
    asked.META = {"HTTP_HOST": request.get_host(), "QUERY_STRING": urlencode(query)}
    asked.GET = QueryDict(asked.META["QUERY_STRING"])
    zone = getattr(request, "zone", None)
    asked.zone, asked.zone_name = zone, zone.name if zone else ""  # type: ignore[attr-defined]
    asked.actor, asked.user = STRANGER, AnonymousUser()  # type: ignore[attr-defined]
    return asked


def _answer_nobody(request: HttpRequest, kept: _Kept) -> HttpResponse:
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    etag = None
    if secret and not any(name.encode() in kept.nobody[1::2] for name in _ONCE):
        # A page carries tokens of the reader's cookie, so with another cookie it is another page.
        etag = f'W/"{blake2b(kept.digest + secret.encode(), digest_size=16).hexdigest()}"'
    if etag and etag in request.headers.get("If-None-Match", ""):
        return _as_private(HttpResponse(status=304), etag)
    filled = {b"csrf": get_token(request).encode()} | _once()
    return _as_private(HttpResponse(_filled(kept.nobody, filled)), etag)


def _answer_reader(request: HttpRequest, kept: _Kept) -> HttpResponse:
    token = get_token(request)
    shell = _shell(request, kept.made.around, token)
    filled = {name.encode(): part.encode() for name, part in shell.items()} | {b"csrf": token.encode()} | _once()
    return _as_private(HttpResponse(_filled(kept.pieces, filled)), None)


def _as_private(response: HttpResponse, etag: str | None) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    if etag:
        response["ETag"] = etag
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    return response


def _once() -> dict[bytes, bytes]:
    now = str(int(clock.now().timestamp() * 1000))
    return {b"now": now.encode(), b"request_id": str(ids.uuid7()).encode(), _NO_HOLE: b""}


def _hole(name: str) -> str:
    return f"[{_MARK}|{name}|{_MARK}]"


def _pieces(text: str) -> tuple[bytes, ...]:
    """Cut a page at its holes: text, the name of a hole, text, ..."""
    cut = text.replace(f"[{_MARK}|", _MARK).replace(f"|{_MARK}]", _MARK)
    return tuple(piece.encode() for piece in cut.split(_MARK))


def _filled(pieces: tuple[bytes, ...], filling: Mapping[bytes, bytes]) -> bytes:
    return b"".join(filling[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def _with_shell(pieces: tuple[bytes, ...], shell: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the pieces with the shell put in and the other holes left open; the page's own text is not copied."""
    filling = {name.encode(): (_NO_HOLE, *_pieces(part), _NO_HOLE) for name, part in shell.items()}
    cut = (filling.get(piece, (piece,)) if place % 2 else (piece,) for place, piece in enumerate(pieces))
    return tuple(chain.from_iterable(cut))


def _shell(request: HttpRequest, context: Mapping[str, Any], token: str) -> dict[str, str]:
    """Render what stands around a page for one reader, in one go."""
    text = render_to_string("shell.html", {**context, "csrf_token": token, "next": _hole("next")}, request)
    return dict(zip(_SHELL, text.split(_hole("next")), strict=True))


def _followed(made: Made, versions: tuple[int, ...]) -> tuple[int, ...]:
    return versions if made.follows is None else tuple(versions[place] for place in made.follows)
