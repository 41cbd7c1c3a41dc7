"""The cache is one table for all processes: a limit holds for all of them together."""

from __future__ import annotations

import threading

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache, caches
from django.db import connection
from django.test import RequestFactory
from tests import databases

from kawasan.platform.schemas import in_zone


@pytest.mark.django_db
def test_what_one_process_remembers_another_one_knows():
    cache.set("seen", [1, 2], 60)
    other = caches.create_connection("default")  # what another process would have
    assert other.get("seen") == [1, 2]
    assert other.add("seen", [], 60) is False


@pytest.mark.django_db
def test_the_table_is_not_written_to_the_log():
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where oid = 'platform_cache'::regclass")
        assert cursor.fetchone() == ("u",)


def _attempt() -> bool:
    used = ratelimit.consume(
        RequestFactory().post("/"),
        app="account",
        action="login_failed",
        key="siti",
        config={"login_failed": "5/5m/key"},
    )
    return used is not None


@pytest.mark.django_db(transaction=True)
def test_attempts_in_many_connections_at_once_are_counted_together():
    allowed: list[bool] = []

    def try_to_sign_in() -> None:
        try:
            with in_zone(databases.SCHEMA):
                allowed.append(_attempt())
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_sign_in) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 12
    # Who waits too long for the others is turned away too; whatever the crowd left is taken one after another.
    while sum(allowed) <= 5 and _attempt():
        allowed.append(True)
    assert sum(allowed) == 5
