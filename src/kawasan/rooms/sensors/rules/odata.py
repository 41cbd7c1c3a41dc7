"""Filters and options of SensorThings (OGC 18-088, after OData 4.01): read into trees that SQL is made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from kawasan.rooms.sensors.types.sensorthings import QueryNotUnderstood

LENGTH_MAX = 2_000
DEPTH_MAX = 40


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in a filter."""

    value: str | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Path:
    """A property, perhaps of a related entity: ``ObservedProperty/name``."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with what it is applied to."""

    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Literal | Path | Call

# Operators from the loosest to the tightest.
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",), ("and",), ("eq", "ne", "gt", "ge", "lt", "le"), ("add", "sub"), ("mul", "div", "mod"),
)  # fmt: skip
_COMPARISONS = 2
FUNCTIONS = {
    "substringof": 2, "contains": 2, "startswith": 2, "endswith": 2, "indexof": 2, "length": 1, "tolower": 1,
    "toupper": 1, "trim": 1, "concat": 2, "year": 1, "month": 1, "day": 1, "hour": 1, "minute": 1, "second": 1,
    "date": 1, "now": 0, "round": 1, "floor": 1, "ceiling": 1,
}  # fmt: skip

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>@?[A-Za-z_][\w.]*(?:/@?[A-Za-z_][\w.]*)*)"
    r"|(?P<mark>[(),]))"
)


def parse_filter(text: str) -> Node:
    """Read a filter. Raises QueryNotUnderstood."""
    tokens = list(_tokens(text))
    node, rest = _level(tokens, 0, 0)
    if rest:
        raise QueryNotUnderstood(problem=f"$filter: {rest[0][1]}")
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > LENGTH_MAX or "\0" in text:
        raise QueryNotUnderstood(problem="$filter")
    place, text = 0, text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise QueryNotUnderstood(problem=f"$filter: {text[place : place + 20]}")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


Tokens: TypeAlias = Sequence[tuple[str, str]]


def _level(tokens: Tokens, level: int, depth: int) -> tuple[Node, Tokens]:
    if depth > DEPTH_MAX:
        raise QueryNotUnderstood(problem="$filter")
    if level == len(_LEVELS):
        return _unary(tokens, depth)
    node, rest = _level(tokens, level + 1, depth)
    count = 0
    while rest and rest[0][0] == "word" and rest[0][1] in _LEVELS[level]:
        count += 1
        if level == _COMPARISONS and count > 1:
            raise QueryNotUnderstood(problem=f"$filter: {rest[0][1]}")
        operator = rest[0][1]
        right, rest = _level(rest[1:], level + 1, depth)
        node = Call(operator, (node, right))
    return node, rest


def _unary(tokens: Tokens, depth: int) -> tuple[Node, Tokens]:
    if not tokens or depth > DEPTH_MAX:
        raise QueryNotUnderstood(problem="$filter")
    kind, text = tokens[0]
    if (kind, text) == ("word", "not"):
        # "not" binds tighter than a comparison: what it denies is a bracket, a function or a boolean.
        node, rest = _unary(tokens[1:], depth + 1)
        return Call("not", (node,)), rest
    if (kind, text) == ("mark", "("):
        node, rest = _level(tokens[1:], 0, depth + 1)
        return node, _past(rest, ")")
    if kind == "word" and len(tokens) > 1 and tokens[1] == ("mark", "("):
        return _call(text, tokens[2:], depth + 1)
    return _leaf(kind, text), tokens[1:]


def _call(name: str, tokens: Tokens, depth: int) -> tuple[Node, Tokens]:
    if name not in FUNCTIONS:
        raise QueryNotUnderstood(problem=f"$filter: {name}")
    arguments: list[Node] = []
    while tokens and tokens[0] != ("mark", ")"):
        if arguments:
            tokens = _past(tokens, ",")
        node, tokens = _level(tokens, 0, depth + 1)
        arguments.append(node)
    if len(arguments) != FUNCTIONS[name]:
        raise QueryNotUnderstood(problem=f"$filter: {name}")
    return Call(name, tuple(arguments)), _past(tokens, ")")


def _past(tokens: Tokens, mark: str) -> Tokens:
    if not tokens or tokens[0] != ("mark", mark):
        raise QueryNotUnderstood(problem=f"$filter: {mark}")
    return tokens[1:]


def _leaf(kind: str, text: str) -> Node:
    if kind == "text":
        return Literal(text[1:-1].replace("''", "'"))
    if kind == "number":
        return Literal(float(text))
    if kind == "time":
        return Literal(_moment(text))
    if kind == "word" and text in ("true", "false", "null"):
        return Literal({"true": True, "false": False, "null": None}[text])
    if kind == "word" and text not in {name for level in _LEVELS for name in level}:
        return Path(tuple(text.split("/")))
    raise QueryNotUnderstood(problem=f"$filter: {text}")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text if "T" in text else text + "T00:00:00Z")
    except ValueError:
        raise QueryNotUnderstood(problem=f"$filter: {text}") from None
    return found


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one set of entities, of the query or inside an $expand."""

    filter: Node | None = None
    select: tuple[str, ...] = ()
    expand: tuple[tuple[str, Options], ...] = ()
    orderby: tuple[tuple[Path, bool], ...] = ()  # the flag: descending
    top: int | None = None
    skip: int = 0
    count: bool = False


SKIP_MAX = 10_000_000
EXPAND_DEPTH_MAX = 4


def parse_options(given: Sequence[tuple[str, str]], depth: int = 0) -> Options:
    """Read options as (name, text). Raises QueryNotUnderstood for one that is unknown, doubled or not right."""
    told = dict(given)
    if len(told) != len(given) or depth > EXPAND_DEPTH_MAX:
        raise QueryNotUnderstood(problem="&".join(name for name, _ in given)[:80])
    unknown = told.keys() - {"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count"}
    if unknown:
        raise QueryNotUnderstood(problem=min(unknown)[:40])
    if told.get("$count", "false") not in ("true", "false"):
        raise QueryNotUnderstood(problem="$count")
    return Options(
        filter=parse_filter(told["$filter"]) if "$filter" in told else None,
        select=tuple(_names(told["$select"])) if "$select" in told else (),
        expand=tuple(_expands(told["$expand"], depth)) if "$expand" in told else (),
        orderby=tuple(_orders(told["$orderby"])) if "$orderby" in told else (),
        top=_whole("$top", told["$top"]) if "$top" in told else None,
        skip=_whole("$skip", told.get("$skip", "0")),
        count=told.get("$count") == "true",
    )


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,8}", text) or int(text) > SKIP_MAX:
        raise QueryNotUnderstood(problem=name)
    return int(text)


def _names(text: str) -> Iterator[str]:
    for name in text.split(","):
        if not re.fullmatch(r"@?[A-Za-z][\w.]*", name.strip()):
            raise QueryNotUnderstood(problem="$select")
        yield name.strip()


def _orders(text: str) -> Iterator[tuple[Path, bool]]:
    for part in text.split(","):
        match = re.fullmatch(r"\s*(@?[A-Za-z][\w./@]*)(?:\s+(asc|desc))?\s*", part)
        if match is None:
            raise QueryNotUnderstood(problem="$orderby")
        yield Path(tuple(match[1].split("/"))), match[2] == "desc"


def _expands(text: str, depth: int) -> Iterator[tuple[str, Options]]:
    for part in _split(text, ","):
        match = re.fullmatch(r"\s*([A-Za-z]+)((?:/[A-Za-z]+)*)(?:\((.*)\))?\s*", part, re.DOTALL)
        if match is None:
            raise QueryNotUnderstood(problem="$expand")
        inside = match[3] or ""
        if match[2]:  # Datastreams/ObservedProperty: an $expand inside
            deeper = f"$expand={match[2][1:]}" + (f"({inside})" if inside else "")
            inside = deeper
        pairs = [tuple(option.split("=", 1)) for option in _split(inside, ";") if option.strip()]
        if not all(len(pair) == 2 for pair in pairs):
            raise QueryNotUnderstood(problem="$expand")
        yield match[1], parse_options([(pair[0].strip(), pair[1]) for pair in pairs], depth + 1)


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside brackets and quotes."""
    parts, open_brackets, is_quoted = [""], 0, False
    for letter in text:
        is_quoted ^= letter == "'"
        if not is_quoted:
            open_brackets += (letter == "(") - (letter == ")")
            if letter == mark and open_brackets == 0:
                parts.append("")
                continue
        parts[-1] += letter
    return parts
