"""Two zones in one intake: the host name chooses, and a key opens only its own."""

from __future__ import annotations

import pytest
from django.db import transaction as commits

from kawasan.core import clock
from kawasan.platform.roles import prepare_zone
from kawasan.platform.schemas import in_zone
from kawasan.rooms.commerce import models
from tests.builders.orders import a_buyer, something_for_sale
from tests.databases import connect_a_bank
from tests.intake.running import Process, checkout, line, order, secret_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_the_host_name_chooses_the_zone_and_a_key_opens_only_its_own():
    prepare_zone(schema="zone_other", name="Kawasan Lain", hosts=["lain.example"], at=clock.now())
    connect_a_bank("zone_other")

    def market() -> tuple[str, dict[str, object]]:
        with commits.atomic():
            product, buyer = something_for_sale(), a_buyer()
        return secret_of(buyer), checkout(line(product))

    here, wish = market()
    with in_zone("zone_other"):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("select set_config('kawasan.reach', 'zone', false)")
        there, other_wish = market()
    intake = Process().start()
    try:
        assert order(intake.port, here, wish, Host="pasar.example").status == 201
        assert order(intake.port, there, other_wish, Host="lain.example").status == 201
        assert order(intake.port, here, wish, Host="lain.example").status == 401
        assert order(intake.port, there, other_wish, Host="pasar.example").status == 401
    finally:
        intake.stop()
    assert models.IntakeOrder.objects.count() == 1
    with in_zone("zone_other"):
        assert models.IntakeOrder.objects.count() == 1
