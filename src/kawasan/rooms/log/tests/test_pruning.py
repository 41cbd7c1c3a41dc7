"""Old checkpoints go, but none that something rests on; proofs, consistency and `verify` are as before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from kawasan.core import clock
from kawasan.core.ids import uuid7
from kawasan.platform import followers
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models, tasks
from kawasan.rooms.log.actions.pruning import WHOLE_FOR
from kawasan.rooms.log.rules import merkle
from kawasan.rooms.log.tests.verifying import holds

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


def a_checkpoint(at: datetime) -> int:
    """Publish a checkpoint over one more leaf, and return its size."""
    log.submit(kind="test.note", subject="n", body={"at": at.isoformat()}, at=at)
    followers.catch_up(log.LEAVES_FOLLOWER)
    return log.publish(at=at).size


def a_day(noon: datetime) -> list[int]:
    return [a_checkpoint(noon + timedelta(minutes=minutes)) for minutes in range(4)]


def sizes() -> set[int]:
    return set(models.Checkpoint.objects.values_list("size", flat=True))


def cosigned(size: int, witness) -> None:
    lines = "\N{EM DASH} saksi.test/1 AAAAAAAAAAAA\n"
    models.Cosignature.objects.create(size=size, witness_id=witness, lines=lines, at=clock.now())


def test_of_old_days_the_last_stays_and_of_young_days_every_one(now):
    older, old = a_day(now - 60 * DAY), a_day(now - 59 * DAY)
    young, today = a_day(now - 29 * DAY), a_day(now)
    assert log.prune_checkpoints(at=now) == 6
    assert sizes() == {older[-1], old[-1], *young, *today}
    assert log.prune_checkpoints(at=now) == 0


def test_what_is_anchored_or_cosigned_last_that_day_stays_with_its_cosignatures(now):
    first, second = uuid7(), uuid7()
    old = a_day(now - 60 * DAY)
    cosigned(old[0], first)
    cosigned(old[1], first)
    cosigned(old[0], second)
    models.Anchor.objects.create(
        size=old[2], kind="rfc3161", target="t", state="held", receipt=b"r", stamped_at=now, at=now
    )
    more = a_day(now - 58 * DAY)
    cosigned(more[0], first)
    cosigned(more[1], first)
    newest = a_checkpoint(now)
    log.prune_checkpoints(at=now)
    assert sizes() == {*old, more[1], more[3], newest}
    rows = models.Cosignature.objects.values_list("size", "witness_id")
    assert set(rows) == {(old[0], first), (old[1], first), (old[0], second), (more[1], first)}


def test_proofs_and_consistency_from_a_size_that_went_hold_as_before_and_verify_finds_nothing(now):
    old = log.submit(kind="test.note", subject="old", body={"x": 1}, at=now - 60 * DAY)
    gone = [log.checkpoint(size) for size in a_day(now - 60 * DAY)[:-1]]
    newest = log.checkpoint(a_checkpoint(now))
    log.prune_checkpoints(at=now)
    assert [log.checkpoint(one.size) for one in gone] == [None] * 3
    assert holds(log.as_json(log.proof_of(old)), log.keys()[0].vkey)
    for one in gone:  # somebody kept it: it is still the beginning of what there is
        path = log.consistency(old=one.size, new=newest.size)
        assert merkle.is_consistent(old=one.size, new=newest.size, old_root=one.root, new_root=newest.root, path=path)
    assert log.verify() == []


def test_a_log_in_which_nothing_happens_any_more_keeps_its_newest_checkpoint(now):
    only = a_day(now - 60 * DAY)
    log.prune_checkpoints(at=now)
    assert sizes() == {only[-1]}
    assert log.published_size() == only[-1]


def test_the_job_takes_all_in_bounded_steps(now, monkeypatch):
    old = a_day(now - 60 * DAY)
    newest = a_checkpoint(now)
    monkeypatch.setattr("kawasan.rooms.log.actions.pruning.PRUNED_AT_ONCE", 2)
    monkeypatch.setattr(log, "PRUNED_AT_ONCE", 2)
    tasks.prune_checkpoints()
    assert sizes() == {old[-1], newest}


def test_the_application_deletes_no_other_checkpoint_whatever_it_asks_for(now):
    young = a_day(now - WHOLE_FOR + DAY)
    with connection.cursor() as cursor:
        cursor.execute("select log_prune_checkpoints(%s, 100)", [now + DAY])
    assert sizes() == set(young)
    with pytest.raises(ProgrammingError), transaction.atomic():
        models.Checkpoint.objects.filter(size=young[0]).delete()
