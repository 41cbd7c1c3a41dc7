"""Vouchers, and what orders say of the one that they had."""

import django.db.models.expressions
from django.db import migrations, models

from kawasan.platform.rls import protect, sees_business


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0008_first_commission"),
    ]

    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("business_id", models.UUIDField(null=True)),
                ("percent_bp", models.IntegerField(default=0)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("most_minor", models.BigIntegerField(null=True)),
                ("least_minor", models.BigIntegerField()),
                ("per_buyer", models.IntegerField()),
                ("budget_minor", models.BigIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("made_by", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "commerce_voucher",
            },
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="commerce_order_fee",
        ),
        migrations.RemoveConstraint(
            model_name="orderline",
            name="commerce_order_line_refund",
        ),
        migrations.AddField(
            model_name="intakeorder",
            name="discount_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="intakeorder",
            name="is_discount_paid",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="intakeorder",
            name="voucher_code",
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddField(
            model_name="intakeorder",
            name="voucher_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="discount_back_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="discount_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="is_discount_paid",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="order",
            name="voucher_code",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="order",
            name="voucher_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="discount_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_minor__gte", 0),
                    (
                        "fee_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total_minor"), "+", models.F("discount_minor")
                        ),
                    ),
                ),
                name="commerce_order_fee",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_back_minor__gte", 0), ("discount_back_minor__lte", models.F("discount_minor"))
                ),
                name="commerce_order_discount",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_minor__gte", 0),
                    ("refunded_minor__gte", 0),
                    (
                        "refunded_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantity"), "*", models.F("unit_price_minor")
                            ),
                            "-",
                            models.F("discount_minor"),
                        ),
                    ),
                ),
                name="commerce_order_line_refund",
            ),
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(fields=["business_id", "-id"], name="commerce_voucher_business"),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="commerce_voucher_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor", 0), ("percent_bp__gt", 0), ("percent_bp__lte", 9000)),
                    models.Q(("amount_minor__gt", 0), ("amount_minor__lt", models.F("least_minor")), ("percent_bp", 0)),
                    _connector="OR",
                ),
                name="commerce_voucher_worth",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_minor__gt", 0), ("least_minor__gt", 0), ("per_buyer__gte", 1)),
                name="commerce_voucher_limits",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["voucher_id"],
                condition=models.Q(("voucher_id__isnull", False)),
                name="commerce_order_voucher",
            ),
        ),
        # The zone's own vouchers, which have no business, are for zone roles only.
        protect("commerce_voucher", sees_business("business_id")),
    ]
