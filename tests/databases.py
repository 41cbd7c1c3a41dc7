"""Test databases: one template with every migration applied, and a copy of it for each test process."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = "zone_test"


@cache
def template_name() -> str:
    """Return the template's name: it changes with any migration and with how a database is prepared."""
    digest = hashlib.sha256()
    source = ROOT / "src" / "kawasan"
    models = [*source.glob("rooms/*/models*"), *source.glob("rooms/*/models/*")]
    files = [*source.rglob("migrations/*"), *source.glob("platform/*.py"), *models, Path(__file__)]
    for file in sorted(files):
        if file.is_file() and file.suffix in (".py", ".sql", ".csv", ".json"):
            digest.update(file.name.encode() + file.read_bytes())
    return f"kawasan_template_{digest.hexdigest()[:12]}"


def use(name: str) -> None:
    """Point Django at another database."""
    connection.close()
    connection.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


def copy_template(name: str) -> None:
    """Make (again) the database ``name`` as a copy of the template."""
    template = template_name()
    with _locked(), _maintenance() as server:
        if not _exists(server, template):
            _make_template(server, template)
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def _make_template(server: psycopg.Connection, template: str) -> None:
    from kawasan.platform.roles import prepare_database, prepare_zone

    for (old,) in server.execute("select datname from pg_database where datname like 'kawasan_template_%'").fetchall():
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(old)))
    half = template + "_half"
    server.execute(sql.SQL("create database {}").format(sql.Identifier(half)))
    use(half)
    prepare_database()
    prepare_zone(schema=SCHEMA, name="Kawasan Uji", hosts=["*"], at=datetime.now(UTC))
    connect_a_bank(SCHEMA)
    connection.close()
    server.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(half), sql.Identifier(template)))


def connect_a_bank(schema: str) -> None:
    """Connect a zone to a bank that answers nothing: tests that need one run their own and connect it."""
    from kawasan.core.access import SYSTEM
    from kawasan.platform.db import transaction
    from kawasan.platform.schemas import in_zone
    from kawasan.rooms.payments import api as payments

    with in_zone(schema), transaction(SYSTEM):
        payments.connect_provider(
            actor=SYSTEM,
            name="sandbox",
            profile="sandbox",
            base_url="http://127.0.0.1:1",
            client_id="uji",
            client_secret="nobody answers here",
            their_keys=(),
            va_prefix="77777",
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )


def _exists(server: psycopg.Connection, name: str) -> bool:
    return bool(server.execute("select 1 from pg_database where datname = %s", [name]).fetchone())


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    given = settings.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as server:
        yield server


@contextmanager
def _locked() -> Iterator[None]:
    folder = ROOT / ".test-data"
    folder.mkdir(exist_ok=True)
    with (folder / "template.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
