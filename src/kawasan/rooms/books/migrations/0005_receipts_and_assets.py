"""Photos of receipts, the register of fixed assets, entries that close years."""

import django.db.models.deletion
from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What was written is never changed or deleted.
_RIGHTS = f"""
revoke update, delete on books_asset from {APPLICATION_ROLE};
revoke update, delete on books_disposal from {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0004_bank_statements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="books.entry",
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("name", models.CharField(max_length=120)),
                ("account", models.CharField(max_length=6)),
                ("group", models.CharField(max_length=24)),
                ("cost_minor", models.BigIntegerField()),
                ("in_use_from", models.DateField()),
            ],
            options={
                "db_table": "books_asset",
            },
        ),
        migrations.CreateModel(
            name="Disposal",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="books.entry",
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("proceeds_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "books_disposal",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="books.entry",
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("content", models.BinaryField()),
                ("small", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_receipt",
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind", "year-end")), fields=["business_id"], name="books_entry_year_end"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind", "depreciation")), fields=["business_id"], name="books_entry_depreciation"
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["business_id"], name="books_asset_business"),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(condition=models.Q(("cost_minor__gt", 0)), name="books_asset_cost"),
        ),
        migrations.AddField(
            model_name="disposal",
            name="asset",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.asset"),
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("books_receipt", sees_business("business_id")),
        protect("books_asset", sees_business("business_id")),
        protect("books_disposal", sees_business("business_id")),
    ]
