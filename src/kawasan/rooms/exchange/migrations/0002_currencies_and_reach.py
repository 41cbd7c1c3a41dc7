"""The currencies that a zone begins with, whose rows each may see, and what the application may not rewrite."""

from django.db import migrations

from kawasan.platform.rls import protect, sees_person

# Countries whose payers scan QRIS today or are about to: Thailand, Malaysia, Singapore, Japan, China. Limits are about
# 600 to 700 million rupiah each; operators change them.
_CURRENCIES = """
insert into exchange_currency (code, is_offered, limit_minor, cost_minor) values
  ('CNY', true, 25000000, 0), ('SGD', true, 5000000, 0), ('MYR', true, 15000000, 0), ('THB', true, 120000000, 0),
  ('JPY', true, 6000000, 0), ('USD', false, 4000000, 0), ('EUR', false, 3500000, 0), ('KRW', false, 55000000, 0)
on conflict do nothing
"""

# Rates, spreads and what was exchanged are evidence.
_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on exchange_sheet, exchange_rate, exchange_spread from kawasan_app;
    revoke delete, truncate on exchange_currency, exchange_trade, exchange_owed_back from kawasan_app;
    revoke truncate on exchange_quote from kawasan_app;
  end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_exchange")]

    operations = [
        migrations.RunSQL(_CURRENCIES, migrations.RunSQL.noop),
        protect("exchange_quote", sees_person("person_id")),
        protect("exchange_owed_back", sees_person("person_id"), write="false"),
        protect("exchange_trade"),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
    ]
