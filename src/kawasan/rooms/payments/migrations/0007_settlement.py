"""Dated rules, settled orders, refunds, reserves, bank accounts, payout batches, wallets: the tables."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import kawasan.core.ids
import kawasan.platform.fields


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_reach_of_providers"),
        ("zone", "0003_reach_and_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("answer", models.TextField(default="")),
                ("answered_by", models.UUIDField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_appeal",
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("bank", models.TextField()),
                ("number", kawasan.platform.fields.EncryptedText()),
                ("holder", kawasan.platform.fields.EncryptedText()),
                ("name_check", models.TextField(default="waiting")),
                ("name_at_bank", kawasan.platform.fields.EncryptedText(default="")),
                ("rhythm", models.TextField(default="weekly")),
                ("smallest_minor", models.BigIntegerField()),
                ("added_by", models.UUIDField()),
                ("added_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_bank_account",
            },
        ),
        migrations.CreateModel(
            name="MoneyRule",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("level", models.TextField(default="")),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("is_on", models.BooleanField(default=True)),
                ("permille", models.IntegerField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("number", models.IntegerField(null=True)),
                ("authority", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("set_by", models.UUIDField(null=True)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_rule",
            },
        ),
        migrations.CreateModel(
            name="PayoutBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.TextField(unique=True)),
                ("status", models.TextField()),
                ("value_date", models.DateField()),
                ("total_minor", models.BigIntegerField()),
                ("count", models.IntegerField()),
                ("made_by", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                ("checked_by", models.UUIDField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("note", models.TextField(default="")),
            ],
            options={
                "db_table": "payments_payout_batch",
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("order_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("is_after_release", models.BooleanField()),
                ("fee_back_minor", models.BigIntegerField(default=0)),
                ("withheld_back_minor", models.BigIntegerField(default=0)),
                ("from_reserve_minor", models.BigIntegerField(default=0)),
                ("advanced_minor", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_refund",
            },
        ),
        migrations.CreateModel(
            name="Reserve",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("used_minor", models.BigIntegerField(default=0)),
                ("freed_minor", models.BigIntegerField(default=0)),
                ("held_at", models.DateTimeField()),
                ("free_at", models.DateTimeField()),
                ("freed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_reserve",
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("gross_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("withheld_minor", models.BigIntegerField(default=0)),
                ("recovered_minor", models.BigIntegerField(default=0)),
                ("reserved_minor", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_settlement",
            },
        ),
        migrations.CreateModel(
            name="WalletStep",
            fields=[
                ("id", models.UUIDField(default=kawasan.core.ids.uuid7, primary_key=True, serialize=False)),
                ("level", models.TextField()),
                ("is_frozen", models.BooleanField()),
                ("reason", models.TextField()),
                ("set_by", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_wallet_step",
            },
        ),
        migrations.CreateModel(
            name="WalletTransfer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("note", models.TextField(default="")),
                ("prepared_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_wallet_transfer",
            },
        ),
        migrations.RemoveConstraint(
            model_name="payout",
            name="payments_payout_status",
        ),
        migrations.RemoveIndex(
            model_name="payout",
            name="payments_payout_open",
        ),
        migrations.AddField(
            model_name="payout",
            name="reason",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="payout",
            name="sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="zone.business"
            ),
        ),
        migrations.AddField(
            model_name="moneyrule",
            name="business",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="zone.business",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gt", 0), ("total_minor__gt", 0)), name="payments_batch_total"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "sent", "closed", "rejected"])),
                name="payments_batch_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by__isnull", True),
                    ("made_by__isnull", True),
                    models.Q(("checked_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="payments_batch_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_by__isnull", True), ("status", "draft")),
                    models.Q(models.Q(("status", "draft"), _negated=True), ("checked_by__isnull", False)),
                    _connector="OR",
                ),
                name="payments_batch_checked",
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="batch",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.payoutbatch"
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("status__in", ["requested", "sent"])), fields=["id"], name="payments_payout_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "sent", "paid", "returned", "cancelled"])),
                name="payments_payout_status",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="zone.business"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reserve",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="zone.business"
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="zone.business"
            ),
        ),
        migrations.AddField(
            model_name="walletstep",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="step",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.walletstep"
            ),
        ),
        migrations.AddField(
            model_name="wallettransfer",
            name="recipient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="wallettransfer",
            name="sender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="bankaccount",
            index=models.Index(
                condition=models.Q(("name_check", "waiting")), fields=["id"], name="payments_bank_account_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("business",),
                name="payments_bank_account_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("name_check__in", ["waiting", "matched", "different", "unknown"])),
                name="payments_bank_account_check",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("rhythm__in", ["daily", "weekly", "manual"])), name="payments_bank_account_rhythm"
            ),
        ),
        migrations.AddIndex(
            model_name="moneyrule",
            index=models.Index(fields=["kind", "since"], name="payments_rule_kind"),
        ),
        migrations.AddConstraint(
            model_name="moneyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("permille__isnull", True),
                        models.Q(("permille__gte", 0), ("permille__lte", 1000)),
                        _connector="OR",
                    ),
                    models.Q(("amount_minor__isnull", True), ("amount_minor__gte", 0), _connector="OR"),
                    models.Q(("number__isnull", True), ("number__gte", 0), _connector="OR"),
                ),
                name="payments_rule_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                name="payments_rule_period",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["order_id"], name="payments_refund_order"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["business", "at"], name="payments_refund_business"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_refund_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("advanced_minor__gte", 0),
                    ("fee_back_minor__gte", 0),
                    ("from_reserve_minor__gte", 0),
                    ("withheld_back_minor__gte", 0),
                ),
                name="payments_refund_sources",
            ),
        ),
        migrations.AddIndex(
            model_name="reserve",
            index=models.Index(
                condition=models.Q(("freed_at__isnull", True)), fields=["free_at"], name="payments_reserve_due"
            ),
        ),
        migrations.AddIndex(
            model_name="reserve",
            index=models.Index(fields=["business", "free_at"], name="payments_reserve_business"),
        ),
        migrations.AddConstraint(
            model_name="reserve",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("freed_minor__gte", 0),
                    ("used_minor__gte", 0),
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("used_minor"), "+", models.F("freed_minor")
                        ),
                    ),
                ),
                name="payments_reserve_amount",
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["business", "at"], name="payments_settlement_business"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_minor__gte", 0),
                    (
                        "gross_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("fee_minor"), "+", models.F("withheld_minor")
                                ),
                                "+",
                                models.F("recovered_minor"),
                            ),
                            "+",
                            models.F("reserved_minor"),
                        ),
                    ),
                    ("recovered_minor__gte", 0),
                    ("reserved_minor__gte", 0),
                    ("withheld_minor__gte", 0),
                ),
                name="payments_settlement_parts",
            ),
        ),
        migrations.AddIndex(
            model_name="walletstep",
            index=models.Index(fields=["person", "-id"], name="payments_wallet_step_person"),
        ),
        migrations.AddConstraint(
            model_name="walletstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["unverified", "verified"])), name="payments_wallet_step_level"
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["person", "-id"], name="payments_appeal_person"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at__isnull", True)), fields=("person",), name="payments_appeal_one_open"
            ),
        ),
        migrations.AddIndex(
            model_name="wallettransfer",
            index=models.Index(fields=["sender", "-prepared_at"], name="payments_wallet_transfer_from"),
        ),
        migrations.AddIndex(
            model_name="wallettransfer",
            index=models.Index(fields=["recipient", "-id"], name="payments_wallet_transfer_to"),
        ),
        migrations.AddConstraint(
            model_name="wallettransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_wallet_transfer_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="wallettransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender", models.F("recipient")), _negated=True),
                name="payments_wallet_transfer_two",
            ),
        ),
    ]
