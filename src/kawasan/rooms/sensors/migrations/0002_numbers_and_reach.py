"""Numbers for entities and readings, whose rows each may see, and what the application may not rewrite."""

from django.db import migrations

from kawasan.platform.rls import protect, sees_business

_NUMBERS = """
create sequence sensors_number as bigint;
create sequence sensors_reading_number as bigint;
alter table sensors_reading alter column number set default nextval('sensors_reading_number');
alter sequence sensors_reading_number owned by sensors_reading.number;
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    grant usage, select on sequence sensors_number, sensors_reading_number to kawasan_app;
  end if;
end $$;
"""
_BACK = """
alter table sensors_reading alter column number drop default;
drop sequence sensors_reading_number;
drop sequence sensors_number;
"""

# A reading is what was told: it may become too old, and never another one.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, truncate on sensors_reading from kawasan_app;
    revoke update, delete, truncate on sensors_dropped, sensors_property from kawasan_app;
    revoke delete, truncate on sensors_device, sensors_place, sensors_stream, sensors_rule, sensors_alarm
        from kawasan_app;
  end if;
end $$;
"""
_OF_OWNERS = (
    "sensors_device", "sensors_place", "sensors_stream", "sensors_reading", "sensors_hour", "sensors_rule",
    "sensors_alarm",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("sensors", "0001_devices")]

    operations = [
        migrations.RunSQL(_NUMBERS, _BACK),
        *[protect(table, sees_business("owner_id")) for table in _OF_OWNERS],
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
