"""Names under which events are found get rows of their own: no index of lists is used under row security."""

from django.db import migrations, models

from kawasan.platform.rls import protect, sees_business

_FILL = """
insert into trace_name (name, number, business_id)
select name, event.number, event.business_id
from trace_event event cross join lateral (
  select distinct name
  from unnest(event.things || event.transactions || event.sources || event.destinations
              || array[event.read_point, event.biz_location, event.disposition]) as all_of(name)
  where name <> ''
) as said;
"""
_RIGHTS = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on trace_name from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trace", "0002_numbering_rights_and_reach")]

    operations = [
        migrations.CreateModel(
            name="Name",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "name", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("number", models.BigIntegerField()),
                ("business_id", models.UUIDField()),
            ],
            options={"db_table": "trace_name"},
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("trace_name", sees_business("business_id")),
        migrations.RemoveIndex(model_name="event", name="trace_event_things"),
    ]
