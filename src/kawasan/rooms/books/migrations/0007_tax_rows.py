"""Dated rows of taxes, each proposed by one person and confirmed by another; those of the release to begin with."""

import datetime
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from kawasan.core import ids
from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import SEES_ZONE
from kawasan.rooms.books.rules.rates import starting_rows, text_of

# The law is public; only people of the zone propose and confirm, and what was written stays.
_RIGHTS = "".join(
    f"""
revoke update, delete on {table} from {APPLICATION_ROLE};
alter table {table} enable row level security;
create policy {table}_read on {table} for select using (true);
create policy {table}_write on {table} for insert with check ({SEES_ZONE});
"""
    for table in ("books_tax_row", "books_tax_decision")
)
_KINDS = ("ppn", "pkp", "final", "terms", "calendar", "slips")
_BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def _begin(apps: Any, editor: Any) -> None:
    rows, decisions = apps.get_model("books", "TaxRow"), apps.get_model("books", "TaxDecision")
    for row in starting_rows():
        if row.kind.value not in _KINDS:
            continue  # of a later migration
        made = rows.objects.create(
            id=ids.derived("books.tax-row", row.kind, row.valid_from, row.law),
            kind=row.kind.value,
            valid_from=row.valid_from,
            law=row.law,
            figures=text_of(row.kind, row.figures),
            proposed_at=_BEGIN,
        )
        decisions.objects.create(row=made, is_confirmed=True, at=_BEGIN)


class Migration(migrations.Migration):
    dependencies = [("books", "0006_stock_cards")]
    operations = [
        migrations.CreateModel(
            name="TaxRow",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("valid_from", models.DateField()),
                ("law", models.CharField(max_length=160)),
                ("figures", models.CharField(max_length=400)),
                ("proposed_by", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_tax_row",
            },
        ),
        migrations.CreateModel(
            name="TaxDecision",
            fields=[
                (
                    "row",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="books.taxrow",
                    ),
                ),
                ("is_confirmed", models.BooleanField()),
                ("proposed_by", models.UUIDField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "books_tax_decision",
            },
        ),
        migrations.AddConstraint(
            model_name="taxrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["ppn", "pkp", "final", "terms", "calendar", "slips"])),
                name="books_tax_row_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_confirmed", False),
                    ("decided_by__isnull", True),
                    ("proposed_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="books_tax_decision_four_eyes",
            ),
        ),
        migrations.RunPython(_begin, migrations.RunPython.noop),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
    ]
