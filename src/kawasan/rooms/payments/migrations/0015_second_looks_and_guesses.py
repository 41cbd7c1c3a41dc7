"""What two of staff confirm, wrong wallet codes, and what payers abroad paid."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kawasan.core.ids
from kawasan.platform.rls import protect, sees_business

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on payments_account_confirmation, payments_back_statement from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0014_vouchers"),
        ("zone", "0003_reach_and_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WalletCodeGuesses",
            fields=[
                (
                    "business",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="zone.business",
                    ),
                ),
                ("wrong", models.IntegerField()),
                ("since", models.DateTimeField()),
                ("locked_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_wallet_code_guesses",
            },
        ),
        migrations.AddField(
            model_name="difference",
            name="abroad_currency",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="difference",
            name="abroad_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="difference",
            name="abroad_quote",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="shoppayment",
            name="abroad_currency",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="shoppayment",
            name="abroad_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="AccountConfirmation",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.bankaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_account_confirmation",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "by"), name="payments_account_confirmation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BackStatement",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("outcome", models.TextField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "db_table": "payments_back_statement",
                "constraints": [
                    models.UniqueConstraint(fields=("refund", "by"), name="payments_back_statement_once"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["done", "kept"])), name="payments_back_statement_outcome"
                    ),
                ],
            },
        ),
        # What staff saw and heard is for zone roles only.
        protect("payments_account_confirmation"),
        protect("payments_back_statement"),
        protect("payments_wallet_code_guesses", sees_business("business_id")),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
