"""Put commitments into the log, and erase what they stand for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from kawasan.core.ids import text, uuid7
from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import models
from kawasan.rooms.log.rules import entries
from kawasan.rooms.log.rules.canonical import canonical
from kawasan.rooms.log.types import (
    BODY_BYTES_MAX,
    SUBMISSIONS_MAX,
    AlreadyErased,
    Body,
    BodyTooLong,
    KindInvalid,
    LeafId,
    LeafNotFound,
    Submission,
)

# A writer has a transaction id before it draws a number: what followers rely on, see platform/followers.py.
_TAKE_AN_ID = "select pg_current_xact_id()"
_SUBMISSIONS = "copy log_submission (id, kind, committed, at) from stdin (format binary)"
# COPY is not for tables with row-level security.
# What all submissions say alike (kind, owners, whether they are public) is sent once: ``unnest`` fills a shorter list
# up with nulls, and none of these is ever null.
_CONTENTS = """
insert into log_content (leaf_id, kind, subject, body, salt, owners, is_public)
select leaf, coalesce(kind, (%(kind)b::text[])[1]), subject, body, salt,
       coalesce(owners::uuid[], (%(owners)b::text[])[1]::uuid[]), coalesce(is_public, (%(is_public)b::bool[])[1])
from unnest(%(leaf)b::uuid[], %(kind)b::text[], %(subject)b::text[], %(body)b::bytea[], %(salt)b::bytea[],
            %(owners)b::text[], %(is_public)b::bool[])
     as n (leaf, kind, subject, body, salt, owners, is_public)
"""
_COLUMNS = ("leaf", "kind", "subject", "body", "salt", "owners", "is_public")
_ALIKE = ("kind", "owners", "is_public")


@requires_transaction
def submit(
    *,
    kind: str,
    subject: str,
    body: Body,
    at: datetime,
    owners: Sequence[UUID] = (),
    is_public: bool = False,
) -> LeafId:
    """
    Commit to a document in the caller's transaction: its salted hash becomes a leaf of the zone's log within seconds.

    ``kind`` and the hash are public for ever; the document (JSON values, or bytes as they are) is kept beside them for
    ``owners`` or for everybody, until ``erase``. Rolled back with the caller, it never was. A repeat makes another
    leaf. Raises KindInvalid, BodyNotCanonical, BodyTooLong.
    """
    return submit_many([Submission(kind, subject, body, tuple(owners), is_public)], at=at)[0]


@requires_transaction
def submit_many(submissions: Sequence[Submission], *, at: datetime) -> list[LeafId]:
    """Do what ``submit`` does for up to SUBMISSIONS_MAX documents, in order and set-wise."""
    if len(submissions) > SUBMISSIONS_MAX:
        raise ValueError(f"at most {SUBMISSIONS_MAX} submissions at once")
    committed: list[tuple[Any, ...]] = []
    contents: list[tuple[Any, ...]] = []
    salts, size = os.urandom(entries.SALT_BYTES * len(submissions)), entries.SALT_BYTES
    for place, one in enumerate(submissions):
        salt, body, leaf = salts[place * size : (place + 1) * size], _body_of(one), uuid7()
        committed.append((leaf, one.kind, entries.commitment(salt, body), at))
        contents.append((leaf, one.kind, one.subject, body, salt, _array(one.owners), one.is_public))
    if committed:
        _write(committed, contents)
    return [LeafId(row[0]) for row in committed]


def _body_of(one: Submission) -> bytes:
    if not entries.is_kind(one.kind):
        raise KindInvalid(kind=one.kind[:60])
    body = canonical(one.body)
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLong(bytes_max=BODY_BYTES_MAX)
    return body


def _array(owners: Sequence[UUID]) -> str:
    return "{" + ",".join(map(text, owners)) + "}"


def _write(committed: list[tuple[Any, ...]], contents: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AN_ID)
        with cursor.copy(_SUBMISSIONS) as copy:
            copy.set_types(["uuid", "text", "bytea", "timestamptz"])
            for row in committed:
                copy.write_row(row)
        # Bound by the server, in binary: written out as literals they take three times as long.
        with psycopg.Cursor(connection.connection) as bound:
            columns = zip(_COLUMNS, zip(*contents, strict=True), strict=True)
            bound.execute(_CONTENTS, {name: _sent(name, column) for name, column in columns})


def _sent(name: str, column: tuple[Any, ...]) -> list[Any]:
    is_alike = name in _ALIKE and column.count(column[0]) == len(column)
    return [column[0]] if is_alike else list(column)


@requires_transaction
def erase(*, leaf_id: UUID) -> None:
    """
    Delete the document behind a leaf and its salt: what was said is gone, that something was said stays proved.

    Raises LeafNotFound, AlreadyErased.
    """
    deleted, _ = models.Content.objects.filter(pk=leaf_id).delete()
    if deleted:
        return
    if models.Submission.objects.filter(pk=leaf_id).exists():
        raise AlreadyErased(leaf=str(leaf_id))
    raise LeafNotFound(leaf=str(leaf_id))
