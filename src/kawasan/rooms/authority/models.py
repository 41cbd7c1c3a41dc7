"""
The room's tables: what the follower derives from the ledger, and one setting.

Only the follower writes the figures, set-wise (actions/following.py). They can be emptied and rebuilt at any time.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

# The columns of a sum, in the order of types.Figures.
_SUM_COLUMNS = (
    "orders",
    "gross_minor",
    "qris_orders",
    "qris_minor",
    "refunded_minor",
    "cancelled_orders",
    "completed_orders",
    "completed_minor",
    "fee_minor",
)


class Sales(models.Model):
    """What a business sold on a day in WIB, by what happened on that day."""

    pk = models.CompositePrimaryKey("day", "business_id")
    day = models.DateField()
    business_id = models.UUIDField()
    orders = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    qris_orders = models.BigIntegerField()
    qris_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    cancelled_orders = models.BigIntegerField()
    completed_orders = models.BigIntegerField()
    completed_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()

    class Meta:
        db_table = "authority_sales"
        indexes: ClassVar = [models.Index(fields=["business_id", "day"], name="authority_sales_business")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(**{f"{column}__gte": 0 for column in _SUM_COLUMNS}), name="authority_sales_positive"
            )
        ]


class Day(models.Model):
    """What all businesses together sold on a day in WIB; a year of it is read at once for the sum since the start."""

    day = models.DateField(primary_key=True)
    orders = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    qris_orders = models.BigIntegerField()
    qris_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    cancelled_orders = models.BigIntegerField()
    completed_orders = models.BigIntegerField()
    completed_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()

    class Meta:
        db_table = "authority_day"


class Minute(models.Model):
    """Orders first paid, and money paid, within a minute: the live chart."""

    minute = models.DateTimeField(primary_key=True)
    orders = models.BigIntegerField()
    gross_minor = models.BigIntegerField()

    class Meta:
        db_table = "authority_minute"


class OrderFigures(models.Model):
    """An order as the figures know it, so that it is counted once and its cancellation is seen."""

    pk = models.CompositePrimaryKey("order_id", "business_id")
    order_id = models.UUIDField()
    business_id = models.UUIDField()
    gross_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    released_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    first_sequence = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "authority_order"
        indexes: ClassVar = [models.Index(fields=["-first_sequence"], name="authority_order_newest")]


class Counted(models.Model):
    """A transfer of the ledger that the figures count: how each of them is opened down to its source."""

    sequence = models.BigIntegerField(primary_key=True)
    transfer_id = models.UUIDField()
    day = models.DateField()
    business_id = models.UUIDField()
    order_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "authority_counted"
        indexes: ClassVar = [models.Index(fields=["business_id", "day", "sequence"], name="authority_counted_business")]


class Setting(models.Model):
    """Whether the screen may be seen by everybody; no row: it may not."""

    name = models.CharField(primary_key=True, max_length=40)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "authority_setting"
