"""Tables of payments: what was asked, what providers told, what money came."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kawasan.core.ids import uuid7


class Payment(models.Model):
    """One bill, paid by one QRIS code. ``businesses`` repeats those of the splits, for row-level security."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    payer = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    purpose = models.TextField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="IDR")
    status = models.TextField()
    provider = models.TextField()
    reference = models.TextField()
    qris = models.TextField()
    merchant_name = models.TextField()
    merchant_city = models.TextField()
    nmid = models.TextField()
    businesses = ArrayField(models.UUIDField(), default=list)
    holds = ArrayField(models.UUIDField(), default=list)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    failed_attempts = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "payments_payment"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_payment_reference"),
            models.CheckConstraint(name="payments_payment_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_payment_status", condition=Q(status__in=["requested", "paid", "expired", "cancelled"])
            ),
            models.CheckConstraint(
                name="payments_payment_paid_at",
                condition=Q(status="paid", paid_at__isnull=False) | (~Q(status="paid") & Q(paid_at__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["payer", "-id"], name="payments_payment_payer"),
            models.Index(fields=["expires_at"], name="payments_payment_open", condition=Q(status="requested")),
        ]


class PaymentSplit(models.Model):
    """A part of a payment; without a business it is for the payer's wallet. Readable with its payment."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="splits")
    payer_id = models.UUIDField()
    business = models.ForeignKey("zone.Business", models.PROTECT, null=True, related_name="+", db_index=False)
    order_id = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "payments_split"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_split_amount", condition=Q(amount_minor__gt=0)),
        ]
        indexes: ClassVar = [models.Index(fields=["order_id"], name="payments_split_order")]


class ProviderEvent(models.Model):
    """A provider's message as it came, and what it did. Kept as evidence; only the zone's staff may read it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    provider = models.TextField()
    event_id = models.TextField()
    kind = models.TextField()
    reference = models.TextField()
    money_id = models.TextField()
    amount_minor = models.BigIntegerField()
    body = models.BinaryField()
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    outcome = models.TextField(default="")
    needs_staff = models.BooleanField(default=False)
    payment_id = models.UUIDField(null=True)
    payout_id = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_event"
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "event_id"], name="payments_event_once")]
        indexes: ClassVar = [
            models.Index(fields=["-id"], name="payments_event_staff", condition=Q(needs_staff=True)),
            models.Index(fields=["payment_id"], name="payments_event_payment"),
        ]


class EventNote(models.Model):
    """Somebody of the zone has looked at an event and says what they found. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    event = models.ForeignKey(ProviderEvent, models.PROTECT, related_name="notes")
    person = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_event_note"


class Receipt(models.Model):
    """Money that came from a provider, once for each movement, and the ledger entry that took it in."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    provider = models.TextField()
    money_id = models.TextField()
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="receipts")
    payer_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    outcome = models.TextField()
    entry_id = models.UUIDField()
    happened_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_receipt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "money_id"], name="payments_receipt_once"),
            models.UniqueConstraint(fields=["payment"], name="payments_receipt_paid_once", condition=Q(outcome="paid")),
            models.CheckConstraint(name="payments_receipt_amount", condition=Q(amount_minor__gt=0)),
        ]
