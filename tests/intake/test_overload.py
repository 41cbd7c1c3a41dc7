"""Too much is said to be too much, at once; who is taken is answered soon, and memory stays bounded."""

from __future__ import annotations

import time

import psutil
import pytest
from django.db import connection
from django.db import transaction as commits

from kawasan.rooms.commerce import models
from tests.builders.orders import a_buyer, something_for_sale
from tests.intake.loading import Load
from tests.intake.running import Process, checkout, get, line, secret_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def narrow(transactional_db):
    """An intake with room for a few orders only, so that a few buyers are too many."""
    process = Process(environment={"KAWASAN_INTAKE_QUEUE": "8"}).start()
    yield process
    process.stop()


def market() -> tuple[list[str], dict[str, object]]:
    with commits.atomic():
        product = something_for_sale(stock=100_000, price=1_000_00)
        buyers = [a_buyer(wallet=20_000_000) for _ in range(8)]
    return [secret_of(buyer) for buyer in buyers], checkout(line(product))


def test_a_full_queue_says_so_at_once_and_the_rest_is_served(narrow):
    secrets, body = market()
    load = Load(narrow.port, secrets, body, threads=48).start()
    memory = []
    for _ in range(20):
        time.sleep(0.2)
        memory.append(psutil.Process(narrow.handle.pid).memory_info().rss)
    load.stop()
    assert load.codes["201"] > 100
    assert load.codes["intake-full"] > 100
    assert set(load.codes) == {"201", "intake-full"}
    accepted = sorted(seconds for status, seconds in load.seconds if status == 201)
    refused = sorted(seconds for status, seconds in load.seconds if status == 503)
    assert accepted[int(len(accepted) * 0.99)] < 1
    assert refused[len(refused) // 2] < accepted[len(accepted) // 2]
    assert max(memory) < memory[2] * 1.2
    assert models.IntakeOrder.objects.count() == len(load.answered)


def test_who_waited_too_long_is_not_decided(intake):
    secrets, body = market()
    load = Load(intake.port, secrets, body, threads=24)
    with commits.atomic(), connection.cursor() as cursor:
        # Somebody holds the tables: batches wait in the database until their lock timeout, and orders behind them.
        cursor.execute("lock table commerce_intake_order in access exclusive mode")
        load.start()
        time.sleep(3)
    time.sleep(1)
    load.stop()
    assert load.codes["intake-too-late"], load.codes
    assert load.codes["201"]
    assert set(load.codes) <= {"201", "intake-too-late", "ledger-busy", "intake-not-reached"}
    assert models.IntakeOrder.objects.count() == len(load.answered)
    assert b'code="intake-too-late"' in get(intake.port, "/metrics").body
