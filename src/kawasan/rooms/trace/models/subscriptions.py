"""Named queries, who wants their answers sent, and what is being sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now

from kawasan.platform.fields import EncryptedText


class Query(models.Model):
    """An event query under a name."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    name = models.CharField(max_length=80)
    question = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "trace_query"
        constraints = [UniqueConstraint(fields=["business_id", "name"], name="trace_query_name")]


class Subscription(models.Model):
    """Where new events of a query are sent: as they are captured, or together by a schedule."""

    id = models.UUIDField(primary_key=True)
    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="+")
    business_id = models.UUIDField()
    destination = models.CharField(max_length=500)
    secret = EncryptedText()
    old_secret = EncryptedText(blank=True, default="")  # before it was renewed: signs too until old_until
    old_until = models.DateTimeField(null=True)
    schedule = models.JSONField(null=True)
    reports_empty = models.BooleanField(db_default=False)
    since = models.DateTimeField(db_default=Now())  # the earliest record time that it is told of
    next_at = models.DateTimeField(null=True)  # when the schedule fires next
    executed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    taken = models.BigIntegerField()  # the number of the last event that was looked at
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "trace_subscription"


class Delivery(models.Model):
    """One message to a subscriber: events by number, and how far it has come."""

    id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_id = models.UUIDField()
    numbers = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=10, default="waiting")
    is_test = models.BooleanField(db_default=False)
    attempts = models.SmallIntegerField(default=0)
    status = models.SmallIntegerField(null=True)  # what HTTP answered last; none where nothing was answered
    answer = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_default=Now())
    begun_at = models.DateTimeField(null=True)  # a worker is sending it since

    class Meta:
        db_table = "trace_delivery"
        constraints = [
            CheckConstraint(condition=Q(state__in=["waiting", "sent", "failed"]), name="trace_delivery_state")
        ]
        indexes = [
            models.Index(fields=["subscription", "-id"], name="trace_delivery_newest"),
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="trace_delivery_due"),
        ]
