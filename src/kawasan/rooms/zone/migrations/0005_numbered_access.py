"""The access log is numbered as it commits, so that the zone's log can follow it; and tells programs from people."""

from django.db import migrations, models

from kawasan.platform.database.base import APPLICATION_ROLE

_NUMBER = f"""
create sequence zone_access_log_number as bigint;
alter table zone_access_log add column number bigint not null default nextval('zone_access_log_number');
alter table zone_access_log alter column number drop default;
alter sequence zone_access_log_number owned by zone_access_log.number;
grant usage, select on sequence zone_access_log_number to {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("zone", "0004_actors_of_keys")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_NUMBER, "alter table zone_access_log drop column number"),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="accesslog",
                    name="number",
                    field=models.BigIntegerField(default=0),
                    preserve_default=False,
                )
            ],
        ),
        migrations.AddField(model_name="accesslog", name="is_program", field=models.BooleanField(default=False)),
        migrations.AddConstraint(
            model_name="accesslog",
            constraint=models.UniqueConstraint(fields=["number"], name="zone_access_log_number_once"),
        ),
    ]
