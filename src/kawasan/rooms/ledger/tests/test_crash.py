"""Killed in the middle of the work, application or PostgreSQL: what was acknowledged is there, whole, and once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from tests import databases
from tests.builders.ledger import an_account

from kawasan.core.access import SYSTEM
from kawasan.core.ids import uuid7
from kawasan.platform.db import transaction
from kawasan.platform.embedded import EmbeddedPostgres
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.api import Flag, NewAccount

SOURCE = Path(__file__).resolve().parents[4]
ENTRIES_MIN = 40  # acknowledged before the kill
WAIT_SECONDS = 60
WAYS = ("page", "writer")


class Writer:
    """The writing process, and what it was told was committed."""

    def __init__(self, url: str, accounts: tuple[object, object], log: Path, batch_size: int, way: str) -> None:
        self.log = log
        arguments = ["-m", "kawasan.rooms.ledger.tests.writer", url, *map(str, accounts), str(batch_size), way]
        environment = os.environ | {"PYTHONPATH": str(SOURCE)}
        with log.open("wb") as out, log.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen([sys.executable, *arguments], stdout=out, stderr=err, env=environment)

    def wait_for_entries(self, count: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while len(self.acknowledged()) < count:
            assert self.process.poll() is None, self.log.with_suffix(".err").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def acknowledged(self) -> dict[str, int]:
        lines = [line for line in self.log.read_text().split("\n")[:-1] if line]  # a torn last line counts for nothing
        return {entry: int(sequence) for entry, sequence in (line.split() for line in lines)}


def check_stored(database: psycopg.Connection, acknowledged: dict[str, int]) -> None:
    """Every acknowledged entry exists with its number, and every entry has both transfers."""
    rows = database.execute("select id::text, last_sequence from ledger_entry").fetchall()
    stored = dict(rows)
    assert {entry: stored.get(entry) for entry in acknowledged} == acknowledged
    counts = "select count(*) filter (where n <> 2) from (select count(*) n from ledger_transfer group by entry_id) c"
    assert database.execute(counts).fetchone() == (0,)
    total = "select count(*) from ledger_transfer t left join ledger_entry e on e.id = t.entry_id where e.id is null"
    assert database.execute(total).fetchone() == (0,)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch_size", [1, 50])
def test_what_a_killed_application_acknowledged_is_there(tmp_path: Path, batch_size: int) -> None:
    with transaction(SYSTEM):
        accounts = an_account(flags=Flag.NONE), an_account(flags=Flag.NONE)
    given = connection.settings_dict
    url = (
        f"postgresql://{given['USER']}:{quote(given['PASSWORD'])}@/{given['NAME']}?host={quote(given['HOST'], safe='')}"
        f"&options={quote(f'-c search_path={databases.SCHEMA} -c role=kawasan_app')}"
    )
    writers = [Writer(url, accounts, tmp_path / f"{number}.log", batch_size, way) for number, way in enumerate(WAYS)]
    for writer in writers:
        writer.wait_for_entries(ENTRIES_MIN)
    for writer in writers:
        writer.process.kill()
        writer.process.wait()
    acknowledged = writers[0].acknowledged() | writers[1].acknowledged()
    _wait_until_alone(url)
    with psycopg.connect(url) as database:
        check_stored(database, acknowledged)
    assert ledger.verify() == []


@pytest.mark.slow
def test_what_was_acknowledged_before_postgresql_was_killed_is_there_after_its_restart(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        _kawasan(server.url, tmp_path, "add-zone", "zone_crash", "--name", "Crash")
        url = f"{server.url}{'&' if '?' in server.url else '?'}options={quote('-c search_path=zone_crash')}"
        with psycopg.connect(url) as database:
            accounts = _two_accounts(database)
        writer = Writer(url, accounts, tmp_path / "writer.log", batch_size=5, way="writer")
        writer.wait_for_entries(ENTRIES_MIN)
        server.crash()
        assert writer.process.wait(WAIT_SECONDS) != 0
    finally:
        server.stop()
    again = EmbeddedPostgres(folder)
    again.start()
    try:
        url = f"{again.url}{'&' if '?' in again.url else '?'}options={quote('-c search_path=zone_crash')}"
        with psycopg.connect(url) as database:
            check_stored(database, writer.acknowledged())
        assert "everything agrees" in _kawasan(again.url, tmp_path, "verify")
    finally:
        again.stop()


def _two_accounts(database: psycopg.Connection) -> tuple[object, object]:
    owners = uuid7(), uuid7()
    accounts = [NewAccount(ledger.account_id(o, ledger.IDR, 1), o, ledger.IDR, 1, Flag.NONE) for o in owners]
    engine.open_accounts(database, accounts)
    return accounts[0].id, accounts[1].id


def _wait_until_alone(url: str) -> None:
    """A killed client's last statement may still run: wait until PostgreSQL has noticed."""
    others = "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()"  # noqa: E501
    with psycopg.connect(url, autocommit=True) as database:
        deadline = time.monotonic() + WAIT_SECONDS
        while database.execute(others).fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _kawasan(url: str, folder: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "DATABASE_URL": url, "KAWASAN_DATA": str(folder / "data")}
    command = [sys.executable, "-m", "kawasan", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
