"""What can be undone by the opposite entry, and what cannot because something else rests on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders.books import AT, an_expense, balances
from tests.builders.orders import something_for_sale
from tests.builders.zone import a_business, owner_of

from kawasan.core import clock, ids
from kawasan.rooms.books import api as books
from kawasan.rooms.books.models import Entry
from kawasan.rooms.books.tests.test_assets import LATER, an_asset, balance, close, owner
from kawasan.rooms.books.tests.test_bank_routes import CSV
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
TODAY = clock.business_day(AT)
BEFORE = AT - timedelta(days=3)


def undo(shop, entry_id, day: date = TODAY) -> books.Entry:
    given = {"entry_id": entry_id, "correction_id": ids.derived("undo", entry_id), "day": day, "memo": "", "at": AT}
    return books.correct_entry(**owner(shop), **given)


def opened(shop) -> books.Entry:
    """Goods worth three million in the books, three days before the cards."""
    given = {"entry_id": ids.uuid7(), "day": TODAY - timedelta(days=30), "memo": "", "at": BEFORE}
    return books.open_balances(**owner(shop), amounts={"1101": 1_000_000_00, "1301": 3_000_000_00}, **given)


def begun(product, cost_minor: int = 2_500_000_00, at=AT) -> None:
    lines = [books.StockLine(product.variants[0].id, 10, cost_minor)]
    method = books.StockMethod.AVERAGE
    books.begin_stock_cards(**owner(product.business_id), method=method, lines=lines, at=at)


def written(shop, kind: books.EntryKind) -> books.Entry:
    return next(item for item in books.entries(**owner(shop)).items if item.kind is kind)


def test_what_stock_cards_wrote_and_began_with_stays():
    product = something_for_sale(business=a_business())
    shop, first = product.business_id, opened(product.business_id)
    begun(product)
    given = {"count_id": ids.uuid7(), "counted": [(product.variants[0].id, 8)], "at": AT}
    books.count_units(**owner(shop), **given)
    assert books.book_stock_cost(business_id=shop, day=TODAY, at=AT) == 500_000_00
    before = (Entry.objects.count(), balances(shop, TODAY))
    kinds = [item.kind for item in books.entries(**owner(shop)).items]
    assert kinds == [books.EntryKind.STOCK, books.EntryKind.STOCK, books.EntryKind.OPENING]
    for item in books.entries(**owner(shop)).items:
        with pytest.raises(books.EntryOfStockCards):
            undo(shop, item.id)
        assert isinstance(books.undo_refusal(entry=item), books.EntryOfStockCards)
    assert (Entry.objects.count(), balances(shop, TODAY)) == before
    report = books.stock_report(**owner(shop), day=TODAY)
    assert (report.value_minor, report.open_minor, report.unexplained_minor) == (2_000_000_00, 0, 0)
    assert first.amount_minor == 4_000_000_00


def test_without_cards_the_same_entries_go_and_a_repeat_afterwards_is_no_refusal():
    product = something_for_sale(business=a_business())
    shop, first = product.business_id, opened(product.business_id)
    done = undo(shop, first.id)
    assert balances(shop, TODAY) == {}
    begun(product)
    assert undo(shop, first.id) == done
    assert balances(shop, TODAY) == {"1301": 2_500_000_00, "3101": -2_500_000_00}


def test_goods_that_were_booked_beside_the_cards_may_go_and_so_may_other_entries():
    product = something_for_sale(business=a_business())
    shop, other = product.business_id, an_expense(product.business_id, at=BEFORE)
    begun(product)
    beside = an_expense(shop, 70_000_00, category="1301", day=TODAY, at=AT + timedelta(minutes=1))
    assert books.stock_report(**owner(shop), day=TODAY).unexplained_minor == 70_000_00
    undo(shop, beside.id)
    undo(shop, other.id)
    assert books.stock_report(**owner(shop), day=TODAY).unexplained_minor == 0
    assert balances(shop, TODAY) == {"1301": 2_500_000_00, "3101": -2_500_000_00}


def test_a_line_of_a_bank_that_was_goods_before_the_cards_stays_matched(client):
    product = something_for_sale(business=a_business())
    shop, business = product.business_id, zone.business(business_id=product.business_id)
    bank = books.add_bank(**owner(shop), bank_id=ids.uuid7(), name="BCA", number="1234567890", at=BEFORE)
    books.import_statement(
        **owner(shop), bank_id=bank.id, statement_id=ids.uuid7(), name="a.csv", content=CSV, at=BEFORE
    )
    line = books.bank_lines(**owner(shop), bank_id=bank.id).items[-1]
    choice = books.Choice("account", account="1301")
    books.confirm_line(**owner(shop), line_id=line.id, choice=choice, at=BEFORE)
    begun(product)
    client.force_login(owner_of(business))
    english = {"headers": {"accept-language": "en"}}
    answer = client.post(f"/v1/books/{business.public_id}/bank-lines/{line.id}/undo", **english)
    assert (answer.status_code, answer.json()["code"]) == (409, "entry-of-stock-cards")
    page = client.post(f"/jualan/{business.slug}/buku/bank/{bank.id}/baris/{line.id}/batal", **english)
    assert page.status_code == 409
    assert "other goods than the cards" in page.content.decode()
    assert [item.match is None for item in books.bank_lines(**owner(shop), bank_id=bank.id).items] == [True, False]


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Kartu persediaan Anda bertumpu"), ("en", "Your stock cards rest on"), ("zh-hans", "您的库存卡以这笔分录")],
)
def test_the_entrys_page_says_why_and_has_no_button_that_cannot_work(client, language, words):
    product = something_for_sale(business=a_business())
    shop, business = product.business_id, zone.business(business_id=product.business_id)
    begun(product)
    goods, other = written(shop, books.EntryKind.STOCK), an_expense(shop)
    client.force_login(owner_of(business))
    asked = {"headers": {"accept-language": language}}
    here, there = (f"/jualan/{business.slug}/buku/jurnal/{item.public_id}" for item in (goods, other))
    text = client.get(here, **asked).content.decode()
    assert words in text
    assert f'href="/jualan/{business.slug}/buku/stok"' in text
    assert f'action="{here}/' not in text.replace(f'action="{here}/nota"', "")
    button = client.get(there, **asked).content.decode().replace(f'action="{there}/nota"', "")
    assert f'action="{there}/' in button
    assert client.post(f"{here}/koreksi", **asked).status_code == 409
    assert Entry.objects.filter(corrects=goods.id).count() == 0


def test_an_asset_that_went_is_undone_from_its_end_on():
    shop = a_business().id
    made = an_asset(shop)
    close(shop, 2026, 5)
    given = {"asset_id": made.id, "proceeds_minor": 0, "money": "1101", "at": LATER}
    gone = books.dispose_asset(**owner(shop), entry_id=ids.uuid7(), day=date(2026, 6, 20), **given)
    before = balance(shop)
    with pytest.raises(books.DisposalStands):
        undo(shop, made.id, date(2026, 7, 1))
    assert balance(shop) == before
    undo(shop, gone.id, date(2026, 7, 1))
    undo(shop, made.id, date(2026, 7, 1))
    close(shop, 2026, 7)
    assert balance(shop) == {}


def test_depreciation_that_was_undone_later_is_not_booked_twice_when_its_month_closes_again():
    shop = a_business().id
    an_asset(shop)
    close(shop, 2026, 5)
    undo(shop, written(shop, books.EntryKind.DEPRECIATION).id, date(2026, 6, 3))
    books.reopen_month(**owner(shop), month=date(2026, 5, 1), reason="Cek", at=LATER)
    close(shop, 2026, 5)
    assert balance(shop, date(2026, 5, 31))["1591"] == -3_000_000_00
    close(shop, 2026, 6)
    assert balance(shop)["1591"] == -4_000_000_00
