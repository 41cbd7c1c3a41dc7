"""Bank accounts, debts and assets for programs."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.builders.books import AT, an_owner
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import ids
from kawasan.rooms.books import api as books

pytestmark = pytest.mark.django_db
CSV = b"Tanggal;Keterangan;Jumlah\n01/07/2026;BYR LISTRIK;-640000\n02/07/2026;SETORAN;200000\n"


def test_a_program_reads_banks_debts_and_assets_and_says_what_a_line_is(client):
    business = a_business()
    shop, root = business.id, f"/v1/books/{business.public_id}"
    who = {"actor": an_owner(shop), "business_id": shop}
    bank = books.add_bank(**who, bank_id=ids.uuid7(), name="BCA", number="1234567890", at=AT)
    columns = books.preview_csv(content=CSV, columns=None).columns
    books.import_statement(
        **who, bank_id=bank.id, statement_id=ids.uuid7(), name="a.csv", content=CSV, columns=columns, at=AT
    )
    new = books.NewAsset("Mesin", "1504", "non_building_1", 9_600_000_00, date(2026, 7, 1))
    books.acquire_asset(**who, entry_id=ids.uuid7(), day=date(2026, 7, 1), asset=new, paid_from="1102", at=AT)
    due = books.NewDue("Toko Berkah", date(2026, 8, 1), "118")
    books.add_income(
        **who, entry_id=ids.uuid7(), day=date(2026, 7, 1), amount_minor=100_00, category="4101", paid_to="1201",
        memo="", due=due, at=AT,
    )  # fmt: skip
    assert client.get(f"{root}/banks").status_code == 401
    client.force_login(a_member(business, "staff"))
    assert client.get(f"{root}/banks").status_code == 403
    client.force_login(owner_of(business))
    (found,) = client.get(f"{root}/banks").json()["items"]
    assert (found["ending"], found["open_lines"], "number" in found) == ("7890", 2, False)
    again = client.post(f"{root}/banks/{bank.id}/statements", {"file": SimpleUploadedFile("b.csv", CSV)})
    assert (again.status_code, again.json()["added"], again.json()["repeated"]) == (200, 0, 2)
    lines = client.get(f"{root}/banks/{bank.id}/lines?only_open=true").json()["items"]
    assert [line["amount_minor"] for line in lines] == [200_000_00, -640_000_00]
    for _ in range(2):
        said = client.post(
            f"{root}/bank-lines/{lines[1]['id']}/confirm", {"account": "6103"}, content_type="application/json",
            headers={"idempotency-key": "11111111-1111-4111-8111-111111111111"},
        )  # fmt: skip
        assert (said.status_code, said.json()["match"]) == (200, "booked")
    assert len(client.get(f"{root}/banks/{bank.id}/lines?only_open=true").json()["items"]) == 1
    assert client.post(f"{root}/bank-lines/{lines[1]['id']}/undo").json()["match"] is None
    (debt,) = client.get(f"{root}/debts/piutang?on=2026-08-15").json()["items"]
    assert (debt["counterparty"], debt["open_minor"], debt["age"]) == ("Toko Berkah", 100_00, "0-30")
    (asset,) = client.get(f"{root}/assets?on=2026-08-15").json()["items"]
    assert asset["cost_minor"] == 9_600_000_00


def test_a_program_adds_a_bank_an_asset_and_a_payment_and_reads_the_stock(client):
    business = a_business()
    shop, root = business.id, f"/v1/books/{business.public_id}"
    due = books.NewDue("Toko Berkah", date(2026, 8, 1), "118")
    debt = books.add_income(
        actor=an_owner(shop), business_id=shop, entry_id=ids.uuid7(), day=date(2026, 7, 1), amount_minor=100_00,
        category="4101", paid_to="1201", memo="", due=due, at=AT,
    )  # fmt: skip

    def send(path: str, body: dict, status: int = 201) -> dict:
        keys = {"idempotency-key": str(ids.uuid7())}
        answers = [client.post(f"{root}{path}", body, content_type="application/json", headers=keys) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [status, status], answers[0].content
        assert answers[0].json() == answers[1].json()
        return answers[0].json()

    client.force_login(owner_of(business))
    bank = send("/banks", {"name": "BCA", "number": "1234567890"})
    assert (bank["ending"], bank["account"], "number" in bank) == ("7890", "1102", False)
    asset = {"name": "Mesin", "account": "1504", "group": "non_building_1", "cost_minor": 9_600_000_00}
    send("/assets", asset | {"day": "2026-07-01", "paid_from": "1102"})
    (made,) = client.get(f"{root}/assets?on=2026-08-15").json()["items"]
    send(f"/assets/{made['id']}/disposal", {"day": "2026-08-20", "proceeds_minor": 100_00, "money": "1101"})
    (gone,) = client.get(f"{root}/assets?on=2026-08-25").json()["items"]
    assert gone["disposed_on"] == "2026-08-20"
    paid = {"source": "entries", "id": str(debt.id), "day": "2026-08-01", "amount_minor": 100_00, "money": "1101"}
    send("/settlements", paid)
    assert client.get(f"{root}/debts/piutang?on=2026-08-15").json()["items"] == []
    assert client.get(f"{root}/stock").json()["method"] == "counted"
