"""Notes on events are the zone's own and only ever added; money that came late or twice is to be looked at too."""

from django.db import migrations

from kawasan.platform.rls import protect

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on payments_event_note from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_events_for_staff")]

    operations = [
        protect("payments_event_note"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
        migrations.RunSQL(
            "update payments_event set needs_staff = true where outcome in ('late', 'again') and not needs_staff",
            migrations.RunSQL.noop,
        ),
    ]
