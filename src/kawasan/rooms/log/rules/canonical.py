"""Canonical bytes of a JSON value, as RFC 8785 (JSON Canonicalization Scheme) says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import orjson

from kawasan.rooms.log.types import BodyNotCanonical

INTEGER_MAX = 2**53  # beyond it, programs that read numbers as doubles disagree about the value
DEPTH_MAX = 64


def canonical(value: Any) -> bytes:
    """
    Return the one text that a JSON value has, in UTF-8; bytes are returned as they are.

    Raises BodyNotCanonical for what is no JSON value or what two programs may read differently: integers above 2^53,
    NaN and infinity, texts with half a surrogate pair, names that are no texts.
    """
    if isinstance(value, bytes):
        return value
    if _is_plain(value, 0):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return _text(value, 0).encode()


# Numbers without a fraction, names in ASCII: then a fast writer of sorted JSON writes the same bytes.
def _is_plain(value: Any, depth: int) -> bool:
    kind = type(value)
    if kind is str:
        return bool(value.isascii())
    if kind is int:
        return bool(-INTEGER_MAX <= value <= INTEGER_MAX)
    if value is None or kind is bool:
        return True
    if depth > DEPTH_MAX:
        return False
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_plain(item, depth + 1) for name, item in value.items())
    return kind is list and all(_is_plain(item, depth + 1) for item in value)


def _text(value: Any, depth: int) -> str:
    if depth > DEPTH_MAX:
        raise BodyNotCanonical(problem="too deep")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise BodyNotCanonical(problem="an integer above 2^53")
        return str(int(value))
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(_members(value, depth)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item, depth + 1) for item in value) + "]"
    raise BodyNotCanonical(problem=f"a value of type {type(value).__name__}")


def _members(value: Mapping[Any, Any], depth: int) -> list[str]:
    if not all(isinstance(name, str) for name in value):
        raise BodyNotCanonical(problem="a name that is no text")
    try:
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    except UnicodeEncodeError as error:
        raise BodyNotCanonical(problem="half a surrogate pair") from error
    return [f"{_quoted(name)}:{_text(value[name], depth + 1)}" for name in names]


def _quoted(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BodyNotCanonical(problem="half a surrogate pair") from error
    return json.dumps(text, ensure_ascii=False)


def number(value: float) -> str:
    """Return a double as ECMAScript writes it (section 3.2.2.3 of RFC 8785)."""
    if not math.isfinite(value):
        raise BodyNotCanonical(problem="a number that is not finite")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + fraction) - len(digits))  # digits stand before the point
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    exponent = f"e{point - 1:+d}"
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + exponent
