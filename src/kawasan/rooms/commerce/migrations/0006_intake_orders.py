"""Orders taken beside Django, until the worker has written out what they mean."""

from django.db import migrations, models

import kawasan.platform.fields
from kawasan.platform.rls import protect, sees_business, sees_person

# Rows come and go like those of a queue: clean up by their number, not by a share of a table that is mostly empty.
_CLEAN_OFTEN = """
alter table commerce_intake_order
  set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
       autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);
"""


class Migration(migrations.Migration):
    dependencies = [("commerce", "0005_till")]

    operations = [
        migrations.CreateModel(
            name="IntakeOrder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField()),
                ("group_id", models.UUIDField()),
                ("position", models.SmallIntegerField()),
                ("business_id", models.UUIDField()),
                ("buyer_id", models.UUIDField()),
                ("number", models.CharField(max_length=20)),
                ("method", models.CharField(max_length=10)),
                ("total_minor", models.BigIntegerField()),
                ("group_total_minor", models.BigIntegerField()),
                ("content_hash", models.BinaryField()),
                ("placed_at", models.DateTimeField()),
                ("ship_name", models.CharField(max_length=80)),
                ("ship_phone", kawasan.platform.fields.EncryptedText()),
                ("ship_address", kawasan.platform.fields.EncryptedText()),
                ("lines", models.JSONField()),
            ],
            options={
                "db_table": "commerce_intake_order",
                "indexes": [models.Index(fields=["group_id"], name="commerce_intake_order_group")],
            },
        ),
        migrations.RunSQL(_CLEAN_OFTEN, migrations.RunSQL.noop),
        protect("commerce_intake_order", sees_person("buyer_id"), sees_business("business_id")),
    ]
