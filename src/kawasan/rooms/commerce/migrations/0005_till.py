"""The till: shifts and what was sold and taken back over the counter."""

import django.db.models.deletion
from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What happened at the counter is never changed or deleted; only that somebody looked at it is noted.
_RIGHTS = f"""
revoke update, delete on commerce_till_sale from {APPLICATION_ROLE};
grant update (seen_at, seen_by) on commerce_till_sale to {APPLICATION_ROLE};
revoke delete on commerce_till_shift from {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0004_shelves"),
    ]

    operations = [
        migrations.CreateModel(
            name="TillShift",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("till", models.CharField(max_length=40)),
                ("opened_by", models.UUIDField()),
                ("opened_at", models.DateTimeField()),
                ("opening_minor", models.BigIntegerField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("counted_minor", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "db_table": "commerce_till_shift",
                "indexes": [models.Index(fields=["business_id", "-id"], name="commerce_till_shift_business")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opening_minor__gte", 0)), name="commerce_till_shift_opening"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("counted_minor__isnull", True)),
                            models.Q(("closed_at__isnull", False), ("counted_minor__gte", 0)),
                            _connector="OR",
                        ),
                        name="commerce_till_shift_closing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TillSale",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("number", models.CharField(max_length=30)),
                ("is_return", models.BooleanField(default=False)),
                ("sale_id", models.UUIDField(null=True)),
                ("sold_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("method", models.CharField(max_length=10)),
                ("total_minor", models.BigIntegerField()),
                ("discount_minor", models.BigIntegerField(default=0)),
                ("tendered_minor", models.BigIntegerField(null=True)),
                ("payment_id", models.UUIDField(null=True)),
                ("lines", models.JSONField()),
                ("conflicts", models.JSONField(default=list)),
                ("seen_at", models.DateTimeField(null=True)),
                ("seen_by", models.UUIDField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("content_hash", models.BinaryField()),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="commerce.tillshift"
                    ),
                ),
            ],
            options={
                "db_table": "commerce_till_sale",
                "indexes": [
                    models.Index(fields=["business_id", "-id"], name="commerce_till_sale_business"),
                    models.Index(
                        condition=models.Q(("sale_id__isnull", False)),
                        fields=["sale_id"],
                        name="commerce_till_sale_returns",
                    ),
                    models.Index(
                        condition=models.Q(("seen_at__isnull", True), models.Q(("conflicts", []), _negated=True)),
                        fields=["business_id"],
                        name="commerce_till_sale_unseen",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("discount_minor__gte", 0), ("total_minor__gte", 0)),
                        name="commerce_till_sale_amounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tendered_minor__isnull", True),
                            ("tendered_minor__gte", models.F("total_minor")),
                            _connector="OR",
                        ),
                        name="commerce_till_sale_tendered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("commerce_till_shift", sees_business("business_id")),
        protect("commerce_till_sale", sees_business("business_id")),
    ]
