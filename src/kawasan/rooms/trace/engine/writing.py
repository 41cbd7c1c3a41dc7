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
from kawasan.rooms.trace.engine.naming import NAMED, names_of
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


_TEXTS = (
    "type", "action", "biz_step", "disposition", "read_point", "biz_location", "error_reason", "transformation",
)  # fmt: skip
_LISTS = (
    "epcs", "parents", "inputs", "outputs", "classes", "input_classes", "output_classes", "transactions", "sources",
    "destinations", "things", "quantities",
)  # fmt: skip
_CAST = dict.fromkeys(_LISTS, "::text[]") | {"quantities": "::float8[]"}
_GIVEN = (
    ("id", "uuid"), ("place", "int"), ("event_id", "text"), ("is_id_given", "boolean"), ("raw", "bytea"),
    ("content", "bytea"), ("event_time", "timestamptz"), ("time_offset", "text"), ("error_at", "timestamptz"),
    ("has_sensors", "boolean"), *((name, "text") for name in _TEXTS), *((name, "text") for name in _LISTS),
)  # fmt: skip
# PostgreSQL makes one flat list of a list of lists, so each row's list goes as text and is cast back.
_INSERT = f"""
with written as (
insert into trace_event (number, business_id, capture_id, context, record_time, {", ".join(name for name, _ in _GIVEN)})
select nextval('trace_event_sequence'), %s, %s, %s::jsonb, %s,
       {", ".join(f"g.{name}{_CAST.get(name, '')}" for name, _ in _GIVEN)}
from unnest({", ".join(f"%b::{kind}[]" for _, kind in _GIVEN)}) as g({", ".join(name for name, _ in _GIVEN)})
order by g.place
on conflict (business_id, event_id) do nothing
returning place, id, number, business_id, {", ".join(NAMED)}
), named as (
insert into trace_name (name, number, business_id, is_epc) {names_of("written")}
)
select place, id from written
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
    given = list(zip(*(_values(row) for row in rows), strict=True))
    told = orjson.dumps(context).decode() if context else None
    with connection.cursor() as cursor:
        # An id before a number is drawn: followers go by it (see the note in platform/followers.py).
        cursor.execute("select pg_current_xact_id()")
        # Bound by the server, in binary: written out as literals the same values take far longer.
        with psycopg.Cursor(connection.connection) as bound:
            bound.execute(_INSERT, [business_id, capture_id, told, at, *[list(column) for column in given]])
            inserted: dict[int, UUID] = dict(bound.fetchall())
        links = [(*link, inserted[row.place]) for row in rows if row.place in inserted for link in row.links]
        if links:
            cursor.execute(_LINK, [business_id, *[list(column) for column in zip(*links, strict=True)]])
    return inserted


def _values(row: Row) -> tuple[Any, ...]:
    columns = row.columns
    return (
        ids.uuid7(),
        row.place,
        row.event_id,
        row.is_id_given,
        row.raw,
        row.content,
        columns.event_time,
        columns.offset,
        columns.error_at,
        columns.has_sensors,
        *(getattr(columns, name) for name in _TEXTS),
        *(_listed(getattr(columns, name)) for name in _LISTS),
    )


def _listed(texts: Iterable[object]) -> str:
    """Return a list as PostgreSQL writes it."""
    if not texts:
        return "{}"
    quoted = ('"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return "{" + ",".join(quoted) + "}"
