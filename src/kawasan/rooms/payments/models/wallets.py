"""Tables of wallets: what staff decided about one, appeals against it, and money between people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kawasan.core.ids import uuid7


class WalletStep(models.Model):
    """Something staff decided about a wallet: level of identity check, frozen, free again. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    level = models.TextField()
    is_frozen = models.BooleanField()
    reason = models.TextField()
    set_by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_wallet_step"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="payments_wallet_step_level", condition=Q(level__in=["unverified", "verified"])
            ),
        ]
        # By time, not by id: a step that grants an appeal has an id derived from it.
        indexes: ClassVar = [models.Index(fields=["person", "-at", "-id"], name="payments_wallet_step_newest")]


class Appeal(models.Model):
    """A person's words against the freezing of their wallet, and the answer. At most one is open."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    step = models.ForeignKey(WalletStep, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(default="")
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_appeal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(answered_at__isnull=True), name="payments_appeal_one_open"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="payments_appeal_person")]


class WalletTransfer(models.Model):
    """Money from one person to another: prepared (the sender saw the masked name), then sent."""

    id = models.UUIDField(primary_key=True)
    sender = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    note = models.TextField(default="")
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_wallet_transfer"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_wallet_transfer_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payments_wallet_transfer_two", condition=~Q(sender=F("recipient"))),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sender", "-prepared_at"], name="payments_wallet_transfer_from"),
            models.Index(fields=["recipient", "-id"], name="payments_wallet_transfer_to"),
        ]
