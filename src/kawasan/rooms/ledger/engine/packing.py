"""
Values as PostgreSQL takes them in binary: a length and the bytes.

A field of a COPY row and an element of an array look the same, so one form of a row serves COPY and ``unnest``.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import ClassVar, TypeAlias
from uuid import UUID

from psycopg.adapt import Dumper
from psycopg.pq import Format

from kawasan.rooms.ledger.types import Entry, Kind, NewTransfer

Field: TypeAlias = bytes
Row: TypeAlias = bytes  # its fields one after another

NULL: Field = b"\xff\xff\xff\xff"
UUID_LENGTH = b"\x00\x00\x00\x10"
DIGEST_BYTES = 20
_INT2 = struct.Struct(">ih")
_INT8 = struct.Struct(">iq")
_AMOUNT_AND_CODE = struct.Struct(">iqih")
_ARRAY = struct.Struct(">iiIii")
COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's


def text_field(text: str) -> Field:
    """Return a text."""
    encoded = text.encode()
    return struct.pack(">i", len(encoded)) + encoded


KIND_FIELDS = {kind: text_field(kind.value) for kind in Kind}


def bytes_field(value: bytes) -> Field:
    """Return a bytea."""
    return struct.pack(">i", len(value)) + value


def uuid_field(value: UUID | None) -> Field:
    """Return a uuid, or null."""
    return NULL if value is None else UUID_LENGTH + value.int.to_bytes(16, "big")


def int2_field(value: int) -> Field:
    """Return a smallint. Raises struct.error where it is none."""
    return _INT2.pack(2, value)


def int8_field(value: int) -> Field:
    """Return a bigint. Raises struct.error where it is none."""
    return _INT8.pack(8, value)


def moment_field(moment: datetime | None) -> Field:
    """Return a timestamptz, or null."""
    if moment is None:
        return NULL
    since = moment - _EPOCH
    return _INT8.pack(8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def amount_and_code(amount: int, code: int) -> bytes:
    """Return two fields. Raises struct.error where either is out of its column's range."""
    return _AMOUNT_AND_CODE.pack(8, amount, 2, code)


# What a kind is, and that nothing is resolved.
KIND_AND_NO_PENDING = {kind: field + NULL for kind, field in KIND_FIELDS.items()}


def content_of(t: NewTransfer) -> Row:
    """Return what a repeat of a transfer must match, as the first columns of its row. Raises struct.error."""
    return b"".join(
        (
            uuid_field(t.id),
            uuid_field(t.debit),
            uuid_field(t.credit),
            _AMOUNT_AND_CODE.pack(8, t.amount, 2, t.code),
            KIND_FIELDS[t.kind],
            uuid_field(t.pending_of),
            uuid_field(t.reference),
        )
    )


def digest_of(contents: Sequence[Row]) -> bytes:
    """Return an entry's digest by its transfers' contents; each field tells its length, so none runs into another."""
    return hashlib.blake2b(b"".join(contents), digest_size=DIGEST_BYTES).digest()


# Note [Two kinds of digest]
# Entries of the first versions carry SHA-256 of a text, 32 bytes; those since carry 20 bytes of BLAKE2b over the
# fields. The length tells which, and history is never rewritten.
def is_content(entry: Entry, stored: bytes) -> bool:
    """Tell whether an entry has the content whose digest was stored."""
    if len(stored) != DIGEST_BYTES:
        return hashlib.sha256(_text_of(entry)).digest() == stored
    try:
        return digest_of([content_of(transfer) for transfer in entry.transfers]) == stored
    except struct.error:  # a number that no column can hold: it never applied
        return False


def _text_of(entry: Entry) -> bytes:
    return "\n".join(
        [
            f"{t.id.int:x} {t.debit and t.debit.int} {t.credit and t.credit.int} {t.amount} {t.code} {t.kind}"
            f" {t.pending_of and t.pending_of.int} {t.reference and t.reference.int}"
            for t in entry.transfers
        ]
    ).encode()


def copy_of(rows: Sequence[Row], columns: int) -> bytes:
    """Return rows as the data of one binary COPY."""
    count = struct.pack(">h", columns)
    return b"".join((COPY_HEAD, count, count.join(rows), COPY_END))


def columns_of(rows: Sequence[Row], columns: int) -> list[bytes]:
    """Return the columns of rows, each as the elements of an array."""
    together, widths = b"".join(rows), [len(each) for each in _fields_of(rows[0])]
    if _are_alike(together, widths, len(rows)):
        return _cut(together, widths, len(rows))
    fields = [_fields_of(row) for row in rows]
    return [b"".join([row[index] for row in fields]) for index in range(columns)]


# Note [Cutting columns]
# Nearly always the rows of a batch have the same fields of the same lengths. Then a column is cut out byte by byte, for
# all rows at once: 2 us an order of three transfers, where taking each row apart costs 20.
def _are_alike(together: bytes, widths: Sequence[int], count: int) -> bool:
    """Tell whether each row has fields of these widths: whether the length before each field is the same in all."""
    row = sum(widths)
    if len(together) != row * count:
        return False
    starts = [sum(widths[:index]) for index in range(len(widths))]
    return all(
        together[start + byte :: row] == together[start + byte : start + byte + 1] * count
        for start in starts
        for byte in range(4)
    )


def _cut(together: bytes, widths: Sequence[int], count: int) -> list[bytes]:
    row, start, found = sum(widths), 0, []
    for width in widths:
        column = bytearray(width * count)
        for byte in range(width):
            column[byte::width] = together[start + byte :: row]
        found.append(bytes(column))
        start += width
    return found


def _fields_of(row: Row) -> list[Field]:
    fields, start = [], 0
    while start < len(row):
        end = start + 4 + max(0, int.from_bytes(row[start : start + 4], "big", signed=True))
        fields.append(row[start:end])
        start = end
    return fields


def int8_fields(values: Sequence[int]) -> bytes:
    """Return many bigints, one after another: 12 bytes each, of which the first four say that eight follow."""
    numbers = array("q", values)
    if sys.byteorder == "little":
        numbers.byteswap()
    data, packed = numbers.tobytes(), bytearray(b"\x00\x00\x00\x08" + bytes(8)) * len(values)
    for byte in range(8):
        packed[4 + byte :: 12] = data[byte::8]
    return bytes(packed)


def uuid_fields(values: Collection[int]) -> bytes:
    """Return many uuids, given as ints."""
    return b"".join([UUID_LENGTH + value.to_bytes(16, "big") for value in values])


class Array:
    """A one-dimensional array given by its packed elements; each type of element is a class of its own."""

    __slots__ = ("data",)
    element_oid: ClassVar[int]
    oid: ClassVar[int]

    def __init__(self, count: int, elements: bytes) -> None:
        dimensions = 1 if count else 0
        self.data = _ARRAY.pack(dimensions, 1, self.element_oid, count, 1) + elements
        if not count:
            self.data = self.data[:12]


class UuidArray(Array):
    """``uuid[]``"""

    __slots__ = ()
    element_oid, oid = 2950, 2951


class Int8Array(Array):
    """``bigint[]``"""

    __slots__ = ()
    element_oid, oid = 20, 1016


class Int2Array(Array):
    """``smallint[]``"""

    __slots__ = ()
    element_oid, oid = 21, 1005


class TextArray(Array):
    """``text[]``"""

    __slots__ = ()
    element_oid, oid = 25, 1009


class BytesArray(Array):
    """``bytea[]``"""

    __slots__ = ()
    element_oid, oid = 17, 1001


class MomentArray(Array):
    """``timestamptz[]``"""

    __slots__ = ()
    element_oid, oid = 1184, 1185


def _dumper(kind: type[Array]) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = kind.oid

        def dump(self, obj: Array) -> bytes:
            return obj.data

    return ArrayDumper


ARRAYS = (UuidArray, Int8Array, Int2Array, TextArray, BytesArray, MomentArray)
DUMPERS = [(kind, _dumper(kind)) for kind in ARRAYS]
