"""Who far away keeps the log's checkpoints, with their receipts."""

from django.db import migrations, models

import kawasan.core.ids

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on log_anchor from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("log", "0003_witnesses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Anchor",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("target", models.TextField()),
                ("state", models.TextField()),
                ("receipt", models.BinaryField()),
                ("stamped_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_anchor",
                "indexes": [models.Index(fields=["kind", "size"], name="log_anchor_kind_size")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["rfc3161", "evm"])), name="log_anchor_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("problem", ""), ("stamped_at__isnull", False), ("state", "held")),
                            models.Q(("receipt", b""), ("stamped_at__isnull", True), ("state", "failed")),
                            _connector="OR",
                        ),
                        name="log_anchor_state",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
