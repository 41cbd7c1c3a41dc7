"""Vouchers where people and programs meet them: the desks, the checkout, receipts and the JSON API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.builders.orders import AT, PRICE, a_buyer, a_checkout, seller_of, something_for_sale, wanted
from tests.builders.zone import zone_staff

from kawasan.core import clock, ids
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.tests.test_order_pages import ADDRESS, client_of, hidden, put, text
from kawasan.rooms.commerce.tests.test_orders_http import checkout, line, post
from kawasan.rooms.commerce.tests.test_vouchers import of_shop, of_zone
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db


def fields(**changed: str) -> dict[str, str]:
    at = clock.now()
    return {
        "request_id": str(ids.uuid7()), "code": "lebaran 25", "name": "Lebaran", "percent": "10", "amount": "",
        "most": "25.000", "least": "50.000", "budget": "1.000.000", "per_buyer": "2",
        "starts_at": f"{at:%Y-%m-%dT%H:%M}", "ends_at": f"{at + timedelta(days=9):%Y-%m-%dT%H:%M}",
    } | changed  # fmt: skip


def test_a_shop_makes_lists_files_and_closes_a_voucher():
    product = something_for_sale()
    owner, slug = client_of(seller_of(product.business_id)), zone.business(business_id=product.business_id).slug
    typed = fields()
    wrong = owner.post(reverse("seller:vouchers_new", args=[slug]), fields(amount="5.000"))
    assert wrong.status_code == 422
    assert "either a percentage" in text(wrong)
    for _ in range(2):  # sent twice, it is made once
        made = owner.post(reverse("seller:vouchers_new", args=[slug]), typed, follow=True)
    assert "LEBARAN25" in text(made)
    assert "Rp1,000,000" in text(made)
    (voucher,) = commerce.vouchers(actor=seller_of(product.business_id), business_id=product.business_id, at=AT).items
    assert (voucher.terms.percent_bp, voucher.terms.most_minor) == (1_000, 25_000_00)
    file = b"".join(owner.get(reverse("seller:vouchers_file", args=[slug])).streaming_content).decode()
    assert "LEBARAN25,Lebaran,Running,10.0" in file
    close = reverse("seller:vouchers_close", args=[slug, ids.public("vou", voucher.terms.id)])
    stranger = client_of(seller_of(something_for_sale().business_id))
    assert stranger.post(close).status_code == 404
    assert "Close LEBARAN25 now?" in text(owner.get(close))
    assert "Over" in text(owner.post(close, follow=True))


def test_staff_make_vouchers_of_the_zone_and_others_do_not():
    of_zone()  # earned something
    staff = client_of(zone_staff())
    made = staff.post(reverse("shop:zone_vouchers_new"), fields(percent="", amount="10.000", most=""), follow=True)
    assert "LEBARAN25" in text(made)
    dear = staff.post(reverse("shop:zone_vouchers_new"), fields(code="MAHAL", budget="900.000.000"))
    assert (dear.status_code, "has not earned" in text(dear) or "from its fees" in text(dear)) == (422, True)
    buyer = client_of(a_buyer())
    for name in ("list", "new", "file"):
        assert buyer.get(reverse(f"shop:zone_vouchers_{name}")).status_code in (403, 404)


def test_a_buyer_tries_a_voucher_sees_what_it_takes_off_and_orders_with_it():
    product, buyer = something_for_sale(), a_buyer()
    voucher = of_shop(product, starts_at=clock.now() - timedelta(days=1), ends_at=clock.now() + timedelta(days=9))
    me = client_of(buyer)
    put(me, product, 2)
    page = me.get(reverse("shop:checkout"))
    sent = hidden(page) | ADDRESS | {"method": "wallet"}
    wrong = me.post(reverse("shop:checkout"), sent | {"voucher": "SALAH", "try": "1"})
    assert (wrong.status_code, "There is no such voucher" in text(wrong) or "Check the code" in text(wrong)) == (
        422,
        True,
    )
    tried = me.post(reverse("shop:checkout"), sent | {"voucher": voucher.terms.code.lower(), "try": "1"})
    assert tried.status_code == 200
    assert "−Rp10,000" in text(tried)
    assert 'value="Siti Aminah"' in tried.content.decode()  # what was typed is kept
    refused = me.post(reverse("shop:checkout"), sent | {"voucher": "SALAH"})
    assert "Check the code" in text(refused)
    placed = me.post(reverse("shop:checkout"), sent | {"voucher": voucher.terms.code}, follow=True)
    assert f"Voucher {voucher.terms.code}" in text(placed)
    (order,) = commerce.orders_of_buyer(actor=buyer).items
    assert order.total_minor == 2 * PRICE - 10_000_00
    key = ids.public("ord", order.id)
    receipt = text(me.get(reverse("shop:receipt", args=[key])))
    assert f"Voucher {voucher.terms.code} −Rp10,000" in receipt
    slug = zone.business(business_id=product.business_id).slug
    assert voucher.terms.code in text(
        client_of(seller_of(product.business_id)).get(reverse("seller:order", args=[slug, key]))
    )


def test_the_seller_reads_what_the_zone_pays():
    product, voucher = something_for_sale(), of_zone()
    order = a_checkout(lines=[wanted(product)], voucher=voucher.terms.code).orders[0]
    slug = zone.business(business_id=product.business_id).slug
    page = client_of(seller_of(product.business_id)).get(
        reverse("seller:order", args=[slug, ids.public("ord", order.id)])
    )
    assert "Paid by the zone for its voucher Rp10,000" in text(page)


def test_programs_make_try_use_list_and_close_vouchers():
    product, buyer = something_for_sale(), a_buyer()
    seller = client_of(seller_of(product.business_id))
    business, now = ids.public("biz", product.business_id), clock.now()
    body = {
        "business_id": business, "code": "HEMAT10", "name": "Hemat", "amount_minor": 10_000_00,
        "least_minor": 50_000_00, "budget_minor": 15_000_00, "per_buyer": 5,
        "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    key = f"key-{ids.uuid7()}"
    made, again = (post(seller, "vouchers", body, key) for _ in range(2))
    assert (made.status_code, made.json()) == (201, again.json())
    assert post(seller, "vouchers", body).json()["code"] == "voucher-code-taken"
    assert post(client_of(buyer), "vouchers", body).status_code == 404
    me = client_of(buyer)
    trial = post(me, "vouchers/trial", {"voucher": "hemat10", "lines": [line(product)]}).json()
    assert (trial["discount_minor"], trial["total_minor"]) == (10_000_00, PRICE - 10_000_00)
    order = checkout(me, [line(product)], voucher="HEMAT10").json()["orders"][0]
    assert (order["voucher"], order["discount_minor"]) == ("HEMAT10", 10_000_00)
    assert order["lines"][0]["discount_minor"] == 10_000_00
    refused = checkout(me, [line(product)], voucher="HEMAT10")
    assert (refused.status_code, refused.json()["code"]) == (409, "voucher-used-up")
    (listed,) = seller.get(f"/v1/vouchers?business={business}").json()["items"]
    assert (listed["left_minor"], listed["given_minor"], listed["orders"]) == (5_000_00, 10_000_00, 1)
    number = made.json()["id"]
    assert post(me, f"vouchers/{number}/closing").status_code == 404
    assert post(seller, f"vouchers/{number}/closing").json()["state"] == "over"
    assert checkout(me, [line(product)], voucher="HEMAT10").json()["code"] == "voucher-not-now"
