"""Writes many events with one statement each for events and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg

from kawasan.core import ids
from kawasan.rooms.trace.engine.naming import TOLD, names_of, sendings_of
from kawasan.rooms.trace.types.events import Columns


@dataclass(frozen=True, slots=True)
class Row:
    """An event that was found valid, ready to be written."""

    place: int
    event_id: str
    is_id_given: bool
    raw: bytes
    content: bytes
    columns: Columns
    links: tuple[tuple[str, str], ...]


_COLUMNS = Columns._fields
_LISTS = frozenset((
    "epcs", "parents", "inputs", "outputs", "classes", "input_classes", "output_classes", "transactions", "sources",
    "destinations", "things", "quantities",
))  # fmt: skip
_KINDS = {
    "id": "uuid", "place": "int", "event_id": "text", "is_id_given": "boolean", "raw": "bytea", "content": "bytea",
    "event_time": "timestamptz", "error_at": "timestamptz", "has_sensors": "boolean",
}  # fmt: skip
_OWN = ("id", "place", "event_id", "is_id_given", "raw", "content")
_GIVEN = (*_OWN, *_COLUMNS)
_CASTS = dict.fromkeys(_LISTS, "::text[]") | {"quantities": "::float8[]"}


# Note [What all events of a document say alike]
# Most columns of most documents hold one value. It is sent once: ``unnest`` fills a shorter list up with nulls, and a
# null means the first value. Only ``error_at`` may itself be null: it is sent whole where it is not null throughout.
def _value_of(name: str) -> str:
    cast = _CASTS.get(name, "")
    if name in ("id", "error_at"):
        return f"g.{name}"
    return f"coalesce(g.{name}{cast}, (%({name})b::{_KINDS.get(name, 'text')}[])[1]{cast})"


# PostgreSQL makes one flat list of a list of lists, so each row's list goes as text and is cast back.
_INSERT = f"""
with written as (
insert into trace_event (number, business_id, capture_id, context, record_time, {", ".join(_GIVEN)})
select nextval('trace_event_sequence'), %(business_id)s, %(capture_id)s, %(context)s::jsonb, %(record_time)s,
       {", ".join(map(_value_of, _GIVEN))}
from unnest({", ".join(f"%({name})b::{_KINDS.get(name, 'text')}[]" for name in _GIVEN)}) as g({", ".join(_GIVEN)})
order by g.place
on conflict (business_id, event_id) do nothing
returning place, id, number, business_id, {", ".join(TOLD)}
), named as (
insert into trace_name (name, number, business_id, is_epc) {names_of("written")}
), sent as (
insert into trace_sending (thing, business_id, party, number) {sendings_of("written")}
)
select place, id from written
"""
_CAPTURE = """
insert into trace_capture (id, business_id, captured_by, mode, pieces, digest, success, events, repeated, errors,
                           created_at)
values (%s, %s, %s, %s, %b::bytea[], %s, %s, %s, %s, %s::jsonb, %s)
"""
_LINK = """
insert into trace_link (source, target, event_id, business_id)
select source, target, event_id, %s from unnest(%s::text[], %s::text[], %s::uuid[]) as g(source, target, event_id)
"""


def insert_events(
    connection: Any, business_id: UUID, capture_id: UUID, rows: Sequence[Row], context: Any, at: datetime
) -> dict[int, UUID]:
    """Write events whose ids are new; return id by place of those that were. The connection is in a transaction."""
    if not rows:
        return {}
    columns = zip(*(_values(row) for row in rows), strict=True)
    given: dict[str, Any] = {name: _sent(name, column) for name, column in zip(_GIVEN, columns, strict=True)}
    given |= {"business_id": business_id, "capture_id": capture_id, "record_time": at}
    given["context"] = orjson.dumps(context).decode() if context else None
    with connection.cursor() as cursor:
        # An id before a number is drawn: followers go by it (see the note in platform/followers.py).
        cursor.execute("select pg_current_xact_id()")
        # Bound by the server, in binary: written out as literals the same values take far longer.
        with psycopg.Cursor(connection.connection) as bound:
            bound.execute(_INSERT, given)
            inserted: dict[int, UUID] = dict(bound.fetchall())
        links = [(*link, inserted[row.place]) for row in rows if row.place in inserted for link in row.links]
        if links:
            cursor.execute(_LINK, [business_id, *[list(column) for column in zip(*links, strict=True)]])
    return inserted


def insert_capture(connection: Any, *values: Any) -> None:
    """Write a job, its values in the order of the statement; pieces are sent in binary like the events between them."""
    with psycopg.Cursor(connection.connection) as bound:
        bound.execute(_CAPTURE, values)


def _values(row: Row) -> tuple[Any, ...]:
    return (ids.uuid7(), row.place, row.event_id, row.is_id_given, row.raw, row.content, *row.columns)


def _sent(name: str, column: tuple[Any, ...]) -> list[Any]:
    """Return a column as it is sent; see the note above."""
    first = column[0]
    if column.count(first) == len(column) and name != "id" and (name != "error_at" or first is None):
        column = (first,)
    return list(map(_listed, column)) if name in _LISTS else list(column)


def _listed(texts: Iterable[object]) -> str:
    """Return a list as PostgreSQL writes it."""
    if not texts:
        return "{}"
    quoted = ('"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return "{" + ",".join(quoted) + "}"
