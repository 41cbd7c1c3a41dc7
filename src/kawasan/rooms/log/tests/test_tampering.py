"""One bit, anywhere in what is stored: the standalone verifier sees it."""

from __future__ import annotations

import base64
import json
import random
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.platform.roles import as_owner
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models
from kawasan.rooms.log.rules import merkle, notes
from kawasan.rooms.log.tests.verifying import AT, holds, published, some_transfers, verifier

pytestmark = pytest.mark.django_db

LEAVES = 300  # a whole tile and a partial one, and a second level


@pytest.fixture
def served(client):
    """A log with some leaves, read as strangers read it."""
    log.submit_many([log.Submission("test.note", f"{i}", {"i": i}) for i in range(LEAVES)], at=AT)
    published()
    return partial(_read, client)


def _read(client, name: str) -> bytes:
    answer = client.get(f"/log/{name}")
    if answer.status_code != 200:
        raise FileNotFoundError(name)
    return answer.content


def _is_whole(read, key: str) -> bool:
    try:
        verifier.check_log(read, key, None)
    except (verifier.Wrong, UnicodeDecodeError, FileNotFoundError):
        return False
    return True


def _flipped(data: bytes, bit: int) -> bytes:
    bit %= len(data) * 8
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _storable(note: bytes) -> str | None:
    try:
        text = note.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _altered(what: str, chance: random.Random) -> None:
    """Flip one bit of a stored row, with the rights of the database's owner."""
    with as_owner(), connection.cursor() as cursor:
        if what == "leaf":
            row = chance.choice(list(models.Submission.objects.all()))
            value = _flipped(bytes(row.committed), chance.randrange(256))
            cursor.execute("update log_submission set committed = %s where id = %s", [value, row.pk])
        elif what == "tile":
            row = chance.choice(list(models.Tile.objects.all()))
            value = _flipped(bytes(row.hashes), chance.randrange(2**20))
            cursor.execute("update log_tile set hashes = %s where (level, place) = (%s, %s)", [value, *row.pk])
        else:
            row = models.Checkpoint.objects.order_by("-size")[0]
            texts = (_storable(_flipped(row.note.encode(), chance.randrange(2**20))) for _ in range(100))
            text = next(text for text in texts if text is not None)
            cursor.execute("update log_checkpoint set note = %s where size = %s", [text, row.pk])


@pytest.mark.parametrize("what", ["leaf", "tile", "checkpoint"])
def test_a_bit_flipped_in_the_database_is_seen_by_the_verifier(served, what):
    key = log.keys()[0].vkey
    assert _is_whole(served, key)
    chance = random.Random(2026)
    for _ in range(8):
        with transaction.atomic():
            _altered(what, chance)
            assert not _is_whole(served, key)
            assert log.verify()
            transaction.set_rollback(True)
    assert _is_whole(served, key)
    assert log.verify() == []


@pytest.mark.parametrize("column", ["amount", "code", "debit", "credit", "at", "entry_id", "asset"])
def test_a_bit_flipped_in_a_transfer_is_seen_by_the_verifier(column):
    made = some_transfers(20)
    published()
    chance = random.Random(column)
    for transfer in chance.sample(made, 3):
        assert holds(log.as_json(log.proof_of_transfer(transfer.id)))
        with transaction.atomic():
            _alter_transfer(transfer.id, column, chance)
            assert not holds(log.as_json(log.proof_of_transfer(transfer.id)))
            assert {finding.code for finding in log.verify()} == {"log-transfer-changed"}
            transaction.set_rollback(True)


def _alter_transfer(transfer_id, column: str, chance: random.Random) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"select {column} from ledger_transfer where id = %s", [transfer_id])
        ((before,),) = cursor.fetchall()
        if isinstance(before, UUID):  # an id that exists, so that only the log can tell
            cursor.execute("select id from ledger_account where id <> %s limit 1", [before])
            value = (
                cursor.fetchone()[0]
                if column in ("debit", "credit")
                else UUID(int=before.int ^ 1 << chance.randrange(64))
            )
        elif isinstance(before, datetime):
            value = before + timedelta(microseconds=1 << chance.randrange(30))
        else:
            value = before ^ 1 << chance.randrange(14)
        cursor.execute("alter table ledger_transfer drop constraint ledger_transfer_two_accounts")
        cursor.execute(f"update ledger_transfer set {column} = %s where id = %s", [value, transfer_id])


@pytest.fixture(scope="module")
def exported(django_db_blocker, django_db_setup):
    """A proof and a log as files, made once; what is flipped from here on are bytes in hand."""
    with django_db_blocker.unblock(), transaction.atomic():
        see_as(SYSTEM)
        connection._kawasan_test_transaction = True
        made = some_transfers(40)
        log.submit_many([log.Submission("test.note", f"{i}", {"i": i}) for i in range(LEAVES)], at=AT)
        published()
        size = log.published_size()
        files = {"checkpoint": log.checkpoint().note.encode()}
        for level, count in ((0, size), (1, size // 256)):
            for place, width in enumerate(verifier.widths(count)):
                data = log.tile(level=level, place=place, width=width, published=size)
                files[verifier.tile_name(str(level), place, width)] = data
        for place, width in enumerate(verifier.widths(size)):
            files[verifier.tile_name("entries", place, width)] = log.bundle(place=place, width=width, published=size)
        proof, key = log.as_json(log.proof_of_transfer(made[7].id)), log.keys()[0].vkey
        connection._kawasan_test_transaction = False
        transaction.set_rollback(True)
    return files, proof, key


@given(st.data())
def test_any_bit_of_a_served_log_is_seen(exported, data):
    files, _, key = exported
    assert _is_whole(files.__getitem__, key)
    name = data.draw(st.sampled_from(sorted(files)))
    altered = files | {name: _flipped(files[name], data.draw(st.integers(0, len(files[name]) * 8 - 1)))}
    assert not _is_whole(altered.__getitem__, key)


def _parts(proof) -> dict[tuple[str, ...], bytes]:
    """Return everything in a proof that is checked, as bytes."""
    found = {("document",): proof["document"].encode(), ("part", "document"): proof["part"]["document"].encode()}
    found[("checkpoint",)] = proof["checkpoint"].encode()
    for name in ("entry", "salt"):
        found[(name,)] = base64.b64decode(proof[name])
    found[("part", "salt")] = base64.b64decode(proof["part"]["salt"])
    for place, step in enumerate(proof["path"]):
        found[("path", place)] = base64.b64decode(step)
    for place, step in enumerate(proof["part"]["path"]):
        found[("part", "path", place)] = base64.b64decode(step)
    return found


@given(st.data())
def test_any_bit_of_a_proof_is_seen(exported, data):
    _, proof, key = exported
    assert holds(proof, key)
    parts = _parts(proof)
    where = data.draw(st.sampled_from(list(parts)))
    flipped = _flipped(parts[where], data.draw(st.integers(0, len(parts[where]) * 8 - 1)))
    is_text = where[-1] in ("document", "checkpoint")
    altered = json.loads(json.dumps(proof))
    inner = altered
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = flipped.decode("latin-1") if is_text else base64.b64encode(flipped).decode()
    assert not holds(altered, key)


@given(st.sampled_from([("index",), ("part", "index"), ("part", "size")]), st.integers(0, 10_000))
def test_another_place_in_the_tree_is_seen(exported, where, value):
    _, proof, key = exported
    altered = json.loads(json.dumps(proof))
    inner = altered if len(where) == 1 else altered["part"]
    before, inner[where[-1]] = inner[where[-1]], value
    assert holds(altered, key) is (value == before)


def test_a_log_that_was_begun_anew_does_not_begin_with_an_older_checkpoint(exported):
    files, _, key = exported
    older = files["checkpoint"].decode()
    assert verifier.check_log(files.__getitem__, key, older)
    origin = older.split(chr(10))[0]
    private = Ed25519PrivateKey.generate()
    forged = [merkle.leaf_hash(b"another entry")]
    note = notes.Checkpoint(origin, 1, forged[0]).text
    signed = notes.Note(note, (notes.sign(note, name=origin, private=private),))
    other = str(notes.VerifierKey(origin, notes.ED25519, private.public_key().public_bytes_raw()))
    with pytest.raises(verifier.Wrong):
        verifier.open_note(str(signed), [verifier.Key(key)])
    assert verifier.open_note(str(signed), [verifier.Key(other)]) == (1, forged[0])
