"""Payouts that came back are events too, and who of the zone looked at an event leaves a note."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kawasan.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_reach_and_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="providerevent",
            name="payout_id",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="EventNote",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="payments.providerevent"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_event_note",
            },
        ),
    ]
