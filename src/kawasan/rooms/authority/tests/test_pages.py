"""The authority's pages and API: who gets in, what they show, and that an export says what the page says."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from tests.builders.authority import a_completion, a_refund, a_sale
from tests.builders.commerce import a_product
from tests.builders.zone import a_business, a_person, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.money import Money, format_money
from kawasan.platform import followers
from kawasan.rooms.authority import api as authority
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db

PAGES = ("layar", "layar/angka", "layar/laporan", "layar/digitalisasi", "layar/digitalisasi/usaha")


@pytest.fixture(scope="module")
def sold(rows_of_module):
    """Three orders of two businesses: one paid, one cancelled, one completed and returned in part."""
    now = clock.now()
    weaver = a_business(name="Tenun Lestari", kbli_code="13121", regency_code="33.75")
    shop = a_business(name="Toko Cihampelas", kbli_code="47711", regency_code="32.73")
    a_sale(weaver.id, 100_000_00, at=now, qris=True)
    a_refund(a_sale(shop.id, 70_000_00, at=now), at=now)
    returned = a_sale(shop.id, 50_000_00, at=now)
    a_completion(returned, fee_minor=500_00, at=now)
    a_refund(returned, 20_000_00, at=now, from_seller=True)
    followers.catch_up()
    return weaver, shop


@pytest.fixture
def auditor(client):
    client.force_login(zone_staff("auditor"))
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(client, page):
    answer = client.get(f"/{page}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/akun/login/?next=%2Flayar")


@pytest.mark.parametrize(
    "page", [*PAGES, "layar/laporan/usaha/biz_00000000000000000000000000", "layar/laporan/transfer/1"]
)
@pytest.mark.parametrize("who", ["buyer", "owner"])
def test_buyers_and_owners_are_refused(client, page, who):
    client.force_login(a_person() if who == "buyer" else owner_of(a_business()))

    assert client.get(f"/{page}").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/v1/authority/figures?from=2026-11-01&to=2026-11-30",
        "/v1/authority/live",
        "/v1/authority/businesses/biz_00000000000000000000000000/transfers?from=2026-11-01&to=2026-11-30",
    ],
)
def test_programs_without_a_role_are_refused(client, path):
    assert client.get(path).status_code == 401
    client.force_login(owner_of(a_business()))
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_screen_shows_what_was_paid_and_what_is_left_of_it(auditor, sold):
    shown = text_of(auditor.get("/layar"))

    assert "Rp220.000" in shown  # paid
    assert "Rp130.000" in shown  # less 70,000 cancelled and 20,000 returned
    assert "Jawa Tengah" in shown
    assert "Kota Bandung" in shown or "Bandung" in shown
    assert 'hx-get="/layar/angka"' in auditor.get("/layar").content.decode()


def test_the_screen_names_no_person_and_no_business(auditor, sold):
    weaver, shop = sold
    page = auditor.get("/layar").content.decode()

    assert weaver.name not in page
    assert shop.name not in page


def test_the_operator_publishes_the_screen_and_everybody_sees_sums_but_no_links(client, sold):
    client.force_login(zone_staff("operator"))
    assert client.post("/layar/terbit", {"public": "1"}).status_code == 302
    client.logout()

    page = client.get("/layar")
    assert page.status_code == 200
    assert "/layar/laporan" not in page.content.decode()
    assert client.get("/v1/authority/live").json()["today"]["gross_minor"] == 220_000_00
    assert client.get("/layar/laporan").status_code == 302
    assert client.get("/v1/authority/figures?from=2026-11-01&to=2026-11-30").status_code == 401


@pytest.mark.parametrize("role", ["staff", "auditor"])
def test_others_of_the_zone_do_not_publish_it(client, role):
    client.force_login(zone_staff(role))

    assert client.post("/layar/terbit", {"public": "1"}).status_code == 403
    assert not authority.screen_is_public()


def test_publishing_by_a_link_is_not_possible(client):
    client.force_login(zone_staff("operator"))

    assert client.get("/layar/terbit").status_code == 405


@pytest.mark.parametrize("by", ["sektor", "provinsi", "kabupaten", "hari", "usaha"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_says_what_the_page_says(auditor, sold, by, kind):
    page = auditor.get(f"/layar/laporan?menurut={by}")
    answer = auditor.get(f"/layar/laporan?menurut={by}&unduh={kind}")
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    else:
        rows = [list(row) for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)]
    header, *body, total = rows
    shown = page.context["lines"]

    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    assert [row[0] for row in body] == [line.label for line in shown]
    for row, line in zip(body, shown, strict=True):
        figures = line.row.figures
        assert [float(cell) for cell in row[3:]] == [
            figures.orders,
            figures.gross_minor / 100,
            figures.qris_minor / 100,
            figures.refunded_minor / 100,
            figures.net_minor / 100,
            figures.completed_minor / 100,
            figures.fee_minor / 100,
            figures.cancelled_orders,
        ]
        assert format_money(Money(figures.gross_minor)) in text_of(page)
    assert (float(total[4]), float(total[7])) == (220_000, 130_000)
    assert len(header) == len(total)


def test_every_row_opens_down_to_the_transfers(auditor, sold):
    weaver, shop = sold
    page = auditor.get("/layar/laporan?menurut=provinsi")
    west_java = next(line for line in page.context["lines"] if line.row.key == "32")
    regencies = auditor.get(west_java.href)
    assert [line.row.key for line in regencies.context["lines"]] == ["32.73"]
    businesses = auditor.get(regencies.context["lines"][0].href)
    assert [line.label for line in businesses.context["lines"]] == [shop.name]
    transfers = auditor.get(businesses.context["lines"][0].href)
    items = transfers.context["page"].items
    assert sorted(item.kind for item in items) == ["fee", "paid", "paid", "refunded", "refunded", "released"]
    assert sum(item.amount_minor for item in items if item.kind == "paid") == west_java.row.figures.gross_minor
    one = auditor.get(reverse("authority:transfer", args=[items[0].sequence]))
    assert one.context["traced"].agrees
    assert str(one.context["traced"].entry_id) in one.content.decode()
    assert weaver.name not in businesses.content.decode()


def test_a_sector_opens_to_its_businesses_and_a_day_to_the_businesses_of_that_day(auditor, sold):
    sectors = auditor.get("/layar/laporan").context["lines"]
    industry = next(line for line in sectors if line.row.key == "2025-C")
    assert industry.note == "KBLI 2025 · C"
    assert [line.label for line in auditor.get(industry.href).context["lines"]] == ["Tenun Lestari"]
    (day,) = auditor.get("/layar/laporan?menurut=hari").context["lines"]
    assert len(auditor.get(day.href).context["lines"]) == 2


def test_a_table_is_sorted_by_the_column_that_is_asked_for(auditor, sold):
    for sort, first in (("terbayar", "2025-G"), ("bersih", "2025-C"), ("nama", "2025-C"), ("batal", "2025-G")):
        lines = auditor.get(f"/layar/laporan?urut={sort}").context["lines"]
        assert lines[0].row.key == first, sort


def test_a_period_without_sales_says_what_to_do(auditor, sold):
    page = auditor.get("/layar/laporan?dari=2020-01-01&sampai=2020-01-31")

    assert page.status_code == 200
    assert 'class="empty"' in page.content.decode()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("dari=kemarin", "bad-period"),
        ("dari=2026-13-01", "bad-period"),
        ("dari=2026-11-02&sampai=2026-11-01", "bad-period"),
        ("dari=0001-01-01", "bad-period"),
        ("sampai=0001-01-01", "bad-period"),
        ("menurut=bulan", "unknown-grouping"),
        ("urut=acak", "unknown-grouping"),
        ("unduh=exe", "unknown-grouping"),
        ("sektor=2020-V", "unknown-grouping"),
        ("provinsi=99", "unknown-region"),
        ("kabupaten=99.99", "unknown-region"),
        ("usaha=biz_x", "not-found"),
    ],
)
def test_a_question_that_cannot_be_right_is_refused(auditor, query, code):
    answer = auditor.get(f"/layar/laporan?{query}")

    assert answer.status_code in (404, 422)
    assert code in answer.content.decode()


def test_programs_get_the_same_figures(auditor, sold):
    today = clock.business_day(clock.now())
    answer = auditor.get(f"/v1/authority/figures?from={today}&to={today}&by=business&sort=net").json()

    assert [(row["label"], row["figures"]["net_minor"]) for row in answer["rows"]] == [
        ("Tenun Lestari", 100_000_00),
        ("Toko Cihampelas", 30_000_00),
    ]
    assert answer["total"]["gross_minor"] == 220_000_00
    shop = answer["rows"][1]["key"]
    found = auditor.get(f"/v1/authority/businesses/{shop}/transfers?from={today}&to={today}&limit=4").json()
    rest = auditor.get(
        f"/v1/authority/businesses/{shop}/transfers?from={today}&to={today}&cursor={found['next_cursor']}"
    ).json()
    assert (len(found["items"]), len(rest["items"]), rest["next_cursor"]) == (4, 2, None)
    narrowed = auditor.get(f"/v1/authority/figures?from={today}&to={today}&by=province&sector=2025-C").json()
    assert [row["key"] for row in narrowed["rows"]] == ["33"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-11-02&to=2026-11-01", 422),
        ("from=x&to=2026-11-01", 422),
        ("to=2026-11-01", 422),
        ("from=2026-11-01&to=2026-11-01&by=moon", 422),
        ("from=2026-11-01&to=2026-11-01&business=ord_1", 404),
    ],
)
def test_programs_are_told_what_is_wrong(auditor, query, status):
    answer = auditor.get(f"/v1/authority/figures?{query}")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_a_broken_cursor_is_refused(auditor, sold):
    business = ids.public("biz", sold[0].id)
    answer = auditor.get(f"/v1/authority/businesses/{business}/transfers?from=2026-11-01&to=2026-11-30&cursor=zzz")

    assert answer.json()["code"] == "bad-cursor"


def test_a_key_needs_the_scope_to_read_the_zone(client, sold):
    person = zone_staff("auditor")
    actor = zone.actor_of_person(person_id=person.pk)
    made = zone.create_key(actor=actor, name="Dasbor", scopes=["zone:read"], at=clock.now())
    today = clock.business_day(clock.now())
    path = f"/v1/authority/figures?from={today}&to={today + timedelta(days=1)}"
    answer = client.get(path, headers={"Authorization": f"Bearer {made.secret}"})

    assert answer.json()["total"]["orders"] == 3


@pytest.mark.parametrize(("language", "word"), [("id", "Terbayar"), ("en", "Paid"), ("zh-hans", "已支付")])
def test_pages_speak_the_reader_s_language(auditor, sold, language, word):
    auditor.cookies["kawasan_language"] = language

    assert word in text_of(auditor.get("/layar"))
    assert word in text_of(auditor.get("/layar/laporan"))


def test_digitalisation_is_counted_from_register_catalogue_and_ledger(auditor, sold):
    weaver, shop = sold
    a_business(name="Belum Mulai", kbli_code="47711", regency_code="32.73")
    a_business(name="Menunggu", kbli_code="47711", status="applied")
    a_product(weaver.id)
    a_product(shop.id, status=commerce.ProductStatus.DRAFT)
    page = auditor.get("/layar/digitalisasi")
    total = page.context["panel"].total
    trade = next(line for line in page.context["lines"] if line["row"].key == "2025-G")

    assert (total.admitted, total.published, total.sold, total.orders, total.qris_orders) == (3, 1, 2, 3, 1)
    assert (trade["row"].admitted, trade["row"].published, trade["row"].sold) == (2, 0, 1)
    for word, names in (("diterima", ["Belum Mulai", shop.name]), ("menayangkan", []), ("berjualan", [shop.name])):
        opened = auditor.get(trade["links"][word])
        assert [place.name for place, _ in opened.context["places"]] == names
        assert opened.context["count"] == len(names)
    rows = list(csv.reader(io.StringIO(auditor.get("/layar/digitalisasi?unduh=csv").getvalue().decode("utf-8-sig"))))
    assert rows[-1][2:] == ["3", "1", "2", "3", "1"]
    west_java = auditor.get("/layar/digitalisasi?menurut=provinsi&sektor=2025-G").context["panel"]
    assert [(row.key, row.admitted) for row in west_java.rows] == [("32", 2)]


@pytest.mark.parametrize("query", ["menurut=hari", "menurut=usaha", "menurut=x", "yang=x"])
def test_a_panel_that_does_not_exist_is_refused(auditor, query):
    assert auditor.get(f"/layar/digitalisasi/usaha?{query}").status_code == 422
