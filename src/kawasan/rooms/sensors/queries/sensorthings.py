"""SensorThings 1.1, reading: one query for a set, one more for each set that is expanded in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db import DataError, connection

from kawasan.core.access import Actor
from kawasan.core.errors import Unauthenticated
from kawasan.rooms.sensors.rules.entities import CONFORMANCE, ENTITIES, Entity
from kawasan.rooms.sensors.rules.odata import Options, parse_options
from kawasan.rooms.sensors.rules.sql import Writer
from kawasan.rooms.sensors.types.sensorthings import EntityNotFound, Found, QueryNotUnderstood

TOP_USUAL = TOP_MAX = 100
PARTS_MAX = 8
QUERIES_MAX = 1_500  # of one answer: each row that is expanded takes one
_PART = re.compile(r"([A-Za-z]+)(?:\((-?[0-9]{1,19})\))?")


@dataclass(frozen=True, slots=True)
class _Source:
    """The rows that an address names: a condition on the alias ``x``, with its values."""

    entity: Entity
    where: str
    values: tuple[Any, ...]
    is_one: bool


def sensorthings(*, actor: Actor, path: str, options: Sequence[tuple[str, str]], root: str) -> Found:
    """
    Answer a read of SensorThings 1.1: ``path`` below ``root``, with its options.

    What the caller may not see is not there. Raises Unauthenticated, Forbidden, EntityNotFound, QueryNotUnderstood.
    """
    if not actor.is_signed_in:
        raise Unauthenticated
    actor.need_scope("devices:read")
    asked = parse_options(options)
    parts = [part for part in path.strip("/").split("/") if part]
    if not parts:
        return Found(_index(root))
    source, rest = _walk(parts)
    reader = _Reader(root)
    try:
        return Found(reader.answer(source, rest, asked, "/".join(parts), options))
    except DataError:
        raise QueryNotUnderstood(problem="$filter") from None


def _index(root: str) -> dict[str, Any]:
    listed = [{"name": name, "url": f"{root}/{name}"} for name in ENTITIES]
    return {"value": listed, "serverSettings": {"conformance": list(CONFORMANCE)}}


def _walk(parts: Sequence[str]) -> tuple[_Source, list[str]]:
    """Follow an address from its first set on; what is left names a property."""
    if len(parts) > PARTS_MAX:
        raise EntityNotFound
    source: _Source | None = None
    for place, part in enumerate(parts):
        match = _PART.fullmatch(part)
        name, number = (match[1], match[2]) if match else ("", None)
        if source is None:
            if name not in ENTITIES:
                raise EntityNotFound
            source = _Source(ENTITIES[name], "true", (), False)
        elif source.is_one and name in source.entity.navs:
            source = _step(source, name, place)
        elif source.is_one and number is None and name in source.entity.fields:
            return source, list(parts[place:])
        else:
            raise EntityNotFound
        if number is not None:
            if source.is_one or not -(2**63) <= int(number) < 2**63:
                raise EntityNotFound
            source = replace(
                source, where=f"{source.where} and x.number = %s", values=(*source.values, int(number)), is_one=True
            )
    if source is None:
        raise EntityNotFound
    return source, []


def _step(source: _Source, name: str, place: int) -> _Source:
    nav, before = source.entity.navs[name], f"w{place}"
    on = nav.on.format(s=before, t="x")
    inner = re.sub(r"\bx\.", f"{before}.", source.where)
    where = f"exists (select 1 from {source.entity.table} {before} where {inner} and {on})"
    return _Source(ENTITIES[nav.target], where, source.values, not nav.is_many)


class _Reader:
    """Reads rows and writes them as SensorThings wants them."""

    def __init__(self, root: str) -> None:
        self.root, self.writer, self.queries = root, Writer(), 0

    def answer(
        self, source: _Source, rest: list[str], asked: Options, path: str, options: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:
        if not source.is_one:
            return self._many(source, asked, path, options)
        rows = self._rows(source, replace(asked, filter=None, top=1, skip=0, orderby=()))
        if not rows:
            raise EntityNotFound
        if not rest:
            return self._documents(source.entity, rows, asked)[0]
        value = self._plain(source.entity, rows[0]).get(rest[0])
        if len(rest) > 1 or value is None:
            raise EntityNotFound
        return {rest[0]: value}

    def _many(
        self, source: _Source, asked: Options, path: str, options: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:  # fmt: skip
        top = min(TOP_USUAL if asked.top is None else asked.top, TOP_MAX)
        document: dict[str, Any] = {}
        if asked.count:
            document["@iot.count"] = self._count(source, asked)
        rows = self._rows(source, replace(asked, top=top + 1)) if top else []
        if len(rows) > top:
            kept = [(name, text) for name, text in options if name != "$skip"] + [("$skip", str(asked.skip + top))]
            query = "&".join(f"{name}={quote(text, safe='()/,')}" for name, text in kept)
            document["@iot.nextLink"] = f"{self.root}/{path}?{query}"
        return document | {"value": self._documents(source.entity, rows[:top], asked)}

    def _count(self, source: _Source, asked: Options) -> int:
        where, values = self._where(source, asked)
        return int(self._fetch(f"select count(*) from {source.entity.table} x where {where}", values)[0][0])

    def _where(self, source: _Source, asked: Options) -> tuple[str, tuple[Any, ...]]:
        if asked.filter is None:
            return source.where, source.values
        found = self.writer.condition(asked.filter, source.entity, "x")
        return f"({source.where}) and {found.sql}", (*source.values, *found.values)

    def _rows(self, source: _Source, asked: Options) -> list[tuple[Any, ...]]:
        where, values = self._where(source, asked)
        order, more = self._order(source.entity, asked)
        sql = f"select {self._columns(source.entity)} from {source.entity.table} x where {where} order by {order}"
        return self._fetch(f"{sql} limit %s offset %s", (*values, *more, asked.top, asked.skip))

    def _order(self, entity: Entity, asked: Options) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        values: list[Any] = []
        for path, is_descending in asked.orderby:
            found = self.writer.order(path, entity, "x")
            parts.append(f"{found.sql} {'desc nulls last' if is_descending else 'asc nulls first'}")
            values += found.values
        return ", ".join([*parts, "x.number"]), tuple(values)

    def _columns(self, entity: Entity) -> str:
        columns = [found.sql.format(a="x") for found in entity.fields.values()]
        return ", ".join([*columns, "x.text" if entity.name == "Observations" else "null"])

    def _fetch(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        self.queries += 1
        if self.queries > QUERIES_MAX:
            raise QueryNotUnderstood(problem="$expand: too much at once, ask for fewer with $top")
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            return list(cursor.fetchall())

    def _documents(self, entity: Entity, rows: Sequence[tuple[Any, ...]], asked: Options) -> list[dict[str, Any]]:
        _check_select(entity, asked)
        found = [self._document(entity, row, asked) for row in rows]
        for name, inner in asked.expand:
            self._expand(entity, rows, found, name, inner)
        return found

    def _document(self, entity: Entity, row: tuple[Any, ...], asked: Options) -> dict[str, Any]:
        number = row[0]
        link = f"{self.root}/{entity.name}({number})"
        whole = {"@iot.id": number, "@iot.selfLink": link, **self._plain(entity, row)}
        whole |= {f"{name}@iot.navigationLink": f"{link}/{name}" for name in entity.navs}
        if not asked.select:
            return whole
        kept = {name.removeprefix("@iot.") for name in asked.select}
        return {
            key: value
            for key, value in whole.items()
            if key in kept or key.split("@")[0] in kept or (key.startswith("@iot.") and ("id" in kept or not kept))
            or key == "@iot.selfLink"
        }  # fmt: skip

    def _plain(self, entity: Entity, row: tuple[Any, ...]) -> dict[str, Any]:
        values = dict(zip(entity.fields, row, strict=False))
        if entity.name == "Observations" and values["result"] is None:
            values["result"] = row[-1]
        return {
            name: json.loads(value) if entity.fields[name].kind == "json" else _written(value)
            for name, value in values.items()
            if name != "id"
        }

    def _expand(
        self,
        entity: Entity,
        rows: Sequence[tuple[Any, ...]],
        documents: list[dict[str, Any]],
        name: str,
        asked: Options,
    ) -> None:
        nav = entity.navs.get(name)
        if nav is None:
            raise QueryNotUnderstood(problem=f"$expand: {name}"[:60])
        for row, document in zip(rows, documents, strict=True):
            source = _step(_Source(entity, "x.number = %s", (row[0],), True), name, 0)
            document.pop(f"{name}@iot.navigationLink", None)
            if nav.is_many:
                path = f"{entity.name}({row[0]})/{name}"
                inside = self._many(source, asked, path, _as_options(asked))
                document[name] = inside["value"]
                document |= {f"{name}{key}": inside[key] for key in ("@iot.count", "@iot.nextLink") if key in inside}
            else:
                found = self._documents(source.entity, self._rows(source, replace(asked, top=1)), asked)
                document[name] = found[0] if found else None


def _as_options(asked: Options) -> list[tuple[str, str]]:
    """Return what of inner options a link to the next page can carry: the page's size."""
    return [] if asked.top is None else [("$top", str(asked.top))]


def _check_select(entity: Entity, asked: Options) -> None:
    known: Mapping[str, Any] = {**entity.fields, **entity.navs}
    for name in asked.select:
        if name.removeprefix("@iot.") not in known:
            raise QueryNotUnderstood(problem=f"$select: {name}"[:60])


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
