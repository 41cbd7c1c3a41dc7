"""Lists of what there is (things, steps, places) go from value to value through an index: no event is read for them."""

from django.db import migrations, models

_FILL = """
update trace_name named set is_epc = true from trace_event event
where event.number = named.number
  and named.name = any(event.epcs || event.parents || event.inputs || event.outputs);
"""


class Migration(migrations.Migration):
    dependencies = [("trace", "0004_open_batches")]

    operations = [
        migrations.AddField("name", "is_epc", models.BooleanField(db_default=False)),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "name",
            models.Index(fields=["business_id", "name"], condition=models.Q(is_epc=True), name="trace_name_epc"),
        ),
        migrations.AddIndex("event", models.Index(fields=["business_id", "type", "number"], name="trace_event_type")),
        migrations.AddIndex(
            "event", models.Index(fields=["business_id", "disposition"], name="trace_event_disposition")
        ),
        migrations.AddIndex("event", models.Index(fields=["business_id", "read_point"], name="trace_event_read_point")),
        migrations.AddIndex(
            "event", models.Index(fields=["business_id", "biz_location"], name="trace_event_biz_location")
        ),
    ]
