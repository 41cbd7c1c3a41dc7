"""Promotion money: transfers of the bank that one of staff enters and another approves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kawasan.platform.rls import protect

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke delete, truncate on payments_promotion_entry from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0015_second_looks_and_guesses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PromotionEntry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("way", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("day", models.DateField()),
                ("bank_reference", models.TextField()),
                ("note", models.TextField(default="")),
                ("state", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_promotion_entry",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["in", "out"])), name="payments_promotion_entry_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_promotion_entry_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", None), ("state", "entered")),
                            models.Q(("decided_by__isnull", False), ("state", "rejected")),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("state", "approved"),
                                models.Q(("decided_by", models.F("entered_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_promotion_entry_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "rejected"), _negated=True),
                        fields=("way", "bank_reference"),
                        name="payments_promotion_entry_once",
                    ),
                ],
            },
        ),
        protect("payments_promotion_entry"),  # for zone roles only
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
