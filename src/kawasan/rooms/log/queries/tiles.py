"""Tiles and bundles of entries, as they are stored and served."""

from __future__ import annotations

from django.db import connection

from kawasan.rooms.log.rules import entries, merkle
from kawasan.rooms.log.types import SizeNotPublished

_READ = """
select t.level, t.place, t.hashes from log_tile t
join unnest(%s::smallint[], %s::bigint[]) as w (level, place) on t.level = w.level and t.place = w.place
"""
_ENTRIES = """
select s.kind, s.committed from log_leaf l join log_submission s on s.number = l.number
where l.leaf_index >= %s and l.leaf_index < %s order by l.leaf_index
"""


def read_tiles(names: set[merkle.TileName]) -> merkle.Tiles:
    """Return stored tiles by name, in one query."""
    if not names:
        return {}
    wanted = sorted(names)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [[level for level, _ in wanted], [place for _, place in wanted]])
        return {(level, place): bytes(hashes) for level, place, hashes in cursor.fetchall()}


def size() -> int:
    """Return how many leaves the tree has, published or not."""
    with connection.cursor() as cursor:
        cursor.execute("select size from log_tree")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def entries_between(first: int, upto: int) -> list[bytes]:
    """Return the entries of the leaves ``first <= index < upto`` in order."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [first, upto])
        return [entries.entry(kind, bytes(committed)) for kind, committed in cursor.fetchall()]


def tile(*, level: int, place: int, width: int, published: int) -> bytes:
    """Return a tile of a published tree. Raises SizeNotPublished where that tree has no such tile."""
    if not 0 < width <= merkle.width_in(published, level, place):
        raise SizeNotPublished(size=published)
    return read_tiles({(level, place)})[level, place][: width * merkle.HASH_BYTES]


def bundle(*, place: int, width: int, published: int) -> bytes:
    """Return a tile of entries of a published tree. Raises SizeNotPublished where that tree has no such tile."""
    if not 0 < width <= merkle.width_in(published, 0, place):
        raise SizeNotPublished(size=published)
    first = place * merkle.TILE_WIDTH
    return entries.bundle(entries_between(first, first + width))
