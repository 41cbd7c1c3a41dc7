"""Codes by which a buyer's wallet pays at a counter."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kawasan.core.ids
from kawasan.platform.rls import protect, sees_business, sees_person

# What a code paid is evidence.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke delete, truncate on payments_wallet_code from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0009_shop_codes"),
        ("zone", "0003_reach_and_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WalletCode",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("digest", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("payment_id", models.UUIDField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="zone.business",
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
                "db_table": "payments_wallet_code",
                "indexes": [models.Index(fields=["person", "-id"], name="payments_wallet_code_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("digest",), name="payments_wallet_code_digest"),
                    models.UniqueConstraint(fields=("payment_id",), name="payments_wallet_code_payment"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_minor__isnull", True),
                                ("business__isnull", True),
                                ("payment_id__isnull", True),
                                ("used_at__isnull", True),
                            ),
                            models.Q(
                                ("amount_minor__gt", 0),
                                ("business__isnull", False),
                                ("payment_id__isnull", False),
                                ("used_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="payments_wallet_code_used",
                    ),
                ],
            },
        ),
        protect("payments_wallet_code", sees_person("person_id"), sees_business("business_id")),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
