"""Fixtures of the whole test suite: a real PostgreSQL, the zone of the tests, clients."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from tests import databases

from kawasan.core.access import SYSTEM
from kawasan.platform import schemas, shared_pages
from kawasan.platform.db import see_as

# How long an example takes says more about what else the machine does than about the code.
hypothesis.register_profile("kawasan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("kawasan")

# A room's tests and the shared ones run inside this zone; each process has a database of its own.
DATABASE = f"kawasan_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Give this process its own copy of the migrated template."""
    with django_db_blocker.unblock():
        databases.copy_template(DATABASE)
        databases.use(DATABASE)
    TransactionTestCase._fixture_teardown = lambda _self: None
    with schemas.in_zone(databases.SCHEMA):
        yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(scope="module")
def rows_of_module(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """
    A transaction around all tests of a module, for fixtures of the module that put rows in once.

    What a test changes is rolled back after it, the module's rows after its last one. Every test of such a module sees
    them, and none of it may ask for ``transaction=True``.
    """
    with django_db_blocker.unblock(), schemas.in_zone(databases.SCHEMA), transaction.atomic():
        connection._kawasan_test_transaction = True
        see_as(SYSTEM)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _zone_of_the_tests() -> Iterator[None]:
    schemas.forget_directory()
    shared_pages.pages.forget()
    with schemas.in_zone(databases.SCHEMA):
        yield


@pytest.fixture(autouse=True)
def _reach_of_the_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let test code outside an edge see everything, and tell edges when a rolled-back transaction surrounds them."""
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    uses_database = marker is not None or {"db", "transactional_db"} & set(request.fixturenames)
    if not uses_database:
        yield
        return
    request.getfixturevalue("transactional_db" if commits else "db")
    connection._kawasan_test_transaction = not commits
    if commits:
        with connection.cursor() as cursor:  # for the session: edges set their own, for their transaction
            cursor.execute("select set_config('kawasan.reach', 'zone', false)")
    else:
        see_as(SYSTEM)
    yield
    connection._kawasan_test_transaction = False
    if commits:
        databases.copy_template(DATABASE)
        connection.close()
