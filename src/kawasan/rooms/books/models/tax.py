"""Taxes: dated rows of the law with who confirmed them, what was paid to the tax office, which reminders went out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kawasan.rooms.books.models.journal import Entry
from kawasan.rooms.books.types.duties import REFERENCE_LENGTH_MAX
from kawasan.rooms.books.types.rates import LAW_LENGTH_MAX, RateKind


class TaxRow(models.Model):
    """A row somebody proposed, or that came with a release; never changed. It holds once a decision confirms it."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    valid_from = models.DateField()
    law = models.CharField(max_length=LAW_LENGTH_MAX)
    figures = models.CharField(max_length=400)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()

    class Meta:
        db_table = "books_tax_row"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in RateKind]), name="books_tax_row_kind")
        ]


class TaxDecision(models.Model):
    """What a second person said about a row."""

    row = models.OneToOneField(TaxRow, on_delete=models.PROTECT, related_name="decision", primary_key=True)
    is_confirmed = models.BooleanField()
    proposed_by = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_tax_decision"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_confirmed=False)
                | Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="books_tax_decision_four_eyes",
            )
        ]


class DutyDone(models.Model):
    """What a business noted about something due: paid or filed, with the number that the tax office gave."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    month = models.DateField()
    day = models.DateField()
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "books_duty_done"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business_id", "kind", "month"], condition=Q(undone_at=None), name="books_duty_done_once"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="books_duty_done_amount"),
        ]


class DutyNotice(models.Model):
    """A mail about something due that went out ``days`` before its day."""

    pk = models.CompositePrimaryKey("business_id", "kind", "month", "days")
    business_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    month = models.DateField()
    days = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "books_duty_notice"
