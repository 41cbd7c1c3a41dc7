"""A table that all processes share for what may be forgotten: Django's cache, first of all failed attempts to sign in."""

from django.db import migrations

# Unlogged: no write to the log, and empty after a crash of the server, which a cache may be. The columns are Django's
# (django.core.cache.backends.db); every zone has its own table.
_MAKE = """
create unlogged table platform_cache (cache_key varchar(255) primary key, value text not null, expires timestamptz not null);
create index platform_cache_expires on platform_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]

    operations = [migrations.RunSQL(_MAKE, "drop table platform_cache")]
