"""Whose rows may be seen, what may not be rewritten, and the look-ups made before anybody is known."""

from importlib.resources import files

from django.db import migrations

from kawasan.platform.database.base import APPLICATION_ROLE
from kawasan.platform.rls import protect, sees_business, sees_person

_FUNCTIONS = files(__package__).joinpath("sql", "actors.sql").read_text(encoding="utf-8")
_OF_BUSINESS = sees_business("business_id")
_OF_PERSON = sees_person("person_id")


class Migration(migrations.Migration):
    dependencies = [("zone", "0002_businesses_and_roles")]

    operations = [
        protect("zone_business_identity", _OF_BUSINESS),
        protect("zone_membership", _OF_PERSON, _OF_BUSINESS, write=_OF_BUSINESS),
        protect("zone_zone_membership", _OF_PERSON, write="false"),
        protect("zone_invitation", _OF_BUSINESS),
        protect("zone_key", _OF_PERSON, _OF_BUSINESS),
        protect("zone_draft", _OF_PERSON),
        protect("zone_access_log", _OF_BUSINESS, write="true"),
        migrations.RunSQL(
            f"revoke update, delete on zone_access_log from {APPLICATION_ROLE}",
            f"grant update, delete on zone_access_log to {APPLICATION_ROLE}",
        ),
        migrations.RunSQL(
            "create index zone_business_name_like on zone_business using gin (lower(name) gin_trgm_ops)",
            "drop index zone_business_name_like",
        ),
        migrations.RunSQL(
            _FUNCTIONS,
            "drop function zone_actor_of_person; drop function zone_actor_of_key; drop function zone_key_used",
        ),
    ]
