"""Batches of products, who bought of them, certificates, doubts, notices of recalls."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from kawasan.core import ids


class Desk(models.Model):
    """What a business set for its goods: whether others may show its steps in their passports."""

    business_id = models.UUIDField(primary_key=True)
    shows_steps = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "trace_desk"


class Batch(models.Model):
    """Goods of one product that were made together; ``uri`` is how events name them."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    product = models.ForeignKey("commerce.Product", on_delete=models.PROTECT, related_name="+")
    lot = models.CharField(max_length=20)
    uri = models.TextField(unique=True)
    quantity = models.IntegerField()  # units that can be sold of it
    drawn = models.IntegerField(default=0)  # units that orders took
    story = models.TextField(blank=True)
    made_on = models.DateField()
    expires_on = models.DateField(null=True)
    is_public = models.BooleanField(default=True)
    recalled_at = models.DateTimeField(null=True)
    recall_reason = models.CharField(max_length=600, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "trace_batch"
        constraints = [
            UniqueConstraint(fields=["product", "lot"], name="trace_batch_lot"),
            CheckConstraint(
                condition=Q(quantity__gte=1, drawn__gte=0, drawn__lte=F("quantity")), name="trace_batch_units"
            ),
            CheckConstraint(
                condition=Q(recalled_at__isnull=True, recall_reason="") | Q(recalled_at__isnull=False),
                name="trace_batch_recall",
            ),
        ]
        indexes = [models.Index(fields=["business_id", "-id"], name="trace_batch_business")]


class Draw(models.Model):
    """Units of a batch that an order took; derived from the ledger, below nothing when they came back."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_id = models.UUIDField()
    order_id = models.UUIDField()
    quantity = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "trace_draw"
        constraints = [CheckConstraint(condition=~Q(quantity=0), name="trace_draw_units")]
        indexes = [
            models.Index(fields=["batch", "order_id"], name="trace_draw_batch"),
            models.Index(fields=["order_id"], name="trace_draw_order"),
        ]


class Certificate(models.Model):
    """A paper about a product or one batch: organic, halal, origin; with the file that was uploaded."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    business_id = models.UUIDField()
    product = models.ForeignKey("commerce.Product", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    issuer = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    file = models.BinaryField()
    kind = models.CharField(max_length=40)
    digest = models.BinaryField()
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "trace_certificate"
        constraints = [
            CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="trace_certificate_dates",
            )
        ]


class Doubt(models.Model):
    """Somebody says that what a passport tells is not so; staff of the zone looks into it."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    business_id = models.UUIDField()
    text = models.CharField(max_length=1000)
    contact = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, default="open")
    answer = models.CharField(max_length=600, blank=True)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "trace_doubt"
        constraints = [
            CheckConstraint(condition=Q(state__in=["open", "upheld", "dismissed"]), name="trace_doubt_state")
        ]
        indexes = [models.Index(fields=["state", "-id"], name="trace_doubt_state_newest")]


class Notice(models.Model):
    """A buyer who must hear of a recall, once for each order."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_id = models.UUIDField()
    person_id = models.UUIDField()
    order_id = models.UUIDField()
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "trace_notice"
        constraints = [UniqueConstraint(fields=["batch", "order_id"], name="trace_notice_once")]
        indexes = [models.Index(fields=["person_id", "-id"], name="trace_notice_person")]
