"""Pages that say the same to everybody: kept in the memory of the process, with each reader's own parts put in."""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
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
from kawasan.platform.shared_shell import PARTS, Pieces, Shells, cut, filled, hole, put_into, shell_of

BYTES_MAX = 32 * 1024**2  # of pages in one process; the one unused for longest goes first
SECONDS_MAX = 60  # no page is older, whatever happens: sales figures may be that late, and so is a lost invalidation
CHECK_SECONDS = 3  # how late a page may be in what changes without a version, such as stock
WAIT_SECONDS_MAX = 2.0  # how long a request waits for another one that is making the same page

# Note [How a page is shared]
# The page is rendered *for nobody*: from a request made here that has an address, a host name and a language, and no
# cookie, session, person or message. So nothing of a reader can get into it, whatever a template does. Where a reader's
# parts stand it has holes: header, messages, footer and bottom bar (``hole`` in base.html), form tokens, ids of forms,
# the server's clock. Each request fills them: with what nobody sees where it carries neither session nor message nor
# key, else rendered for the reader. What nobody sees around a page is kept too, once for all pages: see
# Note [One shell for many addresses].
#
# A page is kept under zone, language, host name and address with its canonical query, together with the version that
# the caller read *before* it read what the page shows. It is served only while the version is still the same, no price
# has changed by the clock since (``changes_at``), and what changes without a version (``still``, asked at most every
# CHECK_SECONDS) is as it was seen. After SECONDS_MAX at the latest everything it shows is read anew.
#
# Reading anew is not drawing anew: two thirds of a page's cost are its template. Where the template would be told
# the same as when the page was drawn (``_told``), the text of then is kept. So what a page shows is never older than
# it may be, and its text lives for as long as there is room.
CHOICES = ("kawasan_currency",)  # cookies of readers' choices that the footer shows
_ONCE = ("now", "request_id")  # differ each time: a page with one of these is never answered by 304


@dataclass(frozen=True, slots=True)
class Made:
    """A page as made for nobody, and what it depends on."""

    template: str
    context: Mapping[str, Any]
    search_text: str = ""  # what the search field of the header holds
    follows: tuple[int, ...] | None = None  # which places of the version; None: all
    still: Callable[[datetime], object] | None = None
    seen: object = None
    counts_down: bool = False
    shows_time_left: bool = False  # in words, which are drawn anew each minute


@dataclass(slots=True)
class _Kept:
    pieces: Pieces
    made: Made
    versions: tuple[int, ...]
    told: bytes | None
    until: datetime | None
    made_at: datetime
    checked_at: datetime
    # Pages that were made together, after a start or a change, do not all become old together.
    lives: timedelta = field(default_factory=lambda: timedelta(seconds=SECONDS_MAX * random.uniform(0.7, 1)))
    nobody: Pieces = ()  # the same pieces, with the shell that nobody sees between them
    digest: bytes = b""

    @property
    def size(self) -> int:
        # Around it are bytes that all pages share, and a reference to each.
        return sum(map(len, self.pieces)) + 8 * len(self.nobody) + 2_000


@dataclass(frozen=True, slots=True)
class _NextChange:
    """When the next price changes by the clock, as read at a moment under some versions."""

    versions: tuple[int, ...]
    read_at: datetime
    at: datetime | None

    def holds(self, versions: tuple[int, ...], at: datetime) -> bool:
        last = self.read_at + timedelta(seconds=SECONDS_MAX)
        return versions == self.versions and self.read_at <= at < min(last, self.at or last)


class SharedPages:
    """The pages of one process."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._pages: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._shells = Shells()
        self._changes: dict[str | None, _NextChange] = {}
        self._makers = [threading.Lock() for _ in range(64)]

    def answer(
        self,
        request: HttpRequest,
        *,
        query: Mapping[str, str],
        versions: tuple[int, ...],
        make: Callable[[HttpRequest, datetime], Made],
        changes_at: Callable[[datetime], datetime | None],
        also: str = "",
    ) -> HttpResponse:
        """
        Return the page of this address for this reader, made anew where it is not known or not right any more.

        ``query`` holds what of the address the page depends on; ``versions`` was read before this call. ``make`` gets
        nobody's request and the moment; ``changes_at`` says when after a moment a page changes by the clock, the same
        for all pages of one version; ``also`` is a reader's choice that ``make`` shows. What ``make`` raises is not
        kept.

        A page's ``still`` and ``changes_at`` are called outside a transaction, as somebody who may see nothing but what
        is everybody's: opening one would cost more than the single question that most of them are.
        """
        at = clock.now()
        asked = _nobodys(request, query)
        zone, address = asked.zone_name, asked.get_full_path()  # type: ignore[attr-defined]
        key = (current_schema(), zone, language(), asked.get_host(), asked.scheme, address, also)
        kept = self._fresh(key, versions, at)
        if kept is None:
            with self._turn(key):
                kept = self._fresh(key, versions, at)
                if kept is None:
                    until = self._next_change(versions, at, changes_at)
                    kept = self._make(key, asked, versions, at, make, until)
        return _answer_nobody(request, kept) if is_nobody(request) else _answer_reader(request, kept)

    def forget(self) -> None:
        """Drop every page (tests do)."""
        self._shells.forget()
        self._changes.clear()
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _fresh(
        self,
        key: tuple[Any, ...],
        versions: tuple[int, ...],
        at: datetime,
    ) -> _Kept | None:
        with self._lock:
            kept = self._pages.get(key)
            if kept is None:
                return None
            self._pages.move_to_end(key)
        made = kept.made
        if _followed(made, versions) != kept.versions or at - kept.made_at >= kept.lives:
            return None
        if at < kept.made_at or (kept.until is not None and at >= kept.until):
            return None
        if made.still is not None and at - kept.checked_at >= timedelta(seconds=CHECK_SECONDS):
            if made.still(at) != made.seen:
                return None
            kept.checked_at = at
        return kept

    def _next_change(
        self, versions: tuple[int, ...], at: datetime, changes_at: Callable[[datetime], datetime | None]
    ) -> datetime | None:
        known = self._changes.get(zone := current_schema())
        if known is None or not known.holds(versions, at):
            known = self._changes[zone] = _NextChange(versions, at, changes_at(at))
        return known.at

    def _make(
        self,
        key: tuple[Any, ...],
        asked: HttpRequest,
        versions: tuple[int, ...],
        at: datetime,
        make: Callable[[HttpRequest, datetime], Made],
        until: datetime | None,
    ) -> _Kept:
        made = make(asked, at)
        told, earlier = _told(made, at), self._pages.get(key)
        is_same = earlier is not None and told is not None and earlier.told == told
        pieces = earlier.pieces if earlier is not None and is_same else _drawn(made, asked)
        kept = _Kept(pieces, replace(made, context={}), _followed(made, versions), told, until, at, at)
        kept.nobody = put_into(pieces, self._shells.around(asked, made.search_text, at))
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


def _told(made: Made, at: datetime) -> bytes | None:
    """Return a digest of everything that a template is told; None where some of it cannot be told apart in words."""
    minute = at.replace(second=0, microsecond=0) if made.shows_time_left else None
    told = repr((made.template, made.counts_down, minute, dict(made.context)))
    return None if " at 0x" in told else blake2b(told.encode(), digest_size=16).digest()


def _drawn(made: Made, asked: HttpRequest) -> Pieces:
    holes = {name: hole(name) for name in PARTS} | ({"now": hole("now")} if made.counts_down else {})
    context = {**made.context, "hole": holes, "csrf_token": hole("csrf"), "request_id": hole("request_id")}
    return cut(render_to_string(made.template, context, asked))


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
    own = {b"csrf": get_token(request).encode()} | _once()
    return _as_private(HttpResponse(filled(kept.nobody, own)), etag)


def _answer_reader(request: HttpRequest, kept: _Kept) -> HttpResponse:
    token = get_token(request)
    pieces = put_into(kept.pieces, shell_of(request, kept.made.search_text, token))
    return _as_private(HttpResponse(filled(pieces, {b"csrf": token.encode()} | _once())), None)


def _as_private(response: HttpResponse, etag: str | None) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    if etag:
        response["ETag"] = etag
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    return response


def _once() -> dict[bytes, bytes]:
    now = str(int(clock.now().timestamp() * 1000))
    return {b"now": now.encode(), b"request_id": str(ids.uuid7()).encode()}


def _followed(made: Made, versions: tuple[int, ...]) -> tuple[int, ...]:
    return versions if made.follows is None else tuple(versions[place] for place in made.follows)
