"""What was answered is there, whatever dies; what was not answered can be sent again, and orders once."""

from __future__ import annotations

import signal
import time

import pytest
from django.db import connection
from django.db import transaction as commits

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.ledger import api as ledger
from tests.builders.orders import a_buyer, something_for_sale
from tests.intake.loading import Load
from tests.intake.running import Process, checkout, line, order, secret_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def load(intake):
    with commits.atomic():
        product = something_for_sale(stock=100_000, price=1_000_00)
        buyers = [a_buyer(wallet=20_000_000) for _ in range(4)]
    given = Load(intake.port, [secret_of(buyer) for buyer in buyers], checkout(line(product)))
    given.stock = 100_000  # type: ignore[attr-defined]
    given.product = product  # type: ignore[attr-defined]
    return given


def in_the_books() -> set[str]:
    groups = {*models.IntakeOrder.objects.values_list("group_id", flat=True)}
    groups |= {*models.OrderGroup.objects.values_list("id", flat=True)}
    return {ids.public("grp", group) for group in groups}


def check(load: Load, intake: Process) -> None:
    """Every answered order is there once; every unanswered one, sent again, is there once."""
    assert set(load.answered.values()) <= in_the_books()
    assert len(set(load.answered.values())) == len(load.answered)
    for key in sorted(load.sent - load.answered.keys())[:60]:
        for _ in range(10):
            again = order(intake.port, load.secrets[0], load.body, key)
            if again.status != 503:  # a cut connection is noticed by the next order that needs it
                break
        assert again.status == 201, again
    with transaction(SYSTEM):
        while commerce.write_next_taken():
            pass
        assert commerce.verify_orders() == []
        assert ledger.verify() == []
        (level,) = commerce.stock_levels([(load.product.business_id, load.product.variants[0].id)]).values()
    assert level.available == load.stock - models.Order.objects.count()
    assert models.IntakeOrder.objects.count() == 0


def until(condition, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_term_answers_everything_that_was_asked_and_ends(load, intake):
    load.start()
    until(lambda: len(load.answered) > 100)
    start = time.monotonic()
    assert intake.stop(signal.SIGTERM) == 0
    assert time.monotonic() - start < 5
    load.stop()
    assert set(load.codes) <= {"201", "unanswered", "intake-draining"}
    intake.start()
    check(load, intake)


def test_kill_9_in_mid_load_loses_nothing_that_was_answered(load, intake):
    load.start()
    for round_number in range(1, 4):
        until(lambda least=round_number * 60: len(load.answered) > least)
        intake.stop(signal.SIGKILL)
        intake.start()
    load.stop()
    assert load.codes["unanswered"]
    check(load, intake)


def test_connections_cut_in_mid_load_lose_nothing_and_are_made_anew(load, intake):
    load.start()
    for round_number in range(1, 6):
        until(lambda least=round_number * 60: len(load.answered) > least)
        with connection.cursor() as cursor:
            cursor.execute("reset role")
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'kawasan-intake' and datname = current_database()"
            )
            cursor.execute("set role kawasan_app")
    load.stop()
    assert load.codes["201"] > 300
    check(load, intake)


def test_a_revoked_key_stops_working_within_seconds(load, intake):
    from kawasan.core import clock
    from kawasan.intake.limits import KEY_SECONDS
    from kawasan.rooms.zone import api as zone

    with commits.atomic():
        buyer = a_buyer()
        new = zone.create_key(actor=buyer, name="Kunci", scopes=["orders:write"], at=clock.now())
    assert order(intake.port, new.secret, load.body).status == 201
    with commits.atomic():
        zone.revoke_key(actor=buyer, key_id=new.key.id, at=clock.now())
    time.sleep(KEY_SECONDS + 0.2)
    assert order(intake.port, new.secret, load.body).status == 401
