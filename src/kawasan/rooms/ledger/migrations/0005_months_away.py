"""Let months that are over go into tables of their own, and make the view of all of history."""

from __future__ import annotations

from django.db import migrations, models

from kawasan.rooms.ledger.engine.months import COLUMNS

_HISTORY = f"""
create view ledger_history as select {COLUMNS} from ledger_transfer;
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke insert, update, delete, truncate on ledger_history, ledger_closing, ledger_month_away from kawasan_app;
    grant select on ledger_history, ledger_closing, ledger_month_away to kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_months_and_lines")]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "month", "account", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("account", models.UUIDField()),
                ("debits_posted", models.DecimalField(decimal_places=0, max_digits=30)),
                ("credits_posted", models.DecimalField(decimal_places=0, max_digits=30)),
            ],
            options={"db_table": "ledger_closing"},
        ),
        migrations.CreateModel(
            name="MonthAway",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("upto", models.BigIntegerField()),
                ("transfers", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_month_away"},
        ),
        migrations.RunSQL(_HISTORY, "drop view ledger_history"),
    ]
