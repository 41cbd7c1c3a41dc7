"""What is never rewritten, and the zone's commission until staff sets another one: 1 %."""

from datetime import UTC, date, datetime

from django.db import migrations

from kawasan.core import ids

_RESTRAIN_APPLICATION = """
do $$ begin
  if exists (select 1 from pg_roles where rolname = 'kawasan_app') then
    revoke update, delete, truncate on commerce_commission from kawasan_app;
  end if;
end $$;
"""
_BEGIN = date(2025, 1, 1)


def set_first_commission(apps, schema_editor):
    apps.get_model("commerce", "Commission").objects.create(
        id=ids.derived("commerce.first-commission", _BEGIN),
        basis_points=100,
        since=_BEGIN,
        set_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


class Migration(migrations.Migration):
    dependencies = [("commerce", "0007_commissions")]

    operations = [
        migrations.RunSQL(_RESTRAIN_APPLICATION, migrations.RunSQL.noop),
        migrations.RunPython(set_first_commission, migrations.RunPython.noop),
    ]
