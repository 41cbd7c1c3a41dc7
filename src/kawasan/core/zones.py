"""Zones as the directory lists them: which host name opens which schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kawasan.core.errors import NotFound, msg

DIRECTORY_SECONDS = 5.0  # how long a process may keep an answer of the directory
DIRECTORY_QUERY = "select schema, name, hosts from public.kawasan_zone order by schema"


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


def search_path_of(schema: str | None) -> str:
    """Return the PostgreSQL search path of a zone: its own schema, then ``public`` for extensions and jobs."""
    return f'"{schema}", public' if schema else "public"


def zone_of(known: Sequence[ZoneSchema], host: str) -> ZoneSchema:
    """
    Return the zone that a host name opens.

    A deployment with one zone and no listed host names answers to every name, which is what a laptop wants.
    Raises UnknownZone.
    """
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
