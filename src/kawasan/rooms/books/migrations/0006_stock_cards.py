"""Stock cards: methods, what was bought and counted, what was sold."""

import django.db.models.deletion
from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What was chosen, bought and counted is never changed or deleted.
_RIGHTS = f"""
revoke update, delete on books_stock_choice from {APPLICATION_ROLE};
revoke update, delete on books_stock_lot from {APPLICATION_ROLE};
revoke update, delete on books_stock_count from {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0005_receipts_and_assets"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id", "asset", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("asset", models.UUIDField()),
                ("day", models.DateField()),
                ("sold", models.BigIntegerField()),
                ("returned", models.BigIntegerField()),
            ],
            options={
                "db_table": "books_unit_day",
            },
        ),
        migrations.CreateModel(
            name="StockChoice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id", "since", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("since", models.DateField()),
                ("method", models.CharField(max_length=8)),
                ("position", models.BigIntegerField()),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_stock_choice",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["average", "fifo"])),
                        name="books_stock_choice_method",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("variant_id", models.UUIDField()),
                ("day", models.DateField()),
                ("counted", models.BigIntegerField()),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_stock_count",
                "indexes": [models.Index(fields=["business_id", "variant_id", "day"], name="books_stock_count_card")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("counted__gte", 0)), name="books_stock_count_not_below")
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitOnTheWay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "reference",
                        "business_id",
                        "asset",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reference", models.UUIDField()),
                ("business_id", models.UUIDField()),
                ("asset", models.UUIDField()),
                ("quantity", models.BigIntegerField()),
                ("day", models.DateField()),
            ],
            options={
                "db_table": "books_unit_on_the_way",
                "indexes": [models.Index(fields=["business_id", "asset"], name="books_unit_on_the_way_of")],
            },
        ),
        migrations.CreateModel(
            name="StockLot",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("variant_id", models.UUIDField()),
                ("day", models.DateField()),
                ("quantity", models.BigIntegerField()),
                ("cost_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry"
                    ),
                ),
            ],
            options={
                "db_table": "books_stock_lot",
                "indexes": [models.Index(fields=["business_id", "variant_id", "day"], name="books_stock_lot_card")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cost_minor__gte", 0), ("quantity__gt", 0)), name="books_stock_lot_some"
                    )
                ],
            },
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("books_stock_choice", sees_business("business_id")),
        protect("books_stock_lot", sees_business("business_id")),
        protect("books_stock_count", sees_business("business_id")),
        protect("books_unit_day", sees_business("business_id")),
        protect("books_unit_on_the_way", sees_business("business_id")),
    ]
