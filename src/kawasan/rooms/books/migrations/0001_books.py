"""The books of each business: what the follower derives, and what people write."""

import django.db.models.deletion
from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What was written by hand and what was closed is never changed or deleted.
_RIGHTS = f"""
revoke update, delete on books_entry from {APPLICATION_ROLE};
revoke update, delete on books_entry_line from {APPLICATION_ROLE};
revoke update, delete on books_period from {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Day",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id", "day", "account", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("account", models.CharField(max_length=6)),
                ("debit_minor", models.BigIntegerField()),
                ("credit_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "books_day",
            },
        ),
        migrations.CreateModel(
            name="Desk",
            fields=[
                ("business_id", models.UUIDField(primary_key=True, serialize=False)),
                ("taxpayer", models.CharField(blank=True, max_length=24)),
                ("registered_year", models.SmallIntegerField(null=True)),
                ("is_pkp", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "books_desk",
            },
        ),
        migrations.CreateModel(
            name="OwnAccount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id", "code", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("code", models.CharField(max_length=6)),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=20)),
                ("line", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_own_account",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=12)),
                ("memo", models.CharField(max_length=300)),
                ("corrects", models.UUIDField(null=True)),
                ("made_by", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                ("content_hash", models.BinaryField()),
            ],
            options={
                "db_table": "books_entry",
                "indexes": [models.Index(fields=["business_id", "-day", "-id"], name="books_entry_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("corrects",), name="books_entry_corrected_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["expense", "income", "manual", "opening", "correction", "stock", "tax"])
                        ),
                        name="books_entry_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "sequence", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                ("place", models.SmallIntegerField()),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("account", models.CharField(max_length=6)),
                ("amount_minor", models.BigIntegerField()),
                ("code", models.SmallIntegerField()),
                ("transfer_id", models.UUIDField()),
                ("reference", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_line",
                "indexes": [
                    models.Index(fields=["business_id", "account", "day", "sequence"], name="books_line_account")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True), name="books_line_amount"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("through", models.DateField()),
                ("position", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_period",
                "indexes": [models.Index(fields=["business_id", "position", "id"], name="books_period_business")],
            },
        ),
        migrations.CreateModel(
            name="EntryLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("account", models.CharField(max_length=6)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry"
                    ),
                ),
            ],
            options={
                "db_table": "books_entry_line",
                "indexes": [models.Index(fields=["business_id", "day", "account"], name="books_entry_line_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True), name="books_entry_line_amount"
                    )
                ],
            },
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("books_line", sees_business("business_id")),
        protect("books_day", sees_business("business_id")),
        protect("books_desk", sees_business("business_id")),
        protect("books_own_account", sees_business("business_id")),
        protect("books_entry", sees_business("business_id")),
        protect("books_entry_line", sees_business("business_id")),
        protect("books_period", sees_business("business_id")),
    ]
