"""To whom things were sent gets rows of its own: a recall reads it from an index, not from the events."""

from django.db import migrations, models

from kawasan.platform.rls import protect, sees_business

_FILL = """
insert into trace_sending (thing, business_id, party, number)
select thing, event.business_id, party, event.number
from trace_event event cross join lateral unnest(event.destinations) party cross join lateral unnest(event.things) thing
where event.error_at is null;
"""
_RIGHTS = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on trace_sending from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trace", "0007_pauses_and_schedules")]

    operations = [
        migrations.CreateModel(
            name="Sending",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "thing",
                        "business_id",
                        "party",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("thing", models.TextField()),
                ("business_id", models.UUIDField()),
                ("party", models.TextField()),
                ("number", models.BigIntegerField()),
            ],
            options={"db_table": "trace_sending"},
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        protect("trace_sending", sees_business("business_id")),
    ]
