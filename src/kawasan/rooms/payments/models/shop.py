"""Tables of a shop's own QRIS codes and of the money that was paid to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kawasan.core.ids import uuid7


class ShopCode(models.Model):
    """
    A code that pays a business directly: its one static code, or one made at the counter for an amount.

    It is written before the provider is asked. ``unknown`` means that the provider may have been told.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    provider = models.TextField()
    reference = models.TextField()
    provider_reference = models.TextField(default="")
    amount_minor = models.BigIntegerField(null=True)
    sale_id = models.UUIDField(null=True)
    invoice_id = models.UUIDField(null=True)
    asked_by = models.UUIDField()
    state = models.TextField()
    problem = models.TextField(default="")
    attempts = models.SmallIntegerField(default=0)
    content = models.TextField(default="")
    nmid = models.TextField(default="")
    merchant_name = models.TextField()
    merchant_city = models.TextField()
    requested_at = models.DateTimeField()
    asked_at = models.DateTimeField()  # when the provider was last asked about it, or told to make it
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_shop_code"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_shop_code_reference"),
            models.UniqueConstraint(
                fields=["business"],
                name="payments_shop_code_one_static",
                condition=Q(kind="static", state__in=["asked", "unknown", "made"]),
            ),
            models.CheckConstraint(
                name="payments_shop_code_state",
                condition=Q(state__in=["asked", "unknown", "made", "refused", "closed"]),
            ),
            models.CheckConstraint(
                name="payments_shop_code_kind",
                condition=Q(kind="static", amount_minor__isnull=True, expires_at__isnull=True)
                | Q(kind="counter", amount_minor__gt=0, expires_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["business", "-id"], name="payments_shop_code_business"),
            models.Index(
                fields=["asked_at"], name="payments_shop_code_open", condition=Q(state__in=["asked", "unknown"])
            ),
            models.Index(
                fields=["expires_at"],
                name="payments_shop_code_due",
                condition=Q(kind="counter", state="made", paid_at__isnull=True),
            ),
        ]


class ShopPayment(models.Model):
    """Money that came to a shop's code, once for each movement, and the ledger entry that took it in."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    business = models.ForeignKey("zone.Business", models.PROTECT, related_name="+", db_index=False)
    code = models.ForeignKey(ShopCode, models.PROTECT, related_name="payments")
    kind = models.TextField()
    provider = models.TextField()
    money_id = models.TextField()
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    criteria = models.TextField()
    segment = models.TextField()
    outcome = models.TextField()
    payer = models.TextField(default="")
    abroad_currency = models.TextField(default="")  # what a payer abroad paid in; the shop got the amount in rupiah
    abroad_minor = models.BigIntegerField(null=True)
    entry_id = models.UUIDField()
    happened_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_shop_payment"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "money_id"], name="payments_shop_payment_once"),
            models.UniqueConstraint(
                fields=["code"],
                name="payments_shop_payment_paid_once",
                condition=Q(kind="counter", outcome="paid"),
            ),
            models.CheckConstraint(
                name="payments_shop_payment_amount",
                condition=Q(amount_minor__gt=0, fee_minor__gte=0, fee_minor__lte=models.F("amount_minor")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["business", "-id"], name="payments_shop_payment_list"),
            models.Index(fields=["business", "amount_minor"], name="payments_shop_payment_sum"),
        ]


class WalletCodeGuesses(models.Model):
    """Wrong wallet codes that a business's tills sent, and until when it may send none."""

    business = models.OneToOneField("zone.Business", models.PROTECT, primary_key=True, related_name="+")
    wrong = models.IntegerField()
    since = models.DateTimeField()  # the first of them
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_wallet_code_guesses"


class WalletCode(models.Model):
    """A code that a buyer shows at a counter, and the one payment that it made. The digits are not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    digest = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    business = models.ForeignKey("zone.Business", models.PROTECT, null=True, related_name="+", db_index=False)
    payment_id = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField(null=True)

    class Meta:
        db_table = "payments_wallet_code"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="payments_wallet_code_digest"),
            models.UniqueConstraint(fields=["payment_id"], name="payments_wallet_code_payment"),
            models.CheckConstraint(
                name="payments_wallet_code_used",
                condition=Q(
                    used_at__isnull=True, business__isnull=True, payment_id__isnull=True, amount_minor__isnull=True
                )
                | Q(used_at__isnull=False, business__isnull=False, payment_id__isnull=False, amount_minor__gt=0),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="payments_wallet_code_person")]
