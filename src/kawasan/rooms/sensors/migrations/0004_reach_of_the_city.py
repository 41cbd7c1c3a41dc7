"""Whose rows of the city and the waste bank each may see, and what the application may not rewrite."""

from django.db import migrations

from kawasan.platform.rls import protect, sees_business, sees_person

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on sensors_weighing, sensors_waste_price, sensors_waste_visit, sensors_waste_line
        from kawasan_app;
    revoke delete, truncate on sensors_round, sensors_stop from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("sensors", "0003_city")]

    operations = [
        *[protect(table) for table in ("sensors_round", "sensors_stop", "sensors_weighing")],
        *[protect(table, sees_business("owner_id")) for table in ("sensors_waste_price", "sensors_machine_plan")],
        *[
            protect(table, sees_business("owner_id"), sees_person("person_id"), write=sees_business("owner_id"))
            for table in ("sensors_waste_visit", "sensors_waste_line")
        ],
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
