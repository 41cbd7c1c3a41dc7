"""Who cosigns this log, and with what."""

import django.contrib.postgres.fields
from django.db import migrations, models

import kawasan.core.ids

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on log_cosignature from kawasan_app;
    revoke delete, truncate on log_witness from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("log", "0002_numbers_rights_and_reach"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "size", "witness_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("witness_id", models.UUIDField()),
                ("lines", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_cosignature",
            },
        ),
        migrations.CreateModel(
            name="Witness",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("address", models.TextField()),
                ("vkeys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(default="")),
            ],
            options={
                "db_table": "log_witness",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)), fields=("name",), name="log_witness_name_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
