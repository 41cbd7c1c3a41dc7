"""The JSON API of orders: a story over three sellers, strangers, bad inputs, repeats."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client
from tests.builders.orders import PRICE, a_buyer, an_order, pay, seller_of, something_for_sale
from tests.builders.zone import a_person

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import Order
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone.models import Person

pytestmark = pytest.mark.django_db
SHIP_TO = {"name": "Siti Aminah", "phone": "081234567890", "address": "Jl. Merdeka 17, Pekalongan"}


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def post(client, path, body=None, key=None):
    return client.post(
        f"/v1/{path}",
        json.dumps(body or {}),
        content_type="application/json",
        headers={"Idempotency-Key": key or f"key-{uuid4()}"},
    )


def line(product, quantity=1, **fields):
    return {"variant_id": ids.public("var", product.variants[0].id), "quantity": quantity, **fields}


def checkout(client, lines, method="wallet", key=None, **fields):
    return post(client, "orders", {"lines": lines, "method": method, "ship_to": SHIP_TO, **fields}, key)


def held(account) -> int:
    return ledger.balances([account]).get(account, ledger.Balance()).posted


def test_three_sellers_one_payment_a_cancellation_a_return_and_every_rupiah_adds_up():
    products = [something_for_sale(price=PRICE * n, stock=10) for n in (1, 2, 3)]
    buyer = a_buyer(wallet=0)
    me, sellers = client_of(buyer), [client_of(seller_of(product.business_id)) for product in products]
    answer = checkout(me, [line(product, 2) for product in products], method="qris")
    group = answer.json()
    assert answer.status_code == 201, group
    assert {order["state"] for order in group["orders"]} == {"awaiting-payment"}

    pay(ids.parse("pay", group["payment_id"]), at=clock.now())
    by_business = {order["business"]["id"]: order["id"] for order in group["orders"]}
    first, second, third = (by_business[ids.public("biz", product.business_id)] for product in products)
    assert me.get(f"/v1/orders/{first}").json()["state"] == "paid"

    assert post(sellers[0], f"orders/{first}/cancellation", {"reason": "Stok rusak"}).json()["state"] == "cancelled"
    for seller, order in ((sellers[1], second), (sellers[2], third)):
        assert post(seller, f"orders/{order}/packing").json()["state"] == "packed"
        shipped = post(seller, f"orders/{order}/shipment", {"courier": "JNE", "tracking": "JP 123"})
        assert shipped.json()["state"] == "shipped"
    lines = me.get(f"/v1/orders/{second}").json()["lines"]
    wish = {"lines": [{"line_id": lines[0]["id"], "quantity": 1}], "reason": "Warna luntur"}
    asked = post(me, f"orders/{second}/returns", wish)
    assert asked.status_code == 201, asked.json()
    decision = {"approve": True, "amount_minor": PRICE, "restock": True}
    assert post(sellers[1], f"returns/{asked.json()['id']}/decision", decision).json()["state"] == "refunded"
    for order in (second, third):
        assert post(me, f"orders/{order}/delivery").json()["state"] == "completed"

    paid = PRICE * 2 * (1 + 2 + 3)
    back = PRICE * 2 + PRICE
    fee = sum(me.get(f"/v1/orders/{order}").json()["fee_minor"] for order in (first, second, third))
    released = sum(held(payments.balance(product.business_id)) for product in products)
    assert held(payments.wallet(buyer.person_id)) == back
    assert [held(payments.escrow(product.business_id)) for product in products] == [0, 0, 0]
    assert held(payments.fee()) == fee == (3 * PRICE + 6 * PRICE) // 100
    assert paid == back + released + fee
    assert commerce.verify_orders() == ledger.verify() == []


def test_a_repeat_under_one_key_is_answered_as_the_first_time():
    product, me = something_for_sale(stock=5), client_of(a_buyer())
    first, again = (checkout(me, [line(product)], key="the-same-key") for _ in range(2))
    assert (first.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    assert Order.objects.count() == 1
    other = checkout(me, [line(product, 2)], key="the-same-key")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"quantity": 0}, 422, "bad-quantity"),
        ({"quantity": -1}, 422, "bad-quantity"),
        ({"quantity": 10**9}, 422, "bad-quantity"),
        ({"quantity": "two"}, 422, "invalid-input"),
        ({"variant_id": "SKU-404"}, 404, "unknown-variant"),
        ({"variant_id": ids.public("var", uuid4())}, 404, "unknown-variant"),
        ({"unit_price_minor": 1}, 409, "price-changed"),
        ({"quantity": 6}, 409, "sold-out"),
    ],
)
def test_a_bad_line_is_refused_with_its_code_and_changes_nothing(change, status, code):
    product, me = something_for_sale(stock=5), client_of(a_buyer())
    answer = checkout(me, [line(product) | change])
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Order.objects.count() == 0


def test_a_bad_checkout_is_refused():
    product, me = something_for_sale(stock=5), client_of(a_buyer())
    for body, code in (
        ({"lines": []}, "nothing-to-order"),
        ({"method": "cash"}, "invalid-input"),
        ({"ship_to": SHIP_TO | {"address": ""}}, "incomplete-address"),
    ):
        given = {"lines": [line(product)], "method": "wallet", "ship_to": SHIP_TO} | body
        assert post(me, "orders", given).json()["code"] == code
    missing = me.post("/v1/orders", json.dumps({}), content_type="application/json")
    assert missing.status_code == 422


WRITES = {
    "cancellation": {"reason": "Salah pesan"},
    "packing": {},
    "shipment": {"courier": "JNE", "tracking": "1"},
    "delivery": {},
    "returns": {"lines": [], "reason": "Robek"},
}


def test_somebody_elses_order_does_not_exist():
    order = an_order()
    number, strangers = ids.public("ord", order.id), (a_buyer(wallet=0), seller_of(something_for_sale().business_id))
    for stranger in strangers:
        client = client_of(stranger)
        assert client.get(f"/v1/orders/{number}").json()["code"] == "order-not-found"
        for path, body in WRITES.items():
            answer = post(client, f"orders/{number}/{path}", body)
            assert (answer.status_code, answer.json()["code"]) == (404, "order-not-found"), path
        listed = client.get("/v1/orders", {"business": ids.public("biz", order.business_id)})
        assert listed.status_code == 404
        assert client.get("/v1/orders").json()["items"] == []
    assert commerce.order(actor=SYSTEM, order_id=order.id).state is commerce.OrderState.PAID


def test_nobody_is_asked_to_sign_in_first():
    order = ids.public("ord", uuid4())
    anybody = Client()
    assert anybody.get("/v1/orders").status_code == 401
    assert anybody.get(f"/v1/orders/{order}").status_code == 401
    assert anybody.get("/v1/cart").status_code == 401
    for path in ("orders", "cart/lines", *(f"orders/{order}/{name}" for name in WRITES), f"returns/{order}/decision"):
        assert post(anybody, path).status_code == 401, path


def test_an_accountant_reads_and_moves_nothing():
    from tests.builders.zone import a_member

    from kawasan.rooms.zone import api as zone

    order = an_order()
    person = a_member(zone.business(business_id=order.business_id), "accountant", a_person())
    client, number = Client(), ids.public("ord", order.id)
    client.force_login(person)
    assert client.get(f"/v1/orders/{number}").status_code == 200
    assert post(client, f"orders/{number}/packing").status_code == 403
    assert post(client, f"orders/{number}/cancellation", {"reason": "Salah pesan"}).status_code == 403


def test_lists_turn_their_pages_and_search():
    buyer, product = a_buyer(), something_for_sale(stock=50)
    me, seller = client_of(buyer), client_of(seller_of(product.business_id))
    numbers = [checkout(me, [line(product)]).json()["orders"][0]["number"] for _ in range(5)]
    first = me.get("/v1/orders", {"limit": 3}).json()
    rest = me.get("/v1/orders", {"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [item["number"] for item in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next_cursor"] is None
    business = ids.public("biz", product.business_id)
    found = seller.get("/v1/orders", {"business": business, "which": "to-pack", "search": numbers[2]}).json()
    assert [item["number"] for item in found["items"]] == [numbers[2]]
    assert me.get("/v1/orders", {"which": "nonsense"}).json()["code"] == "bad-order-filter"
    assert me.get("/v1/orders", {"cursor": "nonsense"}).json()["code"] == "bad-cursor"


def test_the_cart_over_json():
    product, me = something_for_sale(stock=5), client_of(a_buyer())
    variant = ids.public("var", product.variants[0].id)
    added = post(me, "cart/lines", {"variant_id": variant, "quantity": 2}).json()
    assert added["total_minor"] == 2 * PRICE
    assert added["sellers"][0]["lines"][0]["held_until"] is not None
    put = {"content_type": "application/json"}
    assert me.put(f"/v1/cart/lines/{variant}", json.dumps({"quantity": 6}), **put).json()["code"] == "sold-out"
    assert me.put(f"/v1/cart/lines/{variant}", json.dumps({"quantity": 5}), **put).json()["total_minor"] == 5 * PRICE
    assert me.delete(f"/v1/cart/lines/{variant}").json() == {"total_minor": 0, "sellers": []}
    assert me.get("/v1/cart").json()["sellers"] == []


def test_a_refund_over_the_api_is_made_once_and_by_the_seller_only():
    order = an_order(quantity=2, state=commerce.OrderState.COMPLETED)
    address, wish = f"orders/{ids.public('ord', order.id)}/refunds", {"amount_minor": 10_000_00, "reason": "Cacat"}
    seller = client_of(seller_of(order.business_id))
    before = held(payments.wallet(order.buyer_id))
    first, again = (post(seller, address, wish, key="refund-one") for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (200, first.json())
    assert held(payments.wallet(order.buyer_id)) == before + 10_000_00
    assert post(seller, address, wish | {"amount_minor": 2 * PRICE}).status_code == 422
    assert post(client_of(an_actor_of(order.buyer_id)), address, wish).status_code == 404


def an_actor_of(person_id):
    from kawasan.rooms.zone import api as zone

    return zone.actor_of_person(person_id=person_id)
