"""Tables of the till: shifts, and what was sold and taken back over the counter."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q


class TillShift(models.Model):
    """A drawer's time with one opening and one closing count. The device chose the id."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    till = models.CharField(max_length=40)
    opened_by = models.UUIDField()
    opened_at = models.DateTimeField()
    opening_minor = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    counted_minor = models.BigIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "commerce_till_shift"
        constraints = [
            CheckConstraint(condition=Q(opening_minor__gte=0), name="commerce_till_shift_opening"),
            CheckConstraint(
                condition=Q(closed_at__isnull=True, counted_minor__isnull=True)
                | Q(closed_at__isnull=False, counted_minor__gte=0),
                name="commerce_till_shift_closing",
            ),
        ]
        indexes = [models.Index(fields=["business_id", "-id"], name="commerce_till_shift_business")]


class TillSale(models.Model):
    """A sale at the counter, or goods taken back. It had happened when it came in, so it is never changed."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    shift = models.ForeignKey(TillShift, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    is_return = models.BooleanField(default=False)
    sale_id = models.UUIDField(null=True)  # the sale that a return undoes, as the device told it
    sold_at = models.DateTimeField()
    received_at = models.DateTimeField()
    method = models.CharField(max_length=10)
    total_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    tendered_minor = models.BigIntegerField(null=True)
    payment_id = models.UUIDField(null=True)
    lines = models.JSONField()  # [{"variant": id or null, "name": …, "quantity": units, "price": minor units}]
    conflicts = models.JSONField(default=list)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    content_hash = models.BinaryField()

    class Meta:
        db_table = "commerce_till_sale"
        constraints = [
            CheckConstraint(condition=Q(total_minor__gte=0, discount_minor__gte=0), name="commerce_till_sale_amounts"),
            CheckConstraint(
                condition=Q(tendered_minor__isnull=True) | Q(tendered_minor__gte=F("total_minor")),
                name="commerce_till_sale_tendered",
            ),
        ]
        indexes = [
            models.Index(fields=["business_id", "-id"], name="commerce_till_sale_business"),
            models.Index(fields=["sale_id"], name="commerce_till_sale_returns", condition=Q(sale_id__isnull=False)),
            models.Index(
                fields=["business_id"],
                name="commerce_till_sale_unseen",
                condition=Q(seen_at__isnull=True) & ~Q(conflicts=[]),
            ),
        ]
