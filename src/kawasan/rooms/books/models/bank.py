"""Bank accounts, their statements, and what each line of them is in the books."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kawasan.platform.fields import EncryptedText
from kawasan.rooms.books.models.journal import ACCOUNT_LENGTH
from kawasan.rooms.books.types.bank import (
    BANK_NAME_LENGTH_MAX,
    PARTY_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
)


class Bank(models.Model):
    """An account of the business at a bank, and how the bank writes its CSV."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    name = models.CharField(max_length=BANK_NAME_LENGTH_MAX)
    number = EncryptedText()
    ending = models.CharField(max_length=4)
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    columns = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "books_bank"
        constraints: ClassVar = [models.UniqueConstraint(fields=["business_id", "account"], name="books_bank_account")]


class Draft(models.Model):
    """A CSV that waits for somebody to say which column is what; the next file takes its place."""

    bank = models.OneToOneField(Bank, on_delete=models.PROTECT, related_name="+", primary_key=True)
    business_id = models.UUIDField()
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "books_draft"


class BankStatement(models.Model):
    """A file of a bank that was read."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    digest = models.BinaryField()
    closing_minor = models.BigIntegerField(null=True)
    last_day = models.DateField()
    added = models.IntegerField()
    repeated = models.IntegerField()
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_statement"


class BankLine(models.Model):
    """A line of a statement; what came in is above zero."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", db_index=False)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    amount_minor = models.BigIntegerField()
    text = models.CharField(max_length=TEXT_LENGTH_MAX)
    party = models.CharField(max_length=PARTY_LENGTH_MAX)
    reference = models.CharField(max_length=REFERENCE_LENGTH_MAX)
    fingerprint = models.BinaryField()

    class Meta:
        db_table = "books_bank_line"
        indexes: ClassVar = [models.Index(fields=["bank", "-day", "-id"], name="books_bank_line_newest")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bank", "fingerprint"], name="books_bank_line_once")]


class Match(models.Model):
    """What a line of a statement is in the books, until somebody undoes it."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+", db_index=False)
    bank_id = models.UUIDField()
    kind = models.CharField(max_length=6)
    source_id = models.UUIDField()  # an entry by hand or a transfer of the ledger
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "books_match"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line"], condition=Q(undone_at=None), name="books_match_line_once"),
            models.UniqueConstraint(
                fields=["bank_id", "source_id"], condition=Q(undone_at=None), name="books_match_source_once"
            ),
        ]


class BankRule(models.Model):
    """Which lines of statements go to which account."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    words = models.CharField(max_length=60)
    direction = models.CharField(max_length=3, blank=True)
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    from_minor = models.BigIntegerField(null=True)
    upto_minor = models.BigIntegerField(null=True)
    day_from = models.SmallIntegerField(null=True)
    day_upto = models.SmallIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "books_bank_rule"
        indexes: ClassVar = [models.Index(fields=["business_id", "made_at"], name="books_bank_rule_business")]
