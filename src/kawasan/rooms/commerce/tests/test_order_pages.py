"""The pages of cart, checkout, orders and the seller's desk, as a browser without JavaScript uses them."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.builders.orders import PRICE, a_buyer, a_checkout, an_order, seller_of, something_for_sale, wanted
from tests.builders.zone import a_member, a_person, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import CartLine, Order, OrderGroup, Review
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import Person

pytestmark = pytest.mark.django_db
State = commerce.OrderState
ADDRESS = {"name": "Siti Aminah", "phone": "0812-3456-7890", "address": "Jl. Merdeka 17, Pekalongan"}


def client_of(actor_or_person) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    key = getattr(actor_or_person, "person_id", None) or actor_or_person.pk
    client.force_login(Person.objects.get(pk=key))
    client.cookies["kawasan_language"] = "en"
    return client


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def put(client, product, quantity=1, **fields):
    given = {"variant": ids.public("var", product.variants[0].id), "quantity": quantity, "request_id": str(ids.uuid7())}
    return client.post(reverse("shop:cart_add"), given | fields, follow=True)


def hidden(response) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode()):
        found.setdefault(name, []).append(value)
    return found


def url(order, name="order", **more):
    return reverse(f"shop:{name}", kwargs={"order_id": ids.public("ord", order.id)} | more)


def desk(order, name="order", **more):
    slug = zone.business(business_id=order.business_id).slug
    return reverse(f"seller:{name}", kwargs={"slug": slug, "order_id": ids.public("ord", order.id)} | more)


def again(order) -> commerce.Order:
    return commerce.order(actor=SYSTEM, order_id=order.id)


def test_a_buyer_fills_the_cart_and_orders_at_two_sellers_with_one_form():
    me, one, two = (
        client_of(a_buyer()),
        something_for_sale(name="Batik"),
        something_for_sale(name="Kopi", price=1_000_00),
    )
    put(me, one)
    page = put(me, two, 3)
    assert "Rp53,000" in text(page)
    assert page.content.decode().count("data-countdown datetime") == 2
    form = hidden(me.get(reverse("shop:checkout")))
    sent = ADDRESS | {"method": "wallet", "group_id": form["group_id"][0], "line": form["line"]}
    for _ in range(2):  # a double click
        answer = me.post(reverse("shop:checkout"), sent, follow=True)
        assert answer.status_code == 200
    assert (OrderGroup.objects.count(), Order.objects.count(), CartLine.objects.count()) == (1, 2, 0)
    assert "Your order is paid" in text(answer)


def test_a_qris_checkout_leads_to_the_payment():
    me = client_of(a_buyer(wallet=0))
    put(me, something_for_sale())
    form = hidden(me.get(reverse("shop:checkout")))
    sent = ADDRESS | {"method": "qris", "group_id": form["group_id"][0], "line": form["line"]}
    answer = me.post(reverse("shop:checkout"), sent)
    group = OrderGroup.objects.get()
    assert answer["Location"] == reverse("pay:payment", args=[ids.public("pay", group.id)])
    assert me.get(answer["Location"]).status_code == 200


def test_what_a_stranger_chose_is_in_the_cart_after_signing_in():
    product, anybody, person = something_for_sale(), Client(), a_person()
    given = {"variant": ids.public("var", product.variants[0].id), "quantity": 2}
    answer = anybody.post(reverse("shop:cart_add"), given)
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('shop:cart')}"
    assert CartLine.objects.count() == 0
    anybody.force_login(person)
    anybody.get(reverse("shop:cart"))
    assert CartLine.objects.values_list("person_id", "quantity").get() == (person.pk, 2)
    anybody.get(reverse("shop:cart"))
    assert CartLine.objects.get().quantity == 2


def test_a_stranger_who_buys_now_is_at_the_checkout_after_signing_in():
    product, anybody, person = something_for_sale(name="Batik"), Client(), a_person()
    given = {"variant": ids.public("var", product.variants[0].id), "quantity": 2, "then": "checkout"}
    answer = anybody.post(reverse("shop:cart_add"), given)
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('shop:checkout')}"
    anybody.force_login(person)
    assert "2 × Rp" in text(anybody.get(reverse("shop:checkout")))
    assert CartLine.objects.values_list("person_id", "quantity").get() == (person.pk, 2)


def test_the_enter_key_sets_the_quantity_that_was_typed_and_what_is_no_number_takes_nothing_out():
    me, product = client_of(a_buyer()), something_for_sale()
    change = reverse("shop:cart_change", args=[product.variants[0].id])
    form = put(me, product, 2).content.decode().split(f'action="{change}"')[1]
    pressed_by_enter = re.search(r"<button([^>]*)>", form)[1]  # a browser presses the first button of a form
    assert "name=" not in pressed_by_enter
    for wrong in ("", "x", "dua"):
        assert "Choose a quantity from 1 to" in text(me.post(change, {"quantity": wrong}, follow=True))
        assert CartLine.objects.get().quantity == 2
    me.post(change, {"quantity": "5"})
    assert CartLine.objects.get().quantity == 5
    me.post(change, {"quantity": "0"})
    assert not CartLine.objects.exists()


def test_cart_and_orders_lead_to_their_products_and_shops():
    me, product = client_of(a_buyer()), something_for_sale()
    cart, shop = put(me, product).content.decode(), reverse("shop:seller", args=[product.seller.slug])
    page = reverse("shop:product", args=[product.slug])
    assert f'href="{page}?varian={ids.public("var", product.variants[0].id)}"' in cart
    assert f'href="{shop}"' in cart
    order = an_order(lines=[wanted(product)])
    bought = client_of(zone.actor_of_person(person_id=order.buyer_id)).get(url(order)).content.decode()
    assert f'href="{page}"' in bought
    assert f'href="{shop}"' in bought
    sold = client_of(seller_of(order.business_id)).get(desk(order)).content.decode()
    assert f"/produk/{ids.public('prd', product.id)}" in sold


def test_cancelling_an_unpaid_order_says_which_others_go_with_it():
    one, two, buyer = something_for_sale(), something_for_sale(), a_buyer(wallet=0)
    lines = [wanted(one), wanted(two)]
    group = a_checkout(buyer=buyer, lines=lines, method=commerce.Method.QRIS)
    mine = next(order for order in group.orders if order.business_id == one.business_id)
    me, other = client_of(buyer), zone.business(business_id=two.business_id).name
    asked = text(me.get(url(mine, "order_cancel")))
    assert "Nothing is paid yet. These orders are paid together" in asked
    assert other in asked
    assert "Nothing was paid." in text(me.post(url(mine, "order_cancel"), {"reason": "Salah pilih"}, follow=True))
    assert {again(order).state for order in group.orders} == {State.CANCELLED}


def test_files_of_orders_are_of_the_kinds_that_exist():
    order = an_order()
    me, slug = client_of(seller_of(order.business_id)), zone.business(business_id=order.business_id).slug
    for kind, status in (("csv", 200), ("xlsx", 200), ("pdf", 404)):
        for address in ("/pesanan/unduh", f"/jualan/{slug}/pesanan/unduh", f"/jualan/{slug}/penjualan/unduh"):
            assert me.get(f"{address}.{kind}").status_code == status
    assert me.get(f"/jualan/{slug}/penjualan?q=%00").status_code == 200


def test_the_cart_changes_by_buttons_and_says_why_not():
    me, product = client_of(a_buyer()), something_for_sale(stock=3)
    request_id = str(ids.uuid7())
    put(me, product, 2, request_id=request_id)
    put(me, product, 2, request_id=request_id)  # the same form again
    change = reverse("shop:cart_change", args=[product.variants[0].id])
    me.post(change, {"quantity": 2, "step": "more"})
    assert CartLine.objects.get().quantity == 3
    assert "Only 3 of" in text(me.post(change, {"quantity": 3, "step": "more"}, follow=True))
    for wrong in ("-1", "x", "", "1e9"):
        me.post(change, {"quantity": wrong})
        assert not CartLine.objects.filter(quantity__gt=3).exists()
    put(me, product)
    me.post(reverse("shop:cart_remove", args=[product.variants[0].id]))
    assert CartLine.objects.count() == 0
    assert "Your cart is empty" in text(me.get(reverse("shop:cart")))


def test_a_line_whose_hold_ran_out_stays_and_can_be_held_again():
    buyer, product = a_buyer(), something_for_sale(stock=3)
    long_ago = clock.now() - 2 * commerce.HOLD_LIFETIME
    commerce.add_to_cart(
        actor=buyer, variant_id=product.variants[0].id, quantity=2, request_id=ids.uuid7(), at=long_ago
    )
    me = client_of(buyer)
    assert "No longer held" in text(me.get(reverse("shop:cart")))
    page = me.post(reverse("shop:cart_hold"), follow=True)
    assert "Held for you" in text(page)
    assert CartLine.objects.get().held_until > clock.now()


def test_the_checkout_shows_errors_beside_its_fields_and_above_the_form():
    me, product = client_of(a_buyer(wallet=0)), something_for_sale(stock=2)
    put(me, product)
    form = hidden(me.get(reverse("shop:checkout")))
    sent = ADDRESS | {"method": "wallet", "group_id": form["group_id"][0], "line": form["line"]}
    bad = me.post(reverse("shop:checkout"), sent | {"phone": "12"})
    assert (bad.status_code, "a phone number of at least 8 digits" in text(bad)) == (422, True)
    poor = me.post(reverse("shop:checkout"), sent)
    assert f'href="{reverse("wallet:home")}">Top up' in poor.content.decode()
    assert (poor.status_code, "Top up, or pay by QRIS" in text(poor)) == (422, True)
    other_price = [line.rsplit(" ", 1)[0] + " 1" for line in form["line"]]
    changed = me.post(reverse("shop:checkout"), sent | {"line": other_price})
    assert "was Rp0.01 when you looked and is Rp50,000 now" in text(changed)
    assert Order.objects.count() == 0


def test_a_buyer_follows_confirms_and_reviews():
    order = an_order(state=State.SHIPPED)
    me = client_of(zone.actor_of_person(person_id=order.buyer_id))
    assert "JP1234567890" in text(me.get(url(order)))
    assert order.number in text(me.get(reverse("shop:orders"), {"which": "shipped"}))
    assert order.number not in text(me.get(reverse("shop:orders"), {"which": "done"}))
    assert "Has everything arrived?" in text(me.get(url(order, "order_confirm")))
    me.post(url(order, "order_confirm"))
    assert again(order).state is State.COMPLETED
    review = url(order, "order_review", line_id=ids.public("oln", order.lines[0].id))
    assert me.get(review).status_code == 200
    assert me.post(review, {"rating": "9"}).status_code == 422
    me.post(review, {"rating": "4", "text": "Bagus"})
    assert Review.objects.values_list("rating", "text").get() == (4, "Bagus")
    assert "you gave 4 of 5 stars" in text(me.get(url(order)))


def test_a_buyer_cancels_with_a_reason_and_returns_a_part():
    paid, shipped = an_order(), an_order(quantity=3, state=State.SHIPPED, at=clock.now())
    me = client_of(zone.actor_of_person(person_id=paid.buyer_id))
    assert me.post(url(paid, "order_cancel"), {"reason": "x"}).status_code == 422
    assert again(paid).state is State.PAID
    me.post(url(paid, "order_cancel"), {"reason": "Salah ukuran"})
    assert again(paid).cancel_reason == "Salah ukuran"

    me = client_of(zone.actor_of_person(person_id=shipped.buyer_id))
    form = hidden(me.get(url(shipped, "order_return")))
    line = f"line-{shipped.lines[0].id}"
    sent = {"return_id": form["return_id"][0], "reason": "Robek"}
    assert me.post(url(shipped, "order_return"), sent | {line: 4}).status_code == 422
    assert me.post(url(shipped, "order_return"), sent | {line: 0}).status_code == 422
    for _ in range(2):
        me.post(url(shipped, "order_return"), sent | {line: 2})
    (asked,) = again(shipped).returns
    assert (asked.lines[0].quantity, asked.reason) == (2, "Robek")


def test_the_receipt_is_a_page_and_a_pdf():
    order = an_order(quantity=2)
    me = client_of(zone.actor_of_person(person_id=order.buyer_id))
    assert "Seratus ribu rupiah" in text(me.get(url(order, "receipt")))
    pdf = me.get(url(order, "receipt_pdf"))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    unpaid = an_order(state=State.AWAITING_PAYMENT)
    me = client_of(zone.actor_of_person(person_id=unpaid.buyer_id))
    assert me.get(url(unpaid, "receipt")).status_code == 409


def test_the_seller_packs_many_ships_and_answers_a_return():
    product = something_for_sale()
    orders = [an_order(lines=[wanted(product, 2)]) for _ in range(3)]
    seller = client_of(seller_of(product.business_id))
    slug = zone.business(business_id=product.business_id).slug
    page = seller.get(reverse("seller:orders", args=[slug]))
    assert all(order.number in text(page) for order in orders)
    assert "Tick the orders" in text(seller.post(reverse("seller:pack", args=[slug]), {}, follow=True))
    chosen = [ids.public("ord", order.id) for order in orders[:2]]
    seller.post(reverse("seller:pack", args=[slug]), {"order": chosen})
    assert [again(order).state for order in orders] == [State.PACKED, State.PACKED, State.PAID]
    assert text(seller.get(reverse("seller:slips", args=[slug]))).count("Siti Aminah") == 1

    order = orders[0]
    assert seller.post(desk(order, "ship"), {"courier": "JNE", "tracking": ""}).status_code == 422
    seller.post(desk(order, "ship"), {"courier": "JNE", "tracking": "JP 99"})
    assert again(order).tracking == "JP99"
    seller.post(desk(order, "delivered"))
    asked = commerce.request_return(
        actor=zone.actor_of_person(person_id=order.buyer_id),
        return_id=ids.uuid7(),
        order_id=order.id,
        lines=[commerce.ReturnedLine(order.lines[0].id, 1)],
        reason="Robek",
        at=clock.now(),
    )
    key = {"return_id": ids.public("ret", asked.id)}
    assert "Rp50.000" in seller.get(desk(order, "return_approve", **key)).content.decode()
    for wrong in ("Rp60.000", "-1", "abc", "0"):
        assert seller.post(desk(order, "return_approve", **key), {"amount": wrong}).status_code == 422
    seller.post(desk(order, "return_approve", **key), {"amount": "Rp25.000", "restock": "on"})
    assert again(order).refunded_minor == 25_000_00

    seller.post(desk(orders[2], "order_cancel"), {"reason": "Stok rusak"})
    assert again(orders[2]).state is State.CANCELLED


def test_the_desk_searches_and_exports():
    product = something_for_sale(name="=Batik")
    orders = [an_order(lines=[wanted(product)]) for _ in range(2)]
    seller = client_of(seller_of(product.business_id))
    slug = zone.business(business_id=product.business_id).slug
    page = seller.get(reverse("seller:orders", args=[slug]), {"q": orders[0].number, "which": "all"})
    assert (orders[0].number in text(page), orders[1].number in text(page)) == (True, False)
    assert "Nothing found" in text(seller.get(reverse("seller:orders", args=[slug]), {"q": "tidak ada"}))
    csv = b"".join(seller.get(reverse("seller:orders_file", args=[slug, "csv"])).streaming_content).decode()
    assert orders[0].number in csv
    assert "'=Batik" in csv  # no spreadsheet runs it
    sheet = load_workbook(BytesIO(seller.get(reverse("seller:orders_file", args=[slug, "xlsx"])).content)).active
    assert [sheet.max_row, sheet.cell(2, 9).value] == [3, PRICE // 100]
    assert seller.get(reverse("seller:orders", args=[slug]), {"which": "nonsense"}).status_code == 422


def test_the_sellers_home_greets_a_first_day_and_counts_what_waits():
    product = something_for_sale(stock=2)
    slug, seller = zone.business(business_id=product.business_id).slug, client_of(seller_of(product.business_id))
    fresh = text(seller.get(reverse("seller:home", args=[slug])))
    assert "Nothing waits" in fresh
    assert "2 left" in fresh
    order = an_order(lines=[wanted(product)], at=clock.now())
    assert order.number in text(seller.get(reverse("seller:home", args=[slug])))
    assert seller.get("/jualan/")["Location"] == reverse("seller:home", args=[slug])
    assert "You have no business here yet" in text(client_of(a_buyer(wallet=0)).get("/jualan/"))


def test_pages_of_others_do_not_exist():
    order = an_order(state=State.SHIPPED)
    slug = zone.business(business_id=order.business_id).slug
    strangers = client_of(a_buyer(wallet=0)), client_of(seller_of(something_for_sale().business_id))
    line = ids.public("oln", order.lines[0].id)
    pages = [url(order), url(order, "order_return"), url(order, "receipt"), url(order, "receipt_pdf")]
    pages += [url(order, "order_review", line_id=line), desk(order), reverse("seller:home", args=[slug])]
    pages += [reverse("seller:orders", args=[slug]), reverse("seller:slips", args=[slug])]
    pages += [reverse("seller:reviews", args=[slug]), reverse("seller:orders_file", args=[slug, "csv"])]
    for stranger in strangers:
        for page in pages:
            assert stranger.get(page).status_code == 404, page
        for name in ("ship", "delivered", "order_cancel"):
            sent = {"courier": "JNE", "tracking": "1", "reason": "Stok rusak"}
            assert stranger.post(desk(order, name), sent).status_code == 404, name
    mine = client_of(strangers and seller_of(something_for_sale().business_id))
    own_slug = zone.business(business_id=something_for_sale().business_id).slug
    assert mine.get(reverse("seller:order", args=[own_slug, ids.public("ord", order.id)])).status_code == 404
    assert again(order).state is State.SHIPPED


def test_an_accountant_looks_and_moves_nothing():
    order = an_order()
    person = a_member(zone.business(business_id=order.business_id), "accountant", a_person())
    client = client_of(person)
    assert client.get(desk(order)).status_code == 200
    client.post(desk(order, "order_cancel"), {"reason": "Stok rusak"})
    client.post(desk(order, "ship"), {"courier": "JNE", "tracking": "1"})
    assert again(order).state is State.PAID


def test_staff_hide_a_review_and_show_it_again():
    order = an_order(state=State.COMPLETED)
    commerce.review_line(
        actor=zone.actor_of_person(person_id=order.buyer_id),
        line_id=order.lines[0].id,
        author_name="Siti",
        rating=1,
        text="Hubungi saya di 0812",
        at=clock.now(),
    )
    review, staff = Review.objects.get(), client_of(zone_staff())
    assert "Hubungi saya" in text(staff.get(reverse("shop:moderation")))
    hide = reverse("shop:review_hide", args=[ids.public("rev", review.id)])
    assert staff.post(hide, {"reason": ""}).status_code == 422
    staff.post(hide, {"reason": "Data pribadi"})
    review.refresh_from_db()
    assert (review.hidden_reason, bool(review.hidden_at)) == ("Data pribadi", True)
    staff.post(reverse("shop:review_show", args=[ids.public("rev", review.id)]))
    review.refresh_from_db()
    assert review.hidden_at is None
    assert client_of(a_buyer(wallet=0)).get(reverse("shop:moderation")).status_code == 403

    seller = client_of(seller_of(order.business_id))
    slug = zone.business(business_id=order.business_id).slug
    answer = reverse("seller:review_reply", args=[slug, ids.public("rev", review.id)])
    seller.post(answer, {"text": "Maaf, kami ganti."})
    assert "Maaf, kami ganti." in text(seller.get(reverse("seller:reviews", args=[slug])))
