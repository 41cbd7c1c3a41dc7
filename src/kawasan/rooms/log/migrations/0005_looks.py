"""Which leaf an entry of the access log became: only added to."""

from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [("log", "0004_anchors")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(unique=True)),
                ("leaf_id", models.UUIDField()),
            ],
            options={"db_table": "log_look"},
        ),
        migrations.RunSQL(
            f"revoke update, delete, truncate on log_look from {APPLICATION_ROLE}",
            f"grant update, delete on log_look to {APPLICATION_ROLE}",
        ),
    ]
