"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) and the short prefixed form people and programs see."""

from __future__ import annotations

import os
import re
import struct
import threading
import time
from uuid import UUID, uuid5

from kawasan.core.errors import NotFound

# Every derived id (an account of an owner, say) hangs under this namespace.
NAMESPACE = UUID("6b617761-7361-5e00-8000-6b6177617361")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS = range(120, -1, -10)  # 26 letters of 5 bits, two at a time
_VALUE = {letter: index for index, letter in enumerate(_ALPHABET)}
_PUBLIC = re.compile(r"([a-z]{2,6})_([0-7][0-9a-hjkmnp-tv-z]{25})")

_lock = threading.Lock()
_last = 0
_random: list[int] = []  # drawn ahead: asking the system for each id costs more than the rest of it
os.register_at_fork(after_in_child=_random.clear)  # two processes never share what was drawn


def uuid7() -> UUID:
    """Return a new UUIDv7; ids made by one process strictly ascend, also within a millisecond."""
    global _last
    with _lock:
        stamp = (time.time_ns() * 4096) // 1_000_000  # milliseconds with 12 bits of fraction (RFC 9562 method 3)
        stamp = max(stamp, _last + 1)
        _last = stamp
        if not _random:
            _random.extend(struct.unpack("256Q", os.urandom(256 * 8)))
        random = _random.pop() & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random)


def derived(*parts: object) -> UUID:
    """Return the UUIDv5 that belongs to these parts: the same parts always give the same id."""
    return uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))


def public(prefix: str, value: UUID) -> str:
    """Return the form people see, e.g. ``ord_01jd...`` (26 letters of Crockford base 32)."""
    pairs, number = _PAIRS, value.int
    return f"{prefix}_" + "".join([pairs[number >> shift & 1023] for shift in _SHIFTS])


def parse(prefix: str, text: str) -> UUID:
    """Read a public id back. Raises NotFound for a wrong prefix or a malformed id: such a thing cannot exist."""
    match = _PUBLIC.fullmatch(text)
    if not match or match[1] != prefix:
        raise NotFound(id=text[:60])
    number = 0
    for letter in match[2]:
        number = number << 5 | _VALUE[letter]
    return UUID(int=number)
