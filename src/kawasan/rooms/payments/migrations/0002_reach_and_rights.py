"""Whose rows each may see, and what the application may not rewrite."""

from django.db import migrations

from kawasan.platform.rls import protect, sees_business, sees_person

_ANY_BUSINESS = "businesses && coalesce(nullif(current_setting('kawasan.businesses', true), ''), '{}')::uuid[]"

# Money that came and what providers told is evidence: nobody rewrites a receipt, nobody deletes a message.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on payments_receipt from kawasan_app;
    revoke delete, truncate on payments_event, payments_payment, payments_split, payments_payout from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments")]

    operations = [
        protect("payments_payment", sees_person("payer_id"), _ANY_BUSINESS, write=sees_person("payer_id")),
        protect("payments_split", sees_person("payer_id"), sees_business("business_id"), write=sees_person("payer_id")),
        protect("payments_receipt", sees_person("payer_id")),
        protect("payments_event"),
        protect("payments_payout", sees_business("business_id")),
        protect("payments_sandbox_money"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
