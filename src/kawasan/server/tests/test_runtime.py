"""The database of a deployment comes back by itself, also where it could not at first."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kawasan.platform.embedded import FAST_FOR_TESTS, EmbeddedPostgres
from kawasan.server.runtime import Database


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="kawasan-runtime-"))
    folder.chmod(0o755)  # the database runs as another user when we are root
    made = EmbeddedPostgres(folder, settings=FAST_FOR_TESTS)
    yield made.start()
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_a_database_that_does_not_start_is_tried_again_until_it_does(server):
    database = Database(server.url, server)
    assert database.keep_alive() is False  # it lives
    server.crash()
    control = server.root / "pg18" / "global" / "pg_control"
    away = control.rename(control.with_name("pg_control.away"))
    assert database.keep_alive() is False
    assert not server.is_running
    away.rename(control)
    assert database.keep_alive() is True
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
