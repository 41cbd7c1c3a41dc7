"""The currency desk: what staff sees and does, files in and out, and strangers before it."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from tests.builders.exchange import exchanged, posted, some_rates
from tests.builders.zone import a_person, zone_staff

from kawasan.core import clock
from kawasan.core.money import Money
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.exchange import models, tasks
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def _rates(db: None) -> None:
    some_rates(day=clock.business_day(clock.now()), at=clock.now())


@pytest.fixture
def staff(client: Any) -> Any:
    person = zone_staff()
    client.force_login(person)
    return person


def desk(client: Any) -> str:
    answer = client.get("/kawasan/valas", **ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_desk_says_what_will_be_there(client: Any, staff: Any) -> None:
    page = desk(client)
    assert "Nothing is held" in page
    assert "Rp2,400" in page


def test_the_desk_shows_positions_and_what_they_are_worth(client: Any, staff: Any) -> None:
    exchanged(Money(1_000_00, "CNY"), at=clock.now())
    page = desk(client)
    for shown in ("CN¥1,000.00", "Rp2,400,000", "Rp36,000", "Close a position"):
        assert shown in page
    listed = client.get("/kawasan/valas/penukaran?currency=CNY", **ENGLISH).content.decode()
    assert "Rp2,364,000" in listed
    assert (
        "Nothing has been exchanged" in client.get("/kawasan/valas/penukaran?currency=SGD", **ENGLISH).content.decode()
    )


def test_old_rates_are_told_on_the_desk(client: Any, staff: Any, settings: Any) -> None:
    settings.KAWASAN_RATES_DAYS = -1
    assert "too old to quote from" in desk(client)


def test_exchanges_are_downloaded_as_csv_and_xlsx(client: Any, staff: Any) -> None:
    quote = exchanged(Money(10_00, "CNY"), at=clock.now())
    answer = client.get("/kawasan/valas/penukaran.csv", **ENGLISH)
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["Quote"], row["Given"], row["Currency given"]) == (quote.public_id, "10.00", "CNY")
    assert (row["Taken"], row["Middle value"], row["Earned"]) == ("23640.00", "24000.00", "360.00")
    sheet = load_workbook(io.BytesIO(client.get("/kawasan/valas/penukaran.xlsx").content)).active
    assert sheet.max_row == 2
    assert client.get("/kawasan/valas/penukaran.pdf").status_code == 404


def a_file(text: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("rates.csv", text.encode()), "source": "Bank A"}


def test_rates_are_looked_at_before_they_are_taken_in_and_a_jump_must_be_confirmed(client: Any, staff: Any) -> None:
    today = clock.business_day(clock.now()).isoformat()
    before = models.Sheet.objects.count()
    page = client.post("/kawasan/valas/kurs", a_file(f"date,IDR,CNY\n{today},19200,16\n"), **ENGLISH).content.decode()
    assert "A rate moved very far" in page
    assert "-50.00%" in page
    assert models.Sheet.objects.count() == before
    form = {"content": re.search(r'name="content" value="([^"]+)"', page)[1], "source": "Bank A"}
    client.post("/kawasan/valas/kurs/terima", form)
    assert models.Sheet.objects.count() == before
    for _ in range(2):
        client.post("/kawasan/valas/kurs/terima", form | {"is_checked": "on"})
    assert models.Sheet.objects.count() == before + 1
    assert models.Sheet.objects.latest("pk").taken_by_id == staff.pk


def test_a_file_that_cannot_be_read_says_why_beside_its_field(client: Any, staff: Any) -> None:
    answer = client.post("/kawasan/valas/kurs", a_file("date,XXX\n2026-11-11,1\n"), **ENGLISH)
    assert answer.status_code == 422
    assert "A currency is not known." in answer.content.decode()


def trade_form(client: Any, **changes: str) -> dict[str, str]:
    shown = re.search(r'name="id" value="(trd_\w+)"', desk(client))[1]
    return {"id": shown, "currency": "CNY", "amount": "400", "rupiah": "970.000", "bank_reference": "TR-1"} | changes


def test_a_position_is_closed_by_two_people(client: Any, staff: Any) -> None:
    exchanged(Money(1_000_00, "CNY"), at=clock.now())
    form = trade_form(client)
    for _ in range(2):
        assert client.post("/kawasan/valas/tutup", form).status_code == 302
    (row,) = models.Trade.objects.all()
    public = exchange.trades(actor=zone.actor_of_person(person_id=staff.pk))[0].public_id
    assert "Waits for somebody else" in desk(client)
    client.post(f"/kawasan/valas/tutup/{public}", {"decision": "approve"})
    assert models.Trade.objects.get(pk=row.pk).state == "entered"
    client.force_login(zone_staff())
    assert ">Approve<" in desk(client)
    client.post(f"/kawasan/valas/tutup/{public}", {"decision": "approve"})
    assert models.Trade.objects.get(pk=row.pk).state == "approved"
    assert posted(exchange.position("CNY")) == [600_00]
    assert exchange.verify() == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"amount": "1001"}, "A trade makes an open position smaller"),
        ({"amount": "1,005.5"}, "Write the amount like 1000.50."),
        ({"rupiah": "x"}, "Rp25.000"),
    ],
)
def test_a_wrong_trade_says_why(client: Any, staff: Any, changes: dict, says: str) -> None:
    exchanged(Money(1_000_00, "CNY"), at=clock.now())
    answer = client.post("/kawasan/valas/tutup", trade_form(client, **changes), **ENGLISH)
    assert (answer.status_code, models.Trade.objects.count()) == (422, 0)
    assert says in answer.content.decode()


def test_an_operator_sets_spread_and_limit_and_staff_does_not(client: Any, staff: Any) -> None:
    form = {"is_offered": "on", "limit": "1000.50", "spread_points": "200"}
    assert client.post("/kawasan/valas/mata-uang/CNY", form).status_code == 403
    client.force_login(zone_staff("operator"))
    assert client.post("/kawasan/valas/mata-uang/XXX", form).status_code == 404
    assert client.post("/kawasan/valas/mata-uang/CNY", form | {"spread_points": "9999"}).status_code == 422
    assert client.post("/kawasan/valas/mata-uang/CNY", form).status_code == 302
    row = models.Currency.objects.get(pk="CNY")
    assert (row.limit_minor, exchange.spread_points("CNY", "IDR", at=clock.now())) == (1000_50, 200)


@pytest.mark.parametrize("path", ["", "/penukaran", "/penukaran.csv", "/mata-uang/CNY"])
def test_the_desk_is_for_the_zone_alone(client: Any, path: str) -> None:
    client.force_login(a_person())
    assert client.get(f"/kawasan/valas{path}").status_code == 403


def test_an_auditor_sees_and_changes_nothing(client: Any) -> None:
    client.force_login(zone_staff("auditor"))
    assert "Take rates in" not in desk(client)
    for path in ("kurs/terima", "tutup/trd_00000000000000000000000001"):
        assert client.post(f"/kawasan/valas/{path}", {"content": "x"}).status_code == 403
    assert client.post("/kawasan/valas/kurs", a_file("x")).status_code == 403


def test_the_operators_file_is_taken_in_by_itself(settings: Any, tmp_path: Any) -> None:
    before = models.Sheet.objects.count()
    tasks.take_configured_rates()
    settings.KAWASAN_RATES_FILE = str(tmp_path / "rates.csv")
    tasks.take_configured_rates()  # not there yet
    today = clock.business_day(clock.now()).isoformat()
    (tmp_path / "rates.csv").write_text(f"date,IDR,CNY\n{today},19210,8.01\n")
    for _ in range(2):
        tasks.take_configured_rates()
    assert models.Sheet.objects.count() == before + 1
    (tmp_path / "rates.csv").write_text(f"date,IDR,CNY\n{today},19210,1\n")  # nobody has compared such a jump
    tasks.take_configured_rates()
    assert models.Sheet.objects.count() == before + 1


def test_a_reader_chooses_a_currency_and_only_one_that_is_shown(client: Any) -> None:
    answer = client.post("/mata-uang", {"currency": "SGD", "next": "/cari?q=x"})
    assert (answer["Location"], answer.cookies["kawasan_currency"].value) == ("/cari?q=x", "SGD")
    answer = client.post("/mata-uang", {"currency": "XXX", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert "kawasan_currency" not in answer.cookies
