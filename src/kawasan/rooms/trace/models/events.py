"""Captures and their events: the very bytes, and what is indexed of them. Only ever appended."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import UniqueConstraint


class Capture(models.Model):
    """A capture job: a document without its events (they have rows of their own), and what became of it."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    captured_by = models.CharField(max_length=160)
    mode = models.CharField(max_length=10)
    pieces = ArrayField(models.BinaryField())
    digest = models.BinaryField()  # SHA-256 of the whole document as it was sent
    success = models.BooleanField()
    events = models.IntegerField()
    repeated = models.IntegerField()
    errors = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "trace_capture"
        indexes = [models.Index(fields=["business_id", "-id"], name="trace_capture_business")]


class Event(models.Model):
    """One event. ``number`` is drawn from trace_event_sequence in the database."""

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField()
    business_id = models.UUIDField()
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.IntegerField()
    event_id = models.TextField()
    is_id_given = models.BooleanField()
    raw = models.BinaryField()
    content = models.BinaryField()  # SHA-256 of what it says, whatever the order of its members
    context = models.JSONField(null=True)
    record_time = models.DateTimeField()
    type = models.TextField()
    action = models.TextField()
    event_time = models.DateTimeField()
    time_offset = models.TextField()
    biz_step = models.TextField()
    disposition = models.TextField()
    read_point = models.TextField()
    biz_location = models.TextField()
    error_at = models.DateTimeField(null=True)
    error_reason = models.TextField()
    epcs = ArrayField(models.TextField())
    parents = ArrayField(models.TextField())
    inputs = ArrayField(models.TextField())
    outputs = ArrayField(models.TextField())
    classes = ArrayField(models.TextField())
    input_classes = ArrayField(models.TextField())
    output_classes = ArrayField(models.TextField())
    transactions = ArrayField(models.TextField())
    sources = ArrayField(models.TextField())
    destinations = ArrayField(models.TextField())
    transformation = models.TextField()
    has_sensors = models.BooleanField()
    quantities = ArrayField(models.FloatField())
    things = ArrayField(models.TextField())  # everything that it is about

    class Meta:
        db_table = "trace_event"
        constraints = [
            UniqueConstraint(fields=["business_id", "event_id"], name="trace_event_once"),
            UniqueConstraint(fields=["number"], name="trace_event_number"),
        ]
        indexes = [
            models.Index(fields=["business_id", "number"], name="trace_event_business"),
            models.Index(fields=["business_id", "event_time", "number"], name="trace_event_time"),
            models.Index(fields=["business_id", "biz_step", "number"], name="trace_event_step"),
            models.Index(fields=["capture", "place"], name="trace_event_capture"),
            # For lists of what there is (queries/resources.py), each value read once.
            models.Index(fields=["business_id", "type", "number"], name="trace_event_type"),
            models.Index(fields=["business_id", "disposition"], name="trace_event_disposition"),
            models.Index(fields=["business_id", "read_point"], name="trace_event_read_point"),
            models.Index(fields=["business_id", "biz_location"], name="trace_event_biz_location"),
        ]


class Name(models.Model):
    """A name under which an event is found: see the note in engine/naming.py."""

    pk = models.CompositePrimaryKey("name", "number")
    name = models.TextField()
    number = models.BigIntegerField()  # of the event
    business_id = models.UUIDField()
    is_epc = models.BooleanField(db_default=False)  # a single thing, in whichever part the event has it

    class Meta:
        db_table = "trace_name"
        indexes = [models.Index(fields=["business_id", "name"], condition=models.Q(is_epc=True), name="trace_name_epc")]


class Sending(models.Model):
    """Whom an event sends a thing to: see the note in engine/naming.py."""

    pk = models.CompositePrimaryKey("thing", "business_id", "party", "number")
    thing = models.TextField()
    business_id = models.UUIDField()
    party = models.TextField()
    number = models.BigIntegerField()  # of the event

    class Meta:
        db_table = "trace_sending"


class Link(models.Model):
    """What went into what: an input and an output of a transformation, a thing and what it was packed into."""

    pk = models.CompositePrimaryKey("source", "target", "event_id")
    source = models.TextField()
    target = models.TextField()
    event_id = models.UUIDField()
    business_id = models.UUIDField()

    class Meta:
        db_table = "trace_link"
        indexes = [models.Index(fields=["target"], name="trace_link_target")]
