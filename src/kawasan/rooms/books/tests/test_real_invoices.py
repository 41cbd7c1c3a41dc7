"""A week of real invoices as one business's sales: the books say what SQL over the file says, and so does beancount."""

from __future__ import annotations

import csv
import gzip
import os
import shutil
import sqlite3
import subprocess
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from tests.builders.books import an_owner, balances, follow
from tests.builders.zone import a_business
from tests.shared_vectors import FOLDER

from kawasan.core import ids
from kawasan.rooms.books import api as books
from kawasan.rooms.books.rules import beancount, chart, journal, statements
from kawasan.rooms.books.rules.beancount import Posting
from kawasan.rooms.books.types.entries import JournalLine
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.rules import cash

BEAN_CHECK = os.environ.get("KAWASAN_TEST_BEAN_CHECK") or shutil.which("bean-check")
SUMS = """
select case when invoice_no like 'C%' then 'cancelled' else 'sold' end, count(distinct invoice_no),
       sum(quantity * cast(round(unit_price_gbp * 100) as integer))
from lines group by 1
"""


def rows() -> list[dict[str, str]]:
    with gzip.open(FOLDER / "online_retail_lines.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def entries() -> dict[str, tuple[date, tuple[JournalLine, ...]]]:
    """One entry for each invoice that is worth anything: receivable to sales, or returns to receivable."""
    worth: dict[str, Decimal] = defaultdict(Decimal)
    days = {}
    for row in rows():
        worth[row["invoice_no"]] += int(row["quantity"]) * Decimal(row["unit_price_gbp"])
        days[row["invoice_no"]] = date.fromisoformat(row["invoice_datetime"][:10])
    found = {}
    for invoice, amount in worth.items():
        other = chart.RETURNS if invoice.startswith("C") else chart.SALES
        if minor := int(amount.scaleb(2)):
            found[invoice] = (days[invoice], (JournalLine("1201", minor), JournalLine(other, -minor)))
    return found


def by_sql() -> dict[str, tuple[int, int]]:
    database = sqlite3.connect(":memory:")
    database.execute("create table lines (invoice_no text, quantity integer, unit_price_gbp real)")
    given = [(row["invoice_no"], row["quantity"], row["unit_price_gbp"]) for row in rows()]
    database.executemany("insert into lines values (?, ?, ?)", given)
    found = {kind: (count, amount) for kind, count, amount in database.execute(SUMS)}
    database.close()
    return found


def test_the_books_say_what_sql_says(entries) -> None:
    for _, lines in entries.values():
        journal.check_lines(lines, chart.standard())
    sums = statements.totals(lines for _, lines in entries.values())
    expected = by_sql()
    assert (expected["sold"][0] + expected["cancelled"][0], expected["cancelled"][0]) == (698, 70)
    assert -sums[chart.SALES] == expected["sold"][1]
    assert -sums[chart.RETURNS] == expected["cancelled"][1] == -5_174_51
    result = statements.profit_and_loss(sums, chart.standard())
    assert result.after_tax_minor == sums["1201"] == 232_551_40 + 19_233_65
    assert statements.position(sums, chart.standard()).balances


@pytest.mark.skipif(not BEAN_CHECK, reason="bean-check is not installed: make interop, or KAWASAN_TEST_BEAN_CHECK=path")
def test_beancount_finds_them_right(entries, tmp_path: Path) -> None:
    postings = [
        Posting(day, source(invoice), invoice, line.account, line.amount_minor)
        for invoice, (day, lines) in sorted(entries.items(), key=lambda item: item[1][0])
        for line in lines
    ]
    sums = statements.totals(lines for _, lines in entries.values())
    text = beancount.text_of(
        postings, chart.standard(), title="Online Retail", opening={}, first=date(2010, 12, 1), balances=sums,
        end=date(2010, 12, 8),
    )  # fmt: skip
    file = tmp_path / "retail.beancount"
    file.write_text("\n".join(text) + "\n")
    told = subprocess.run([BEAN_CHECK, file], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


@pytest.mark.django_db
def test_the_week_as_sales_of_one_business_through_the_database(entries, tmp_path: Path) -> None:
    """Each invoice is sold for cash and each cancellation given back; the follower books them, statements add up."""
    shop = a_business().id
    payments.ensure_business_accounts(business_id=shop)
    ledger.open_accounts(cash.new_cash_accounts(shop))
    sold, given_back = [], []
    for invoice, (day, lines) in entries.items():
        amount, at = lines[0].amount_minor, datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        if amount > 0:
            move = payments.cash_sale(business_id=shop, amount_minor=amount, sale_id=source(invoice))
            sold.append(ledger.Entry(ids.uuid7(), at, (move,)))
        else:
            move = payments.cash_back(business_id=shop, amount_minor=-amount, return_id=source(invoice))
            given_back.append(ledger.Entry(ids.uuid7(), at, (move,)))
    applied = ledger.post_many([*sold, *given_back])
    assert all(isinstance(answer, ledger.Applied) for answer in applied)
    follow()
    owner, expected = {"actor": an_owner(shop), "business_id": shop}, by_sql()
    week = books.Span(date(2010, 12, 1), date(2010, 12, 7))
    gross, cancelled = expected["sold"][1], -expected["cancelled"][1]
    found = balances(shop)
    assert (-found["4101"], found["4102"], found["1101"]) == (gross, cancelled, gross - cancelled)
    profit = books.statement(**owner, report=books.Report.PROFIT, span=week)
    assert {row.name: row.amount_minor for row in profit.rows}["Pendapatan usaha"] == gross - cancelled
    assert books.statement(**owner, report=books.Report.POSITION, span=week).balances
    assert books.differences() == []
    text = "\n".join(books.beancount_lines(**owner, span=week, title="Online Retail")) + "\n"
    ends = {line.split()[2].split(":A")[1][:4]: line.split()[3] for line in text.splitlines() if " balance " in line}
    assert {code: Decimal(amount).scaleb(2) for code, amount in ends.items() if Decimal(amount)} == found
    assert text.count(" * ") == len(entries)
    if BEAN_CHECK:
        (file := tmp_path / "week.beancount").write_text(text)
        told = subprocess.run([BEAN_CHECK, file], capture_output=True, text=True, check=False)
        assert (told.returncode, told.stdout + told.stderr) == (0, "")


def source(invoice: str) -> UUID:
    return ids.derived("online-retail", invoice)
