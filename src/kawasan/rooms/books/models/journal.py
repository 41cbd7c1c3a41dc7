"""The journal, entries by hand, what they leave open, fixed assets, periods."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kawasan.rooms.books.types.assets import ASSET_NAME_LENGTH_MAX
from kawasan.rooms.books.types.desk import REASON_LENGTH_MAX, EntryKind
from kawasan.rooms.books.types.due import COUNTERPARTY_LENGTH_MAX, NUMBER_LENGTH_MAX, Side
from kawasan.rooms.books.types.entries import MEMO_LENGTH_MAX

ACCOUNT_LENGTH = 6


class Line(models.Model):
    """A journal line made from a transfer; debits are above zero."""

    pk = models.CompositePrimaryKey("sequence", "place")
    sequence = models.BigIntegerField()
    place = models.SmallIntegerField()
    business_id = models.UUIDField()
    day = models.DateField()
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    amount_minor = models.BigIntegerField()
    code = models.SmallIntegerField()
    transfer_id = models.UUIDField()
    reference = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_line"
        indexes: ClassVar = [
            models.Index(fields=["business_id", "account", "day", "sequence"], name="books_line_account")
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(amount_minor=0), name="books_line_amount")]


class Day(models.Model):
    """What transfers debited and credited on a day: statements are sums of these."""

    pk = models.CompositePrimaryKey("business_id", "day", "account")
    business_id = models.UUIDField()
    day = models.DateField()
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()

    class Meta:
        db_table = "books_day"


class Desk(models.Model):
    """A business's tax profile; its row is also what writers of these books lock."""

    business_id = models.UUIDField(primary_key=True)
    taxpayer = models.CharField(max_length=24, blank=True)
    registered_year = models.SmallIntegerField(null=True)
    is_pkp = models.BooleanField(default=False)
    reminds = models.BooleanField(default=True)  # by mail, before taxes are due

    class Meta:
        db_table = "books_desk"


class OwnAccount(models.Model):
    """An account that the owner added to the chart."""

    pk = models.CompositePrimaryKey("business_id", "code")
    business_id = models.UUIDField()
    code = models.CharField(max_length=ACCOUNT_LENGTH)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    line = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "books_own_account"


class Entry(models.Model):
    """An entry by hand."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    day = models.DateField()
    kind = models.CharField(max_length=12)
    memo = models.CharField(max_length=MEMO_LENGTH_MAX)
    corrects = models.UUIDField(null=True)
    document = models.CharField(max_length=12, blank=True, default="")
    reference = models.UUIDField(null=True)  # the document that wrote it
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    content_hash = models.BinaryField()

    class Meta:
        db_table = "books_entry"
        indexes: ClassVar = [
            models.Index(fields=["business_id", "-day", "-id"], name="books_entry_newest"),
            models.Index(fields=["business_id"], condition=Q(kind="year-end"), name="books_entry_year_end"),
            models.Index(fields=["business_id"], condition=Q(kind="depreciation"), name="books_entry_depreciation"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["corrects"], name="books_entry_corrected_once"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in EntryKind]), name="books_entry_kind"),
        ]


class EntryLine(models.Model):
    """A line of an entry by hand."""

    pk = models.CompositePrimaryKey("entry_id", "place")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.SmallIntegerField()
    business_id = models.UUIDField()
    day = models.DateField()
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "books_entry_line"
        indexes: ClassVar = [models.Index(fields=["business_id", "day", "account"], name="books_entry_line_day")]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(amount_minor=0), name="books_entry_line_amount")]


class Due(models.Model):
    """What an entry by hand leaves open: who owes it, and by when."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", primary_key=True)
    business_id = models.UUIDField()
    side = models.CharField(max_length=8)
    counterparty = models.CharField(max_length=COUNTERPARTY_LENGTH_MAX)
    number = models.CharField(max_length=NUMBER_LENGTH_MAX, blank=True)
    day = models.DateField()
    due = models.DateField()
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "books_due"
        indexes: ClassVar = [models.Index(fields=["business_id", "side", "due"], name="books_due_side")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="books_due_amount"),
            models.CheckConstraint(condition=Q(side__in=[side.value for side in Side]), name="books_due_side_known"),
        ]


class Settlement(models.Model):
    """An entry that paid a document, of these books or of a room above; it counts until its entry is undone."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", primary_key=True)
    business_id = models.UUIDField()
    source = models.CharField(max_length=24)
    document_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        db_table = "books_settlement"
        indexes: ClassVar = [
            models.Index(fields=["business_id", "source", "document_id"], name="books_settled_document")
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="books_settled_amount")]


class Receipt(models.Model):
    """The photo of a receipt, for the eyes of the books' desk only."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", primary_key=True)
    business_id = models.UUIDField()
    content = models.BinaryField()
    small = models.BinaryField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_receipt"


class Asset(models.Model):
    """A fixed asset; its entry is the one by which it was acquired."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", primary_key=True)
    business_id = models.UUIDField()
    name = models.CharField(max_length=ASSET_NAME_LENGTH_MAX)
    account = models.CharField(max_length=ACCOUNT_LENGTH)
    group = models.CharField(max_length=24)
    cost_minor = models.BigIntegerField()
    in_use_from = models.DateField()

    class Meta:
        db_table = "books_asset"
        indexes: ClassVar = [models.Index(fields=["business_id"], name="books_asset_business")]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(cost_minor__gt=0), name="books_asset_cost")]


class Disposal(models.Model):
    """The end of a fixed asset: sold, given away, broken."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+", primary_key=True)
    business_id = models.UUIDField()
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    proceeds_minor = models.BigIntegerField()

    class Meta:
        db_table = "books_disposal"


class Period(models.Model):
    """A closing or reopening: closed up to which day from then on, and how far the books had come."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    through = models.DateField()
    position = models.BigIntegerField()
    reason = models.CharField(max_length=REASON_LENGTH_MAX, blank=True)
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "books_period"
        indexes: ClassVar = [models.Index(fields=["business_id", "position", "id"], name="books_period_business")]
