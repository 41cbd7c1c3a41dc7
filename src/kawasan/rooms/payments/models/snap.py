"""Tables about providers: how we know each other, what was asked of them, and where their books and ours differ."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kawasan.core.ids import uuid7
from kawasan.platform.fields import EncryptedText
from kawasan.rooms.payments.models.money import Payment


class Provider(models.Model):
    """A connection to a provider. Secrets are encrypted; ``their_keys`` are public. Only the zone may read it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    profile = models.TextField()
    base_url = models.TextField()
    client_id = models.TextField()
    client_secret = EncryptedText()
    our_keys = EncryptedText()  # private keys in PEM, a JSON list; the first one signs
    their_keys = ArrayField(models.TextField())
    partner_id = models.TextField()
    channel_id = models.TextField(default="")
    merchant_id = models.TextField(default="")
    terminal_id = models.TextField(default="")
    va_prefix = models.TextField(default="")
    account_no = EncryptedText(default="")
    own_bank = models.TextField(default="")
    is_active = models.BooleanField(default=True)
    connected_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "payments_provider"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="payments_provider_name"),
            # One provider makes the codes; the others still take notifications for what they made.
            models.UniqueConstraint(fields=["is_active"], name="payments_provider_active", condition=Q(is_active=True)),
        ]


class Code(models.Model):
    """
    A way to pay a payment that a provider was asked for. It is written before the provider is asked.

    ``unknown`` means that the provider may have been told: it is asked before it is told again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="codes", db_index=False)
    payer_id = models.UUIDField()
    provider = models.TextField()
    kind = models.TextField()
    reference = models.TextField()
    customer_no = models.TextField(default="")
    provider_reference = models.TextField(default="")
    content = models.TextField(default="")
    state = models.TextField()
    problem = models.TextField(default="")
    attempts = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField()  # when the provider was last asked about it, or told to make it
    made_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_code"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_code_reference"),
            models.UniqueConstraint(
                fields=["payment", "kind"],
                name="payments_code_one_open",
                condition=Q(state__in=["asked", "unknown", "made"]),
            ),
            models.CheckConstraint(
                name="payments_code_state",
                condition=Q(state__in=["asked", "unknown", "made", "refused", "closed"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["payment", "-id"], name="payments_code_payment"),
            models.Index(fields=["asked_at"], name="payments_code_open", condition=Q(state__in=["asked", "unknown"])),
            models.Index(fields=["customer_no"], name="payments_code_customer", condition=~Q(customer_no="")),
        ]


class Reconciliation(models.Model):
    """One comparison of a provider's list of movements with our receipts."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    provider = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ran_at = models.DateTimeField()
    theirs_count = models.IntegerField(default=0)
    theirs_minor = models.BigIntegerField(default=0)
    ours_count = models.IntegerField(default=0)
    ours_minor = models.BigIntegerField(default=0)
    found = models.IntegerField(default=0)
    balance_minor = models.BigIntegerField(null=True)
    problem = models.TextField(default="")

    class Meta:
        db_table = "payments_reconciliation"
        indexes: ClassVar = [models.Index(fields=["provider", "-ran_at"], name="payments_recon_provider")]


class Difference(models.Model):
    """A movement that only one side has, or that both have with another amount; how it was repaired, and by whom."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    provider = models.TextField()
    kind = models.TextField()
    money_id = models.TextField()
    reference = models.TextField()
    theirs_minor = models.BigIntegerField(null=True)
    ours_minor = models.BigIntegerField(null=True)
    abroad_currency = models.TextField(default="")  # what a payer abroad paid, and the quote that their wallet named
    abroad_minor = models.BigIntegerField(null=True)
    abroad_quote = models.UUIDField(null=True)
    payment_id = models.UUIDField(null=True)
    happened_at = models.DateTimeField()
    found_at = models.DateTimeField()
    repair = models.TextField(default="")
    repaired_at = models.DateTimeField(null=True)
    repaired_by_id = models.UUIDField(null=True)
    note = models.TextField(default="")

    class Meta:
        db_table = "payments_difference"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "money_id"], name="payments_difference_open", condition=Q(repair="")
            ),
            models.CheckConstraint(
                name="payments_difference_repair",
                condition=Q(repair="", repaired_at__isnull=True)
                | (Q(repair__in=["taken_over", "noted", "agrees"]) & Q(repaired_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-id"], name="payments_difference_list")]
