"""The table of commissions: dated, for the zone, a business, a category, a product; only ever added to."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q

from kawasan.core import ids
from kawasan.rooms.commerce.models.catalogue import Category


class Commission(models.Model):
    """The share of an order that is the zone's, from a day on, in basis points (1 % is 100)."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    business_id = models.UUIDField(null=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    product_id = models.UUIDField(null=True)
    basis_points = models.SmallIntegerField()
    since = models.DateField()
    authority = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    set_by = models.UUIDField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_commission"
        constraints = [
            CheckConstraint(
                condition=Q(basis_points__gte=0, basis_points__lte=10_000), name="commerce_commission_share"
            ),
            CheckConstraint(
                condition=Q(product_id__isnull=True) | Q(business_id__isnull=True, category__isnull=True),
                name="commerce_commission_scope",
            ),
        ]
        indexes = [models.Index(fields=["since"], name="commerce_commission_since")]
