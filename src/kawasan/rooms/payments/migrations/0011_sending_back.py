"""Refunds that go on to where their order was paid from."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kawasan.platform.rls import protect, sees_person

# What a provider was asked for is evidence.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke delete, truncate on payments_sending_back from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0010_wallet_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SendingBack",
            fields=[
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="payments.refund",
                    ),
                ),
                ("provider", models.TextField()),
                ("reference", models.TextField()),
                ("provider_reference", models.TextField()),
                ("refund_no", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("state", models.TextField()),
                ("problem", models.TextField(default="")),
                ("attempts", models.IntegerField(default=0)),
                ("wanted_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payment",
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
                "db_table": "payments_sending_back",
                "indexes": [
                    models.Index(fields=["person"], name="payments_sending_back_person"),
                    models.Index(fields=["payment"], name="payments_sending_back_payment"),
                    models.Index(
                        condition=models.Q(("state__in", ["wanted", "sent"])),
                        fields=["asked_at"],
                        name="payments_sending_back_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_sending_back_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["wanted", "sent", "done", "kept"])),
                        name="payments_sending_back_state",
                    ),
                    models.UniqueConstraint(fields=("provider", "refund_no"), name="payments_sending_back_number"),
                ],
            },
        ),
        protect("payments_sending_back", sees_person("person_id"), write="false"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
