"""Zones live in schemas of one database; the directory in ``public`` says which host name opens which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db import connection

from kawasan.core.zones import (
    DIRECTORY_QUERY,
    DIRECTORY_SECONDS,
    UnknownZone,
    ZoneSchema,
    search_path_of,
    zone_of,
)

__all__ = ["DIRECTORY_SECONDS", "UnknownZone", "ZoneSchema", "search_path_of"]

_SCHEMA_NAME = re.compile(r"^zone_[a-z][a-z0-9_]{0,40}$")
_current: ContextVar[str | None] = ContextVar("kawasan_zone_schema", default=None)

DIRECTORY_SQL = """
create table if not exists public.kawasan_zone (
    schema text primary key check (schema ~ '^zone_[a-z][a-z0-9_]{0,40}$'),
    name text not null,
    hosts text[] not null default '{}',
    created_at timestamptz not null
)
"""


def current_schema() -> str | None:
    """Return the schema of the zone that this thread or task works in, if any."""
    return _current.get()


@contextmanager
def in_zone(schema: str) -> Iterator[None]:
    """Work inside a zone: every statement of this thread goes to its schema until the block ends."""
    if not _SCHEMA_NAME.match(schema):
        raise ValueError(f"not a zone's schema: {schema!r}")
    if connection.in_atomic_block and current_schema() not in (None, schema):
        raise RuntimeError("the zone cannot change inside a transaction")
    token = _current.set(schema)
    try:
        yield
    finally:
        _current.reset(token)


def zones() -> list[ZoneSchema]:
    """Return every zone of this deployment, in order of name of schema."""
    with connection.cursor() as cursor:
        cursor.execute(DIRECTORY_QUERY)
        return [ZoneSchema(schema, name, tuple(hosts)) for schema, name, hosts in cursor.fetchall()]


def zone_of_host(host: str) -> ZoneSchema:
    """
    Return the zone that a host name opens.

    A deployment with one zone and no listed host names answers to every name, which is what a laptop wants.
    Raises UnknownZone.
    """
    return zone_of(_directory(int(monotonic() / DIRECTORY_SECONDS)), host)


@lru_cache(maxsize=2)
def _directory(_moment: int) -> tuple[ZoneSchema, ...]:
    return tuple(zones())


def forget_directory() -> None:
    """Drop the cached directory (after a zone was added, and in tests)."""
    _directory.cache_clear()


def add_zone(*, schema: str, name: str, hosts: list[str], at: Any) -> None:
    """Create a zone's schema and write it into the directory; repeating it changes the name and hosts."""
    if not _SCHEMA_NAME.match(schema):
        raise ValueError(f"not a zone's schema: {schema!r}")
    with connection.cursor() as cursor:
        cursor.execute(DIRECTORY_SQL)
        cursor.execute(f'create schema if not exists "{schema}"')
        cursor.execute(
            "insert into public.kawasan_zone (schema, name, hosts, created_at) values (%s, %s, %s, %s) "
            "on conflict (schema) do update set name = excluded.name, hosts = excluded.hosts",
            [schema, name, hosts, at],
        )
    forget_directory()


def remove_zone(*, schema: str) -> None:
    """Drop a zone's schema and take it out of the directory; repeating it does nothing."""
    if not _SCHEMA_NAME.match(schema):
        raise ValueError(f"not a zone's schema: {schema!r}")
    with connection.cursor() as cursor:
        cursor.execute(f'drop schema if exists "{schema}" cascade')
        cursor.execute("delete from public.kawasan_zone where schema = %s", [schema])
    forget_directory()
