"""Connections to providers, the codes they made, and where their books and ours differ; the bank in our own tables goes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import kawasan.core.ids
import kawasan.platform.fields


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_reach_of_event_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Code",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("payer_id", models.UUIDField()),
                ("provider", models.TextField()),
                ("kind", models.TextField()),
                ("reference", models.TextField()),
                ("customer_no", models.TextField(default="")),
                ("provider_reference", models.TextField(default="")),
                ("content", models.TextField(default="")),
                ("state", models.TextField()),
                ("problem", models.TextField(default="")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="payments.payment",
                    ),
                ),
            ],
            options={
                "db_table": "payments_code",
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("provider", models.TextField()),
                ("kind", models.TextField()),
                ("money_id", models.TextField()),
                ("reference", models.TextField()),
                ("theirs_minor", models.BigIntegerField(null=True)),
                ("ours_minor", models.BigIntegerField(null=True)),
                ("payment_id", models.UUIDField(null=True)),
                ("happened_at", models.DateTimeField()),
                ("found_at", models.DateTimeField()),
                ("repair", models.TextField(default="")),
                ("repaired_at", models.DateTimeField(null=True)),
                ("repaired_by_id", models.UUIDField(null=True)),
                ("note", models.TextField(default="")),
            ],
            options={
                "db_table": "payments_difference",
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("profile", models.TextField()),
                ("base_url", models.TextField()),
                ("client_id", models.TextField()),
                ("client_secret", kawasan.platform.fields.EncryptedText()),
                ("our_keys", kawasan.platform.fields.EncryptedText()),
                ("their_keys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("partner_id", models.TextField()),
                ("channel_id", models.TextField(default="")),
                ("merchant_id", models.TextField(default="")),
                ("terminal_id", models.TextField(default="")),
                ("va_prefix", models.TextField(default="")),
                ("account_no", kawasan.platform.fields.EncryptedText(default="")),
                ("own_bank", models.TextField(default="")),
                ("is_active", models.BooleanField(default=True)),
                ("connected_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_provider",
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("provider", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ran_at", models.DateTimeField()),
                ("theirs_count", models.IntegerField(default=0)),
                ("theirs_minor", models.BigIntegerField(default=0)),
                ("ours_count", models.IntegerField(default=0)),
                ("ours_minor", models.BigIntegerField(default=0)),
                ("found", models.IntegerField(default=0)),
                ("balance_minor", models.BigIntegerField(null=True)),
                ("problem", models.TextField(default="")),
            ],
            options={
                "db_table": "payments_reconciliation",
            },
        ),
        migrations.DeleteModel(
            name="SandboxMoney",
        ),
        migrations.AddIndex(
            model_name="difference",
            index=models.Index(fields=["-id"], name="payments_difference_list"),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("repair", "")), fields=("provider", "money_id"), name="payments_difference_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("repair", ""), ("repaired_at__isnull", True)),
                    models.Q(("repair__in", ["taken_over", "noted", "agrees"]), ("repaired_at__isnull", False)),
                    _connector="OR",
                ),
                name="payments_difference_repair",
            ),
        ),
        migrations.AddConstraint(
            model_name="provider",
            constraint=models.UniqueConstraint(fields=("name",), name="payments_provider_name"),
        ),
        migrations.AddConstraint(
            model_name="provider",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)), fields=("is_active",), name="payments_provider_active"
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(fields=["provider", "-ran_at"], name="payments_recon_provider"),
        ),
        migrations.AddIndex(
            model_name="code",
            index=models.Index(fields=["payment", "-id"], name="payments_code_payment"),
        ),
        migrations.AddIndex(
            model_name="code",
            index=models.Index(
                condition=models.Q(("state__in", ["asked", "unknown"])), fields=["asked_at"], name="payments_code_open"
            ),
        ),
        migrations.AddIndex(
            model_name="code",
            index=models.Index(
                condition=models.Q(("customer_no", ""), _negated=True),
                fields=["customer_no"],
                name="payments_code_customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.UniqueConstraint(fields=("provider", "reference"), name="payments_code_reference"),
        ),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "unknown", "made"])),
                fields=("payment", "kind"),
                name="payments_code_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "unknown", "made", "refused", "closed"])),
                name="payments_code_state",
            ),
        ),
    ]
