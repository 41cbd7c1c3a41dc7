"""The pages and the JSON API of campaigns, as a browser without JavaScript and a program use them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders.campaigns import a_campaign, entered
from tests.builders.orders import PRICE, a_buyer, a_checkout, something_for_sale, wanted
from tests.builders.zone import a_business, a_person, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.shared_pages import pages
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import CampaignOffer, CartLine
from kawasan.rooms.commerce.tests.test_order_pages import client_of, text

pytestmark = pytest.mark.django_db
CHEAP = PRICE * 4 // 5


def running(**given) -> commerce.Campaign:
    at = clock.now()
    return a_campaign(at=at, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=5), **given)


def offered(campaign=None, *, business=None, **given):
    product = something_for_sale(business=business, stock=40, at=clock.now() - timedelta(days=1))
    return product, entered(product, campaign or running(), at=clock.now(), **given)


def public(campaign: commerce.Campaign) -> str:
    return ids.public("cmp", campaign.id)


# Buyers


def test_a_stranger_reads_the_campaign_what_is_left_and_the_limit():
    campaign = running(name="Belanja 11.11", summary="Satu hari, harga terbaik.")
    product, _ = offered(campaign, units=4, per_buyer=2)
    a_checkout(lines=[wanted(product, 2)], at=clock.now())
    page = Client(headers={"Accept-Language": "en"}).get(f"/kampanye/{campaign.slug}")
    shown = text(page)
    for words in ("Belanja 11.11", "Satu hari, harga terbaik.", "2 of 4 left", "2 for each buyer", "Until"):
        assert words in shown
    assert " New " not in shown  # an offer knows no rating, which does not make its product new
    a_checkout(lines=[wanted(product, 2)], at=clock.now())
    pages.forget()  # what is left may be three seconds late
    assert "Sold out at this price" in text(Client(headers={"Accept-Language": "en"}).get(f"/kampanye/{campaign.slug}"))


def test_a_draft_is_there_for_staff_only_and_others_show_their_state():
    draft = a_campaign(published=False)
    assert Client().get(f"/kampanye/{draft.slug}").status_code == 404
    assert "A draft" in text(client_of(zone_staff()).get(f"/kampanye/{draft.slug}"))
    at = clock.now()
    coming = a_campaign(at=at, starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2))
    assert "Begins" in text(Client(headers={"Accept-Language": "en"}).get(f"/kampanye/{coming.slug}"))
    over = a_campaign(at=at, starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=2))
    commerce.end_campaign(actor=SYSTEM, campaign_id=over.id, at=at)
    assert "ended" in text(Client(headers={"Accept-Language": "en"}).get(f"/kampanye/{over.slug}"))


def test_home_search_product_and_cart_show_the_campaign_s_price():
    campaign = running(name="Belanja 11.11")
    product, offer = offered(campaign, units=4, per_buyer=2)
    buyer = a_buyer()
    client = client_of(buyer)
    home = text(client.get("/"))
    assert "Belanja 11.11" in home
    assert "Rp40,000" in home
    assert "Rp40,000" in text(client.get("/cari?q=batik"))
    page = client.get(f"/produk/{product.slug}")
    assert "4 of 4 left at this price" in text(page)
    assert 'max="2"' in page.content.decode()
    form = {"variant": ids.public("var", offer.variant_id), "quantity": 2, "request_id": str(ids.uuid7())}
    cart = client.post(reverse("shop:cart_add"), form | {"seen": f"{offer.variant_id} {CHEAP}"}, follow=True)
    assert "Rp80,000" in text(cart)
    assert CartLine.objects.get(person_id=buyer.person_id).campaign_offer_id == offer.id


def test_a_price_that_changed_since_the_page_was_read_is_told_and_nothing_is_held():
    product, offer = offered()
    buyer = a_buyer()
    form = {"variant": ids.public("var", offer.variant_id), "quantity": 1, "request_id": str(ids.uuid7())}
    form |= {"seen": f"{offer.variant_id} {PRICE}", "back": f"/produk/{product.slug}"}
    page = client_of(buyer).post(reverse("shop:cart_add"), form, follow=True)
    assert "was Rp50,000 when you looked and is Rp40,000 now" in text(page)
    assert not CartLine.objects.filter(person_id=buyer.person_id).exists()


def test_home_shows_no_banner_where_no_campaign_runs():
    at = clock.now()
    a_campaign(name="Baru besok", at=at, starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2))
    assert "Baru besok" not in text(Client().get("/"))


# Sellers


def test_a_seller_enters_a_product_once_sees_what_is_left_and_takes_it_out():
    business, campaign = a_business(), running(name="Belanja 11.11")
    product = something_for_sale(business=business, stock=40, at=clock.now() - timedelta(days=1))
    client = client_of(owner_of(business))
    desk = reverse("seller:campaigns", args=[business.slug])
    enter = reverse("seller:campaign_enter", args=[business.slug, public(campaign)])
    assert "You can take part" in text(client.get(desk))
    assert "Batik tulis" in text(client.get(enter))
    variant = ids.public("var", product.variants[0].id)
    form = {"request_id": str(ids.uuid7()), "variant": variant, "price": "40.000", "units": "10", "per_buyer": "2"}
    for _ in range(2):
        assert client.post(enter, form).status_code == 302
    (row,) = CampaignOffer.objects.all()
    assert (row.price_minor, row.units, row.per_buyer) == (CHEAP, 10, 2)
    a_checkout(lines=[wanted(product, 2)], at=clock.now())
    assert "2 sold, 8 left of 10" in text(client.get(desk))
    withdraw = reverse("seller:campaign_withdraw", args=[business.slug, ids.public("cof", row.pk)])
    assert "cannot be entered into this campaign again" in text(client.get(withdraw))
    assert client.post(withdraw).status_code == 302
    level = commerce.stock_levels([(business.id, product.variants[0].id)])[product.variants[0].id]
    assert level.available == 38
    assert "Taken out" in text(client.get(desk))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("price", "50.000", "below the ordinary one"),
        ("units", "41", "are in stock"),
        ("per_buyer", "11", "no more than there are"),
    ],
)
def test_a_wrong_entry_is_told_beside_the_field(field, value, words):
    business, campaign = a_business(), running()
    product = something_for_sale(business=business, stock=40, at=clock.now() - timedelta(days=1))
    form = {"request_id": str(ids.uuid7()), "variant": ids.public("var", product.variants[0].id)}
    form |= {"price": "40.000", "units": "10", "per_buyer": "2"} | {field: value}
    enter = reverse("seller:campaign_enter", args=[business.slug, public(campaign)])
    page = client_of(owner_of(business)).post(enter, form)
    assert page.status_code == 422
    assert words in text(page)
    assert not CampaignOffer.objects.exists()


def test_another_business_sees_and_moves_nothing_of_it():
    business, other, campaign = a_business(), a_business(), running()
    _, offer = offered(campaign, business=business)
    client = client_of(owner_of(other))
    own, foreign = other.slug, business.slug
    offer_id = ids.public("cof", offer.id)
    for name, args in (
        ("seller:campaigns", [foreign]),
        ("seller:campaign_enter", [foreign, public(campaign)]),
        ("seller:campaign_results", [foreign, public(campaign)]),
        ("seller:campaign_withdraw", [foreign, offer_id]),
        ("seller:campaign_withdraw", [own, offer_id]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404, name
        if name != "seller:campaigns" and "results" not in name:
            assert client.post(reverse(name, args=args), {}).status_code in (404, 422), name
    assert CampaignOffer.objects.get(pk=offer.id).state == "accepted"
    own_file = client.get(reverse("seller:campaign_results", args=[own, public(campaign)]))
    assert len(rows_of(own_file)) == 1


def rows_of(response) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_results_leave_as_csv_for_the_seller_and_for_staff():
    business, campaign = a_business(), running()
    product, _ = offered(campaign, business=business, units=10, per_buyer=3)
    offered(campaign)
    a_checkout(lines=[wanted(product, 3)], at=clock.now())
    seller = rows_of(
        client_of(owner_of(business)).get(reverse("seller:campaign_results", args=[business.slug, public(campaign)]))
    )
    assert len(seller) == 2
    figures = dict(zip(seller[0], seller[1], strict=True))
    assert (figures["Units sold"], figures["Paid"], figures["Units left"]) == ("3", "120000.00", "7")
    staff = rows_of(client_of(zone_staff()).get(reverse("shop:campaign_results", args=[public(campaign)])))
    assert len(staff) == 3
    assert seller[1] in staff


# Staff


def test_staff_open_publish_change_and_end_a_campaign():
    client = client_of(zone_staff())
    at = clock.now().replace(microsecond=0)
    local = [(at + timedelta(hours=7) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S") for days in (-1, 1)]
    key = ids.uuid7()
    form = {"request_id": str(key), "name": "Belanja 11.11", "slug": "belanja", "summary": "Murah."}
    form |= {"starts_at": local[0], "ends_at": local[1], "needs_approval": "on"}
    for _ in range(2):
        assert client.post(reverse("shop:campaign_new"), form).status_code == 302
    page = reverse("shop:campaign_desk", args=[ids.public("cmp", key)])
    assert "Draft" in text(client.get(reverse("shop:campaigns_desk")))
    assert client.post(reverse("shop:campaign_publish", args=[ids.public("cmp", key)])).status_code == 302
    campaign = commerce.campaign(slug="belanja")
    assert (campaign.ends_at, campaign.needs_approval) == (at + timedelta(days=1), True)
    product, offer = offered(campaign)
    assert "Waits for the zone" in text(client.get(page))
    offer_id = ids.public("cof", offer.id)
    client.post(reverse("shop:campaign_accept", args=[ids.public("cmp", key), offer_id]))
    assert CampaignOffer.objects.get(pk=offer.id).state == "accepted"
    assert client.post(page, form | {"name": "Masih ada"}).status_code == 302
    assert commerce.campaign(slug="belanja").name == "Masih ada"
    wrong = client.post(page, form | {"starts_at": local[1]})
    assert wrong.status_code == 422
    assert client.get(reverse("shop:campaign_end", args=[ids.public("cmp", key)])).status_code == 200
    client.post(reverse("shop:campaign_end", args=[ids.public("cmp", key)]))
    assert commerce.price_at(variant_id=offer.variant_id, at=clock.now()).amount_minor == PRICE
    assert product


def test_staff_turn_a_product_down_with_a_reason_that_the_seller_reads():
    business, campaign = a_business(), running(needs_approval=True)
    _, offer = offered(campaign, business=business)
    decline = reverse("shop:campaign_decline", args=[public(campaign), ids.public("cof", offer.id)])
    client = client_of(zone_staff())
    assert client.get(decline).status_code == 200
    assert client.post(decline, {"reason": ""}).status_code == 422
    assert client.post(decline, {"reason": "Foto belum ada"}).status_code == 302
    desk = client_of(owner_of(business)).get(reverse("seller:campaigns", args=[business.slug]))
    assert "Foto belum ada" in text(desk)


@pytest.mark.parametrize(
    "name", ["campaigns_desk", "campaign_new", "campaign_desk", "campaign_end", "campaign_results"]
)
def test_the_staff_s_pages_are_staff_s(name):
    args = [] if name in ("campaigns_desk", "campaign_new") else [public(running())]
    address = reverse(f"shop:{name}", args=args)
    assert client_of(a_person()).get(address).status_code == 403
    assert client_of(owner_of(a_business())).post(address, {}).status_code in (403, 405)
    assert client_of(zone_staff()).get(address).status_code == 200


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
def test_each_page_opens_in_every_language(language):
    business, campaign = a_business(), running()
    offered(campaign, business=business)
    staff, seller = client_of(zone_staff()), client_of(owner_of(business))
    opened = [(seller, f"/kampanye/{campaign.slug}"), (seller, reverse("seller:campaigns", args=[business.slug]))]
    opened += [(seller, reverse("seller:campaign_enter", args=[business.slug, public(campaign)]))]
    opened += [(staff, reverse("shop:campaigns_desk")), (staff, reverse("shop:campaign_desk", args=[public(campaign)]))]
    for client, address in opened:
        client.cookies["kawasan_language"] = language
        assert client.get(address).status_code == 200, address


# JSON


def send(client, path, body=None, key=None, method="post"):
    return getattr(client, method)(
        f"/v1/{path}",
        body or {},
        content_type="application/json",
        headers={"Idempotency-Key": key or f"key-{uuid4()}"},
    )


def test_a_program_reads_campaigns_without_a_key():
    campaign = running(slug="belanja-11-11")
    _, offer = offered(campaign, units=6)
    (item,) = Client().get("/v1/campaigns").json()["items"]
    assert (item["slug"], item["state"]) == ("belanja-11-11", "running")
    for name in ("belanja-11-11", public(campaign)):
        assert Client().get(f"/v1/campaigns/{name}").json() == item
    (found,) = Client().get("/v1/campaigns/belanja-11-11/offers").json()["items"]
    assert (found["id"], found["left"], found["price_minor"]) == (ids.public("cof", offer.id), 6, CHEAP)
    product = Client().get(f"/v1/products/{ids.public('prd', offer.product_id)}").json()
    assert product["variants"][0]["campaign"]["slug"] == "belanja-11-11"
    assert product["variants"][0]["price_minor"] == CHEAP


def test_staff_and_sellers_work_over_json_and_a_repeat_gets_the_first_answer():
    at, business = clock.now(), a_business()
    product = something_for_sale(business=business, stock=40, at=at - timedelta(days=1))
    staff, seller = client_of(zone_staff()), client_of(owner_of(business))
    body = {"name": "Belanja", "slug": "belanja", "starts_at": at.isoformat()}
    body |= {"ends_at": (at + timedelta(hours=2)).isoformat(), "needs_approval": True}
    first, again = (send(staff, "campaigns", body, key="the-same-key") for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    campaign = first.json()["id"]
    assert send(staff, f"campaigns/{campaign}", body | {"name": "Baru"}, method="put").json()["name"] == "Baru"
    assert send(staff, f"campaigns/{campaign}/publication").json()["state"] == "running"
    entry = {"business_id": ids.public("biz", business.id), "variant_id": ids.public("var", product.variants[0].id)}
    entry |= {"price_minor": CHEAP, "units": 5, "per_buyer": 1}
    offer = send(seller, f"campaigns/{campaign}/offers", entry)
    assert (offer.status_code, offer.json()["state"]) == (201, "waiting")
    offer_id = offer.json()["id"]
    assert send(staff, f"campaign-offers/{offer_id}/acceptance").json()["state"] == "accepted"
    own = seller.get(f"/v1/businesses/{ids.public('biz', business.id)}/campaign-offers").json()["items"]
    assert [item["id"] for item in own] == [offer_id]
    owner = {"business_id": ids.public("biz", business.id)}
    assert send(seller, f"campaign-offers/{offer_id}/withdrawal", owner).json()["returned"] == 5
    assert send(staff, f"campaigns/{campaign}/end").json()["state"] == "ended"


def test_writing_is_refused_to_strangers_and_to_those_without_the_role():
    campaign = running()
    _, offer = offered(campaign)
    offer_id = ids.public("cof", offer.id)
    paths = ["campaigns", f"campaigns/{public(campaign)}/publication", f"campaigns/{public(campaign)}/end"]
    paths += [f"campaign-offers/{offer_id}/acceptance", f"campaign-offers/{offer_id}/refusal"]
    paths += [f"campaigns/{public(campaign)}/offers", f"campaign-offers/{offer_id}/withdrawal"]
    at = clock.now()
    body = {"name": "x", "slug": "xx", "starts_at": at.isoformat(), "ends_at": (at + timedelta(1)).isoformat()}
    body |= {"business_id": ids.public("biz", offer.business_id), "variant_id": ids.public("var", offer.variant_id)}
    body |= {"price_minor": 1, "units": 1, "per_buyer": 1, "reason": "tidak"}
    for path in paths:
        assert send(Client(), path, body).status_code == 401, path
        assert send(client_of(a_person()), path, body).status_code in (403, 404), path
    assert commerce.campaign(slug=campaign.slug) == campaign
    assert CampaignOffer.objects.get().state == "accepted"


def test_a_limit_is_refused_over_json_with_its_code():
    product, _ = offered(per_buyer=2)
    line = {"variant_id": ids.public("var", product.variants[0].id), "quantity": 3}
    answer = send(client_of(a_buyer()), "cart/lines", line)
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign-limit-reached")
