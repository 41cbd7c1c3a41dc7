"""Bank accounts outside the zone, their statements, what each line is in the books."""

import django.db.models.deletion
from django.db import migrations, models

import kawasan.platform.fields
from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business

# What was written is never changed or deleted.
_RIGHTS = f"""
revoke update, delete on books_statement from {APPLICATION_ROLE};
revoke update, delete on books_bank_line from {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_open_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bank",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("name", models.CharField(max_length=60)),
                ("number", kawasan.platform.fields.EncryptedText()),
                ("ending", models.CharField(max_length=4)),
                ("account", models.CharField(max_length=6)),
                ("columns", models.JSONField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_bank",
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("day", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("text", models.CharField(max_length=400)),
                ("party", models.CharField(max_length=120)),
                ("reference", models.CharField(max_length=80)),
                ("fingerprint", models.BinaryField()),
            ],
            options={
                "db_table": "books_bank_line",
            },
        ),
        migrations.CreateModel(
            name="BankRule",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("words", models.CharField(max_length=60)),
                ("direction", models.CharField(blank=True, max_length=3)),
                ("account", models.CharField(max_length=6)),
                ("from_minor", models.BigIntegerField(null=True)),
                ("upto_minor", models.BigIntegerField(null=True)),
                ("day_from", models.SmallIntegerField(null=True)),
                ("day_upto", models.SmallIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_bank_rule",
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=8)),
                ("digest", models.BinaryField()),
                ("closing_minor", models.BigIntegerField(null=True)),
                ("last_day", models.DateField()),
                ("added", models.IntegerField()),
                ("repeated", models.IntegerField()),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_statement",
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("business_id", models.UUIDField()),
                ("bank_id", models.UUIDField()),
                ("kind", models.CharField(max_length=6)),
                ("source_id", models.UUIDField()),
                ("made_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "books_match",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "bank",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="books.bank",
                    ),
                ),
                ("business_id", models.UUIDField()),
                ("name", models.CharField(max_length=120)),
                ("content", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_draft",
            },
        ),
        migrations.AddConstraint(
            model_name="bank",
            constraint=models.UniqueConstraint(fields=("business_id", "account"), name="books_bank_account"),
        ),
        migrations.AddField(
            model_name="bankline",
            name="bank",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.bank"
            ),
        ),
        migrations.AddIndex(
            model_name="bankrule",
            index=models.Index(fields=["business_id", "made_at"], name="books_bank_rule_business"),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="bank",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.bank"),
        ),
        migrations.AddField(
            model_name="bankline",
            name="statement",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.bankstatement"
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="line",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.bankline"
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(fields=["bank", "-day", "-id"], name="books_bank_line_newest"),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(fields=("bank", "fingerprint"), name="books_bank_line_once"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("line",), name="books_match_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("bank_id", "source_id"), name="books_match_source_once"
            ),
        ),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("books_bank", sees_business("business_id")),
        protect("books_draft", sees_business("business_id")),
        protect("books_statement", sees_business("business_id")),
        protect("books_bank_line", sees_business("business_id")),
        protect("books_match", sees_business("business_id")),
        protect("books_bank_rule", sees_business("business_id")),
    ]
