"""Number submissions, protect documents, and take from the application what a log must not lose."""

from django.db import migrations

from kawasan.platform.rls import protect

_NUMBER_SUBMISSIONS = """
create sequence log_submission_number as bigint;
alter table log_submission alter column number set default nextval('log_submission_number');
alter sequence log_submission_number owned by log_submission.number;
"""

# Hashes and salts do not compress: trying costs a third of the time that writing a tile takes.
_STORE_AS_IS = """
alter table log_tile alter column hashes set storage external;
alter table log_batch alter column hashes set storage external;
alter table log_tile set (fillfactor = 70);
"""

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on log_submission, log_checkpoint, log_batch from kawasan_app;
    revoke update, truncate on log_content, log_leaf from kawasan_app;
    revoke delete, truncate on log_key, log_tree from kawasan_app;
    revoke truncate on log_tile from kawasan_app;
    grant usage, select on sequence log_submission_number to kawasan_app;
  end if;
end $$;
"""

_OWNED = (
    "owners && (coalesce(nullif(current_setting('kawasan.businesses', true), ''), '{}')::uuid[]"
    " || nullif(current_setting('kawasan.person', true), '')::uuid)"
)


class Migration(migrations.Migration):
    dependencies = [("log", "0001_log")]

    operations = [
        migrations.RunSQL(
            _NUMBER_SUBMISSIONS,
            "alter table log_submission alter column number drop default; drop sequence log_submission_number;",
        ),
        migrations.RunSQL(_STORE_AS_IS, migrations.RunSQL.noop),
        protect("log_content", "is_public", _OWNED, write="true"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
