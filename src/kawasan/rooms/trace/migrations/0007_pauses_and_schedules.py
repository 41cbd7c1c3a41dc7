"""Subscriptions rest, follow a schedule and get new secrets; messages know when they are due and who sends them."""

from django.db import migrations, models
from django.db.models.functions import Now

from kawasan.platform.fields import EncryptedText

_FILL = "update trace_subscription set since = made_at"


class Migration(migrations.Migration):
    dependencies = [("trace", "0006_papers_stay")]

    operations = [
        migrations.AddField("subscription", "old_secret", EncryptedText(blank=True, default="")),
        migrations.AddField("subscription", "old_until", models.DateTimeField(null=True)),
        migrations.AddField("subscription", "schedule", models.JSONField(null=True)),
        migrations.AddField("subscription", "reports_empty", models.BooleanField(db_default=False)),
        migrations.AddField("subscription", "since", models.DateTimeField(db_default=Now())),
        migrations.AddField("subscription", "next_at", models.DateTimeField(null=True)),
        migrations.AddField("subscription", "executed_at", models.DateTimeField(null=True)),
        migrations.AddField("subscription", "paused_at", models.DateTimeField(null=True)),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AddField("delivery", "is_test", models.BooleanField(db_default=False)),
        migrations.AddField("delivery", "status", models.SmallIntegerField(null=True)),
        migrations.AddField("delivery", "due_at", models.DateTimeField(db_default=Now())),
        migrations.AddField("delivery", "begun_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="trace_delivery_due"),
        ),
    ]
