"""Mails link to whole addresses: the zone's host name, or where the deployment is opened."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from tests import databases

from kawasan.platform.addresses import link_to, zone_address
from kawasan.platform.roles import as_owner

pytestmark = pytest.mark.django_db


def name_the_zone(*hosts: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        wanted = [list(hosts), databases.SCHEMA]
        cursor.execute("update public.kawasan_zone set hosts = %s where schema = %s", wanted)


@pytest.mark.parametrize(
    ("hosts", "secure", "origins", "told", "wanted"),
    [
        ([], False, [], "http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        (["*"], True, [], "https://pasar.example/", "https://pasar.example"),
        (["*", "uji.example"], True, [], "http://127.0.0.1:8000", "https://uji.example"),
        (["uji.example"], False, [], "http://127.0.0.1:8123", "http://uji.example:8123"),
        (["uji.example"], False, [], "http://uji.example", "http://uji.example"),
        (["a.example", "b.example"], False, ["https://c.example", "https://b.example:8443"], "http://127.0.0.1:8000",
         "https://b.example:8443"),
    ],
)  # fmt: skip
def test_the_address_is_the_zones_own_name_before_that_of_the_machine(
    settings: Any, hosts: list[str], secure: bool, origins: list[str], told: str, wanted: str
) -> None:
    settings.SECURE, settings.CSRF_TRUSTED_ORIGINS, settings.KAWASAN_ADDRESS = secure, origins, told
    name_the_zone(*hosts)
    assert zone_address() == wanted
    assert link_to("shop:order", "ord_1") == f"{wanted}/pesanan/ord_1"
