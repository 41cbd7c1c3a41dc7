"""Vouchers: discounts on whole orders. Their budgets and uses are accounts of the ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q


class Voucher(models.Model):
    """A voucher of a business or, without one, of the zone. Only its closing is ever written later."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    business_id = models.UUIDField(null=True)
    percent_bp = models.IntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    most_minor = models.BigIntegerField(null=True)
    least_minor = models.BigIntegerField()
    per_buyer = models.IntegerField()
    budget_minor = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    is_promotion = models.BooleanField(default=False)  # of the zone: from promotion money, not from its fees
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_voucher"
        constraints = [
            CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="commerce_voucher_period"),
            CheckConstraint(
                condition=Q(percent_bp__gt=0, percent_bp__lte=9000, amount_minor=0)
                | Q(percent_bp=0, amount_minor__gt=0, amount_minor__lt=F("least_minor")),
                name="commerce_voucher_worth",
            ),
            CheckConstraint(condition=Q(is_promotion=False) | Q(business_id=None), name="commerce_voucher_promotion"),
            CheckConstraint(
                condition=Q(least_minor__gt=0, per_buyer__gte=1, budget_minor__gt=0), name="commerce_voucher_limits"
            ),
        ]
        indexes = [models.Index(fields=["business_id", "-id"], name="commerce_voucher_business")]
