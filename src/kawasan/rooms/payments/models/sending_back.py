"""Refunds that a provider is asked to send on to where their order was paid from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kawasan.core.ids import uuid7
from kawasan.rooms.payments.models.money import Payment
from kawasan.rooms.payments.models.settlement import Refund


class SendingBack(models.Model):
    """One refund on its way back to where its order was paid from. At most one for each refund; never deleted."""

    refund = models.OneToOneField(Refund, models.PROTECT, primary_key=True, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    provider = models.TextField()
    reference = models.TextField()  # of the code that was paid
    provider_reference = models.TextField()
    refund_no = models.TextField()
    amount_minor = models.BigIntegerField()
    state = models.TextField()
    problem = models.TextField(default="")
    attempts = models.IntegerField(default=0)
    wanted_at = models.DateTimeField()
    asked_at = models.DateTimeField()  # when the provider was last asked, or will first be
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_sending_back"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_sending_back_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_sending_back_state", condition=Q(state__in=["wanted", "sent", "done", "kept"])
            ),
            models.UniqueConstraint(fields=["provider", "refund_no"], name="payments_sending_back_number"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person"], name="payments_sending_back_person"),
            models.Index(fields=["payment"], name="payments_sending_back_payment"),
            models.Index(
                fields=["asked_at"], name="payments_sending_back_open", condition=Q(state__in=["wanted", "sent"])
            ),
        ]


class BackStatement(models.Model):
    """What one of staff heard from a provider about a refund on its way. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    refund = models.ForeignKey(Refund, models.PROTECT, related_name="+", db_index=False)
    outcome = models.TextField()
    by = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_back_statement"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "by"], name="payments_back_statement_once"),
            models.CheckConstraint(name="payments_back_statement_outcome", condition=Q(outcome__in=["done", "kept"])),
        ]
