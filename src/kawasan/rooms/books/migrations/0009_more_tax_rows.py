"""China's VAT and what a marketplace withholds are dated rows, too; zones begin with those of the release."""

import datetime
from typing import Any

from django.db import migrations, models

from kawasan.core import ids
from kawasan.rooms.books.rules.rates import starting_rows, text_of

_OLD = ["ppn", "pkp", "final", "terms", "calendar", "slips"]
_NEW = ["pph22", "cn-vat", "cn-small"]
_BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def _begin(apps: Any, editor: Any) -> None:
    rows, decisions = apps.get_model("books", "TaxRow"), apps.get_model("books", "TaxDecision")
    for row in starting_rows():
        if row.kind.value in _NEW:
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
    dependencies = [("books", "0008_tax_duties")]
    operations = [
        migrations.RemoveConstraint(model_name="taxrow", name="books_tax_row_kind"),
        migrations.AddConstraint(
            model_name="taxrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [*_OLD, *_NEW])), name="books_tax_row_kind"
            ),
        ),
        migrations.RunPython(_begin, migrations.RunPython.noop),
    ]
