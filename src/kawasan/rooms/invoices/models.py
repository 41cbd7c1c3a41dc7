"""
The room's tables. Personal data (numbers, addresses, e-mail, who a paper names) is encrypted.

Only drafts are changed or thrown away (actions/drafts.py). Payments and marks for the tax office are only added to.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kawasan.platform.fields import EncryptedText
from kawasan.rooms.invoices.types.documents import DocumentKind
from kawasan.rooms.invoices.types.money import Every, Method


class Customer(models.Model):
    """Whom a business bills."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    name = models.CharField(max_length=200)
    proof = models.CharField(max_length=12)
    number = EncryptedText(blank=True)
    place = EncryptedText(blank=True)
    country = models.CharField(max_length=3)
    address = EncryptedText(blank=True)
    email = EncryptedText(blank=True)
    language = models.CharField(max_length=8)
    zone_business_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invoices_customer"
        indexes: ClassVar = [models.Index(fields=["business_id", "name", "id"], name="invoices_customer_name")]


class Habit(models.Model):
    """What a business always writes on its papers; its row is also what gives numbers one after another."""

    business_id = models.UUIDField(primary_key=True)
    prefix = models.CharField(max_length=8, default="INV")
    due_days = models.SmallIntegerField(default=14)
    bank = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=1000, blank=True, default="")
    place = models.IntegerField(default=0)
    reminds = models.BooleanField(default=True)
    origin = models.CharField(max_length=200, blank=True, default="")  # where the zone was last opened to send

    class Meta:
        db_table = "invoices_habit"


class Counter(models.Model):
    """The last number of a business's series in a year, and the last day it was given."""

    pk = models.CompositePrimaryKey("business_id", "kind", "year")
    business_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    year = models.SmallIntegerField()
    count = models.IntegerField()
    last_on = models.DateField()

    class Meta:
        db_table = "invoices_counter"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(count__gt=0), name="invoices_counter_count")]


class Document(models.Model):
    """A quotation, invoice or credit note. Its number, parties and figures come when it is issued, and stay."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    customer_name = models.CharField(max_length=200)
    year = models.SmallIntegerField(null=True)
    count = models.IntegerField(null=True)
    number = models.CharField(max_length=24, blank=True, default="")
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    due_days = models.SmallIntegerField()
    language = models.CharField(max_length=8)
    note = models.CharField(max_length=1000, blank=True)
    inclusive = models.BooleanField()
    trx_code = models.CharField(max_length=2)
    add_info = models.CharField(max_length=12, blank=True)
    facility_stamp = models.CharField(max_length=12, blank=True)
    china_vat_percent = models.SmallIntegerField(default=0)
    is_pkp = models.BooleanField(default=False)
    law = models.CharField(max_length=120, blank=True, default="")
    base_minor = models.BigIntegerField(default=0)
    ppn_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    uncollected_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    credited_minor = models.BigIntegerField(default=0)
    seller = EncryptedText(blank=True, default="")
    buyer = EncryptedText(blank=True, default="")
    origin = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField(null=True)
    recurring_id = models.UUIDField(null=True)
    link_version = models.SmallIntegerField(default=0)
    content_hash = models.BinaryField()
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    billed_at = models.DateTimeField(null=True)
    tax_revision = models.SmallIntegerField(default=0)
    nsfp = models.CharField(max_length=17, blank=True, default="")
    uploaded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invoices_document"
        indexes: ClassVar = [
            models.Index(fields=["business_id", "kind", "-id"], name="invoices_document_newest"),
            models.Index(fields=["business_id", "kind", "issued_on"], name="invoices_document_day"),
            models.Index(
                fields=["due_on"],
                name="invoices_document_due",
                condition=Q(kind="invoice", total_minor__gt=F("paid_minor") + F("credited_minor")),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DocumentKind]), name="invoices_document_kind"
            ),
            models.UniqueConstraint(fields=["business_id", "kind", "year", "count"], name="invoices_document_number"),
            models.UniqueConstraint(fields=["order_id"], name="invoices_document_one_of_order"),
            models.UniqueConstraint(
                fields=["business_id", "nsfp"], condition=~Q(nsfp=""), name="invoices_document_tax_number"
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True, count__isnull=True, issued_on__isnull=True)
                | Q(issued_at__isnull=False, count__isnull=False, issued_on__isnull=False),
                name="invoices_document_issued",
            ),
            models.CheckConstraint(
                condition=Q(credited_minor__gte=0, credited_minor__lte=F("total_minor")),
                name="invoices_document_credited",
            ),
        ]


class Line(models.Model):
    """A line with its figures."""

    pk = models.CompositePrimaryKey("document_id", "place")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.SmallIntegerField()
    business_id = models.UUIDField()
    name = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=7)
    is_service = models.BooleanField()
    code = models.CharField(max_length=6)
    typed_price_minor = models.BigIntegerField()
    typed_discount_minor = models.BigIntegerField()
    price_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    base_minor = models.BigIntegerField()
    other_base_minor = models.BigIntegerField()
    ppn_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        db_table = "invoices_line"


class Payment(models.Model):
    """Money for an invoice; below zero: given back."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    method = models.CharField(max_length=8)
    day = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "invoices_payment"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="invoices_payment_amount"),
            models.CheckConstraint(
                condition=Q(method__in=[method.value for method in Method]), name="invoices_payment_method"
            ),
        ]


class Attempt(models.Model):
    """A QRIS code that was asked for an invoice; its id is the payment's in the room below."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "invoices_attempt"


class Reminder(models.Model):
    """A mail about an invoice's due day: each is sent once."""

    pk = models.CompositePrimaryKey("document_id", "days")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_index=False)
    days = models.SmallIntegerField()
    business_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "invoices_reminder"


class Recurring(models.Model):
    """An invoice that comes again. The id of each follows from this row and its day, so that none comes twice."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    template = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    every = models.CharField(max_length=8)
    first_day = models.SmallIntegerField()
    next_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    is_sent = models.BooleanField()
    problem = models.CharField(max_length=40, blank=True, default="")
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invoices_recurring"
        indexes: ClassVar = [
            models.Index(fields=["next_on"], name="invoices_recurring_due", condition=Q(next_on__isnull=False))
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(every__in=[every.value for every in Every]), name="invoices_recurring_every"
            )
        ]


class TaxMark(models.Model):
    """What became of a document at the tax office: uploaded with a number, or to be replaced. Only added to."""

    id = models.UUIDField(primary_key=True)
    business_id = models.UUIDField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    revision = models.SmallIntegerField()
    nsfp = models.CharField(max_length=17, blank=True)
    what = models.CharField(max_length=10)
    made_by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "invoices_tax_mark"
