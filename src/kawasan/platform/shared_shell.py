"""What stands around a shared page: header, messages, footer and bottom bar, and how holes of a text are filled."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import quote

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape

from kawasan.platform.i18n import language
from kawasan.platform.schemas import current_schema

PARTS = ("header", "messages", "footer", "bottom")
SHELLS_MAX = 64  # of about 10 KB each
SECONDS_MAX = 60  # as old as a page may be

# Note [One shell for many addresses]
# For a reader who is nobody the shell depends on zone, language and host name, and on the address in three ways. Forms
# and the way to sign in lead back to it, and the search field holds what was searched: these are holes, filled when a
# page is put together. And a link to the page itself says that it is the open one: where the shell has a link to the
# page, the page gets a shell of its own. The address stands in the shell in two ways, escaped for HTML and for another
# address; the question mark in the hole's name tells them apart, because only the second changes it.
_MARK = secrets.token_hex(12)  # holes are marked with a secret of the process, so no text of a page can be one
_NO_HOLE = b""  # stands between two texts with nothing to fill in
_ADDRESS = "address?"

Pieces = tuple[bytes, ...]  # text, hole, text, hole, ... text


@dataclass(frozen=True, slots=True)
class _Shell:
    parts: Mapping[bytes, Pieces]
    made_at: datetime
    text: str  # without holes filled: tells which pages it links to


class Shells:
    """The shells that one process keeps for readers who are nobody."""

    def __init__(self) -> None:
        self._shells: dict[tuple[str | None, ...], _Shell] = {}

    def around(self, asked: HttpRequest, search_text: str, at: datetime) -> dict[bytes, Pieces]:
        """Return the parts around the page that nobody's request asks for; holes for form tokens are left open."""
        shell = self._of(asked, at, "")
        if f'href="{escape(asked.path)}' in shell.text:
            shell = self._of(asked, at, asked.path)
        address = asked.get_full_path()
        written = {_ADDRESS: escape(address), quote(_ADDRESS): quote(address), "search_text": escape(search_text)}
        filling = {name.encode(): (text.encode(),) for name, text in written.items()}
        return {name: put_into(pieces, filling) for name, pieces in shell.parts.items()}

    def forget(self) -> None:
        """Drop every shell."""
        self._shells.clear()

    def _of(self, asked: HttpRequest, at: datetime, path: str) -> _Shell:
        zone: str = asked.zone_name  # type: ignore[attr-defined]
        key = (current_schema(), zone, language(), asked.get_host(), asked.scheme, path)
        kept = self._shells.get(key)
        if kept is None or not timedelta() <= at - kept.made_at < timedelta(seconds=SECONDS_MAX):
            if len(self._shells) >= SHELLS_MAX:
                self._shells.clear()
            kept = self._shells[key] = _made(asked, at, path)
        return kept


def shell_of(request: HttpRequest, search_text: str, token: str) -> dict[bytes, Pieces]:
    """Render the parts around a page for one reader."""
    parts = _rendered(request, search_text, token)
    return {name.encode(): (part.encode(),) for name, part in zip(PARTS, parts, strict=True)}


def hole(name: str) -> str:
    """Return what a template writes where something is filled in for each reader."""
    return f"{_MARK}{name}{_MARK}"


def cut(text: str) -> Pieces:
    """Cut a text at its holes: text, the name of a hole, text, ..."""
    return tuple(piece.encode() for piece in text.split(_MARK))


def filled(pieces: Pieces, filling: Mapping[bytes, bytes]) -> bytes:
    """Return a text with every hole filled. Raises KeyError for a hole that nobody thought of."""
    return b"".join(filling[piece] if place % 2 and piece else piece for place, piece in enumerate(pieces))


def put_into(pieces: Pieces, filling: Mapping[bytes, Pieces]) -> Pieces:
    """Return the pieces with others in some of the holes; no text is copied."""
    wider = {name: (_NO_HOLE, *put, _NO_HOLE) for name, put in filling.items()}
    return tuple(chain.from_iterable(wider.get(p, (p,)) if place % 2 else (p,) for place, p in enumerate(pieces)))


def _made(asked: HttpRequest, at: datetime, path: str) -> _Shell:
    anywhere = copy(asked)
    anywhere.path = anywhere.path_info = path or hole("path")
    anywhere.get_full_path = lambda *_: hole(_ADDRESS)  # type: ignore[method-assign]
    parts = _rendered(anywhere, hole("search_text"), hole("csrf"))
    return _Shell({name.encode(): cut(part) for name, part in zip(PARTS, parts, strict=True)}, at, "".join(parts))


def _rendered(request: HttpRequest, search_text: str, token: str) -> list[str]:
    """Render header, messages, footer and bottom bar in one go."""
    context = {"search_text": search_text, "csrf_token": token, "next": hole("next")}
    return render_to_string("shell.html", context, request).split(hole("next"))
