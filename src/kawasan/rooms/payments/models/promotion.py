"""What was paid into the zone's promotion budget and out of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class PromotionEntry(models.Model):
    """One transfer of the bank, entered by one of staff and decided by another. Never deleted."""

    id = models.UUIDField(primary_key=True)
    way = models.TextField()
    amount_minor = models.BigIntegerField()
    day = models.DateField()
    bank_reference = models.TextField()
    note = models.TextField(default="")
    state = models.TextField()
    entered_by = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey("zone.Person", models.PROTECT, related_name="+", db_index=False, null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_promotion_entry"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_promotion_entry_way", condition=Q(way__in=["in", "out"])),
            models.CheckConstraint(name="payments_promotion_entry_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_promotion_entry_two_people",
                condition=Q(state="entered", decided_by=None)
                | Q(state="rejected", decided_by__isnull=False)
                | Q(state="approved", decided_by__isnull=False) & ~Q(decided_by=F("entered_by")),
            ),
            # One transfer of the bank counts once, unless it was entered wrongly and rejected.
            models.UniqueConstraint(
                fields=["way", "bank_reference"],
                condition=~Q(state="rejected"),
                name="payments_promotion_entry_once",
            ),
        ]
