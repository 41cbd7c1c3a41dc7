"""What entries by hand leave open, and what paid it; more kinds of entries."""

import django.db.models.deletion
from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What was written is never changed or deleted.
_RIGHTS = f"""
revoke update, delete on books_due from {APPLICATION_ROLE};
revoke update, delete on books_settlement from {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0002_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Due",
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
                ("side", models.CharField(max_length=8)),
                ("counterparty", models.CharField(max_length=120)),
                ("number", models.CharField(blank=True, max_length=60)),
                ("day", models.DateField()),
                ("due", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "books_due",
            },
        ),
        migrations.CreateModel(
            name="Settlement",
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
                ("source", models.CharField(max_length=24)),
                ("document_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("day", models.DateField()),
            ],
            options={
                "db_table": "books_settlement",
            },
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="books_entry_kind",
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "expense",
                            "income",
                            "manual",
                            "opening",
                            "correction",
                            "stock",
                            "tax",
                            "document",
                            "settled",
                            "bank",
                            "asset",
                            "depreciation",
                            "year-end",
                            "goods",
                        ],
                    )
                ),
                name="books_entry_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="due",
            index=models.Index(fields=["business_id", "side", "due"], name="books_due_side"),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="books_due_amount"),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["piutang", "utang"])), name="books_due_side_known"
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["business_id", "source", "document_id"], name="books_settled_document"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="books_settled_amount"),
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("books_due", sees_business("business_id")),
        protect("books_settlement", sees_business("business_id")),
    ]
