"""Give accounts a version, and every open pending transfer its row in ledger_pending, with an expiry or without."""

from django.db import migrations, models

_LET_APPLICATION_COUNT = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    grant update (version) on ledger_account to kawasan_app;
  end if;
end $$;
"""
_LIST_OPEN_PENDINGS = """
insert into ledger_pending (transfer_id, expires_at)
select t.id, t.expires_at from ledger_transfer t
where t.kind = 'pending' and not exists (select from ledger_transfer r where r.pending_of = t.id)
on conflict do nothing;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_numbering_storage_and_rights")]

    operations = [
        migrations.AddField("account", "version", models.BigIntegerField(db_default=0)),
        migrations.RunSQL(_LET_APPLICATION_COUNT, migrations.RunSQL.noop),
        migrations.AlterField("pending", "expires_at", models.DateTimeField(null=True)),
        migrations.RunSQL(_LIST_OPEN_PENDINGS, "delete from ledger_pending where expires_at is null;"),
    ]
