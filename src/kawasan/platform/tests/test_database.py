"""Whether a kept connection lives is seen without asking the server; one that was ended is opened anew, in its zone."""

from __future__ import annotations

from select import select

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(monkeypatch) -> list[bool]:
    """Keep the connection for the next request, as a server does, and note what the server says when it is asked."""
    answers: list[bool] = []
    is_usable = connection.is_usable
    monkeypatch.setattr(connection, "is_usable", lambda: answers.append(is_usable()) or answers[-1])
    _one("select 1")
    monkeypatch.setattr(connection, "health_check_enabled", True)
    return answers


def _one(sql: str) -> object:
    with connection.cursor() as cursor:
        return cursor.execute(sql).fetchone()[0]


def _elsewhere(sql: str) -> object:
    """Return what another connection of the database's owner is told."""
    given = connection.get_connection_params()
    given = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    with psycopg.connect(**given, autocommit=True) as other:
        cursor = other.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None


def test_a_connection_that_lives_is_not_asked_whether_it_does(asked):
    before = _one("select pg_backend_pid()")
    connection.close_if_unusable_or_obsolete()  # as at the beginning of a request
    assert _one("select pg_backend_pid()") == before
    assert asked == []


def test_a_connection_that_was_ended_is_opened_anew_in_the_same_zone(asked):
    before, schema = _one("select pg_backend_pid()"), _one("select current_schema()")
    connection.close_if_unusable_or_obsolete()
    assert _elsewhere(f"select pg_terminate_backend({before}, 5000)")
    assert _one("select current_schema()") == schema == "zone_test"
    assert _one("select current_user") == "kawasan_app"
    assert _one("select pg_backend_pid()") != before
    assert asked == [False]


def test_where_something_waits_to_be_read_the_server_is_asked_and_the_connection_stays(asked):
    before = _one("select pg_backend_pid()")
    with connection.cursor() as cursor:
        cursor.execute("listen kawasan_trial")
    _elsewhere("notify kawasan_trial")
    assert select([connection.connection], [], [], 5)[0], "nothing came"
    connection.close_if_unusable_or_obsolete()
    assert _one("select pg_backend_pid()") == before
    assert asked == [True]
    connection.close()  # nobody else listens on it
