"""ARCHITECTURE.md's "Follow one order", step by step: from a search to the authority's figures and a clean verify."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.rooms.authority import api as authority
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone.models import Person
from kawasan.server import wiring
from tests.builders.orders import a_buyer, pay, seller_of, something_for_sale
from tests.builders.zone import a_business

pytestmark = pytest.mark.django_db
PRICE = 185_000_00
SHIP_TO = {"name": "Siti Aminah", "phone": "081234567890", "address": "Jl. Merdeka 17, Pekalongan"}


def _signed_in(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def _post(client: Client, path: str, body: dict | None = None) -> dict:
    answer = client.post(
        f"/v1/{path}",
        json.dumps(body or {}),
        content_type="application/json",
        headers={"Idempotency-Key": f"key-{uuid4()}"},
    )
    assert answer.status_code < 300, answer.content
    return answer.json()


def test_one_order_from_the_search_to_the_screen():
    business = a_business()
    product = something_for_sale(business=business, price=PRICE, stock=3, name="Sarung tenun Troso")
    buyer, seller = a_buyer(wallet=0), seller_of(business.id)

    # 1. found, in spite of a typing mistake, and read by a stranger
    found = Client().get("/cari", {"q": "sarung tenum troso"}).content.decode()
    assert f"/produk/{product.slug}" in found
    assert "Rp185.000" in Client().get(f"/produk/{product.slug}").content.decode()

    # 2.–4. ordered by QRIS: two of the three are held, and a third buyer cannot have them
    line = {"variant_id": ids.public("var", product.variants[0].id), "quantity": 2}
    group = _post(_signed_in(buyer), "orders", {"lines": [line], "method": "qris", "ship_to": SHIP_TO})
    (order,) = group["orders"]
    assert order["state"] == "awaiting-payment"
    left = commerce.stock(actor=seller, business_id=business.id, variant_id=product.variants[0].id).stock
    assert left.available == 1

    # 5.–6. the bank tells that it was paid; the money waits in escrow
    pay(ids.parse("pay", group["payment_id"]), at=clock.now())
    assert _signed_in(buyer).get(f"/v1/orders/{order['id']}").json()["state"] == "paid"
    assert payments.seller_money(actor=seller, business_id=business.id).escrow_minor == 2 * PRICE

    # 7. shipped and confirmed: the seller's balance has it, less the zone's fee
    _post(_signed_in(seller), f"orders/{order['id']}/shipment", {"courier": "JNE", "tracking": "JP 123"})
    assert _post(_signed_in(buyer), f"orders/{order['id']}/delivery")["state"] == "completed"
    money = payments.seller_money(actor=seller, business_id=business.id)
    assert money.escrow_minor == 0
    assert 0 < 2 * PRICE - money.available_minor < 2 * PRICE // 10

    # 8. the followers count it: the seller's day and the authority's screen say the same
    followers.catch_up()
    page = _signed_in(seller).get(f"/jualan/{business.slug}/").content.decode()
    assert "Rp370.000" in page
    assert authority.screen(actor=SYSTEM, at=clock.now()).today.gross_minor == 2 * PRICE

    # and whoever doubts it recomputes everything
    assert {name: list(check()) for name, check in wiring.CHECKS.items()} == {name: [] for name in wiring.CHECKS}
