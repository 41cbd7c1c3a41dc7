"""What a business noted about taxes that were due, and the mails that went out before."""

import django.db.models.deletion
from django.db import migrations, models

from kawasan.platform.rls import protect, sees_business


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_tax_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyNotice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "business_id",
                        "kind",
                        "month",
                        "days",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("kind", models.CharField(max_length=16)),
                ("month", models.DateField()),
                ("days", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_duty_notice",
            },
        ),
        migrations.AddField(
            model_name="desk",
            name="reminds",
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name="DutyDone",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("kind", models.CharField(max_length=16)),
                ("month", models.DateField()),
                ("day", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("reference", models.CharField(blank=True, max_length=60)),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.entry",
                    ),
                ),
            ],
            options={
                "db_table": "books_duty_done",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("business_id", "kind", "month"),
                        name="books_duty_done_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_minor__gte", 0)), name="books_duty_done_amount"),
                ],
            },
        ),
        protect("books_duty_done", sees_business("business_id")),
        protect("books_duty_notice", sees_business("business_id")),
    ]
