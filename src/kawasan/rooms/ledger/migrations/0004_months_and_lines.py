"""Keep transfers in a partition a month, and what a statement needs in a follower's table instead of two more indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models

from kawasan.rooms.ledger.engine.months import make_months

_COLUMNS = "sequence, amount, at, expires_at, code, id, entry_id, debit, credit, asset, kind, pending_of, reference"

# Fixed widths first, so that no row pays for padding.
_PARTITION = """
alter sequence ledger_transfer_sequence owned by none;
alter table ledger_transfer rename to ledger_transfer_before;
alter table ledger_transfer_before drop constraint ledger_transfer_pkey;
alter table ledger_transfer_before alter column sequence drop default;
create table ledger_transfer (
    sequence bigint not null default nextval('ledger_transfer_sequence'),
    amount bigint not null,
    at timestamptz not null,
    expires_at timestamptz,
    code smallint not null,
    id uuid not null,
    entry_id uuid not null,
    debit uuid not null,
    credit uuid not null,
    asset uuid not null,
    kind text not null,
    pending_of uuid,
    reference uuid,
    constraint ledger_transfer_pkey primary key (id),
    constraint ledger_transfer_amount check (amount > 0),
    constraint ledger_transfer_two_accounts check (debit <> credit),
    constraint ledger_transfer_kind check (
        kind in ('posted', 'pending') and pending_of is null
        or kind in ('post', 'void', 'expire') and pending_of is not null),
    constraint ledger_transfer_expiry check (expires_at is null or kind = 'pending')
) partition by range (id);
create index ledger_transfer_number on ledger_transfer (sequence);
alter sequence ledger_transfer_sequence owned by ledger_transfer.sequence;
create table ledger_transfer_default partition of ledger_transfer default;
create unique index ledger_transfer_default_resolved_once on ledger_transfer_default (pending_of)
    where pending_of is not null;
"""
_MONTHS_WITH_ROWS = """
select distinct date_trunc('month', to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
                            at time zone 'UTC') at time zone 'UTC'
from ledger_transfer_before where substr(id::text, 15, 1) = '7'
"""
_MOVE = f"""
insert into ledger_transfer ({_COLUMNS}) select {_COLUMNS} from ledger_transfer_before order by sequence;
drop table ledger_transfer_before;
"""
_RIGHTS = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on ledger_transfer from kawasan_app;
    grant select, insert on ledger_transfer to kawasan_app;
    revoke all on ledger_transfer_default from kawasan_app;
    revoke update, truncate on ledger_line from kawasan_app;
    grant select, insert, delete on ledger_line to kawasan_app;
    grant usage, select on sequence ledger_transfer_sequence to kawasan_app;
  end if;
end $$;
"""
# Balances change in place (HOT), so little is left to vacuum; open pendings come and go, and their table stays small.
_VACUUM = """
alter table ledger_account set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.1);
alter table ledger_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table ledger_entry set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table ledger_transfer_default set (autovacuum_vacuum_insert_scale_factor = 0.05);
"""


def _move_rows(apps: Any, schema_editor: Any) -> None:
    """Make the months that have rows and those to come, and fill them."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(_MONTHS_WITH_ROWS)
        for (month,) in cursor.fetchall():
            make_months(cursor, month, ahead=0)
        make_months(cursor, datetime.now(UTC))
        cursor.execute(_MOVE)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_versions_and_open_pendings")]

    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account", "sequence", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account", models.UUIDField()),
                ("sequence", models.BigIntegerField()),
                ("transfer_id", models.UUIDField()),
                ("change", models.BigIntegerField()),
            ],
            options={"db_table": "ledger_line"},
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_PARTITION),
                migrations.RunPython(_move_rows),
                migrations.RunSQL(_RIGHTS),
                migrations.RunSQL(_VACUUM),
            ],
            state_operations=[
                migrations.RemoveConstraint("transfer", "ledger_transfer_sequence_key"),
                migrations.RemoveConstraint("transfer", "ledger_transfer_resolved_once"),
                migrations.RemoveIndex("transfer", "ledger_transfer_debit"),
                migrations.RemoveIndex("transfer", "ledger_transfer_credit"),
                migrations.AddIndex("transfer", models.Index(fields=["sequence"], name="ledger_transfer_number")),
            ],
        ),
    ]
