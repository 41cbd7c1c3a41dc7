"""Commissions: dated, for the zone, a business, a category, a product."""

import django.db.models.deletion
from django.db import migrations, models

import kawasan.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0006_intake_orders"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="fee_basis_points",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Commission",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("business_id", models.UUIDField(null=True)),
                ("product_id", models.UUIDField(null=True)),
                ("basis_points", models.SmallIntegerField()),
                ("since", models.DateField()),
                ("authority", models.CharField(blank=True, max_length=300)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("set_by", models.UUIDField(null=True)),
                ("set_at", models.DateTimeField()),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commerce.category",
                    ),
                ),
            ],
            options={
                "db_table": "commerce_commission",
                "indexes": [models.Index(fields=["since"], name="commerce_commission_since")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("basis_points__gte", 0), ("basis_points__lte", 10000)),
                        name="commerce_commission_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("product_id__isnull", True),
                            models.Q(("business_id__isnull", True), ("category__isnull", True)),
                            _connector="OR",
                        ),
                        name="commerce_commission_scope",
                    ),
                ],
            },
        ),
    ]
