"""One deployment holds several zones, each in its own schema, opened by host name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from kawasan.core.access import SYSTEM
from kawasan.platform import schemas
from kawasan.platform.db import transaction
from kawasan.platform.models import Cursor
from kawasan.platform.roles import prepare_zone

AT = datetime(2026, 11, 11, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_zones_share_nothing_and_hosts_choose_between_them(client):
    prepare_zone(schema="zone_other", name="Kawasan Lain", hosts=["lain.example"], at=AT)
    prepare_zone(schema="zone_test", name="Kawasan Uji", hosts=["uji.example"], at=AT)
    with schemas.in_zone("zone_test"), transaction(SYSTEM):
        Cursor.objects.create(name="here", position=7)

    with schemas.in_zone("zone_other"), transaction(SYSTEM):
        assert Cursor.objects.filter(name="here").count() == 0
    assert schemas.zone_of_host("lain.example:8000").schema == "zone_other"
    assert schemas.zone_of_host("uji.example").schema == "zone_test"
    assert client.get("/readyz", headers={"host": "lain.example"}).json()["zones"] == 2
    answer = client.get("/v1/openapi.json", headers={"host": "nobody.example"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-zone")


@pytest.mark.django_db
def test_the_search_path_survives_a_rollback():
    with pytest.raises(RuntimeError), transaction(SYSTEM):
        Cursor.objects.create(name="gone")
        raise RuntimeError
    assert Cursor.objects.filter(name="gone").count() == 0


@pytest.mark.django_db
def test_outside_a_zone_there_is_no_table():
    token = schemas._current.set(None)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('platform_cursor')")
            assert cursor.fetchone()[0] is None
    finally:
        schemas._current.reset(token)


def test_a_schema_name_is_checked():
    with pytest.raises(ValueError), schemas.in_zone("public; drop table x"):
        pass
