"""What becomes of orders of the intake when they are written out: in a campaign, and paid before anybody wrote them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction as commits

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.models import Fact
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models, tasks
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.facts import PaymentSucceeded
from kawasan.rooms.payments.models import Provider
from kawasan.rooms.payments.rules.references import reference_of
from tests.builders.campaigns import a_campaign, entered, now_of
from tests.builders.orders import PRICE, a_buyer, something_for_sale
from tests.intake.running import checkout, line, order, secret_of
from tests.intake.test_contract import in_django

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CHEAP = PRICE * 4 // 5


def write_out() -> int:
    with transaction(SYSTEM):
        return commerce.write_next_taken()


def findings() -> list:
    with transaction(SYSTEM):
        return [
            *commerce.verify_orders(), *commerce.verify_campaigns(), *payments.verify(), *ledger.verify(),
        ]  # fmt: skip


def test_an_order_in_a_campaign_takes_units_set_aside_and_counts_against_the_buyers_limit(intake):
    with commits.atomic():
        product, buyer = something_for_sale(stock=50), a_buyer()
        now = clock.now()
        running = a_campaign(
            at=now - timedelta(days=2), starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1)
        )
        offer = entered(product, running, units=10, per_buyer=2, at=now - timedelta(days=2))
    secret = secret_of(buyer)

    one = order(intake.port, secret, checkout(line(product, 1, unit_price_minor=CHEAP)))
    two = order(intake.port, secret, checkout(line(product, 1, unit_price_minor=CHEAP), method="qris"))
    assert (one.status, two.status) == (201, 201), (one.body, two.body)
    assert one.body["total_minor"] == two.body["total_minor"] == CHEAP
    more = checkout(line(product, 1, unit_price_minor=CHEAP))
    refused, refused_there = order(intake.port, secret, more), in_django(secret, more)
    assert (refused.status, refused.code) == (refused_there.status, refused_there.code)
    assert refused.status == 409

    assert write_out() == 2
    lines = models.OrderLine.objects.filter(buyer_id=buyer.person_id)
    assert set(lines.values_list("campaign_offer_id", "unit_price_minor", "quantity")) == {(offer.id, CHEAP, 1)}
    with transaction(SYSTEM):
        found = now_of(offer)
    assert (found.left, found.sold, found.held) == (8, 1, 1)
    levels = commerce.stock_levels([(product.business_id, product.variants[0].id)]).popitem()[1]
    assert levels.available == 40  # none of the ordinary stock but what was set aside
    assert findings() == []


def test_an_order_by_qris_that_is_paid_before_the_worker_writes_it_out_is_paid_once(intake):
    with commits.atomic():
        product, buyer = something_for_sale(stock=50), a_buyer()
    placed = order(intake.port, secret_of(buyer), checkout(line(product, 2), method="qris"))
    assert placed.status == 201
    group_id = ids.parse("grp", placed.body["id"])
    assert models.IntakeOrder.objects.count() == 1
    now = clock.now()
    told = payments.Notification(
        provider="sandbox",
        event_id="event-1",
        kind=payments.NotificationKind.PAID,
        reference=reference_of(group_id),
        money_id="money-1",
        amount_minor=PRICE * 2,
        happened_at=now,
    )
    for _ in range(2):  # told twice
        with transaction(SYSTEM):
            assert payments.notify(notification=told, at=now).payment_id == group_id
    assert models.IntakeOrder.objects.count() == 0
    assert write_out() == 0  # the worker comes late
    assert Fact.objects.filter(name="PaymentSucceeded", body__payment_id=str(group_id)).count() == 1
    fact = PaymentSucceeded(group_id, buyer.person_id, PRICE * 2, "order", ())
    for _ in range(2):
        with transaction(SYSTEM):
            tasks.on_payment_succeeded(fact, at=now)

    (row,) = models.Order.objects.filter(group_id=group_id)
    assert row.paid_at is not None
    assert list(models.OrderEvent.objects.filter(order_id=row.pk).order_by("pk").values_list("step", flat=True)) == [
        "placed",
        "paid",
    ]
    assert ledger.balance(payments.escrow(product.business_id)).posted == PRICE * 2
    levels = commerce.stock_levels([(product.business_id, product.variants[0].id)]).popitem()[1]
    assert levels.available == 48
    assert findings() == []


def test_without_a_bank_what_waits_for_a_code_keeps_nothing_else_waiting(intake):
    with commits.atomic():
        product, buyer = something_for_sale(stock=50), a_buyer()
    secret = secret_of(buyer)
    for method in ("qris", "wallet"):
        assert order(intake.port, secret, checkout(line(product, 1), method=method)).status == 201
    with transaction(SYSTEM):
        banks = Provider.objects.filter(is_active=True)
        names = list(banks.values_list("pk", flat=True))
        banks.update(is_active=False)
    assert [write_out(), write_out()] == [1, 0]
    assert models.IntakeOrder.objects.get().method == "qris"
    with transaction(SYSTEM):
        Provider.objects.filter(pk__in=names).update(is_active=True)
    assert write_out() == 1
    assert findings() == []
