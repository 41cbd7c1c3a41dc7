"""What tests of tampering share: flip a bit that Hypothesis chose in a stored row, with the rights of its owner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, connection, models, transaction
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kawasan.platform.roles import as_owner
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.verifying import holds

EXAMPLES = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def flipped(value: Any, data: st.DataObject) -> Any:
    """Return a value of a column with one bit of it flipped, whichever its type."""
    if isinstance(value, bytes | memoryview):
        return _bytes(bytes(value), data)
    if isinstance(value, str):
        return _text(_bytes(value.encode(), data))
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1 << data.draw(st.integers(0, 127)))
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1 << data.draw(st.integers(0, 40)))
    if isinstance(value, date):
        return date.fromordinal(value.toordinal() ^ 1 << data.draw(st.integers(0, 15)))
    assert isinstance(value, int)
    return value ^ 1 << data.draw(st.integers(0, 14))


def _bytes(value: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _text(value: bytes) -> str:
    """Such bytes only as the database takes for text."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    assume("\0" not in text)
    return text


def stored(model: type[models.Model], where: dict[str, Any], column: str) -> Any:
    """Return what a column holds, as the database has it."""
    condition = " and ".join(f"{name} = %s" for name in where)
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {model._meta.db_table} where {condition}", list(where.values()))
        return cursor.fetchone()[0]


def is_written(model: type[models.Model], where: dict[str, Any], column: str, value: Any) -> bool:
    """Write a column past the application; say whether the database took it."""
    condition = " and ".join(f"{name} = %s" for name in where)
    sql = f"update {model._meta.db_table} set {column} = %s where {condition}"
    with as_owner():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, [value, *where.values()])
        except (DataError, IntegrityError):
            return False
    return True


def every_bit_counts(
    leaf: log.LeafId, model: type[models.Model], where: dict[str, Any], columns: list[str], *, examples: int = EXAMPLES
) -> None:
    """Flip chosen bits of a row, one at a time: the standalone verifier refuses the proof each time, `verify` tells."""
    key = log.keys()[0].vkey
    assert holds(log.as_json(log.proof_of(leaf)), key)
    seen: set[str] = set()

    @settings(max_examples=examples, deadline=None)
    @given(st.data())
    def look(data: st.DataObject) -> None:
        column = data.draw(st.sampled_from(columns))
        value = flipped(stored(model, where, column), data)
        with transaction.atomic():
            assume(is_written(model, where, column, value))
            assert not holds(log.as_json(log.proof_of(leaf)), key), column
            if column not in seen:
                seen.add(column)
                assert "log-document-held-differs" in {finding.code for finding in log.verify()}
            transaction.set_rollback(True)

    look()
    assert seen
    assert holds(log.as_json(log.proof_of(leaf)), key)
