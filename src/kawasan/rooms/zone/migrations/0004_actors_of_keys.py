"""Whom many keys stand for, asked at once."""

from importlib.resources import files

from django.db import migrations

_FUNCTION = files(__package__).joinpath("sql", "actors_of_keys.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("zone", "0003_reach_and_rights")]

    operations = [migrations.RunSQL(_FUNCTION, "drop function zone_actors_of_keys")]
