"""The same key orders once: at once, later, after a restart, in the other lane, and beside other processes."""

from __future__ import annotations

import threading
from collections import Counter
from uuid import uuid4

import pytest
from django.db import transaction as commits

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from tests.builders.orders import PRICE, a_buyer, something_for_sale
from tests.intake.running import Process, checkout, line, order, secret_of
from tests.intake.test_contract import in_django

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def product():
    with commits.atomic():
        return something_for_sale(stock=50)


@pytest.fixture
def secret():
    with commits.atomic():
        buyer = a_buyer(wallet=20_000_000)
    return secret_of(buyer)


def write_out() -> int:
    with transaction(SYSTEM):
        return commerce.write_next_taken()


def everything_agrees() -> None:
    with transaction(SYSTEM):
        assert commerce.verify_orders() == []
        assert ledger.verify() == []


def sold(product) -> int:
    return 50 - commerce.stock_levels([(product.business_id, product.variants[0].id)]).popitem()[1].available


@pytest.mark.parametrize("method", ["wallet", "qris"])
def test_a_repeat_gets_the_first_answer_before_and_after_the_order_is_written_out(intake, product, secret, method):
    key, body = f"key-{uuid4()}", checkout(line(product, 3), method=method)
    first = order(intake.port, secret, body, key)
    assert first.status == 201
    assert "Idempotent-Replayed" not in first.headers
    again = order(intake.port, secret, body, key)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    everything_agrees()
    assert write_out() == 1
    assert write_out() == 0
    later = order(intake.port, secret, body, key)
    assert (later.status, later.body) == (201, first.body)
    everything_agrees()
    assert models.OrderGroup.objects.count() == models.Order.objects.count() == 1


def test_a_repeat_after_a_restart_and_after_the_price_has_changed_gets_the_first_answer(intake, product, secret):
    key = f"key-{uuid4()}"
    body = checkout(line(product, 2, unit_price_minor=PRICE))
    first = order(intake.port, secret, body, key)
    intake.stop()
    models.Variant.objects.update(price_minor=PRICE + 100)
    intake.start()
    assert order(intake.port, secret, body).code == "price-changed"
    assert order(intake.port, secret, body, key).body == first.body
    assert sold(product) == 2


def test_another_content_under_the_same_key_is_refused(intake, product, secret):
    key = f"key-{uuid4()}"
    assert order(intake.port, secret, checkout(line(product)), key).status == 201
    for body in (checkout(line(product, 2)), checkout(line(product), method="qris"), checkout(line(product, 999))):
        answer = order(intake.port, secret, body, key)
        assert (answer.status, answer.code) == (409, "idempotency-key-reused")
    assert sold(product) == 1


def test_the_key_of_somebody_else_is_another_key(intake, product, secret):
    key, body = f"key-{uuid4()}", checkout(line(product))
    with commits.atomic():
        other = a_buyer()
    ids = {order(intake.port, who, body, key).body["id"] for who in (secret, secret_of(other))}
    assert len(ids) == 2
    assert sold(product) == 2


def test_a_refused_order_may_be_sent_again_under_its_key(intake, product, secret):
    key = f"key-{uuid4()}"
    assert order(intake.port, secret, checkout(line(product, 51)), key).code == "sold-out"
    assert order(intake.port, secret, checkout(line(product, 50)), key).status == 201


@pytest.mark.parametrize("here_first", [True, False])
def test_both_lanes_know_a_key(intake, product, secret, here_first):
    key, body = f"key-{uuid4()}", checkout(line(product))
    lanes = [lambda: order(intake.port, secret, body, key), lambda: in_django(secret, body, key)]
    first, second = (lane() for lane in (lanes if here_first else reversed(lanes)))
    assert (first.status, second.status) == (201, 201)
    assert second.body == first.body
    assert sold(product) == 1
    other = checkout(line(product, 2))
    assert order(intake.port, secret, other, key).code == in_django(secret, other, key).code == "idempotency-key-reused"


def test_fifty_units_two_hundred_buyers_two_processes(intake, product):
    second = Process(port=intake.port).start()
    with commits.atomic():
        buyers = [a_buyer() for _ in range(20)]
    secrets = [secret_of(buyer) for buyer in buyers]
    answers: list[tuple[int, str]] = []

    def buy(number: int) -> None:
        key = f"buy-{number}-{uuid4()}"
        for _ in range(20):
            answer = order(intake.port, secrets[number % 20], checkout(line(product)), key)
            if answer.status != 503:
                break
        answers.append((answer.status, answer.code))

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.stop()
    assert Counter(answers) == {(201, ""): 50, (409, "sold-out"): 150}
    assert sold(product) == 50
    everything_agrees()
    while write_out():
        pass
    everything_agrees()
    assert models.Order.objects.count() == 50
    assert ledger.balance(payments.escrow(product.business_id)).posted == 50 * PRICE
