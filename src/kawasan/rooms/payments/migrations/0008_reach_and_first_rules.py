"""Whose rows each may see, what is never rewritten, and the rules that hold until a zone sets its own."""

from datetime import UTC, date, datetime

from django.db import migrations

from kawasan.core import ids
from kawasan.platform.rls import protect, sees_business, sees_person

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on payments_rule, payments_settlement, payments_refund, payments_wallet_step
      from kawasan_app;
    revoke delete, truncate on payments_reserve, payments_bank_account, payments_payout_batch, payments_appeal,
      payments_wallet_transfer from kawasan_app;
  end if;
end $$;
"""
# What was called sent had arrived: since now "sent" means in transit.
_SENT_WAS_PAID = """
update payments_payout set status = 'paid', sent_at = settled_at where status = 'sent' and settled_at is not null
"""

_BI_2018 = "PBI 20/6/PBI/2018"
_BI_2022 = "Bank Indonesia, Rapat Dewan Gubernur 19 April 2022"
_OWN = ""  # the zone's own rule
_BEGIN = date(2025, 1, 1)
# kind, level, since, is on, permille, amount in minor units, number, authority
_FIRST = (
    ("reserve", "", _BEGIN, False, 0, None, 0, _OWN),
    ("debt-cap", "", _BEGIN, True, None, 5_000_000_00, None, _OWN),
    ("cut-off", "", _BEGIN, True, None, None, 14 * 60, _OWN),
    ("withholding", "", date(2025, 7, 14), False, 5, 500_000_000_00, None, "PMK 37/2025"),
    ("balance-max", "unverified", date(2018, 5, 4), True, None, 2_000_000_00, None, _BI_2018),
    ("balance-max", "verified", date(2018, 5, 4), True, None, 10_000_000_00, None, _BI_2018),
    ("balance-max", "verified", date(2022, 7, 1), True, None, 20_000_000_00, None, _BI_2022),
    ("month-max", "unverified", date(2018, 5, 4), True, None, 20_000_000_00, None, _BI_2018),
    ("month-max", "verified", date(2018, 5, 4), True, None, 20_000_000_00, None, _BI_2018),
    ("month-max", "verified", date(2022, 7, 1), True, None, 40_000_000_00, None, _BI_2022),
    ("send-max", "unverified", date(2018, 5, 4), True, None, 0, None, _BI_2018),
    ("send-max", "verified", _BEGIN, True, None, 5_000_000_00, None, _OWN),
)


def set_first_rules(apps, schema_editor):
    rule = apps.get_model("payments", "MoneyRule")
    rule.objects.bulk_create(
        rule(
            id=ids.derived("payments.first-rule", kind, level, since),
            kind=kind,
            level=level,
            since=since,
            is_on=is_on,
            permille=permille,
            amount_minor=amount,
            number=number,
            authority=authority,
            set_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        for kind, level, since, is_on, permille, amount, number, authority in _FIRST
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_settlement")]

    operations = [
        protect(
            "payments_rule", "business_id is null", sees_business("business_id"), write=sees_business("business_id")
        ),
        protect("payments_settlement", sees_business("business_id"), write="false"),
        protect("payments_refund", sees_business("business_id"), sees_person("person_id"), write="false"),
        protect("payments_reserve", sees_business("business_id"), write="false"),
        protect("payments_bank_account", sees_business("business_id")),
        protect("payments_payout_batch"),
        protect("payments_wallet_step", sees_person("person_id"), write="false"),
        protect("payments_appeal", sees_person("person_id")),
        protect(
            "payments_wallet_transfer",
            sees_person("sender_id"),
            sees_person("recipient_id"),
            write=sees_person("sender_id"),
        ),
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
        migrations.RunSQL(_SENT_WAS_PAID, migrations.RunSQL.noop),
        migrations.RunPython(set_first_rules, migrations.RunPython.noop),
    ]
