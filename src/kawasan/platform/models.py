"""Tables of the plumbing: facts and who heard them, cursors of followers, remembered idempotency keys."""

from __future__ import annotations

from django.db import models


class Fact(models.Model):
    """Something that happened, announced by a room for whoever listens above it."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "platform_fact"
        indexes = [models.Index(fields=["name", "at"], name="platform_fact_name_at")]


class Heard(models.Model):
    """A listener has dealt with a fact; its row is committed together with what the listener did."""

    id = models.UUIDField(primary_key=True)
    fact_id = models.UUIDField()
    listener = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "platform_heard"
        constraints = [models.UniqueConstraint(fields=["fact_id", "listener"], name="platform_heard_once")]


class Cursor(models.Model):
    """How far a follower has come; moved only in the transaction of what it wrote."""

    name = models.CharField(primary_key=True, max_length=80)
    position = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "platform_cursor"


class IdempotencyKey(models.Model):
    """A write request that was answered, by its key: a repeat gets the same answer."""

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    request_hash = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "platform_idempotency_key"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="platform_idempotency_key_once")]
        indexes = [models.Index(fields=["at"], name="platform_idempotency_key_at")]
