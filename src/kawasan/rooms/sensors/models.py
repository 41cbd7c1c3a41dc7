"""Tables of sensors: devices, streams, readings, rules and alarms; rounds, weighings, the waste bank; machines."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from kawasan.core.ids import uuid7


class Device(models.Model):
    """A device of a business, or (owner: the zone itself) of its city service. Of its key only hashes are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField()
    owner_id = models.UUIDField()
    kind = models.TextField()
    name = models.TextField()
    description = models.TextField(default="")
    properties = models.JSONField(default=dict)
    district_code = models.CharField(max_length=13, default="")
    reference = models.TextField(default="")
    key_prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64)
    key_mosquitto = models.TextField()
    key_made_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.UUIDField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sensors_device"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="sensors_device_number"),
            models.UniqueConstraint(fields=["key_prefix"], name="sensors_device_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["owner_id", "-id"], name="sensors_device_owner")]


class Place(models.Model):
    """Where a device is or was. The first place also stands for the time before it was told."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField()
    owner_id = models.UUIDField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="places")
    longitude = models.FloatField()
    latitude = models.FloatField()
    is_first = models.BooleanField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "sensors_place"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="sensors_place_number"),
            models.UniqueConstraint(fields=["device"], name="sensors_place_now", condition=Q(until__isnull=True)),
            models.CheckConstraint(
                name="sensors_place_on_earth",
                condition=Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
            ),
        ]


class Property(models.Model):
    """What can be measured. The same for everybody."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField()
    name = models.TextField()
    definition = models.TextField()

    class Meta:
        db_table = "sensors_property"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="sensors_property_number"),
            models.UniqueConstraint(fields=["definition"], name="sensors_property_definition"),
        ]


class Stream(models.Model):
    """One thing that a device measures, and its newest reading."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField()
    owner_id = models.UUIDField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="streams", db_index=False)
    property = models.ForeignKey(Property, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    label = models.TextField(default="")
    unit = models.TextField()
    unit_symbol = models.TextField(default="")
    unit_name = models.TextField(default="")
    unit_definition = models.TextField(default="")
    lowest = models.FloatField(null=True)
    highest = models.FloatField(null=True)
    last_at = models.DateTimeField(null=True)
    last_value = models.FloatField(null=True)
    last_text = models.TextField(null=True)

    class Meta:
        db_table = "sensors_stream"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="sensors_stream_number"),
            models.UniqueConstraint(fields=["device", "name"], name="sensors_stream_name"),
        ]


class Reading(models.Model):
    """What was told about a stream at a moment: once for a moment, and once for a message's count."""

    pk = models.CompositePrimaryKey("stream_id", "at")
    stream_id = models.UUIDField()
    at = models.DateTimeField()
    owner_id = models.UUIDField()
    number = models.BigIntegerField()
    seq = models.BigIntegerField(null=True)
    value = models.FloatField(null=True)
    text = models.TextField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "sensors_reading"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="sensors_reading_number_key"),
            models.UniqueConstraint(fields=["stream_id", "seq"], name="sensors_reading_seq", condition=Q(seq__gte=0)),
            models.CheckConstraint(
                name="sensors_reading_one",
                condition=Q(value__isnull=True, text__isnull=False) | Q(value__isnull=False, text__isnull=True),
            ),
        ]
        # Readings come in about the order of their time: a BRIN finds old ones at a thousandth of a B-tree's size.
        indexes: ClassVar = [BrinIndex(fields=["at"], name="sensors_reading_age")]


class Hour(models.Model):
    """The readings of a stream in one hour, rolled up; kept when the readings themselves are dropped."""

    pk = models.CompositePrimaryKey("stream_id", "hour")
    stream_id = models.UUIDField()
    hour = models.DateTimeField()
    owner_id = models.UUIDField()
    count = models.IntegerField()
    total = models.DecimalField(max_digits=60, decimal_places=20)
    lowest = models.FloatField()
    highest = models.FloatField()

    class Meta:
        db_table = "sensors_hour"


class Rule(models.Model):
    """What may be, and for how long. A changed rule is a new one; the old one has ended."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner_id = models.UUIDField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="+")
    kind = models.TextField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    seconds = models.IntegerField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    set_by = models.UUIDField(null=True)

    class Meta:
        db_table = "sensors_rule"
        constraints: ClassVar = [
            models.CheckConstraint(name="sensors_rule_kind", condition=Q(kind__in=["limit", "silence"])),
            models.CheckConstraint(name="sensors_rule_seconds", condition=Q(seconds__gte=0)),
        ]


class Alarm(models.Model):
    """One episode in which a rule was broken."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner_id = models.UUIDField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="+")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    started_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    lowest = models.FloatField(null=True)
    highest = models.FloatField(null=True)
    mean = models.FloatField(null=True)
    count = models.IntegerField(default=0)
    reference = models.TextField(default="")

    class Meta:
        db_table = "sensors_alarm"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "started_at"], name="sensors_alarm_once"),
            models.UniqueConstraint(fields=["rule"], name="sensors_alarm_open", condition=Q(ended_at__isnull=True)),
        ]
        indexes: ClassVar = [models.Index(fields=["owner_id", "-started_at"], name="sensors_alarm_owner")]


class Dropped(models.Model):
    """Up to when readings were dropped because of their age. Only added to."""

    upto = models.DateTimeField(primary_key=True)
    at = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "sensors_dropped"


class Round(models.Model):
    """Bins to be emptied on a day. Of the zone's city service."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    day = models.DateField()
    vehicle = models.TextField(default="")
    metres = models.IntegerField()
    planned_at = models.DateTimeField()
    planned_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sensors_round"
        indexes: ClassVar = [models.Index(fields=["-day", "-id"], name="sensors_round_day")]


class Stop(models.Model):
    """A bin on a round."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, models.PROTECT, related_name="stops", db_index=False)
    place = models.SmallIntegerField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    fill = models.FloatField(null=True)
    collected_at = models.DateTimeField(null=True)
    is_missed = models.BooleanField(default=False)

    class Meta:
        db_table = "sensors_stop"
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "place"], name="sensors_stop_place")]


class Weighing(models.Model):
    """Waste that went over the weighbridge. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    day = models.DateField()
    material = models.TextField()
    district_code = models.CharField(max_length=13, default="")
    grams = models.BigIntegerField()
    entered_by = models.UUIDField(null=True)

    class Meta:
        db_table = "sensors_weighing"
        constraints: ClassVar = [models.CheckConstraint(name="sensors_weighing_grams", condition=Q(grams__gt=0))]
        indexes: ClassVar = [models.Index(fields=["day"], name="sensors_weighing_day")]


class WastePrice(models.Model):
    """What a waste bank pays for a kilogram, from a day on; nothing: no longer bought. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner_id = models.UUIDField()
    material = models.TextField()
    per_kg_minor = models.BigIntegerField()
    starts_on = models.DateField()
    set_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "sensors_waste_price"
        constraints: ClassVar = [
            models.CheckConstraint(name="sensors_waste_price_amount", condition=Q(per_kg_minor__gte=0))
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "material", "-starts_on", "-id"], name="sensors_waste_price_newest")
        ]


class WasteVisit(models.Model):
    """Waste that a person brought, and the money for it. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    at = models.DateTimeField()
    day = models.DateField()
    amount_minor = models.BigIntegerField()
    transfer_id = models.UUIDField()
    entered_by = models.UUIDField(null=True)

    class Meta:
        db_table = "sensors_waste_visit"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transfer_id"], name="sensors_waste_visit_transfer"),
            models.CheckConstraint(name="sensors_waste_visit_amount", condition=Q(amount_minor__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "-id"], name="sensors_waste_visit_owner"),
            models.Index(fields=["person_id", "-id"], name="sensors_waste_visit_person"),
            models.Index(fields=["day"], name="sensors_waste_visit_day"),
        ]


class WasteLine(models.Model):
    """A material of a visit, with the price that held. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    visit = models.ForeignKey(WasteVisit, models.PROTECT, related_name="lines")
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    material = models.TextField()
    grams = models.BigIntegerField()
    per_kg_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "sensors_waste_line"


class MachinePlan(models.Model):
    """When a machine is planned to be busy, and how long a piece should take."""

    device = models.OneToOneField(Device, models.PROTECT, primary_key=True, related_name="+")
    owner_id = models.UUIDField()
    starts = models.SmallIntegerField()
    ends = models.SmallIntegerField()
    ideal_seconds = models.FloatField()

    class Meta:
        db_table = "sensors_machine_plan"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sensors_machine_plan_times",
                condition=Q(starts__gte=0, ends__lte=1440, starts__lt=F("ends"), ideal_seconds__gt=0),
            )
        ]
