"""Events are numbered as they commit for followers; what was captured is evidence; each business sees its own."""

from django.db import migrations

from kawasan.platform.rls import protect, sees_business, sees_person

_NUMBERING = """
create sequence trace_event_sequence as bigint;
alter table trace_event alter column number set default nextval('trace_event_sequence');
alter sequence trace_event_sequence owned by trace_event.number;
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    grant usage, select on sequence trace_event_sequence to kawasan_app;
    revoke update, delete, truncate on trace_capture, trace_event, trace_link from kawasan_app;
    revoke truncate on trace_batch, trace_certificate, trace_doubt, trace_notice from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trace", "0001_events_and_batches")]

    operations = [
        migrations.RunSQL(_NUMBERING, migrations.RunSQL.noop),
        protect("trace_capture", sees_business("business_id")),
        protect("trace_event", sees_business("business_id")),
        protect("trace_link", sees_business("business_id")),
        protect("trace_query", sees_business("business_id")),
        protect("trace_subscription", sees_business("business_id")),
        protect("trace_delivery", sees_business("business_id")),
        protect("trace_desk", sees_business("business_id")),
        protect("trace_batch", sees_business("business_id")),
        protect("trace_draw", sees_business("business_id")),
        protect("trace_certificate", sees_business("business_id")),
        protect("trace_doubt", sees_business("business_id")),
        protect("trace_notice", sees_business("business_id"), sees_person("person_id"), write="false"),
    ]
