"""Old checkpoints can be let go of, and no others: the application itself still has no right to delete any."""

from importlib.resources import files

from django.db import migrations

_FUNCTION = files(__package__).joinpath("sql", "pruning.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("log", "0005_looks")]

    operations = [migrations.RunSQL(_FUNCTION, "drop function log_prune_checkpoints")]
