"""
Merkle trees as RFC 6962 and RFC 9162 (section 2.1) define them, kept in tiles as C2SP's tlog-tiles lays them out.

A tile of level L holds up to 256 hashes, each the root of 256^L leaves. A node of the tree is named by its height and
its place in the row of that height; the tile of a node of height h lies at level h // 8.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

HASH_BYTES = 32
TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = HASH_BYTES * TILE_WIDTH
EMPTY_ROOT = hashlib.sha256(b"").digest()

TileName: TypeAlias = tuple[int, int]  # level, place
Range: TypeAlias = tuple[int, int]  # leaves from, up to
Tiles: TypeAlias = dict[TileName, bytes]
ReadTiles: TypeAlias = Callable[[set[TileName]], Tiles]

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two."""
    return _sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes (of any number)."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:  # an odd one out rises as it is: the same tree as splitting at the largest power of two
        above = [_sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def split(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [tile[i : i + HASH_BYTES] for i in range(0, len(tile), HASH_BYTES)]


def append(size: int, tails: dict[int, bytes], hashes: Sequence[bytes]) -> Tiles:
    """
    Return every tile that changes when leaf hashes are added to a tree of ``size``.

    ``tails`` are the partial last tiles by level (a level whose last tile is full has none).
    """
    changed: Tiles = {}
    level, place, row = 0, size, list(hashes)
    while row:
        data = tails.get(level, b"") + b"".join(row)
        first, row = place // TILE_WIDTH, []
        for start in range(0, len(data), TILE_BYTES):
            tile = data[start : start + TILE_BYTES]
            changed[level, first + start // TILE_BYTES] = tile
            if len(tile) == TILE_BYTES:
                row.append(root_of(split(tile)))
        level, place = level + 1, place // TILE_WIDTH
    return changed


def tail_names(size: int) -> set[TileName]:
    """Return the names of the partial last tiles of a tree."""
    names, level = set(), 0
    while size:
        if size % TILE_WIDTH:
            names.add((level, size // TILE_WIDTH))
        size, level = size // TILE_WIDTH, level + 1
    return names


def width_in(size: int, level: int, place: int) -> int:
    """Return how many hashes a tile has in a tree of this size (0: there is no such tile)."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - place * TILE_WIDTH))


def tree_root(size: int, read: ReadTiles) -> bytes:
    """Return the root of the tree's first ``size`` leaves, from tiles."""
    return hashes_of([(0, size)], read)[0] if size else EMPTY_ROOT


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the leaves under each hash of an inclusion proof, from the leaf's sibling up (RFC 6962, section 2.1.1)."""
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _power_below(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the leaves under each hash of a consistency proof (RFC 6962, section 2.1.2)."""
    if old in (0, new):
        return []
    low, high, path, is_left = 0, new, [], True
    while old != high:
        middle = low + _power_below(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, is_left = middle, False
    if not is_left:
        path.append((low, high))
    return path[::-1]


def hashes_of(ranges: Iterable[Range], read: ReadTiles) -> list[bytes]:
    """Return the hash over each range of leaves, reading all tiles at once."""
    nodes = [list(_perfect(*one)) for one in ranges]
    tiles = read({_tile_of(*node) for group in nodes for node in group})
    return [_folded([_in_tile(height, place, tiles) for height, place in group]) for group in nodes]


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to (RFC 9162, section 2.1.3.2); None where its length is wrong."""
    if not 0 <= index < size:
        return None
    here, last, value = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            value = node_hash(step, value)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            value = node_hash(value, step)
        here, last = here >> 1, last >> 1
    return value if last == 0 else None


def is_included(*, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether a leaf hash is at this place of a tree."""
    return len(leaf) == HASH_BYTES and _are_hashes(path) and root_from_inclusion(index, size, leaf, path) == root


def is_consistent(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """
    Say whether the older tree is the beginning of the newer one (RFC 9162, section 2.1.4.2).

    Of the empty tree every tree is a continuation, with an empty proof, as C2SP's witnesses see it.
    """
    if not 0 <= old <= new or not _are_hashes(path):
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _are_hashes(path: Sequence[bytes]) -> bool:
    return all(len(step) == HASH_BYTES for step in path)


def _power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def _perfect(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield the perfect subtrees under a range, left to right, as (height, place)."""
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def _tile_of(height: int, place: int) -> TileName:
    level, above = divmod(height, TILE_HEIGHT)
    return level, (place << above) // TILE_WIDTH


def _in_tile(height: int, place: int, tiles: Tiles) -> bytes:
    above = height % TILE_HEIGHT
    start = (place << above) % TILE_WIDTH * HASH_BYTES
    part = tiles[_tile_of(height, place)][start : start + (HASH_BYTES << above)]
    if len(part) != HASH_BYTES << above:
        raise LookupError(f"a tile is too short for node {place} of height {height}")
    return part if above == 0 else root_of(split(part))


def _folded(hashes: list[bytes]) -> bytes:
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value
