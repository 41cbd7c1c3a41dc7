"""Submissions become leaves, once and in order; proofs lead from them to signed checkpoints."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import connection, connections, transaction
from tests.waiting import wait_until

from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Refusal
from kawasan.core.ids import uuid7
from kawasan.platform import followers
from kawasan.platform.db import see_as
from kawasan.platform.schemas import in_zone
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models
from kawasan.rooms.log.rules import entries, merkle, notes

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _is_proved(proof: log.Proof) -> bool:
    note = notes.parse_note(proof.checkpoint)
    found = notes.parse_checkpoint(note.text)
    assert notes.verified(note, [notes.parse_key(proof.vkey)])
    return found.size == proof.size and merkle.is_included(
        index=proof.index, size=proof.size, leaf=merkle.leaf_hash(proof.entry), path=proof.path, root=found.root
    )


def _publish() -> log.CheckpointInfo:
    followers.catch_up(log.LEAVES_FOLLOWER)
    found = log.publish(at=AT)
    assert found is not None
    return found


def test_what_was_submitted_is_proved_by_the_next_checkpoint():
    leaf = log.submit(kind="test.note", subject="n1", body={"b": 1, "a": [1.5, "é"]}, at=AT, is_public=True)
    assert not log.proof_of(leaf).is_published
    _publish()
    proof = log.proof_of(leaf)
    assert _is_proved(proof)
    assert proof.content.body == '{"a":[1.5,"é"],"b":1}'.encode()
    kind, committed = entries.parse_entry(proof.entry)
    assert (kind, committed) == ("test.note", entries.commitment(proof.content.salt, proof.content.body))


def test_every_leaf_of_many_batches_is_proved_and_every_older_checkpoint_is_the_beginning_of_a_newer_one():
    leaves, published = [], []
    for count in (1, 3, 250, 7, 300):
        leaves += log.submit_many([log.Submission("test.note", f"{i}", {"i": i}) for i in range(count)], at=AT)
        published.append(_publish())
    sizes = [found.size - published[0].size for found in published]
    assert sizes == [0, 3, 253, 260, 560]
    for leaf in leaves[:: len(leaves) // 40]:
        assert _is_proved(log.proof_of(leaf))
    for old, new in pairwise(published):
        path = log.consistency(old=old.size, new=new.size)
        assert merkle.is_consistent(old=old.size, new=new.size, old_root=old.root, new_root=new.root, path=path)


def test_a_tree_built_again_has_the_same_roots():
    log.submit_many([log.Submission("test.note", f"{i}", {"i": i}) for i in range(300)], at=AT)
    before = _publish()
    tiles = {(row.level, row.place): bytes(row.hashes) for row in models.Tile.objects.all()}
    followers.rebuild(log.LEAVES_FOLLOWER)
    assert {(row.level, row.place): bytes(row.hashes) for row in models.Tile.objects.all()} == tiles
    assert log.publish(at=AT) == before


def test_nothing_is_signed_again_where_nothing_was_added():
    log.submit(kind="test.note", subject="n", body="x", at=AT)
    first = _publish()
    assert _publish() == first
    assert models.Checkpoint.objects.filter(size__gte=first.size).count() == 1


def test_erasing_deletes_what_was_said_and_keeps_the_proof():
    leaf = log.submit(kind="test.note", subject="n", body={"name": "Siti"}, at=AT, is_public=True)
    _publish()
    before = log.proof_of(leaf)
    log.erase(leaf_id=leaf)
    after = log.proof_of(leaf)
    assert after.content is None
    assert after.entry == before.entry
    assert _is_proved(after)
    with pytest.raises(log.AlreadyErased):
        log.erase(leaf_id=leaf)
    with pytest.raises(log.LeafNotFound):
        log.erase(leaf_id=uuid7())


def test_a_document_is_read_by_its_owners_and_nobody_else():
    owner, other = uuid7(), uuid7()
    leaf = log.submit(kind="test.note", subject="n", body={"x": 1}, at=AT, owners=[owner])
    for actor, may in ((Actor(person_id=owner), True), (Actor(person_id=other), False), (SYSTEM, True)):
        see_as(actor)
        assert (log.proof_of(leaf).content is not None) is may
        assert log.leaves_of(kind="test.note", subject="n") == ([leaf] if may else [])
    see_as(SYSTEM)


@pytest.mark.parametrize(
    ("kind", "body", "refusal"),
    [
        ("Test", {}, log.KindInvalid),
        ("a" * 41, {}, log.KindInvalid),
        ("test", {"n": 2**53 + 1}, log.BodyNotCanonical),
        ("test", {"n": float("nan")}, log.BodyNotCanonical),
        ("test", {1: 2}, log.BodyNotCanonical),
        ("test", "\ud800", log.BodyNotCanonical),
        ("test", b"x" * 1_000_001, log.BodyTooLong),
    ],
)
def test_what_cannot_be_proved_is_refused_and_leaves_nothing(kind, body, refusal):
    before = models.Submission.objects.count(), models.Content.objects.count()
    with pytest.raises(refusal):
        log.submit(kind=kind, subject="x", body=body, at=AT)
    assert (models.Submission.objects.count(), models.Content.objects.count()) == before


def test_sizes_that_were_never_published_have_no_proof():
    size = _submitted_and_published()
    for code, ask in (
        ("log-size-not-published", lambda: log.inclusion(index=0, size=size + 1)),
        ("log-beyond-the-tree", lambda: log.inclusion(index=size, size=size)),
        ("log-size-not-published", lambda: log.consistency(old=size, new=size + 1)),
        ("log-beyond-the-tree", lambda: log.consistency(old=size + 1, new=size)),
        ("log-size-not-published", lambda: log.tile(level=0, place=size // 256 + 1, width=1, published=size)),
    ):
        with pytest.raises(Refusal) as caught:
            ask()
        assert caught.value.code == code


def test_programs_that_ask_for_proofs_and_tiles_are_refused_as_programs(client):
    size = _submitted_and_published()
    for path in (f"proof/inclusion/{size + 8}/{size}", f"proof/inclusion/0/{size + 1}", "tile/0/999"):
        answer = client.get(f"/log/{path}", headers={"Accept": "*/*", "Accept-Language": "en"})
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), path
    beyond = client.get(f"/log/proof/inclusion/{size + 8}/{size}", headers={"Accept-Language": "en"}).json()
    assert beyond["detail"] == f"{size + 8} lies beyond a tree of {size} entries."


def _submitted_and_published() -> int:
    log.submit(kind="test.note", subject="n", body="x", at=AT)
    return _publish().size


def test_after_a_rotation_both_keys_sign_until_the_old_one_is_over():
    _submitted_and_published()
    (old, *_) = log.keys()
    new = log.rotate_key(at=AT)
    log.submit(kind="test.note", subject="n", body="y", at=AT)
    note = notes.parse_note(_publish().note)
    keys = [notes.parse_key(new.vkey), notes.parse_key(old.vkey)]
    assert notes.verified(note, keys) == keys
    log.submit(kind="test.note", subject="n", body="z", at=AT)
    followers.catch_up(log.LEAVES_FOLLOWER)
    later = log.publish(at=AT.replace(year=2027))
    assert notes.verified(notes.parse_note(later.note), keys) == keys[:1]


def test_the_private_key_is_not_stored_as_it_is():
    _submitted_and_published()
    private = models.Key.objects.get().private
    with connection.cursor() as cursor:
        cursor.execute("select private from log_key")
        ((stored,),) = cursor.fetchall()
    assert private not in stored


def _catch_up_with(count: int) -> None:
    """Other test processes share the server, and a transaction of theirs may hold the bound back for a moment."""
    assert wait_until(lambda: log.size() >= count, step=lambda: followers.catch_up(log.LEAVES_FOLLOWER))


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_is_late_is_never_skipped():
    with transaction.atomic():
        log.submit(kind="test.early", subject="1", body="1", at=AT)
    followers.catch_up(log.LEAVES_FOLLOWER)
    written, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        with in_zone("zone_test"), transaction.atomic():
            see_as(SYSTEM)
            log.submit(kind="test.late", subject="late", body="late", at=AT)
            written.set()
            may_commit.wait(10)
        connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(10)
    with transaction.atomic():
        log.submit(kind="test.quick", subject="quick", body="quick", at=AT)
    followers.catch_up(log.LEAVES_FOLLOWER)
    before = log.size()
    may_commit.set()
    thread.join(10)
    _catch_up_with(models.Submission.objects.count())
    numbers = list(models.Submission.objects.order_by("number").values_list("number", flat=True))
    assert before < log.size() == len(numbers)
    assert list(models.Leaf.objects.order_by("leaf_index").values_list("number", flat=True)) == numbers
