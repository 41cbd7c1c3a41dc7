"""The tables of figures, and who may read them: they hold every business's sums, so zone roles and the system."""

from django.db import migrations, models

from kawasan.platform.rls import protect, sees_business


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Day",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("orders", models.BigIntegerField()),
                ("gross_minor", models.BigIntegerField()),
                ("qris_orders", models.BigIntegerField()),
                ("qris_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField()),
                ("cancelled_orders", models.BigIntegerField()),
                ("completed_orders", models.BigIntegerField()),
                ("completed_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "authority_day",
            },
        ),
        migrations.CreateModel(
            name="Minute",
            fields=[
                ("minute", models.DateTimeField(primary_key=True, serialize=False)),
                ("orders", models.BigIntegerField()),
                ("gross_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "authority_minute",
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "authority_setting",
            },
        ),
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("transfer_id", models.UUIDField()),
                ("day", models.DateField()),
                ("business_id", models.UUIDField()),
                ("order_id", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("amount_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "authority_counted",
                "indexes": [models.Index(fields=["business_id", "day", "sequence"], name="authority_counted_business")],
            },
        ),
        migrations.CreateModel(
            name="OrderFigures",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id", "business_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("order_id", models.UUIDField()),
                ("business_id", models.UUIDField()),
                ("gross_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField()),
                ("released_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("first_sequence", models.BigIntegerField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "authority_order",
                "indexes": [models.Index(fields=["-first_sequence"], name="authority_order_newest")],
            },
        ),
        migrations.CreateModel(
            name="Sales",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "business_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("business_id", models.UUIDField()),
                ("orders", models.BigIntegerField()),
                ("gross_minor", models.BigIntegerField()),
                ("qris_orders", models.BigIntegerField()),
                ("qris_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField()),
                ("cancelled_orders", models.BigIntegerField()),
                ("completed_orders", models.BigIntegerField()),
                ("completed_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "authority_sales",
                "indexes": [models.Index(fields=["business_id", "day"], name="authority_sales_business")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_orders__gte", 0),
                            ("completed_minor__gte", 0),
                            ("completed_orders__gte", 0),
                            ("fee_minor__gte", 0),
                            ("gross_minor__gte", 0),
                            ("orders__gte", 0),
                            ("qris_minor__gte", 0),
                            ("qris_orders__gte", 0),
                            ("refunded_minor__gte", 0),
                        ),
                        name="authority_sales_positive",
                    )
                ],
            },
        ),
        protect("authority_sales", sees_business("business_id")),
        protect("authority_order", sees_business("business_id")),
        protect("authority_counted", sees_business("business_id")),
        protect("authority_day"),
        protect("authority_minute"),
    ]
