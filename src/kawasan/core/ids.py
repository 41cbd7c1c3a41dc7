"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) and the short prefixed form people and programs see."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import threading
import time
from uuid import UUID, SafeUUID

from kawasan.core.errors import NotFound

# Every derived id (an account of an owner, say) hangs under this namespace.
NAMESPACE = UUID("6b617761-7361-5e00-8000-6b6177617361")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_TRIPLES = [pair + low for pair in _PAIRS for low in _ALPHABET]
_TO_BASE_32 = bytes.maketrans(_ALPHABET.encode(), b"0123456789abcdefghijklmnopqrstuv")  # as int() reads it
_PUBLIC = re.compile(r"([a-z]{2,6})_([0-7][0-9a-hjkmnp-tv-z]{25})")

_lock = threading.Lock()
_last = 0
_random: list[int] = []  # drawn ahead: asking the system for each id costs more than the rest of it
os.register_at_fork(after_in_child=_random.clear)  # two processes never share what was drawn


# Note [Ids are made by the million]
# UUID's constructor checks what it is given and costs twice as much as this, and taking orders is largely making ids.
_new, _set_int, _set_safe = UUID.__new__, UUID.int.__set__, UUID.is_safe.__set__  # type: ignore[attr-defined, misc]
_UNKNOWN = SafeUUID.unknown


def of_int(number: int) -> UUID:
    """Return the id with this number, which must be one of 128 bits."""
    made = _new(UUID)
    _set_int(made, number)
    _set_safe(made, _UNKNOWN)
    return made


def uuid7() -> UUID:
    """Return a new UUIDv7; ids made by one process strictly ascend, also within a millisecond."""
    global _last
    with _lock:
        stamp = (time.time_ns() << 12) // 1_000_000  # milliseconds with 12 bits of fraction (RFC 9562 method 3)
        if stamp <= _last:
            stamp = _last + 1
        _last = stamp
        if not _random:
            _random.extend(struct.unpack("1024Q", os.urandom(1024 * 8)))
        random = _random.pop() & 0x3FFF_FFFF_FFFF_FFFF
    return of_int((stamp >> 12) << 80 | (0x7000 | stamp & 0xFFF) << 64 | 0b10 << 62 | random)


_DERIVED_KEPT = ~(0xF << 76 | 0b11 << 62)  # all bits but those of version and variant
_DERIVED_SET = 5 << 76 | 0b10 << 62


def text(value: UUID) -> str:
    """Return ``str(value)``, in half its time."""
    digits = value.int.to_bytes(16, "big").hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def derived(*parts: object) -> UUID:
    """Return the UUIDv5 that belongs to these parts: the same parts always give the same id."""
    named = NAMESPACE.bytes + "\x1f".join([text(part) if type(part) is UUID else str(part) for part in parts]).encode()
    digest = hashlib.sha1(named, usedforsecurity=False).digest()
    return of_int(int.from_bytes(digest[:16], "big") & _DERIVED_KEPT | _DERIVED_SET)


_BELOW_TIME = (1 << 80) - 1  # the bits of a UUIDv7 below its milliseconds
_VERSION_8 = 8 << 76


def derived_in_time(what: str, source: UUID, *parts: object) -> UUID:
    """
    Return the id that belongs to these parts and begins with the time of the UUIDv7 ``source``; it is a UUIDv8.

    The same parts always give the same id, and it lies where its source does in whatever is kept by time. Where the
    source has no time it is ``derived``.
    """
    plain = derived(what, source, *parts)
    if source.int >> 76 & 0xF not in (7, 8):
        return plain
    return of_int(source.int & ~_BELOW_TIME | plain.int & _BELOW_TIME & ~(0xF << 76) | _VERSION_8)


def public(prefix: str, value: UUID) -> str:
    """Return the form people see, e.g. ``ord_01jd...`` (26 letters of Crockford base 32)."""
    letters, high, low = _TRIPLES, value.int >> 60, value.int & 0xFFF_FFFF_FFFF_FFFF
    return (
        f"{prefix}_{_PAIRS[high >> 60]}{letters[high >> 45 & 32767]}{letters[high >> 30 & 32767]}"
        f"{letters[high >> 15 & 32767]}{letters[high & 32767]}{letters[low >> 45]}{letters[low >> 30 & 32767]}"
        f"{letters[low >> 15 & 32767]}{letters[low & 32767]}"
    )


def parse(prefix: str, text: str) -> UUID:
    """Read a public id back. Raises NotFound for a wrong prefix or a malformed id: such a thing cannot exist."""
    match = _PUBLIC.fullmatch(text)
    if not match or match[1] != prefix:
        raise NotFound(id=text[:60])
    return of_int(int(match[2].encode().translate(_TO_BASE_32), 32))
