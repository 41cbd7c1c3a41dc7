"""Carts, orders, returns, the timeline of orders, and what each day brought a seller."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import kawasan.core.ids
import kawasan.platform.fields
from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business, sees_person

_PARTIES = (sees_person("buyer_id"), sees_business("business_id"))

# The timeline is only appended to; the number people read aloud may have gaps.
_NUMBERS_AND_RIGHTS = f"""
create sequence commerce_order_number;
revoke update, delete on commerce_order_event from {APPLICATION_ROLE};
alter table commerce_order set (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0001_catalogue"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="hidden_reason",
            field=models.CharField(blank=True, max_length=300, default=""),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="CartLine",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("variant_id", models.UUIDField()),
                ("quantity", models.IntegerField()),
                ("hold_id", models.UUIDField(null=True)),
                ("held_until", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(null=True)),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "db_table": "commerce_cart_line",
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "variant_id"), name="commerce_cart_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="commerce_cart_line_quantity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_until__isnull", True), ("hold_id__isnull", True)),
                            models.Q(("held_until__isnull", False), ("hold_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="commerce_cart_line_hold",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderGroup",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("buyer_id", models.UUIDField()),
                ("method", models.CharField(max_length=10)),
                ("total_minor", models.BigIntegerField()),
                ("content_hash", models.BinaryField()),
                ("placed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "commerce_order_group",
                "indexes": [models.Index(fields=["buyer_id", "-id"], name="commerce_group_buyer")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("total_minor__gt", 0)), name="commerce_group_total")
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("business_id", models.UUIDField()),
                ("buyer_id", models.UUIDField()),
                ("method", models.CharField(max_length=10)),
                ("total_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("placed_at", models.DateTimeField()),
                ("pay_until", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("packed_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("completes_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("expired_at", models.DateTimeField(null=True)),
                ("cancelled_by", models.CharField(blank=True, max_length=10)),
                ("cancel_reason", models.CharField(blank=True, max_length=300)),
                ("courier", models.CharField(blank=True, max_length=40)),
                ("tracking", models.CharField(blank=True, max_length=60)),
                ("ship_name", models.CharField(max_length=80)),
                ("ship_phone", kawasan.platform.fields.EncryptedText()),
                ("ship_address", kawasan.platform.fields.EncryptedText()),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.ordergroup"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_order",
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("buyer_id", models.UUIDField()),
                ("variant_id", models.UUIDField()),
                ("product_id", models.UUIDField()),
                ("product_name", models.CharField(max_length=160)),
                ("variant_name", models.CharField(blank=True, max_length=80)),
                ("unit_price_minor", models.BigIntegerField()),
                ("quantity", models.IntegerField()),
                ("refunded_quantity", models.IntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("hold_id", models.UUIDField(null=True)),
                ("position", models.SmallIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commerce.order",
                    ),
                ),
            ],
            options={
                "db_table": "commerce_order_line",
            },
        ),
        migrations.CreateModel(
            name="ReturnRequest",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("buyer_id", models.UUIDField()),
                ("lines", models.JSONField()),
                ("reason", models.CharField(max_length=300)),
                ("state", models.CharField(default="requested", max_length=10)),
                ("asked_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("restocked", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=300)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.order"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_return",
            },
        ),
        migrations.CreateModel(
            name="SellerDay",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("orders", models.IntegerField(default=0)),
                ("gross_minor", models.BigIntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("released_minor", models.BigIntegerField(default=0)),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("units", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "commerce_seller_day",
                "constraints": [
                    models.UniqueConstraint(fields=("business_id", "day"), name="commerce_seller_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("buyer_id", models.UUIDField()),
                ("step", models.CharField(max_length=20)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commerce.order",
                    ),
                ),
            ],
            options={
                "db_table": "commerce_order_event",
                "indexes": [models.Index(fields=["order", "id"], name="commerce_order_event_order")],
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["buyer_id", "-id"], name="commerce_order_buyer"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["business_id", "-id"], name="commerce_order_business"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at__isnull", True), ("expired_at__isnull", True), ("paid_at__isnull", True)
                ),
                fields=["pay_until"],
                name="commerce_order_unpaid",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at__isnull", True), ("paid_at__isnull", False), ("shipped_at__isnull", True)
                ),
                fields=["business_id", "-id"],
                name="commerce_order_to_ship",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("completes_at__isnull", False)),
                fields=["completes_at"],
                name="commerce_order_completes",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(condition=models.Q(("total_minor__gt", 0)), name="commerce_order_total"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("total_minor"))),
                name="commerce_order_refunded",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_minor__gte", 0), ("fee_minor__lte", models.F("total_minor"))),
                name="commerce_order_fee",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("completed_at__isnull", True),
                    models.Q(("cancelled_at__isnull", True), ("expired_at__isnull", True)),
                    _connector="OR",
                ),
                name="commerce_order_one_ending",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_at__isnull", False),
                    models.Q(
                        ("completed_at__isnull", True),
                        ("delivered_at__isnull", True),
                        ("packed_at__isnull", True),
                        ("shipped_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="commerce_order_paid_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("expired_at__isnull", True), ("paid_at__isnull", True), _connector="OR"),
                name="commerce_order_expiry",
            ),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(fields=["product_id"], name="commerce_order_line_product"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(fields=("order", "variant_id"), name="commerce_order_line_once"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1), ("unit_price_minor__gte", 1)),
                name="commerce_order_line_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_quantity__gte", 0), ("refunded_quantity__lte", models.F("quantity"))),
                name="commerce_order_line_units",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refunded_minor__gte", 0),
                    (
                        "refunded_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"), "*", models.F("unit_price_minor")
                        ),
                    ),
                ),
                name="commerce_order_line_refund",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["requested", "refunded", "rejected"])), name="commerce_return_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("asked_minor"))),
                name="commerce_return_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "requested")), fields=("order",), name="commerce_return_one_open"
            ),
        ),
        migrations.RunSQL(_NUMBERS_AND_RIGHTS, "drop sequence commerce_order_number"),
        protect("commerce_cart_line", sees_person("person_id")),
        protect("commerce_order_group", sees_person("buyer_id")),
        protect("commerce_order", *_PARTIES),
        protect("commerce_order_line", *_PARTIES),
        protect("commerce_return", *_PARTIES),
        protect("commerce_order_event", *_PARTIES),
        protect("commerce_seller_day", sees_business("business_id")),
    ]
