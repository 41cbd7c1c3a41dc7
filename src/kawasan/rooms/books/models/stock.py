"""Stock cards: the method, what was bought and counted, and what the follower saw sold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kawasan.rooms.books.models.journal import Entry
from kawasan.rooms.books.types.stock import VALUED


class StockChoice(models.Model):
    """Which method holds from a day on; the first one also says from which number of the ledger units are followed."""

    pk = models.CompositePrimaryKey("business_id", "since")
    business_id = models.UUIDField()
    since = models.DateField()
    method = models.CharField(max_length=8)
    position = models.BigIntegerField()
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_stock_choice"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(method__in=[method.value for method in VALUED]), name="books_stock_choice_method"
            )
        ]


class StockLot(models.Model):
    """Units that came in with what they cost; those of an entry count while it stands, those of no entry opened."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", null=True)
    variant_id = models.UUIDField()
    day = models.DateField()
    quantity = models.BigIntegerField()
    cost_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "books_stock_lot"
        indexes: ClassVar = [models.Index(fields=["business_id", "variant_id", "day"], name="books_stock_lot_card")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0, cost_minor__gte=0), name="books_stock_lot_some")
        ]


class StockCount(models.Model):
    """Units that were counted in the evening of a day; of two counts of a day the later one holds."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    variant_id = models.UUIDField()
    day = models.DateField()
    counted = models.BigIntegerField()
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_stock_count"
        indexes: ClassVar = [models.Index(fields=["business_id", "variant_id", "day"], name="books_stock_count_card")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(counted__gte=0), name="books_stock_count_not_below")
        ]


class UnitDay(models.Model):
    """Units of a variant that were sold and came back on a day: written by the follower only."""

    pk = models.CompositePrimaryKey("business_id", "asset", "day")
    business_id = models.UUIDField()
    asset = models.UUIDField()
    day = models.DateField()
    sold = models.BigIntegerField()
    returned = models.BigIntegerField()

    class Meta:
        db_table = "books_unit_day"


class UnitOnTheWay(models.Model):
    """Units of an order that is paid and not complete: written by the follower only."""

    pk = models.CompositePrimaryKey("reference", "business_id", "asset")
    reference = models.UUIDField()
    business_id = models.UUIDField()
    asset = models.UUIDField()
    quantity = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        db_table = "books_unit_on_the_way"
        indexes: ClassVar = [models.Index(fields=["business_id", "asset"], name="books_unit_on_the_way_of")]
