"""Prepare a database: the application role, extensions, job tables, and each zone's schema with its rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files

from django.db import connection, transaction

from kawasan.platform import migrating, schemas
from kawasan.platform.database.base import APPLICATION_ROLE

# Extensions that every PostgreSQL distribution carries: trigram search, and periods that must not overlap.
EXTENSIONS = ("pg_trgm", "btree_gist")

_ROLE_SQL = f"""
do $$ begin
  if not exists (select 1 from pg_roles where rolname = '{APPLICATION_ROLE}') then
    create role {APPLICATION_ROLE} nologin;
  end if;
  execute format('grant {APPLICATION_ROLE} to %I', current_user);
exception when duplicate_object or unique_violation then null; -- another process made it in the same moment
end $$;
"""

_JOBS_SEEN_SQL = "create table if not exists public.kawasan_job_migration (name text primary key)"

_JOBS_GRANT_SQL = f"""
grant usage on schema public to {APPLICATION_ROLE};
grant select on public.kawasan_zone to {APPLICATION_ROLE};
do $$ declare item record; begin
  for item in select c.relname, c.relkind from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relname like 'procrastinate%'
                and c.relkind in ('r', 'S')
  loop
    if item.relkind = 'S' then
      execute format('grant usage, select on sequence public.%I to {APPLICATION_ROLE}', item.relname);
    else
      execute format('grant select, insert, update, delete on public.%I to {APPLICATION_ROLE}', item.relname);
    end if;
  end loop;
end $$;
"""

_ZONE_GRANT_SQL = """
grant usage on schema "{schema}" to {role};
alter default privileges in schema "{schema}" grant select, insert, update, delete on tables to {role};
alter default privileges in schema "{schema}" grant usage, select on sequences to {role};
"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Lay down the application role for a while: only migrations and maintenance do this."""
    connection.ensure_connection()
    assumed = connection.settings_dict["OPTIONS"].pop("assume_role", None)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    try:
        yield
    finally:
        if assumed:
            connection.settings_dict["OPTIONS"]["assume_role"] = assumed
            with connection.cursor() as cursor:
                cursor.execute(f'SET ROLE "{assumed}"')


def prepare_database() -> None:
    """Make role, extensions, the directory of zones and the job tables. Repeating it changes nothing."""
    connection.settings_dict["OPTIONS"].pop("assume_role", None)  # the role may not exist yet
    with connection.cursor() as cursor:
        cursor.execute(_ROLE_SQL)
        for extension in EXTENSIONS:
            cursor.execute(f"create extension if not exists {extension} schema public")
        cursor.execute(schemas.DIRECTORY_SQL)
        _migrate_jobs(cursor)
        cursor.execute(_JOBS_GRANT_SQL)
        cursor.execute(f'SET ROLE "{APPLICATION_ROLE}"')
    connection.settings_dict["OPTIONS"]["assume_role"] = APPLICATION_ROLE


def prepare_zone(*, schema: str, name: str, hosts: list[str], at: datetime, verbosity: int = 0) -> None:
    """Create or upgrade one zone: its schema, rights and tables."""
    with as_owner():
        schemas.add_zone(schema=schema, name=name, hosts=hosts, at=at)
        with connection.cursor() as cursor:
            cursor.execute(_ZONE_GRANT_SQL.format(schema=schema, role=APPLICATION_ROLE))
        migrate_zone(schema, verbosity=verbosity)


def drop_zone(schema: str) -> None:
    """Remove a zone with all that is in it and the jobs that wait for it, for good; a repeat does nothing."""
    with as_owner(), transaction.atomic():
        schemas.remove_zone(schema=schema)
        with connection.cursor() as cursor:
            cursor.execute("delete from public.procrastinate_jobs where args ->> 'zone' = %s", [schema])


def migrate_zone(schema: str, *, verbosity: int = 0) -> None:
    """Run the migrations of one zone (as its owner)."""
    with schemas.in_zone(schema), as_owner():
        migrating.migrate(verbosity=verbosity)


def _migrate_jobs(cursor: object) -> None:
    """Bring procrastinate's own tables, which live in ``public``, to the installed version."""
    execute, fetchall = cursor.execute, cursor.fetchall  # type: ignore[attr-defined]
    folder = files("procrastinate") / "sql"
    known = sorted(item.name for item in (folder / "migrations").iterdir() if item.name.endswith(".sql"))
    execute(_JOBS_SEEN_SQL)
    execute("select to_regclass('public.procrastinate_jobs') is null")
    if fetchall()[0][0]:
        execute((folder / "schema.sql").read_text())
        seen = set(known)
    else:
        execute("select name from public.kawasan_job_migration")
        seen = {name for (name,) in fetchall()}
        for name in known:
            if name not in seen:
                execute((folder / "migrations" / name).read_text())
    execute("insert into public.kawasan_job_migration select unnest(%s::text[]) on conflict do nothing", [known])
