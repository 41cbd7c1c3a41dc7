"""One bit of a stored event: the standalone verifier sees it in the proof that the zone hands out."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
from django.db import connection, transaction
from tests.builders.trace import an_event, captured
from tests.builders.zone import a_business

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.platform.roles import as_owner
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.verifying import VERIFIER, holds, published
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models

pytestmark = pytest.mark.django_db
BITS = 60


def _flip(event: models.Event, bit: int) -> None:
    changed = bytearray(event.raw)
    changed[bit // 8] ^= 1 << bit % 8
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("update trace_event set raw = %s where id = %s", [bytes(changed), event.id])


def test_a_bit_of_a_stored_event_is_seen_by_the_verifier_as_a_stranger_runs_it(client, tmp_path):
    captured(a_business(), an_event(1), an_event(2))
    published()
    see_as(SYSTEM)
    event, other = models.Event.objects.order_by("number")
    (leaf,) = log.leaves_of(kind=trace.LEAF_KIND, subject=str(event.id))
    address, key = f"/log/bukti/{log.token_of_leaf(leaf)}.json", log.keys()[0].vkey
    assert holds(client.get(address).json(), key)
    chance = random.Random(2026)
    for bit in chance.sample(range(len(event.raw) * 8), BITS):
        with transaction.atomic():
            _flip(event, bit)
            assert not holds(log.as_json(log.proof_of(leaf)), key), bit
            transaction.set_rollback(True)
    _flip(event, chance.randrange(len(event.raw) * 8))
    file = tmp_path / "proof.json"
    file.write_bytes(client.get(address).content)
    command = [sys.executable, "-I", str(VERIFIER), "proof", str(file), "--key", key]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout.split(":")[0]) == (1, "WRONG")
    found = [finding for finding in log.verify() if finding.code == "log-document-held-differs"]
    assert [finding.row for finding in found] == [f"{trace.LEAF_KIND} {event.id}"]
    (good,) = log.leaves_of(kind=trace.LEAF_KIND, subject=str(other.id))
    assert holds(json.loads(json.dumps(log.as_json(log.proof_of(good)))), key)
