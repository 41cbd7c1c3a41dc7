"""Fixed assets and photos of receipts: bought, depreciated by closing, sold; years that are closed."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.builders.books import an_expense, an_owner
from tests.builders.zone import a_business, a_member, a_person, owner_of

from kawasan.core import ids
from kawasan.core.access import BusinessRole
from kawasan.core.errors import Forbidden, NotFound
from kawasan.rooms.books import api as books
from kawasan.rooms.books.models import Asset, Entry, Receipt
from kawasan.rooms.books.rules import costs, depreciation

pytestmark = pytest.mark.django_db
LATER = datetime(2028, 3, 1, 5, 0, tzinfo=UTC)


def owner(shop) -> dict:
    return {"actor": an_owner(shop), "business_id": shop}


def an_asset(shop, cost_minor: int = 48_000_000_00, *, start: date = date(2026, 3, 10), **given) -> books.Entry:
    new = {
        "name": "Mesin",
        "account": "1504",
        "group": "non_building_1",
        "cost_minor": cost_minor,
        "in_use_from": start,
    }
    call = {"entry_id": ids.uuid7(), "day": start, "paid_from": "1102", "at": LATER}
    asset = books.NewAsset(**{name: given.pop(name, value) for name, value in new.items()})
    return books.acquire_asset(**owner(shop), asset=asset, **(call | given))


def close(shop, year: int, month: int) -> None:
    books.close_month(**owner(shop), month=date(year, month, 1), at=LATER)


def balance(shop, last: date = date(2028, 2, 29)) -> dict[str, int]:
    found = books.trial_balance(**owner(shop), span=books.Span(date(2026, 1, 1), last))
    return {row.account.code: row.balance_minor for row in found.rows if row.balance_minor}


groups = st.sampled_from(["non_building_1", "non_building_2", "building_permanent", "building_non_permanent"])


@given(groups, st.integers(1_000, 10**10), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_months_never_go_back_and_years_are_those_of_the_rule(group, cost, start):
    done = [
        depreciation.depreciated(group, cost * 100, in_use_from=start, last=date(year, month, 28))
        for year in range(start.year, start.year + 22)
        for month in range(1, 13)
    ]
    assert done == sorted(done)
    assert done[-1] == cost * 100
    total = 0
    for index, (_, amount) in enumerate(costs.straight_line(group, cost, in_use_from=start)):
        total += amount
        assert done[index * 12 + 11] == total * 100


def test_closing_depreciates_also_what_was_never_closed_and_only_once():
    shop = a_business().id
    an_asset(shop)
    close(shop, 2026, 5)  # March, April and May at once
    assert balance(shop) == {"1102": -48_000_000_00, "1504": 48_000_000_00, "1591": -3_000_000_00, "6107": 3_000_000_00}
    close(shop, 2026, 6)
    books.reopen_month(**owner(shop), month=date(2026, 6, 1), reason="Aset lupa", at=LATER)
    an_asset(shop, 4_800_000_00, start=date(2026, 6, 2))
    close(shop, 2026, 6)
    assert balance(shop)["1591"] == -4_100_000_00
    assert Entry.objects.filter(kind="depreciation").count() == 3


@pytest.mark.parametrize(
    ("proceeds", "account", "result"), [(45_500_000_00, "4203", -500_000_00), (0, "7103", 45_000_000_00)]
)
def test_a_disposal_takes_out_cost_and_depreciation_and_leaves_the_result(proceeds, account, result):
    shop = a_business().id
    made = an_asset(shop)
    close(shop, 2026, 5)
    call = {**owner(shop), "asset_id": made.id, "proceeds_minor": proceeds, "money": "1101", "at": LATER}
    done = books.dispose_asset(**call, entry_id=(key := ids.uuid7()), day=date(2026, 6, 20))
    assert books.dispose_asset(**call, entry_id=key, day=date(2026, 6, 20)) == done
    close(shop, 2026, 7)
    found = balance(shop)
    assert (found.get("1504"), found.get("1591"), found[account]) == (None, None, result)
    with pytest.raises(books.AssetDisposed):
        books.dispose_asset(**call, entry_id=ids.uuid7(), day=date(2026, 8, 1))
    (asset,) = books.assets(**owner(shop), day=date(2027, 1, 1))
    assert (asset.disposed_on, asset.book_value_minor) == (date(2026, 6, 20), 0)
    undo = {"correction_id": ids.uuid7(), "day": date(2026, 8, 2), "memo": "", "at": LATER}
    books.correct_entry(**owner(shop), entry_id=done.id, **undo)
    close(shop, 2026, 8)
    assert balance(shop)["1591"] == -6_000_000_00  # it was never gone


def test_an_asset_that_cannot_be_right_is_refused():
    shop = a_business().id
    for wrong in (
        {"name": " "}, {"account": "1301"}, {"group": "building_permanent"}, {"account": "1502"}, {"cost_minor": 0},
        {"cost_minor": 50}, {"account": "1501"},
    ):  # fmt: skip
        with pytest.raises(books.AssetInvalid):
            an_asset(shop, **wrong)
    with pytest.raises(books.KeptByZone):
        an_asset(shop, paid_from="1110")
    assert not Asset.objects.exists()
    land = an_asset(shop, account="1501", group="", paid_from="3101")
    close(shop, 2027, 12)
    assert balance(shop)["1501"] == land.amount_minor


def test_a_closed_year_shows_what_it_showed_and_the_journal_has_the_closing():
    shop = a_business().id
    books.add_income(
        **owner(shop), entry_id=ids.uuid7(), day=date(2026, 5, 1), amount_minor=90_000_00, category="4201",
        paid_to="1101", memo="", at=LATER,
    )  # fmt: skip
    an_expense(shop, 20_000_00)
    year = books.Span(date(2026, 1, 1), date(2026, 12, 31))

    def shown() -> list:
        found = [books.statement(**owner(shop), report=report, span=year) for report in list(books.Report)[:3]]
        assert all(item.balances for item in found)
        return [[(row.name, row.amount_minor) for row in item.rows] for item in found]

    before = shown()
    close(shop, 2026, 12)
    assert shown() == before
    text = "\n".join(books.beancount_lines(**owner(shop), span=year, title="x"))
    assert "A3201-Saldo-laba  -70000.00 IDR" in text
    assert "Income:A4201-Pendapatan-lain-lain  0.00 IDR" in text
    books.reopen_month(**owner(shop), month=date(2026, 12, 1), reason="Nota", at=LATER)
    an_expense(shop, 5_000_00, day=date(2026, 12, 30), at=LATER)
    close(shop, 2026, 12)
    text = "\n".join(books.beancount_lines(**owner(shop), span=year, title="x"))
    assert "balance Equity:A3201-Saldo-laba  -65000.00 IDR" in text


def a_photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (800, 1200), "white").save(file, "JPEG")
    return file.getvalue()


def test_an_expense_by_photo_in_two_taps_is_private(client):
    shop = a_business()
    client.force_login(owner_of(shop))
    root, english = f"/jualan/{shop.slug}/buku", {"headers": {"accept-language": "en"}}
    assert 'capture="environment"' in client.get(f"{root}/nota").content.decode()
    entry = ids.public("jrn", ids.uuid7())

    def post(**given):
        photo = SimpleUploadedFile("nota.jpg", given.pop("photo", a_photo()))
        form = {"id": entry, "amount": "75.000", "money": "1101", "category": "6103", "picture": photo}
        return client.post(f"{root}/nota", form | given, **english)

    assert post(photo=b"GIF89a").status_code == 422
    assert post(category="1110").status_code == 422
    assert not Entry.objects.exists()
    for _ in range(2):
        assert post().status_code == 302
    assert (Entry.objects.count(), Receipt.objects.count()) == (1, 1)
    answer = client.get(f"{root}/jurnal/{entry}/nota.webp")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/webp", "private, no-store")
    assert Image.open(io.BytesIO(answer.content)).size == (800, 1200)
    assert "nota.webp" in client.get(f"{root}/jurnal/{entry}").content.decode()
    client.post(f"{root}/jurnal/{entry}/nota", {"picture": SimpleUploadedFile("x.jpg", b"no")})
    assert client.get(f"{root}/jurnal/{entry}/nota.webp").content == answer.content
    for person, status in ((a_member(shop, "staff"), 403), (a_person(), 404), (owner_of(a_business()), 404)):
        client.force_login(person)
        assert client.get(f"{root}/jurnal/{entry}/nota.webp").status_code == status
        assert client.post(f"{root}/jurnal/{entry}/nota").status_code == status
        assert client.get(f"{root}/aset").status_code == status
        assert client.get(f"{root}/nota").status_code == status


def test_the_register_in_a_browser(client):
    shop = a_business()
    client.force_login(owner_of(shop))
    root, english = f"/jualan/{shop.slug}/buku", {"headers": {"accept-language": "en"}}
    given = {
        "id": ids.public("jrn", ids.uuid7()), "name": "<i>Oven</i>", "account": "1504", "group": "non_building_1",
        "cost": "12.000.000", "day": "2026-01-15", "money": "1101",
    }  # fmt: skip
    wrong = client.post(f"{root}/aset/baru", given | {"group": "building_permanent"}, **english)
    assert wrong.status_code == 422
    for _ in range(2):
        assert client.post(f"{root}/aset/baru", given).status_code == 302
    asset = Asset.objects.get()
    assert "&lt;i&gt;Oven" in client.get(f"{root}/aset", **english).content.decode()
    assert b"12000000.00" in b"".join(client.get(f"{root}/aset.csv").streaming_content)
    assert client.get(f"{root}/aset.xlsx").content.startswith(b"PK")
    end = {"id": ids.public("jrn", ids.uuid7()), "day": "2026-02-01", "proceeds": "", "money": "1101"}
    for _ in range(2):
        assert client.post(f"{root}/aset/{asset.entry_id}", end).status_code == 302
    assert "Gone on" in client.get(f"{root}/aset/{asset.entry_id}", **english).content.decode()
    assert Entry.objects.count() == 2


def test_other_people_have_no_assets_here():
    shop, other = a_business().id, a_business().id
    made = an_asset(shop)
    for actor, refusal in ((an_owner(other), NotFound), (an_owner(shop, BusinessRole.STAFF), Forbidden)):
        who = {"actor": actor, "business_id": shop}
        with pytest.raises(refusal):
            books.assets(**who, day=date(2026, 4, 1))
        with pytest.raises(refusal):
            books.dispose_asset(
                **who, asset_id=made.id, entry_id=ids.uuid7(), day=date(2026, 4, 1), proceeds_minor=0, money="1101",
                at=LATER,
            )  # fmt: skip
        with pytest.raises(refusal):
            books.attach_receipt(**who, entry_id=made.id, picture=a_photo(), at=LATER)
    with pytest.raises(books.AssetNotFound):
        books.asset(**owner(other), asset_id=made.id, day=date(2026, 4, 1))
    assert not Receipt.objects.exists()
