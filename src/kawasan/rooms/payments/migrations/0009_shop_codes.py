"""Codes that pay a shop directly, and what was paid to them."""

import django.db.models.deletion
from django.db import migrations, models

import kawasan.core.ids
from kawasan.platform.rls import protect, sees_business

# What a shop was paid is evidence: nobody rewrites it. A printed code is never forgotten.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on payments_shop_payment from kawasan_app;
    revoke delete, truncate on payments_shop_code from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0008_reach_and_first_rules"),
        ("zone", "0003_reach_and_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShopCode",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("provider", models.TextField()),
                ("reference", models.TextField()),
                ("provider_reference", models.TextField(default="")),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("sale_id", models.UUIDField(null=True)),
                ("asked_by", models.UUIDField()),
                ("state", models.TextField()),
                ("problem", models.TextField(default="")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("content", models.TextField(default="")),
                ("nmid", models.TextField(default="")),
                ("merchant_name", models.TextField()),
                ("merchant_city", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
                    ),
                ),
            ],
            options={
                "db_table": "payments_shop_code",
            },
        ),
        migrations.CreateModel(
            name="ShopPayment",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("provider", models.TextField()),
                ("money_id", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("criteria", models.TextField()),
                ("segment", models.TextField()),
                ("outcome", models.TextField()),
                ("payer", models.TextField(default="")),
                ("entry_id", models.UUIDField()),
                ("happened_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="payments.shopcode"
                    ),
                ),
            ],
            options={
                "db_table": "payments_shop_payment",
            },
        ),
        migrations.AddIndex(
            model_name="shopcode",
            index=models.Index(fields=["business", "-id"], name="payments_shop_code_business"),
        ),
        migrations.AddIndex(
            model_name="shopcode",
            index=models.Index(
                condition=models.Q(("state__in", ["asked", "unknown"])),
                fields=["asked_at"],
                name="payments_shop_code_open",
            ),
        ),
        migrations.AddIndex(
            model_name="shopcode",
            index=models.Index(
                condition=models.Q(("kind", "counter"), ("paid_at__isnull", True), ("state", "made")),
                fields=["expires_at"],
                name="payments_shop_code_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="shopcode",
            constraint=models.UniqueConstraint(fields=("provider", "reference"), name="payments_shop_code_reference"),
        ),
        migrations.AddConstraint(
            model_name="shopcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "static"), ("state__in", ["asked", "unknown", "made"])),
                fields=("business",),
                name="payments_shop_code_one_static",
            ),
        ),
        migrations.AddConstraint(
            model_name="shopcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "unknown", "made", "refused", "closed"])),
                name="payments_shop_code_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="shopcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor__isnull", True), ("expires_at__isnull", True), ("kind", "static")),
                    models.Q(("amount_minor__gt", 0), ("expires_at__isnull", False), ("kind", "counter")),
                    _connector="OR",
                ),
                name="payments_shop_code_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="shoppayment",
            index=models.Index(fields=["business", "-id"], name="payments_shop_payment_list"),
        ),
        migrations.AddIndex(
            model_name="shoppayment",
            index=models.Index(fields=["business", "amount_minor"], name="payments_shop_payment_sum"),
        ),
        migrations.AddConstraint(
            model_name="shoppayment",
            constraint=models.UniqueConstraint(fields=("provider", "money_id"), name="payments_shop_payment_once"),
        ),
        migrations.AddConstraint(
            model_name="shoppayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "counter"), ("outcome", "paid")),
                fields=("code",),
                name="payments_shop_payment_paid_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="shoppayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0), ("fee_minor__gte", 0), ("fee_minor__lte", models.F("amount_minor"))
                ),
                name="payments_shop_payment_amount",
            ),
        ),
        protect("payments_shop_code", sees_business("business_id")),
        protect("payments_shop_payment", sees_business("business_id"), write="false"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
