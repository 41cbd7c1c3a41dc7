"""Statements, the lines behind them, closing a month, taxes: what an owner is told, and that it can be checked."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.builders.authority import a_completion, a_refund, a_sale
from tests.builders.books import AT, NOVEMBER, an_expense, an_owner, balances, follow
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.rooms.books import api as books

pytestmark = pytest.mark.django_db
BEAN_CHECK = os.environ.get("KAWASAN_TEST_BEAN_CHECK") or shutil.which("bean-check")
JULY = datetime(2026, 7, 6, 5, 0, tzinfo=UTC)


def a_busy_shop() -> books.Span:
    """A shop with a July and a November; return its id and November."""
    shop = a_business().id
    a_completion(sold := a_sale(shop, 400_000_00, at=JULY), fee_minor=10_000_00, at=JULY)
    a_refund(sold, 50_000_00, from_seller=True, at=JULY)
    a_completion(a_sale(shop, 900_000_00), fee_minor=22_500_00)
    a_sale(shop, 75_000_00)
    follow()
    owner = {"actor": an_owner(shop), "business_id": shop}
    amounts = {"1101": 500_000_00, "1301": 300_000_00, "2101": 100_000_00}
    books.open_balances(
        **owner, entry_id=ids.uuid7(), day=date(2026, 1, 1), amounts=amounts, memo='Saldo "awal"', at=AT
    )
    an_expense(shop, 120_000_00)
    return shop


def statement(shop, report: books.Report, month: date = NOVEMBER) -> books.Statement:
    return books.statement(actor=an_owner(shop), business_id=shop, report=report, span=books.month_of(month))


def amounts(found: books.Statement) -> dict[str, tuple[int, int]]:
    return {row.name: (row.amount_minor, row.prior_minor) for row in found.rows}


def test_profit_and_loss_with_the_month_before():
    shop = a_busy_shop()
    rows = amounts(statement(shop, books.Report.PROFIT))
    assert rows["Pendapatan usaha"] == (900_000_00, 0)
    assert rows["Beban usaha"] == (142_500_00, 0)
    assert rows["Laba (rugi) setelah pajak"] == (757_500_00, 0)
    august = amounts(statement(shop, books.Report.PROFIT, date(2026, 8, 1)))
    assert august["Pendapatan usaha"] == (0, 350_000_00)


def test_position_balances_and_keeps_what_was_earned():
    shop = a_busy_shop()
    found = statement(shop, books.Report.POSITION)
    rows = amounts(found)
    assert found.balances
    assert rows["Jumlah aset"][0] == rows["Jumlah liabilitas"][0] + rows["Jumlah ekuitas"][0]
    assert rows["Saldo laba"] == (757_500_00 + 340_000_00, 340_000_00)
    assert rows["Modal"] == (700_000_00, 700_000_00)
    assert rows["Utang lain-lain"] == (75_000_00, 0)


def test_cash_flow_leads_from_cash_to_cash():
    shop = a_busy_shop()
    found = statement(shop, books.Report.CASH)
    rows = amounts(found)
    assert found.balances
    assert rows["Kas pada awal periode"][0] == 500_000_00 + 340_000_00
    assert rows["Kas pada akhir periode"][0] == 500_000_00 + 340_000_00 + 877_500_00 - 120_000_00
    assert rows["Kenaikan (penurunan) kas"][0] == 877_500_00 - 120_000_00


def test_every_figure_opens_to_lines_that_add_up_to_it():
    shop = a_busy_shop()
    span = books.month_of(NOVEMBER)
    for row in statement(shop, books.Report.PROFIT).rows:
        if row.accounts and not row.is_total:
            lines, cursor = [], None
            while True:
                page = books.general_ledger(
                    actor=an_owner(shop), business_id=shop, codes=row.accounts, first=span.first, last=span.last,
                    cursor=cursor, limit=1,
                )  # fmt: skip
                lines += page.items
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert abs(sum(line.amount_minor for line in lines)) == abs(row.amount_minor)
            assert len({(line.sequence, line.source_id, line.place) for line in lines}) == len(lines)


def test_lines_carry_the_balance_over_pages():
    shop = a_busy_shop()
    call = {"actor": an_owner(shop), "business_id": shop, "codes": ["1110"], "last": date(2026, 12, 31)}
    whole = books.general_ledger(**call, first=date(2026, 1, 1)).items
    first = books.general_ledger(**call, first=date(2026, 1, 1), limit=2)
    rest = books.general_ledger(**call, first=date(2026, 1, 1), cursor=first.next_cursor)
    assert first.items + rest.items == whole
    assert whole[-1].balance_minor == balances(shop)["1110"]
    assert books.general_ledger(**call, first=NOVEMBER).items == whole[2:]


def test_closing_a_month_costs_the_goods_and_puts_the_tax_aside():
    shop = a_busy_shop()
    owner = {"actor": an_owner(shop), "business_id": shop}
    books.say_profile(**owner, taxpayer=books.Taxpayer.COOPERATIVE, registered_year=2024, is_pkp=False)
    call = {**owner, "month": NOVEMBER, "at": AT}
    books.close_month(**call, stock_minor=80_000_00)
    found = balances(shop, date(2026, 11, 30))
    assert (found["1301"], found["5101"]) == (80_000_00, 220_000_00)
    assert (found["8101"], found["2202"]) == (4_500_00, -4_500_00)  # 0.5 % of Rp900.000
    books.close_month(**call, stock_minor=10_00)  # a repeat changes nothing
    assert balances(shop, date(2026, 11, 30)) == found
    books.reopen_month(**call, reason="Stok salah hitung")
    books.close_month(**call, stock_minor=100_000_00)
    again = balances(shop, date(2026, 11, 30))
    assert (again["1301"], again["5101"], again["8101"]) == (100_000_00, 200_000_00, 4_500_00)


def _book(owner: dict[str, Any], day: date, *lines: tuple[str, int]) -> None:
    entry = books.NewEntry(day, "PPN", tuple(books.JournalLine(*line) for line in lines))
    books.add_entry(**owner, entry_id=ids.uuid7(), entry=entry, at=AT)


def test_a_company_outside_the_final_tax_still_files_ppn():
    shop = a_busy_shop()
    owner = {"actor": an_owner(shop), "business_id": shop}
    books.say_profile(**owner, taxpayer=books.Taxpayer.OTHER, registered_year=2010, is_pkp=True)
    year = books.tax_year(**owner, year=2026, at=AT)
    kinds = [duty.kind for duty in year.duties]
    assert not year.uses_final_tax
    assert (kinds.count(books.DutyKind.PPN_RETURN), kinds.count(books.DutyKind.FINAL_DEPOSIT)) == (11, 0)


def test_a_year_of_tax_follows_the_books():
    shop = a_busy_shop()
    owner = {"actor": an_owner(shop), "business_id": shop}
    books.say_profile(**owner, taxpayer=books.Taxpayer.COOPERATIVE, registered_year=2024, is_pkp=True)
    year = books.tax_year(**owner, year=2026, at=AT)
    assert year.uses_final_tax
    assert [month.turnover_minor for month in year.months if month.turnover_minor] == [350_000_00, 900_000_00]
    assert year.tax_minor == 1_750_00 + 4_500_00
    deposits = [duty for duty in year.duties if duty.kind is books.DutyKind.FINAL_DEPOSIT]
    assert [(duty.month, duty.due, duty.amount_minor) for duty in deposits] == [
        (date(2026, 7, 1), date(2026, 8, 18), 1_750_00),  # the 15th is a Saturday, the 17th Independence Day
        (date(2026, 11, 1), date(2026, 12, 15), 4_500_00),
    ]
    assert sum(duty.kind is books.DutyKind.PPN_RETURN for duty in year.duties) == 11
    _book(owner, date(2026, 10, 5), ("1101", 111_00), ("4101", -100_00), ("2201", -11_00))
    _book(owner, date(2026, 10, 9), ("5101", 30_00), ("1402", 4_00), ("1101", -34_00))
    paid = {"amount_minor": 7_00, "category": "2201", "paid_from": "1101", "memo": "PPN September"}
    books.add_expense(**owner, entry_id=ids.uuid7(), day=date(2026, 10, 30), **paid, at=AT)
    duties = books.tax_year(**owner, year=2026, at=AT).duties
    left = {duty.month.month: duty.amount_minor for duty in duties if duty.kind is books.DutyKind.PPN_RETURN}
    assert (left[10], left[9]) == (7_00, 0)  # what paid the tax office is neither output nor input
    books.say_profile(**owner, taxpayer=books.Taxpayer.INDIVIDUAL, registered_year=2024, is_pkp=False)
    assert books.tax_year(**owner, year=2026, at=AT).tax_minor == 0  # within the Rp500 million
    month = books.owners_month(**owner, month=NOVEMBER, at=AT)
    assert (month.income_minor, month.expenses_minor, month.left_minor) == (900_000_00, 142_500_00, 757_500_00)


def test_own_accounts_are_part_of_the_statements():
    shop = a_busy_shop()
    owner = {"actor": an_owner(shop), "business_id": shop}
    add = {**owner, "code": "6150", "name": "Iklan", "like": "6199", "at": AT}
    assert books.add_account(**add) == books.add_account(**add)
    an_expense(shop, 5_000_00, category="6150")
    assert amounts(statement(shop, books.Report.PROFIT))["Beban usaha"][0] == 147_500_00
    with pytest.raises(books.AccountCodeTaken):
        books.add_account(**(add | {"name": "Promosi"}))
    for wrong in ({"code": "99"}, {"like": "0000"}, {"name": " "}):
        with pytest.raises(books.AccountCodeInvalid):
            books.add_account(**(add | wrong))


def the_file(shop) -> str:
    span = books.Span(date(2026, 7, 1), date(2026, 12, 31))
    lines = books.beancount_lines(actor=an_owner(shop), business_id=shop, span=span, title='Toko "Maju"')
    return "\n".join(lines) + "\n"


def test_the_export_holds_what_the_trial_balance_holds():
    shop = a_busy_shop()
    text = the_file(shop)
    ends = {line.split()[2].split(":A")[1][:4]: line.split()[3] for line in text.splitlines() if " balance " in line}
    found = balances(shop)
    assert {code: float(amount) * 100 for code, amount in ends.items() if float(amount)} == found
    assert text.count(" * ") == 1 + 8 + 1  # opening, transfers, the expense


@pytest.mark.skipif(not BEAN_CHECK, reason="bean-check is not installed: make interop, or KAWASAN_TEST_BEAN_CHECK=path")
def test_an_outside_program_finds_our_books_right(tmp_path: Path):
    file = tmp_path / "buku.beancount"
    file.write_text(the_file(a_busy_shop()))
    right = subprocess.run([BEAN_CHECK, file], capture_output=True, text=True, check=False)
    assert (right.returncode, right.stdout + right.stderr) == (0, "")
    file.write_text(file.read_text().replace("877500.00", "877501.00", 1))
    assert subprocess.run([BEAN_CHECK, file], capture_output=True, check=False).returncode != 0
