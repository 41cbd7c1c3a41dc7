"""Filters of SensorThings as SQL: names come from our own list of entities, values are always bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kawasan.rooms.sensors.rules.entities import ENTITIES, Entity
from kawasan.rooms.sensors.rules.odata import Call, Literal, Node, Path
from kawasan.rooms.sensors.types.sensorthings import QueryNotUnderstood

_COMPARE = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_COUNT = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%%"}
_PARTS = {"year", "month", "day", "hour", "minute", "second"}


@dataclass(frozen=True, slots=True)
class Expr:
    """A piece of SQL with its values, and the kind of what it gives; ``text_sql`` is a result's other side."""

    sql: str
    kind: str
    values: tuple[Any, ...] = ()
    text_sql: str = ""


@dataclass
class Writer:
    """Writes SQL for one query; every row gets an alias of its own."""

    aliases: int = field(default=0)

    def alias(self) -> str:
        """Return a name that is not taken."""
        self.aliases += 1
        return f"e{self.aliases}"

    def condition(self, node: Node, entity: Entity, alias: str) -> Expr:
        """Return a filter as a condition. Raises QueryNotUnderstood."""
        found = self.expr(node, entity, alias)
        if found.kind == "json":
            return _as_kind(found, "bool")
        if found.kind != "bool":
            raise QueryNotUnderstood(problem="$filter")
        return found

    def expr(self, node: Node, entity: Entity, alias: str) -> Expr:
        """Return a node as SQL. Raises QueryNotUnderstood."""
        if isinstance(node, Literal):
            return _literal(node)
        if isinstance(node, Path):
            return self.path(node, entity, alias)
        if node.name in ("and", "or"):
            left, right = (self.condition(one, entity, alias) for one in node.arguments)
            return Expr(f"({left.sql} {node.name} {right.sql})", "bool", left.values + right.values)
        if node.name == "not":
            inner = self.condition(node.arguments[0], entity, alias)
            return Expr(f"(not {inner.sql})", "bool", inner.values)
        arguments = [self.expr(one, entity, alias) for one in node.arguments]
        return _compare(node.name, *arguments) if node.name in _COMPARE else _call(node, arguments)

    def path(self, path: Path, entity: Entity, alias: str) -> Expr:
        """Return a property, perhaps of a related entity, as SQL. Raises QueryNotUnderstood."""
        name, rest = path.names[0].removeprefix("@iot."), path.names[1:]
        if name in entity.navs and rest:
            nav = entity.navs[name]
            if nav.is_many:
                raise QueryNotUnderstood(problem=f"{name}/{'/'.join(rest)}"[:60])
            target, there = ENTITIES[nav.target], self.alias()
            inner = self.path(Path(rest), target, there)
            on = nav.on.format(s=alias, t=there)
            wrap = f"(select {{}} from {target.table} {there} where {on} limit 1)"
            return Expr(
                wrap.format(inner.sql), inner.kind, inner.values, wrap.format(inner.text_sql) if inner.text_sql else ""
            )
        found = entity.fields.get(name)
        if found is None or (rest and found.kind != "json"):
            raise QueryNotUnderstood(problem="/".join(path.names)[:60])
        sql = found.sql.format(a=alias)
        if rest:
            return Expr(f"(({sql}) #> %s)", "json", (list(rest),))
        return Expr(sql, found.kind, (), f"{alias}.text" if found.kind == "result" else "")

    def order(self, path: Path, entity: Entity, alias: str) -> Expr:
        """Return what is sorted by."""
        return self.path(path, entity, alias)


def _literal(node: Literal) -> Expr:
    value = node.value
    if value is None:
        return Expr("null", "null")
    if isinstance(value, bool):
        return Expr("true" if value else "false", "bool")
    if isinstance(value, float):
        return Expr("%s::float8", "number", (value,))
    if isinstance(value, datetime):
        return Expr("%s::timestamptz", "time", (value,))
    return Expr("%s::text", "text", (value,))


def _as_kind(one: Expr, kind: str) -> Expr:
    """Read a JSON value or a result as the kind that it is compared with; what is of another kind is nothing."""
    if one.kind == "result":
        return Expr(one.text_sql if kind == "text" else one.sql, "text" if kind == "text" else "number", one.values)
    if one.kind != "json":
        return one
    told = {"number": "number", "bool": "boolean", "text": "string", "time": "string"}.get(kind)
    cast = {"number": "::float8", "bool": "::boolean", "time": "::timestamptz"}.get(kind, "")
    if told is None:
        return Expr(f"(({one.sql}) #>> '{{}}')", "text", one.values)
    sql = f"(case when jsonb_typeof({one.sql}) = '{told}' then (({one.sql}) #>> '{{}}'){cast} end)"
    return Expr(sql, kind, one.values + one.values)


def _compare(name: str, left: Expr, right: Expr) -> Expr:
    if "null" in (left.kind, right.kind):
        one = right if left.kind == "null" else left
        if name not in ("eq", "ne") or one.kind == "null":
            raise QueryNotUnderstood(problem=f"$filter: {name} null")
        sql = f"coalesce({one.sql}::text, {one.text_sql})" if one.kind == "result" else f"({one.sql})"
        return Expr(f"({sql} is {'' if name == 'eq' else 'not '}null)", "bool", one.values)
    left, right = _as_kind(left, right.kind), _as_kind(right, left.kind)
    if left.kind != right.kind:
        raise QueryNotUnderstood(problem=f"$filter: {left.kind} {name} {right.kind}")
    return Expr(f"coalesce({left.sql} {_COMPARE[name]} {right.sql}, false)", "bool", left.values + right.values)


def _call(node: Call, arguments: Sequence[Expr]) -> Expr:
    name = node.name
    if name in _COUNT:
        left, right = (_need(one, "number", name) for one in arguments)
        over = f"nullif({right.sql}, 0)" if name in ("div", "mod") else right.sql
        cast = ("(", ")::numeric") if name == "mod" else ("(", ")::float8")
        sql = f"({cast[0]}{left.sql}{cast[1]} {_COUNT[name]} {cast[0]}{over}{cast[1]})::float8"
        return Expr(sql, "number", left.values + right.values)
    if name == "now":
        return Expr("now()", "time")
    if name in _PARTS:
        one = _need(arguments[0], "time", name)
        return Expr(f"extract({name} from {one.sql} at time zone 'UTC')::float8", "number", one.values)
    if name == "date":
        one = _need(arguments[0], "time", name)
        return Expr(f"date_trunc('day', {one.sql}, 'UTC')", "time", one.values)
    if name in ("round", "floor", "ceiling"):
        one = _need(arguments[0], "number", name)
        return Expr(f"{name}({one.sql})", "number", one.values)
    return _of_texts(name, [_need(one, "text", name) for one in arguments])


def _of_texts(name: str, texts: Sequence[Expr]) -> Expr:
    values = tuple(value for one in texts for value in one.values)
    first, last = texts[0].sql, texts[-1].sql
    simple = {"length": "length", "tolower": "lower", "toupper": "upper", "trim": "btrim"}
    if name in simple:
        return Expr(f"{simple[name]}({first})", "number" if name == "length" else "text", values)
    if name == "concat":
        return Expr(f"({first} || {last})", "text", values)
    if name == "indexof":
        return Expr(f"(position({last} in {first}) - 1)", "number", texts[-1].values + texts[0].values)
    if name == "endswith":
        return Expr(f"coalesce(right({first}, length({last})) = {last}, false)", "bool", values + texts[-1].values)
    if name == "startswith":
        return Expr(f"coalesce(starts_with({first}, {last}), false)", "bool", values)
    # substringof(piece, whole) of SensorThings 1.0, contains(whole, piece) of OData 4
    whole, piece = (texts[1], texts[0]) if name == "substringof" else (texts[0], texts[1])
    return Expr(f"coalesce(position({piece.sql} in {whole.sql}) > 0, false)", "bool", piece.values + whole.values)


def _need(one: Expr, kind: str, name: str) -> Expr:
    found = _as_kind(one, kind)
    if found.kind != kind:
        raise QueryNotUnderstood(problem=f"$filter: {name}")
    return found
