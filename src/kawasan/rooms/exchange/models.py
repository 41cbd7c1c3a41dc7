"""Tables of exchange: rates, currencies, dated spreads, quotes, trades with the bank, money to be sent back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kawasan.core.ids import uuid7


class Sheet(models.Model):
    """The rates of a day as one source gave them. A correction is a new sheet: the newest one of a day counts."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    day = models.DateField()
    source = models.TextField()
    taken_by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "exchange_sheet"
        indexes: ClassVar = [models.Index(fields=["-day", "-id"], name="exchange_sheet_newest")]


class Rate(models.Model):
    """How much of a currency one euro buys, by one sheet."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="rates", db_index=False)
    currency = models.CharField(max_length=3)
    per_euro = models.DecimalField(max_digits=24, decimal_places=10)

    class Meta:
        db_table = "exchange_rate"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "currency"], name="exchange_rate_once"),
            models.CheckConstraint(name="exchange_rate_positive", condition=Q(per_euro__gt=0)),
        ]


class Currency(models.Model):
    """
    A currency that the zone takes. Whoever changes its position locks this row.

    ``cost_minor`` is what its position was taken in for, in sen.
    """

    code = models.CharField(max_length=3, primary_key=True)
    is_offered = models.BooleanField(default=False)
    limit_minor = models.BigIntegerField(default=0)
    cost_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "exchange_currency"
        constraints: ClassVar = [
            models.CheckConstraint(name="exchange_currency_limit", condition=Q(limit_minor__gte=0))
        ]


class Spread(models.Model):
    """What the zone keeps of an exchange between two currencies, in basis points, from a moment on. Only added to."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    source = models.CharField(max_length=3)
    target = models.CharField(max_length=3)
    points = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    set_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "exchange_spread"
        constraints: ClassVar = [
            models.CheckConstraint(name="exchange_spread_points", condition=Q(points__gte=0, points__lte=1000))
        ]
        indexes: ClassVar = [models.Index(fields=["source", "target", "-starts_at"], name="exchange_spread_newest")]


class Quote(models.Model):
    """A promise to exchange one amount for another, used at most once. Terms are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person_id = models.UUIDField(null=True)
    purpose_id = models.UUIDField(null=True)
    source_currency = models.CharField(max_length=3)
    source_minor = models.BigIntegerField()
    target_currency = models.CharField(max_length=3)
    target_minor = models.BigIntegerField()
    is_source_given = models.BooleanField()
    middle_minor = models.BigIntegerField()
    income_minor = models.BigIntegerField()
    worth_minor = models.BigIntegerField()
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="+", db_index=False)
    source_per_euro = models.DecimalField(max_digits=24, decimal_places=10)
    target_per_euro = models.DecimalField(max_digits=24, decimal_places=10)
    spread_points = models.SmallIntegerField()
    quoted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True)

    class Meta:
        db_table = "exchange_quote"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry_id"], name="exchange_quote_entry", condition=Q(entry_id__isnull=False)
            ),
            models.CheckConstraint(
                name="exchange_quote_used",
                condition=Q(used_at__isnull=True, entry_id__isnull=True)
                | Q(used_at__isnull=False, entry_id__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_quote_amounts",
                condition=Q(source_minor__gt=0, target_minor__gt=0, income_minor__gte=0)
                & ~Q(source_currency=F("target_currency")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="exchange_quote_open", condition=Q(used_at__isnull=True)),
            models.Index(fields=["-used_at", "-id"], name="exchange_quote_done", condition=Q(used_at__isnull=False)),
            models.Index(fields=["purpose_id"], name="exchange_quote_purpose", condition=Q(purpose_id__isnull=False)),
        ]


class Trade(models.Model):
    """A part of a position handed to the bank; approved by somebody other than who entered it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    given_currency = models.CharField(max_length=3)
    given_minor = models.BigIntegerField()
    taken_currency = models.CharField(max_length=3)
    taken_minor = models.BigIntegerField()
    bank_reference = models.TextField()
    state = models.TextField()
    entered_by_id = models.UUIDField()
    entered_at = models.DateTimeField()
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    result_minor = models.BigIntegerField(null=True)
    cost_change = models.BigIntegerField(null=True)
    entry_id = models.UUIDField(null=True)

    class Meta:
        db_table = "exchange_trade"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="exchange_trade_state", condition=Q(state__in=["entered", "approved", "rejected"])
            ),
            models.CheckConstraint(name="exchange_trade_amounts", condition=Q(given_minor__gt=0, taken_minor__gt=0)),
            models.CheckConstraint(
                name="exchange_trade_two_people",
                condition=~Q(state="approved")
                | (Q(decided_by_id__isnull=False) & ~Q(decided_by_id=F("entered_by_id"))),
            ),
        ]


class OwedBack(models.Model):
    """Money in another currency that its payment could not take, owed to its payer until the provider sends it back."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person_id = models.UUIDField()
    purpose_id = models.UUIDField()
    provider = models.TextField()
    money_id = models.TextField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField()
    problem = models.TextField(default="")
    attempts = models.SmallIntegerField(default=0)
    owed_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_owed_back"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "money_id"], name="exchange_owed_back_once"),
            models.CheckConstraint(name="exchange_owed_back_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="exchange_owed_back_state", condition=Q(state__in=["waiting", "sent", "refused"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owed_at"], name="exchange_owed_back_open", condition=Q(state="waiting")),
            models.Index(fields=["purpose_id"], name="exchange_owed_back_purpose"),
        ]
