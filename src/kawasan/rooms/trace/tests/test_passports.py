"""Batches, steps, passports, recalls: what sellers do, what buyers see, and what strangers may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.builders.orders import a_buyer, a_checkout, seller_of, something_for_sale, wanted
from tests.builders.trace import AT, a_batch, a_step, member_of
from tests.builders.zone import a_business, a_person, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.addresses import zone_address
from kawasan.platform.db import see_as
from kawasan.platform.followers import catch_up, rebuild
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.models import Product
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models, tasks
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import Person

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
GTIN = "6291041500213"


def public(batch: trace.Batch) -> str:
    return ids.public("bch", batch.id)


def signed_in(business: zone.Business) -> Client:
    client = Client()
    client.force_login(owner_of(business))
    return client


def test_goods_with_a_gtin_are_named_by_gs1_and_others_by_the_zone() -> None:
    business = a_business()
    plain = a_batch(something_for_sale(business=business))
    assert plain.uri == f"http://testserver/asal/{public(plain)}"
    product = something_for_sale(business=business)
    Product.objects.filter(pk=product.id).update(gtin=GTIN)
    named = a_batch(product, lot="A.1")
    assert named.uri == f"https://id.gs1.org/01/0{GTIN}/10/A.1"
    client = Client()
    answer = client.get(f"/01/{GTIN}/10/A.1")
    assert (answer.status_code, answer["Location"]) == (307, f"http://testserver/asal/{public(named)}")
    assert client.get(f"/gtin/{GTIN}/lot/A.1/ser/77").status_code == 307
    assert f"/produk/{product.slug}" in client.get(f"/01/{GTIN}")["Location"]
    linkset = client.get(f"/01/{GTIN}/10/A.1?linkType=linkset").json()["linkset"][0]
    assert linkset["anchor"] == named.uri
    assert linkset["https://gs1.org/voc/traceability"][0]["href"].endswith(public(named))
    by_accept = client.get(f"/01/{GTIN}", headers={"accept": "application/linkset+json"})
    assert by_accept["Content-Type"] == "application/linkset+json"
    assert client.get("/.well-known/gs1resolver").json()["supportedPrimaryKeys"] == ["all"]
    assert client.get("/01/6291041500214").status_code == 400
    assert client.get("/01/4006381333931").status_code == 404
    refused = client.get("/01/4006381333931", headers={"accept": "application/linkset+json"})
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")
    assert (refused["Access-Control-Allow-Origin"], refused.json()["code"]) == ("*", "unknown-identifier")


def test_a_step_noted_without_knowing_epcis_is_a_valid_event_once() -> None:
    batch = a_batch(something_for_sale())
    key = ids.uuid7()
    event = a_step(batch, id=key, note="Petik merah", celsius=21.5)
    assert a_step(batch, id=key, note="Petik merah", celsius=21.5).id == event.id
    (step,) = trace.journey(batch=batch)
    assert (step.text, step.place, step.note) == ("Harvested", "Kabupaten Tana Toraja, Sulawesi Selatan", "Petik merah")
    assert step.point == (-3.10, 119.85)
    assert [one.celsius for one in step.readings] == [21.5]
    a_step(batch, "made")
    assert [one.text for one in trace.journey(batch=batch)] == ["Harvested", "Produced"]
    with pytest.raises(trace.StepInvalid):
        a_step(batch, happened_at=AT + timedelta(days=2))
    with pytest.raises(Refusal):
        a_step(batch, region="99.99")
    see_as(SYSTEM)
    assert [*trace.verify_events(), *trace.verify_captures()] == []


def test_a_passport_shows_where_parts_came_from_and_who_says_so() -> None:
    farm, roaster = a_business(name="Kelompok Tani Sapan"), a_business(name="Sangrai Makassar")
    beans = a_batch(something_for_sale(business=farm))
    a_step(beans, "harvested")
    roasted = a_batch(something_for_sale(business=roaster, name="Kopi Toraja"), lot="R-9")
    a_step(roasted, "roasted", region="73.71", happened_at=datetime(2026, 11, 9, tzinfo=UTC), sources=(beans.uri,))
    page = Client().get(f"/asal/{public(roasted)}", **ENGLISH).content.decode()
    for shown in (
        "Kopi Toraja",
        "Harvested",
        "of a part",
        "Kelompok Tani Sapan",
        "Roasted",
        "Sangrai Makassar",
        "<svg",
    ):
        assert shown in page
    assert page.index("Harvested") < page.index("Roasted")
    trace.set_shows_steps(actor=member_of(farm), business_id=farm.id, shows_steps=False, at=AT)
    page = Client().get(f"/asal/{public(roasted)}", **ENGLISH).content.decode()
    assert "Kelompok Tani Sapan" not in page
    assert "Kelompok Tani Sapan" in Client().get(f"/asal/{public(beans)}", **ENGLISH).content.decode()
    hidden = {"quantity": 50, "story": "", "is_public": False, "at": AT}
    trace.change_batch(actor=member_of(roaster), business_id=roaster.id, batch_id=roasted.id, **hidden)
    assert Client().get(f"/asal/{public(roasted)}").status_code == 404


def test_each_step_is_a_leaf_of_the_log() -> None:
    batch = a_batch(something_for_sale())
    event = a_step(batch)
    catch_up("log.leaves")
    told = Client().get(f"/asal/{public(batch)}/bukti/{ids.public('evt', event.id)}").json()
    assert (told["kind"], told["event"]) == ("epcis.event", event.event_id)
    assert len(bytes.fromhex(told["entry"])) > 32
    assert Client().get(f"/asal/{public(batch)}/bukti/{ids.public('evt', ids.uuid7())}").status_code == 404


def test_orders_take_from_the_batch_that_expires_first_and_returns_go_back() -> None:
    product = something_for_sale(stock=20)
    late = a_batch(product, lot="LATE", quantity=10, expires_on=date(2027, 6, 1))
    early = a_batch(product, lot="EARLY", quantity=3, expires_on=date(2027, 1, 1))
    order = a_checkout(lines=[wanted(product, 5)]).orders[0]
    see_as(SYSTEM)
    catch_up("trace.draws")
    assert dict(models.Draw.objects.values_list("batch_id", "quantity")) == {early.id: 3, late.id: 2}
    rows = list(models.Draw.objects.order_by("id").values())
    assert rebuild("trace.draws") >= 0
    assert list(models.Draw.objects.order_by("id").values()) == rows
    buyer = zone.actor_of_person(person_id=order.buyer_id)
    commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=AT)
    see_as(SYSTEM)
    catch_up("trace.draws")
    assert set(models.Batch.objects.values_list("drawn", flat=True)) == {0}


def test_a_recall_finds_and_tells_every_buyer_of_what_the_batch_went_into() -> None:
    farm, roaster = a_business(), a_business()
    beans = a_batch(something_for_sale(business=farm, stock=10), quantity=10, lot="BAD")
    bags = something_for_sale(business=roaster, stock=10)
    roasted = a_batch(bags, quantity=10, lot="BAGS")
    other = a_batch(bags, quantity=10, lot="OTHER", expires_on=date(2026, 12, 1))
    a_step(roasted, "roasted", sources=(beans.uri,))
    buyer = a_buyer()
    a_checkout(buyer=buyer, lines=[wanted(bags, 10)])  # takes all of OTHER, which expires first
    mine = a_checkout(buyer=buyer, lines=[wanted(something_for_sale(business=a_business()))])
    see_as(SYSTEM)
    catch_up("trace.draws")
    assert models.Draw.objects.get().batch_id == other.id
    commerce.move_stock(
        actor=seller_of(roaster.id), business_id=roaster.id, variant_id=bags.variants[0].id, movement_id=ids.uuid7(),
        quantity=5, reason=commerce.StockReason.RECEIVED, note="", at=AT,
    )  # fmt: skip
    order = a_checkout(buyer=buyer, lines=[wanted(bags, 4)]).orders[0]
    see_as(SYSTEM)
    catch_up("trace.draws")
    client = signed_in(farm)
    page = client.get(f"/jualan/{farm.slug}/asal/{public(beans)}/penarikan", **ENGLISH).content.decode()
    assert "BAGS" in page
    assert order.number not in page  # another business's buyers are not the farm's to see
    seen = (
        signed_in(roaster).get(f"/jualan/{roaster.slug}/asal/{public(roasted)}/penarikan", **ENGLISH).content.decode()
    )
    assert order.number in seen
    told = {"reason": "Jamur ditemukan di gudang.", "confirmed": "on"}
    assert client.post(f"/jualan/{farm.slug}/asal/{public(beans)}/penarikan", told).status_code == 302
    see_as(SYSTEM)
    assert set(models.Batch.objects.filter(recalled_at__isnull=False).values_list("lot", flat=True)) == {"BAD", "BAGS"}
    notice = models.Notice.objects.get()
    assert (notice.order_id, notice.person_id) == (order.id, buyer.person_id)
    with pytest.raises(trace.BatchRecalled):
        trace.recall(
            actor=member_of(farm), business_id=farm.id, batch_id=beans.id, reason="Sekali lagi", region="73.18", at=AT
        )
    see_as(SYSTEM)
    assert len(trace.take_unmailed(at=AT)) == 1
    assert trace.take_unmailed(at=AT) == ()
    tasks.send_notice(batch_id=str(notice.batch_id), person_id=str(notice.person_id), order_id=str(order.id))
    assert "Jamur ditemukan" in mail.outbox[-1].body
    assert order.number in mail.outbox[-1].body
    assert f"{zone_address()}/pesanan/{ids.public('ord', order.id)}" in mail.outbox[-1].body.splitlines()
    reader = Client()
    reader.force_login(Person.objects.get(pk=buyer.person_id))
    assert "Jamur ditemukan" in reader.get("/penarikan").content.decode()
    assert "Recalled" in Client().get(f"/asal/{public(roasted)}", **ENGLISH).content.decode()
    assert mine.orders[0].number not in page


def test_a_seller_does_it_all_by_forms_and_twice_is_once() -> None:
    business = a_business()
    product = something_for_sale(business=business)
    client = signed_in(business)
    base = f"/jualan/{business.slug}/asal"
    assert "No batch yet" in client.get(base, **ENGLISH).content.decode()
    key = ids.public("bch", ids.uuid7())
    told = {
        "id": key,
        "product": ids.public("prd", product.id),
        "lot": "B-1",
        "quantity": "12",
        "made_on": "2026-11-01",
    }
    assert client.post(f"{base}/baru", told).status_code == 302
    assert client.post(f"{base}/baru", told).status_code == 302
    taken = client.post(f"{base}/baru", told | {"id": ids.public("bch", ids.uuid7())}, **ENGLISH)
    assert (taken.status_code, "This batch number is taken" in taken.content.decode()) == (422, True)
    step = {
        "id": ids.public("stp", ids.uuid7()), "kind": "harvested", "happened_at": "2026-11-02T07:30",
        "time_zone": "Asia/Makassar", "region": "Tana Toraja",
    }  # fmt: skip
    assert "Harvested" in client.get(f"{base}/{key}/langkah", **ENGLISH).content.decode()
    assert client.post(f"{base}/{key}/langkah", step).status_code == 302
    assert client.post(f"{base}/{key}/langkah", step).status_code == 302
    wrong = client.post(f"{base}/{key}/langkah", step | {"region": "Atlantis xyzzy"}, **ENGLISH)
    assert wrong.status_code == 422
    paper = {
        "id": ids.public("crt", ids.uuid7()), "name": "Organik", "issuer": "INOFICE", "valid_from": "2026-01-01",
        "valid_until": "2028-01-01", "file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 paper"),
    }  # fmt: skip
    assert client.post(f"{base}/{key}/sertifikat", paper).status_code == 302
    bad = paper | {"id": ids.public("crt", ids.uuid7()), "file": SimpleUploadedFile("x.pdf", b"<html>")}
    assert client.post(f"{base}/{key}/sertifikat", bad).status_code == 422
    page = client.get(f"{base}/{key}", **ENGLISH).content.decode()
    assert page.count("Harvested") == 1
    shown = Client().get(f"/asal/{key}", **ENGLISH).content.decode()
    assert "Organik" in shown
    assert "valid until" in shown
    assert Client().get(f"/sertifikat/{paper['id']}").content == b"%PDF-1.7 paper"
    assert "Harvested" in b"".join(client.get(f"{base}/{key}/langkah.csv", **ENGLISH).streaming_content).decode()
    label = client.get(f"{base}/{key}/label.pdf")
    assert label.content[:5] == b"%PDF-"
    assert client.post(f"{base}/{key}/sertifikat/{paper['id']}/tarik").status_code == 302
    assert Client().get(f"/sertifikat/{paper['id']}").status_code == 404


def test_a_doubt_reaches_staff_and_an_upheld_one_stands_in_the_passport() -> None:
    batch = a_batch(something_for_sale())
    visitor = Client()
    told = {"id": ids.public("dbt", ids.uuid7()), "text": "Ini bukan dari Toraja, saya tahu.", "contact": "08123"}
    assert visitor.post(f"/asal/{public(batch)}/keraguan", told).status_code == 302
    assert visitor.post(f"/asal/{public(batch)}/keraguan", told).status_code == 302
    short = told | {"id": ids.public("dbt", ids.uuid7()), "text": "no"}
    assert visitor.post(f"/asal/{public(batch)}/keraguan", short).status_code == 422
    staff = Client()
    staff.force_login(zone_staff())
    assert "08123" in staff.get("/kawasan/asal").content.decode()
    decision = {"answer": "Benar, asalnya dari Enrekang.", "decision": "uphold"}
    assert staff.post(f"/kawasan/asal/{told['id']}", decision).status_code == 302
    page = visitor.get(f"/asal/{public(batch)}").content.decode()
    assert "Enrekang" in page
    assert "08123" not in page
    see_as(SYSTEM)
    assert models.Doubt.objects.count() == 1


def test_strangers_and_other_businesses_see_and_change_nothing() -> None:
    batch = a_batch(something_for_sale())
    owner = zone.business(business_id=batch.business_id)
    other = a_business()
    client = signed_in(other)
    for path in ("", "/langkah", "/penarikan", "/label.pdf", "/pembeli.csv", "/langkah.csv"):
        assert client.get(f"/jualan/{owner.slug}/asal/{public(batch)}{path}").status_code == 404
        assert client.get(f"/jualan/{other.slug}/asal/{public(batch)}{path}").status_code == 404
    assert client.post(f"/jualan/{other.slug}/asal/{public(batch)}/ubah", {"quantity": 9}).status_code in (404, 422)
    ordinary = Client()
    ordinary.force_login(a_person())
    assert ordinary.get("/kawasan/asal").status_code == 403
    see_as(member_of(other))
    assert models.Batch.objects.count() == 0
    see_as(SYSTEM)
    assert models.Batch.objects.get().quantity == 50


def test_a_broken_cold_chain_becomes_one_event_of_the_batch_it_travelled_with() -> None:
    batch = a_batch(something_for_sale())
    alarm = trace.Alarm(
        id=ids.uuid7(), business_id=batch.business_id, device_id=ids.uuid7(), device_name="Truk 7", reference=batch.lot,
        property_uri="https://gs1.org/voc/Temperature", uom="CEL", started_at=AT - timedelta(hours=2),
        ended_at=AT - timedelta(hours=1), lowest=9.0, highest=14.5, mean=11.25,
    )  # fmt: skip
    assert trace.note_alarm(alarm=alarm, at=AT)
    assert trace.note_alarm(alarm=alarm, at=AT)
    (step,) = trace.journey(batch=batch)
    assert (step.place, step.note) == ("", "Truk 7")
    assert [(one.celsius, one.is_alarm, one.highest) for one in step.readings] == [(11.25, True, 14.5)]
    page = Client().get(f"/asal/{public(batch)}", **ENGLISH).content.decode()
    assert "too warm or too cold" in page
    assert "9.0 – 14.5 °C" in page
    assert not trace.note_alarm(alarm=replace(alarm, reference="nothing"), at=AT)
    see_as(SYSTEM)
    assert list(trace.verify_events()) == []


def test_what_stands_on_a_label_leads_to_its_passport() -> None:
    product = something_for_sale(stock=10)
    Product.objects.filter(pk=product.id).update(gtin=GTIN)
    named = a_batch(replace(product, gtin=GTIN), lot="KOPI-7")
    plain = a_batch(something_for_sale(stock=10), lot="BATIK-1")
    hidden = a_batch(something_for_sale(stock=10), lot="HIDDEN")
    models.Batch.objects.filter(pk=hidden.id).update(is_public=False)
    client = Client()

    def found(code: str) -> str:
        answer = client.get("/asal", {"kode": code}, **ENGLISH)
        return answer["Location"] if answer.status_code == 302 else str(answer.status_code)

    for code in (f"https://zone.example/01/0{GTIN}/10/KOPI-7", f"(01)0{GTIN}(17)270101(10)KOPI-7", GTIN, named.uri):
        assert found(code) == f"/asal/{public(named)}", code
    for code in (f"https://zone.example/asal/{public(plain)}", public(plain)):
        assert found(code) == f"/asal/{public(plain)}"
    for code in (public(hidden), "bch_x", "629104150021", "?", "/01/", "https://", "(01)", "x" * 500, "\0"):
        assert found(code) == "404", code
    listed = client.get("/asal", **ENGLISH).content.decode()
    assert ("BATIK-1" in listed, "HIDDEN" in listed) == (True, False)
    a_batch(replace(product, gtin=GTIN), lot="KOPI-8")
    both = client.get("/asal", {"kode": GTIN}, **ENGLISH)
    assert (both.status_code, "KOPI-7" in both.content.decode(), "KOPI-8" in both.content.decode()) == (200, True, True)


def test_a_product_and_an_order_lead_to_the_passports_of_their_batches() -> None:
    product = something_for_sale(stock=10)
    batch, hidden = a_batch(product, lot="OPEN-1"), a_batch(product, lot="SHUT-1")
    models.Batch.objects.filter(pk=hidden.id).update(is_public=False)
    buyer = a_buyer()
    order = a_checkout(buyer=buyer, lines=[wanted(product, 2)]).orders[0]
    see_as(SYSTEM)
    catch_up("trace.draws")
    page = Client().get(f"/produk/{product.slug}", **ENGLISH).content.decode()
    assert (f"/asal/{public(batch)}" in page, "SHUT-1" in page) == (True, False)
    client, address = Client(), f"/pesanan/{ids.public(commerce.ORDER_PREFIX, order.id)}"
    client.force_login(Person.objects.get(pk=buyer.person_id))
    seen = client.get(address, **ENGLISH).content.decode()
    assert (f"/asal/{public(batch)}" in seen, "is recalled" in seen) == (True, False)
    see_as(SYSTEM)
    models.Batch.objects.filter(pk=batch.id).update(recalled_at=AT, recall_reason="Jamur.")
    seen = client.get(address, **ENGLISH).content.decode()
    assert "Batch OPEN-1, which you got, is recalled" in seen
    assert 'href="/penarikan"' in seen
    assert client.get("/penarikan").status_code == 200
