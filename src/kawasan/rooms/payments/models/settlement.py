"""Tables of what sellers get: dated rules, settled orders, refunds, reserves, bank accounts, payouts, batches."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kawasan.core.ids import uuid7
from kawasan.platform.fields import EncryptedText


class MoneyRule(models.Model):
    """
    A rule about money from a day on: for one business, one level of identity check, or (neither) for the zone.

    Rows are only ever added. What a kind's figures mean says ``rules/money_rules.py``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    business = models.ForeignKey("zone.Business", models.PROTECT, null=True, related_name="+", db_index=False)
    level = models.TextField(default="")
    since = models.DateField()
    until = models.DateField(null=True)
    is_on = models.BooleanField(default=True)
    permille = models.IntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    number = models.IntegerField(null=True)  # days, or minutes after midnight: as the kind says
    authority = models.TextField(default="")
    note = models.TextField(default="")
    set_by = models.UUIDField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "payments_rule"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="payments_rule_figures",
                condition=(Q(permille__isnull=True) | Q(permille__gte=0, permille__lte=1000))
                & (Q(amount_minor__isnull=True) | Q(amount_minor__gte=0))
                & (Q(number__isnull=True) | Q(number__gte=0)),
            ),
            models.CheckConstraint(
                name="payments_rule_period", condition=Q(until__isnull=True) | Q(until__gt=F("since"))
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "since"], name="payments_rule_kind")]


class Settlement(models.Model):
    """What became of an order's money when it was released; the id is the order's. Never changed."""

    id = models.UUIDField(primary_key=True)
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    withheld_minor = models.BigIntegerField(default=0)
    recovered_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_settlement"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="payments_settlement_parts",
                condition=Q(
                    fee_minor__gte=0,
                    withheld_minor__gte=0,
                    recovered_minor__gte=0,
                    reserved_minor__gte=0,
                    gross_minor__gte=F("fee_minor") + F("withheld_minor") + F("recovered_minor") + F("reserved_minor"),
                ),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["business", "at"], name="payments_settlement_business")]


class Refund(models.Model):
    """Money given back to a buyer: where it came from, what the zone gave back for it. Never changed."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    is_after_release = models.BooleanField()
    fee_back_minor = models.BigIntegerField(default=0)
    withheld_back_minor = models.BigIntegerField(default=0)
    from_reserve_minor = models.BigIntegerField(default=0)
    advanced_minor = models.BigIntegerField(default=0)  # what the zone paid for the seller: a debt
    voucher_minor = models.BigIntegerField(default=0)  # beside the amount: back to the zone's voucher
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_refund"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_refund_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_refund_sources",
                condition=Q(
                    fee_back_minor__gte=0,
                    withheld_back_minor__gte=0,
                    from_reserve_minor__gte=0,
                    advanced_minor__gte=0,
                    voucher_minor__gte=0,
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order_id"], name="payments_refund_order"),
            models.Index(fields=["business", "at"], name="payments_refund_business"),
        ]


class AccountConfirmation(models.Model):
    """One of staff has seen that a bank account is its business's, where no bank tells us. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey("BankAccount", models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_account_confirmation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "by"], name="payments_account_confirmation_once"),
        ]


class Reserve(models.Model):
    """A part of an order's money that is held back until a day; the id is the order's."""

    id = models.UUIDField(primary_key=True)
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    used_minor = models.BigIntegerField(default=0)  # for refunds
    freed_minor = models.BigIntegerField(default=0)
    held_at = models.DateTimeField()
    free_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_reserve"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="payments_reserve_amount",
                condition=Q(amount_minor__gt=0, used_minor__gte=0, freed_minor__gte=0)
                & Q(amount_minor__gte=F("used_minor") + F("freed_minor")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["free_at"], name="payments_reserve_due", condition=Q(freed_at__isnull=True)),
            models.Index(fields=["business", "free_at"], name="payments_reserve_business"),
        ]


class BankAccount(models.Model):
    """Where a business wants its money; the one without ``replaced_at`` holds."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    bank = models.TextField()
    number = EncryptedText()
    holder = EncryptedText()
    name_check = models.TextField(default="waiting")
    name_at_bank = EncryptedText(default="")
    rhythm = models.TextField(default="weekly")
    smallest_minor = models.BigIntegerField()
    added_by = models.UUIDField()
    added_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_bank_account"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business"], condition=Q(replaced_at__isnull=True), name="payments_bank_account_one"
            ),
            models.CheckConstraint(
                name="payments_bank_account_check",
                condition=Q(name_check__in=["waiting", "matched", "different", "unknown"]),
            ),
            models.CheckConstraint(
                name="payments_bank_account_rhythm", condition=Q(rhythm__in=["daily", "weekly", "manual"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="payments_bank_account_waiting", condition=Q(name_check="waiting"))
        ]


class PayoutBatch(models.Model):
    """Payouts that go to the bank in one file: made by one person (or by the clock), checked by another."""

    id = models.UUIDField(primary_key=True)
    number = models.TextField(unique=True)
    status = models.TextField()
    value_date = models.DateField()
    total_minor = models.BigIntegerField()
    count = models.IntegerField()
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    checked_by = models.UUIDField(null=True)
    checked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        db_table = "payments_payout_batch"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_batch_total", condition=Q(total_minor__gt=0, count__gt=0)),
            models.CheckConstraint(
                name="payments_batch_status", condition=Q(status__in=["draft", "sent", "closed", "rejected"])
            ),
            models.CheckConstraint(
                name="payments_batch_four_eyes",
                condition=Q(checked_by__isnull=True) | Q(made_by__isnull=True) | ~Q(checked_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="payments_batch_checked",
                condition=Q(status="draft", checked_by__isnull=True)
                | (~Q(status="draft") & Q(checked_by__isnull=False)),
            ),
        ]


class Payout(models.Model):
    """Money of a business on its way to its bank account: by itself at once, or in a batch."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, null=True, related_name="+")
    requested_by = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="IDR")
    status = models.TextField()
    bank = models.TextField()
    number = EncryptedText()
    holder = EncryptedText()
    bank_reference = models.TextField(default="")
    reason = models.TextField(default="")
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_payout"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_payout_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_payout_status",
                condition=Q(status__in=["requested", "sent", "paid", "returned", "cancelled"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["business", "-id"], name="payments_payout_business"),
            models.Index(fields=["id"], name="payments_payout_open", condition=Q(status__in=["requested", "sent"])),
        ]
