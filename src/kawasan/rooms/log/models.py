"""
The log's tables. What is public for ever (kind and commitment) stands apart from what may be erased (body and salt).

The application's role may neither change nor delete submissions, checkpoints and anchors (migrations 0002 to 0004).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kawasan.core.ids import uuid7
from kawasan.platform.fields import EncryptedText


class Submission(models.Model):
    """A commitment on its way into the tree, and for ever after: leaves are these, in the order of ``number``."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField()  # default nextval('log_submission_number'), set in the migration
    kind = models.TextField()
    committed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "log_submission"
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="log_submission_number_once")]


class Content(models.Model):
    """What a commitment stands for, for those who may read it. Deleting the row erases the fact."""

    leaf_id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    subject = models.TextField()
    body = models.BinaryField()
    salt = models.BinaryField()
    owners = ArrayField(models.UUIDField())
    is_public = models.BooleanField()

    class Meta:
        db_table = "log_content"
        indexes: ClassVar = [models.Index(fields=["kind", "subject"], name="log_content_subject")]


class Leaf(models.Model):
    """The place of a submission in the tree."""

    leaf_index = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        db_table = "log_leaf"
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="log_leaf_number_once")]


class Tile(models.Model):
    """Up to 256 hashes of a level of the tree; the last one of a level grows."""

    pk = models.CompositePrimaryKey("level", "place")
    level = models.SmallIntegerField()
    place = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "log_tile"


class Tree(models.Model):
    """How long the tree is: one row, locked by whoever adds to it or signs it."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "log_tree"
        constraints: ClassVar = [models.CheckConstraint(name="log_tree_one", condition=models.Q(id=1))]


class Checkpoint(models.Model):
    """A signed statement of size and root, as it was published."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "log_checkpoint"


class Key(models.Model):
    """A key that signs checkpoints, encrypted at rest. An old one signs along until ``signs_until``."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    public = models.BinaryField()
    private = EncryptedText()
    made_at = models.DateTimeField()
    signs_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "log_key"


class Batch(models.Model):
    """Ledger transfers under one leaf: which, the key of their salts, and their hashes as they were when committed."""

    leaf_id = models.UUIDField(primary_key=True)
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    transfers = models.IntegerField()
    key = models.BinaryField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "log_batch"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upto"], name="log_batch_upto"),
            models.CheckConstraint(name="log_batch_order", condition=models.Q(upto__gt=models.F("after"))),
        ]


class Look(models.Model):
    """Which leaf an entry of the zone's access log became: it stays when what the leaf says is erased."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    leaf_id = models.UUIDField()

    class Meta:
        db_table = "log_look"


class Witness(models.Model):
    """Somebody else who cosigns this log, and by which keys that is checked."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    address = models.TextField()
    vkeys = ArrayField(models.TextField())
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        db_table = "log_witness"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(removed_at__isnull=True), name="log_witness_name_once"
            )
        ]


class Cosignature(models.Model):
    """The lines with which a witness cosigned a checkpoint."""

    pk = models.CompositePrimaryKey("size", "witness_id")
    size = models.BigIntegerField()
    witness_id = models.UUIDField()
    lines = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "log_cosignature"


class Anchor(models.Model):
    """An attempt to have somebody far from the zone keep a checkpoint: their receipt, or why there is none."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    size = models.BigIntegerField()
    kind = models.TextField()
    target = models.TextField()
    state = models.TextField()
    receipt = models.BinaryField()
    stamped_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "log_anchor"
        indexes: ClassVar = [models.Index(fields=["kind", "size"], name="log_anchor_kind_size")]
        constraints: ClassVar = [
            models.CheckConstraint(name="log_anchor_kind", condition=models.Q(kind__in=["rfc3161", "evm"])),
            models.CheckConstraint(
                name="log_anchor_state",
                condition=models.Q(state="held", stamped_at__isnull=False, problem="")
                | models.Q(state="failed", stamped_at__isnull=True, receipt=b""),
            ),
        ]
