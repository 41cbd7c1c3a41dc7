"""Customers, quotations, invoices, credit notes and what was paid for them."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import kawasan.platform.fields
from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What was paid and what the tax office was told is never changed or deleted.
_RIGHTS = f"""
revoke update, delete on invoices_payment from {APPLICATION_ROLE};
revoke update, delete on invoices_tax_mark from {APPLICATION_ROLE};
"""
_TABLES = (
    "customer",
    "habit",
    "counter",
    "document",
    "line",
    "payment",
    "attempt",
    "reminder",
    "recurring",
    "tax_mark",
    "notice",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Habit",
            fields=[
                ("business_id", models.UUIDField(primary_key=True, serialize=False)),
                ("prefix", models.CharField(default="INV", max_length=8)),
                ("due_days", models.SmallIntegerField(default=14)),
                ("bank", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("place", models.IntegerField(default=0)),
                ("reminds", models.BooleanField(default=True)),
                ("origin", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "invoices_habit",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id",
                        "kind",
                        "month",
                        "days",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("month", models.DateField()),
                ("days", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "invoices_notice",
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id", "kind", "year", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("year", models.SmallIntegerField()),
                ("count", models.IntegerField()),
                ("last_on", models.DateField()),
            ],
            options={
                "db_table": "invoices_counter",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="invoices_counter_count")
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("name", models.CharField(max_length=200)),
                ("proof", models.CharField(max_length=12)),
                ("number", kawasan.platform.fields.EncryptedText(blank=True)),
                ("place", kawasan.platform.fields.EncryptedText(blank=True)),
                ("country", models.CharField(max_length=3)),
                ("address", kawasan.platform.fields.EncryptedText(blank=True)),
                ("email", kawasan.platform.fields.EncryptedText(blank=True)),
                ("language", models.CharField(max_length=8)),
                ("zone_business_id", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "invoices_customer",
                "indexes": [models.Index(fields=["business_id", "name", "id"], name="invoices_customer_name")],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("customer_name", models.CharField(max_length=200)),
                ("year", models.SmallIntegerField(null=True)),
                ("count", models.IntegerField(null=True)),
                ("number", models.CharField(blank=True, default="", max_length=24)),
                ("issued_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("due_days", models.SmallIntegerField()),
                ("language", models.CharField(max_length=8)),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("inclusive", models.BooleanField()),
                ("trx_code", models.CharField(max_length=2)),
                ("add_info", models.CharField(blank=True, max_length=12)),
                ("facility_stamp", models.CharField(blank=True, max_length=12)),
                ("china_vat_percent", models.SmallIntegerField(default=0)),
                ("is_pkp", models.BooleanField(default=False)),
                ("law", models.CharField(blank=True, default="", max_length=120)),
                ("base_minor", models.BigIntegerField(default=0)),
                ("ppn_minor", models.BigIntegerField(default=0)),
                ("total_minor", models.BigIntegerField(default=0)),
                ("uncollected_minor", models.BigIntegerField(default=0)),
                ("paid_minor", models.BigIntegerField(default=0)),
                ("credited_minor", models.BigIntegerField(default=0)),
                ("seller", kawasan.platform.fields.EncryptedText(blank=True, default="")),
                ("buyer", kawasan.platform.fields.EncryptedText(blank=True, default="")),
                ("order_id", models.UUIDField(null=True)),
                ("recurring_id", models.UUIDField(null=True)),
                ("link_version", models.SmallIntegerField(default=0)),
                ("content_hash", models.BinaryField()),
                ("made_by", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("billed_at", models.DateTimeField(null=True)),
                ("tax_revision", models.SmallIntegerField(default=0)),
                ("nsfp", models.CharField(blank=True, default="", max_length=17)),
                ("uploaded_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.customer"
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.document"
                    ),
                ),
            ],
            options={
                "db_table": "invoices_document",
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.document"
                    ),
                ),
            ],
            options={
                "db_table": "invoices_attempt",
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "document_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("business_id", models.UUIDField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=12)),
                ("unit", models.CharField(max_length=7)),
                ("is_service", models.BooleanField()),
                ("code", models.CharField(max_length=6)),
                ("typed_price_minor", models.BigIntegerField()),
                ("typed_discount_minor", models.BigIntegerField()),
                ("price_minor", models.BigIntegerField()),
                ("discount_minor", models.BigIntegerField()),
                ("base_minor", models.BigIntegerField()),
                ("other_base_minor", models.BigIntegerField()),
                ("ppn_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.document",
                    ),
                ),
            ],
            options={
                "db_table": "invoices_line",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("method", models.CharField(max_length=8)),
                ("day", models.DateField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("made_by", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.document"
                    ),
                ),
            ],
            options={
                "db_table": "invoices_payment",
            },
        ),
        migrations.CreateModel(
            name="Recurring",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("every", models.CharField(max_length=8)),
                ("first_day", models.SmallIntegerField()),
                ("next_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("is_sent", models.BooleanField()),
                ("problem", models.CharField(blank=True, default="", max_length=40)),
                ("made_by", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.document"
                    ),
                ),
            ],
            options={
                "db_table": "invoices_recurring",
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "document_id", "days", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("days", models.SmallIntegerField()),
                ("business_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.document",
                    ),
                ),
            ],
            options={
                "db_table": "invoices_reminder",
            },
        ),
        migrations.CreateModel(
            name="TaxMark",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("revision", models.SmallIntegerField()),
                ("nsfp", models.CharField(blank=True, max_length=17)),
                ("what", models.CharField(max_length=10)),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invoices.document"
                    ),
                ),
            ],
            options={
                "db_table": "invoices_tax_mark",
            },
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["business_id", "kind", "-id"], name="invoices_document_newest"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["business_id", "kind", "issued_on"], name="invoices_document_day"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(
                    ("kind", "invoice"),
                    (
                        "total_minor__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("paid_minor"), "+", models.F("credited_minor")
                        ),
                    ),
                ),
                fields=["due_on"],
                name="invoices_document_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["quotation", "invoice", "credit"])), name="invoices_document_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("business_id", "kind", "year", "count"), name="invoices_document_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("order_id",), name="invoices_document_one_of_order"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nsfp", ""), _negated=True),
                fields=("business_id", "nsfp"),
                name="invoices_document_tax_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("count__isnull", True), ("issued_at__isnull", True), ("issued_on__isnull", True)),
                    models.Q(("count__isnull", False), ("issued_at__isnull", False), ("issued_on__isnull", False)),
                    _connector="OR",
                ),
                name="invoices_document_issued",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("credited_minor__gte", 0), ("credited_minor__lte", models.F("total_minor"))),
                name="invoices_document_credited",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="invoices_payment_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["cash", "bank", "qris", "wallet", "order", "books"])),
                name="invoices_payment_method",
            ),
        ),
        migrations.AddIndex(
            model_name="recurring",
            index=models.Index(
                condition=models.Q(("next_on__isnull", False)), fields=["next_on"], name="invoices_recurring_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="recurring",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__in", ["week", "month", "quarter", "year"])), name="invoices_recurring_every"
            ),
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        *[protect(f"invoices_{table}", sees_business("business_id")) for table in _TABLES],
    ]
