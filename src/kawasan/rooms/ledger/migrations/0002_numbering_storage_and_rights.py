"""Number transfers, leave room beside balances, open rupiah, and take from the application what history must not lose."""

from django.db import migrations

from kawasan.rooms.ledger.rules import IDR

_NUMBER_TRANSFERS = """
create sequence ledger_transfer_sequence as bigint;
alter table ledger_transfer alter column sequence set default nextval('ledger_transfer_sequence');
alter sequence ledger_transfer_sequence owned by ledger_transfer.sequence;
"""

# Half-empty pages let a new balance stand beside the old one (a HOT update), so that no index is touched.
_LEAVE_ROOM = "alter table ledger_account set (fillfactor = 50);"

_OPEN_RUPIAH = f"insert into ledger_asset (id, code, scale) values ('{IDR}', 'IDR', 2);"

# A database that is prepared without the application's role (a bare migration check) has nobody to restrain.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on ledger_transfer, ledger_entry, ledger_asset from kawasan_app;
    revoke update, delete, truncate on ledger_account from kawasan_app;
    grant select, insert on ledger_transfer, ledger_entry, ledger_asset, ledger_account to kawasan_app;
    grant update (flags, debits_pending, debits_posted, credits_pending, credits_posted)
      on ledger_account to kawasan_app;
    revoke truncate on ledger_pending from kawasan_app;
    grant select, insert, update, delete on ledger_pending to kawasan_app;
    grant usage, select on sequence ledger_transfer_sequence to kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_accounts_and_transfers")]

    operations = [
        migrations.RunSQL(
            _NUMBER_TRANSFERS,
            "alter table ledger_transfer alter column sequence drop default; drop sequence ledger_transfer_sequence;",
        ),
        migrations.RunSQL(_LEAVE_ROOM, "alter table ledger_account reset (fillfactor);"),
        migrations.RunSQL(_OPEN_RUPIAH, f"delete from ledger_asset where id = '{IDR}';"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
