"""Zones live in schemas of one database; the directory in ``public`` says which host name opens which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db import connection

from kawasan.core.errors import NotFound, msg

_SCHEMA_NAME = re.compile(r"^zone_[a-z][a-z0-9_]{0,40}$")
_current: ContextVar[str | None] = ContextVar("kawasan_zone_schema", default=None)

DIRECTORY_SECONDS = 5.0  # how long a process may keep an answer of the directory

DIRECTORY_SQL = """
create table if not exists public.kawasan_zone (
    schema text primary key check (schema ~ '^zone_[a-z][a-z0-9_]{0,40}$'),
    name text not null,
    hosts text[] not null default '{}',
    created_at timestamptz not null
)
"""


class UnknownZone(NotFound):
    """No zone answers to this host name."""

    code = "unknown-zone"
    title = msg("No such zone")
    detail = msg("No zone is opened by the address {host}.")


@dataclass(frozen=True, slots=True)
class ZoneSchema:
    """One line of the directory: a zone, its schema and the host names that open it."""

    schema: str
    name: str
    hosts: tuple[str, ...]


def current_schema() -> str | None:
    """Return the schema of the zone that this thread or task works in, if any."""
    return _current.get()


def search_path_of(schema: str | None) -> str:
    """Return the PostgreSQL search path of a zone: its own schema, then ``public`` for extensions and jobs."""
    return f'"{schema}", public' if schema else "public"


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
        cursor.execute("select schema, name, hosts from public.kawasan_zone order by schema")
        return [ZoneSchema(schema, name, tuple(hosts)) for schema, name, hosts in cursor.fetchall()]


def zone_of_host(host: str) -> ZoneSchema:
    """
    Return the zone that a host name opens.

    A deployment with one zone and no listed host names answers to every name, which is what a laptop wants.
    Raises UnknownZone.
    """
    known = _directory(int(monotonic() / DIRECTORY_SECONDS))
    name = host.rsplit(":", 1)[0].lower() if not host.startswith("[") else host.split("]")[0] + "]"
    for zone in known:
        if name in zone.hosts:
            return zone
    if len(known) == 1 and not known[0].hosts:
        return known[0]
    for zone in known:
        if "*" in zone.hosts:
            return zone
    raise UnknownZone(host=name)


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
