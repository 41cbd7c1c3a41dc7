"""Whose rows of codes and differences each may see, and what the application may not take away."""

from django.db import migrations

from kawasan.platform.rls import protect, sees_person

# What was asked of providers and where the books differed is evidence.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke delete, truncate on payments_code, payments_difference, payments_provider from kawasan_app;
    revoke update, delete, truncate on payments_reconciliation from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_providers")]

    operations = [
        # Every checkout asks which provider makes its code; secrets in it are encrypted, and only the zone writes it.
        protect("payments_provider", "true", write="false"),
        protect("payments_code", sees_person("payer_id")),
        protect("payments_reconciliation"),
        protect("payments_difference"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
