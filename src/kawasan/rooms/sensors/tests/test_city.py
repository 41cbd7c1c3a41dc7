"""The clean city: what is due and in which order, missed bins, weighings; the waste bank pays once, never overdrawn."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders.payments import money_for_a_business, posted
from tests.builders.sensors import AT, a_device
from tests.builders.zone import a_business, a_member, a_person, an_actor, owner_of, zone_staff
from tests.databases import SCHEMA

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden, NotFound, Refusal
from kawasan.core.money import rupiah
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.payments import api as payments
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.queries import city as city_queries
from kawasan.rooms.sensors.rules.routes import metres, nearest_next
from kawasan.rooms.zone import api as zone

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
DAY = clock.business_day(AT)
PLASTIC, PAPER = sensors.Material.PLASTIC, sensors.Material.PAPER


def a_bin(name: str, longitude: float, fill: float | None = None, *, at: Any = AT) -> sensors.DeviceKey:
    made = a_device(
        zone.ZONE_OWNER, kind=sensors.DeviceKind.BIN, name=name, device_id=ids.uuid7(), at=at,
        streams=[sensors.NewStream("fill", "fill", "%", 0, 100)], position=sensors.Position(longitude, -6.9),
    )  # fmt: skip
    if fill is not None:
        sensors.take_readings(secret=made.secret, readings=[sensors.NewReading("fill", at, fill)], at=at)
    return made


def a_waste_bank(whole_rupiah: int = 100_000, *, at: Any = AT, **per_kg: int) -> zone.Business:
    business = a_business()
    if whole_rupiah:
        money_for_a_business(business.id, whole_rupiah, at=at)
    for name, price in (per_kg or {"plastic": 2_500, "paper": 1_200}).items():
        sensors.set_price(
            actor=SYSTEM, price_id=ids.uuid7(), owner_id=business.id, material=sensors.Material(name),
            per_kg=rupiah(price), starts_on=clock.business_day(at), at=at,
        )  # fmt: skip
    return business


def brought(business: zone.Business, person: Any, *what: tuple[sensors.Material, int], **changes: Any) -> sensors.Visit:
    given: dict[str, Any] = {
        "actor": SYSTEM, "visit_id": ids.uuid7(), "owner_id": business.id, "email": person.email,
        "brought": [sensors.Brought(*one) for one in what], "at": AT,
    }  # fmt: skip
    return sensors.take_waste(**(given | changes))


def test_the_nearest_is_always_next():
    places = [("c", (3.0, 0.0)), ("a", (1.0, 0.0)), ("b", (2.0, 0.0))]
    order, way = nearest_next(places, (0.0, 0.0))
    assert order == ["a", "b", "c"]
    assert abs(way - 3 * metres((0, 0), (1, 0))) < 2
    assert nearest_next([], None) == ([], 0)
    assert abs(metres((107.6, -6.9), (106.8, -6.2)) - 117_900) < 1_500  # Bandung to Jakarta


@pytest.mark.django_db
def test_a_round_takes_what_is_due_and_what_was_missed_is_due_again():
    staff = an_actor(zone_staff().pk)
    full, far, half = a_bin("Dekat", 107.61, 90), a_bin("Jauh", 107.70, 75), a_bin("Setengah", 107.65, 40)
    made = sensors.plan_round(actor=staff, round_id=ids.uuid7(), day=DAY, at=AT)
    assert [stop.name for stop in made.stops] == ["Dekat", "Jauh"]
    assert sensors.plan_round(actor=staff, round_id=made.id, day=DAY, at=AT) == made
    sensors.collect(actor=staff, stop_id=made.stops[0].id, at=AT + timedelta(minutes=5))
    closed = sensors.close_round(actor=staff, round_id=made.id, at=AT + timedelta(hours=1))
    assert [stop.is_missed for stop in closed.stops] == [False, True]
    with pytest.raises(sensors.RoundClosed):
        sensors.collect(actor=staff, stop_id=made.stops[1].id, at=AT + timedelta(hours=2))
    told = {one.name: (one.fill, one.is_due) for one in sensors.city_bins(actor=staff, at=AT + timedelta(hours=2))}
    assert told == {"Dekat": (0.0, False), "Jauh": (75.0, True), "Setengah": (40.0, False)}
    later = {one.name for one in sensors.city_bins(actor=staff, at=AT + timedelta(days=4)) if one.is_due}
    assert later == {"Dekat", "Jauh", "Setengah"}
    figures = sensors.city_figures(month=DAY, at=AT)
    assert (figures.bins, figures.planned, figures.collected, figures.missed) == (3, 2, 1, 1)
    assert full.device.id != far.device.id != half.device.id


@pytest.mark.django_db
def test_only_staff_of_the_zone_plans_collects_and_weighs():
    owner = an_actor(owner_of(a_business()).pk)
    a_bin("Penuh", 107.6, 99)
    for attempt in (
        lambda: sensors.plan_round(actor=owner, round_id=ids.uuid7(), day=DAY, at=AT),
        lambda: sensors.city_bins(actor=owner, at=AT),
        lambda: sensors.weigh(actor=owner, weighing_id=ids.uuid7(), material=PLASTIC, district_code="", grams=5, at=AT),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert models.Round.objects.count() == models.Weighing.objects.count() == 0


@pytest.mark.django_db
def test_a_visit_is_paid_once_in_one_entry_with_the_prices_of_its_day():
    business, person = a_waste_bank(), a_person()
    made = brought(business, person, (PLASTIC, 1_234), (PAPER, 500))
    assert [line.amount_minor for line in made.lines] == [3_085_00, 600_00]
    again = brought(business, person, (PLASTIC, 1_234), (PAPER, 500), visit_id=made.id)
    assert again == made
    assert payments.wallet_balance(person_id=person.pk) == made.amount_minor == 3_685_00
    assert posted(payments.balance(business.id)) == 100_000_00 - 3_685_00
    with pytest.raises(sensors.VisitIdReused):
        brought(business, person, (PLASTIC, 1), visit_id=made.id)
    sensors.set_price(
        actor=SYSTEM, price_id=ids.uuid7(), owner_id=business.id, material=PLASTIC, per_kg=rupiah(5_000),
        starts_on=DAY + timedelta(days=1), at=AT,
    )  # fmt: skip
    tomorrow = AT + timedelta(days=1)
    assert brought(business, person, (PLASTIC, 1_000), at=tomorrow).amount_minor == 5_000_00
    assert brought(business, person, (PLASTIC, 1_000)).amount_minor == 2_500_00
    figures = sensors.city_figures(month=DAY, at=AT)
    assert (figures.visits, figures.paid_minor) == (3, 11_185_00)
    assert sensors.verify() == []
    models.WasteLine.objects.create(
        visit_id=made.id, owner_id=business.id, person_id=person.pk, material="glass", grams=1, per_kg_minor=1,
        amount_minor=1,
    )  # fmt: skip
    assert [one.code for one in sensors.verify()] == ["sensors-visit-differs"]


@pytest.mark.django_db
def test_what_cannot_be_paid_changes_nothing():
    business, person = a_waste_bank(1_000), a_person()
    attempts: list[tuple[type[Refusal], dict[str, Any], tuple[Any, ...]]] = [
        (payments.BusinessCannotPay, {}, ((PLASTIC, 1_000),)),
        (sensors.UnknownMember, {"email": "nobody@contoh.id"}, ((PLASTIC, 100),)),
        (sensors.NoPrice, {}, ((sensors.Material.METAL, 100),)),
        (sensors.WasteInvalid, {}, ()),
        (sensors.WasteInvalid, {}, ((PLASTIC, 0),)),
        (sensors.WasteInvalid, {}, ((PLASTIC, 10), (PLASTIC, 10))),
        (sensors.WasteInvalid, {}, ((PAPER, 0.1),)),
        (NotFound, {"actor": an_actor(owner_of(a_business()).pk)}, ((PLASTIC, 100),)),
    ]
    for kind, changes, what in attempts:
        with pytest.raises(kind):
            brought(business, person, *what, **changes)
    assert models.WasteVisit.objects.count() == models.WasteLine.objects.count() == 0
    assert posted(payments.balance(business.id)) == 1_000_00
    accountant = an_actor(business=business, role="accountant")
    with pytest.raises(Forbidden):
        brought(business, person, (PLASTIC, 100), actor=accountant)
    with pytest.raises(sensors.WasteInvalid):
        sensors.set_price(
            actor=SYSTEM, price_id=ids.uuid7(), owner_id=business.id, material=PAPER, per_kg=rupiah(1),
            starts_on=DAY - timedelta(days=1), at=AT,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_visits_at_the_same_moment_never_overdraw_the_waste_bank():
    with transaction(SYSTEM):
        business = a_waste_bank(10_000)
        people = [a_person() for _ in range(6)]
    paid: list[int] = []

    def come(person: Any) -> None:
        from django.db import connection

        with in_zone(SCHEMA):
            try:
                with transaction(SYSTEM):
                    paid.append(brought(business, person, (PLASTIC, 1_000)).amount_minor)
            except payments.BusinessCannotPay:
                pass
            finally:
                connection.close()

    threads = [threading.Thread(target=come, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paid == [2_500_00] * 4
    assert posted(payments.balance(business.id)) == 0
    assert models.WasteVisit.objects.count() == 4


@pytest.mark.django_db
def test_the_waste_bank_on_its_pages(client):
    now = clock.now()
    business, person = a_waste_bank(at=now), a_person(name="Siti")
    client.force_login(owner_of(business))
    desk = f"/jualan/{business.slug}/bank-sampah"
    page = client.get(desk, **ENGLISH).content.decode()
    given = {"id": re.search(r'name="id" value="(vis_\w+)"', page)[1], "email": person.email, "plastic": "2.5"}
    refused = client.post(desk, given | {"email": "nobody@contoh.id"}, **ENGLISH)
    assert refused.status_code == 422
    assert "with which they sign in" in refused.content.decode()
    for _ in range(2):
        made = client.post(desk, given)
        assert (made.status_code, made["Location"]) == (302, f"/setoran-sampah/{given['id']}")
    assert payments.wallet_balance(person_id=person.pk) == 6_250_00
    assert "Rp6,250" in client.get(made["Location"], **ENGLISH).content.decode()
    price = {"id": ids.public("prc", ids.uuid7()), "material": "glass", "per_kg": "300"}
    bad = client.post(f"{desk}/harga", price | {"starts_on": "2020-01-01"}, **ENGLISH)
    assert bad.status_code == 422
    assert client.post(f"{desk}/harga", price | {"starts_on": str(clock.business_day(now))}).status_code == 302
    assert "Glass" in client.get(desk, **ENGLISH).content.decode()
    client.force_login(person)
    assert "Rp6,250" in client.get("/setoran-sampah", **ENGLISH).content.decode()
    assert client.get(made["Location"]).status_code == 200
    assert client.get(desk).status_code == 404
    client.force_login(a_member(a_business()))
    assert client.get(made["Location"]).status_code == 404


@pytest.mark.django_db
def test_the_city_on_its_pages_and_for_everybody(client):
    now = clock.now()
    assert client.get("/kota-bersih").status_code == 200
    a_bin("Pasar Baru", 107.6, 92, at=now)
    client.force_login(zone_staff())
    page = client.get("/kawasan/kebersihan", **ENGLISH).content.decode()
    assert "Pasar Baru" in page
    planned = client.post("/kawasan/kebersihan/rencana", {"id": re.search(r"rnd_\w+", page)[0], "vehicle": "D 1 AB"})
    there = planned["Location"]
    assert "D 1 AB" in client.get(there, **ENGLISH).content.decode()
    stop = re.search(r"stp_\w+", client.get(there).content.decode())[0]
    assert client.post(f"{there}/catat", {"stop": stop}).status_code == 302
    assert client.post(f"{there}/catat", {"x": "1"}).status_code == 302
    assert "Round closed" in client.get(there, **ENGLISH).content.decode()
    weighing = {"id": ids.public("wgh", ids.uuid7()), "material": "plastic", "kilograms": "1250.25"}
    for _ in range(2):
        assert client.post("/kawasan/kebersihan/timbang", weighing | {"district_code": "32.73.01"}).status_code == 302
    wrong = client.post("/kawasan/kebersihan/timbang", weighing | {"district_code": "99.99.99"})
    assert wrong.status_code == 422
    csv = b"".join(client.get("/kawasan/kebersihan/timbang.csv", **ENGLISH).streaming_content).decode()
    assert csv.count("1250.25") == 1
    assert client.get("/kawasan/kebersihan/timbang.xlsx").status_code == 200
    client.logout()
    public = client.get("/kota-bersih", **ENGLISH).content.decode()
    assert public.count("1,250.25") == 3  # of the material, of the district, and the weighing itself
    assert zone.district("32.73.01").name in public
    assert client.get("/kota-bersih?bulan=nonsense").status_code == 200
    assert "1,250.25" not in client.get("/kota-bersih?bulan=2020-01", **ENGLISH).content.decode()
    assert date(2020, 1, 1) < clock.business_day(now)


@pytest.mark.django_db
def test_rounds_and_weighings_are_read_page_by_page_to_the_last(client, monkeypatch):
    monkeypatch.setattr(city_queries, "ROUNDS_SHOWN", 2)
    monkeypatch.setattr(city_queries, "WEIGHINGS_SHOWN", 2)
    staff = an_actor(zone_staff().pk)
    a_bin("Pasar Baru", 107.6, 92)
    for days in (0, 1, 1, 2, 2):
        sensors.plan_round(actor=staff, round_id=ids.uuid7(), day=DAY - timedelta(days=days), at=AT)
        sensors.weigh(actor=staff, weighing_id=ids.uuid7(), material=PAPER, district_code="", grams=1_000, at=AT)
    for read in (sensors.rounds, sensors.weighing_page):
        found, cursor = [], None
        while (page := read(actor=staff, cursor=cursor)).next_cursor:
            found, cursor = found + list(page.items), page.next_cursor
        found += page.items
        assert len({one.id for one in found}) == len(found) == 5
    client.force_login(zone_staff())
    for path in ("", "/timbang"):
        page = client.get(f"/kawasan/kebersihan{path}").content.decode()
        assert (
            client.get(f"/kawasan/kebersihan{path}" + re.search(r'rel="next" href="([^"]+)"', page)[1]).status_code
            == 200
        )
        assert client.get(f"/kawasan/kebersihan{path}?after=broken").status_code in (400, 422)


@pytest.mark.django_db
def test_who_may_only_look_is_offered_nothing_to_press(client):
    a_bin("Pasar Baru", 107.6, 92)
    made = sensors.plan_round(actor=an_actor(zone_staff().pk), round_id=ids.uuid7(), day=DAY, at=AT)
    device = ids.public("dev", made.stops[0].device_id)
    round_page, device_page = f"kebersihan/ronde/{made.public_id}", f"perangkat/{device}"
    pages = ("kebersihan", round_page, "kebersihan/timbang", "perangkat", device_page)
    for role, may in (("staff", True), ("auditor", False)):
        client.force_login(zone_staff(role))
        for page in pages:
            main = client.get(f"/kawasan/{page}").content.decode().partition("<main")[2].partition("</main>")[0]
            pressed = re.findall(r'method="post"|/perangkat/baru"|/ubah"|/kunci"', main)
            assert bool(pressed) == may, (role, page, pressed)
