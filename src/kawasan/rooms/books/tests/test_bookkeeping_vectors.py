"""Every shared vector about bookkeeping."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import FOLDER, each, kinds

from kawasan.core.money import rupiah
from kawasan.rooms.books.rules import chart, costs, journal, statements, stock
from kawasan.rooms.books.types.entries import (
    AmountTooFine,
    EntryEmpty,
    EntryUnbalanced,
    JournalLine,
    UnknownAccount,
)
from kawasan.rooms.books.types.stock import StockMethod
from kawasan.rooms.payments.rules.qris_fees import Criteria

REFUSALS = {
    "unbalanced": EntryUnbalanced,
    "unknown_account": UnknownAccount,
    "no_lines": EntryEmpty,
    "more_than_two_decimals": AmountTooFine,
}


def lines_of(rows: list[list[str]]) -> tuple[JournalLine, ...]:
    return tuple(journal.line_of(code, Decimal(debit), Decimal(credit)) for code, debit, credit in rows)


def sums_of(given: dict) -> dict[str, int]:
    return statements.totals(lines_of(entry["lines"]) for entry in given["entries"])


def minor(amounts: dict[str, str]) -> dict[str, int]:
    return {name: int(amount) * 100 for name, amount in amounts.items()}


def test_every_kind_of_bookkeeping_vector_is_tested():
    assert kinds("bookkeeping") == {
        "statements", "entry_invalid", "closing_entry", "fiscal_straight_line", "inventory_weighted_average",
        "inventory_fifo", "qris_sale_posting", "online_retail_total", "online_retail_top_products",
    }  # fmt: skip


@each("bookkeeping", "statements")
def test_statements(given, expected):
    sums = sums_of(given)
    for entry in given["entries"]:
        journal.check_lines(lines_of(entry["lines"]), chart.standard())
    assert sums == minor(expected["trial_balance"])
    result = statements.profit_and_loss(sums, chart.standard())
    assert result.by_name == minor(expected["income_statement"])
    found = statements.position(sums, chart.standard())
    for side in ("assets", "liabilities", "equity"):
        assert {row.name: row.amount_minor for row in getattr(found, side)} == minor(expected["position"][side])
        assert getattr(found, f"{side}_minor") == int(expected["position"][f"total_{side}"]) * 100
    assert found.balances


@each("bookkeeping", "entry_invalid")
def test_an_entry_that_cannot_be_right_is_refused(given, expected):
    with pytest.raises(REFUSALS[expected["reason"]]):
        journal.check_lines(lines_of(given["lines"]), chart.standard())


@each("bookkeeping", "closing_entry")
def test_closing_a_year(given, expected):
    sums = sums_of(given)
    closing = statements.closing_lines(sums, chart.standard())
    assert closing == list(lines_of(expected["closing_lines"]))
    assert statements.profit_and_loss(sums, chart.standard()).after_tax_minor == int(expected["net_income"]) * 100
    after = statements.totals([*(lines_of(entry["lines"]) for entry in given["entries"]), closing])
    assert statements.position(after, chart.standard()).equity_minor == (
        statements.position(sums, chart.standard()).equity_minor
    )


@each("bookkeeping", "fiscal_straight_line")
def test_fiscal_depreciation(given, expected):
    start = date.fromisoformat(given["in_use_from"] + "-01")
    found = costs.straight_line(given["group"], int(given["cost"]), in_use_from=start)
    assert [[str(year), str(amount)] for year, amount in found] == expected


@forall(st.sampled_from(["non_building_1", "non_building_3", "building_permanent"]), st.integers(1, 10**12), st.dates())
def test_depreciation_adds_up_to_the_cost(group, cost, day):
    if day.year < 9900:
        assert sum(amount for _, amount in costs.straight_line(group, cost, in_use_from=day)) == cost


@each("bookkeeping", "inventory_weighted_average", "inventory_fifo")
def test_cost_of_stock(given, expected):
    units = stock.pool(StockMethod.FIFO if len(given) == 5 else StockMethod.AVERAGE)
    costs_of = []
    for kind, count, unit in given:
        if kind == "in":
            units.put(int(count), int(Decimal(unit) * 100 * int(count)))
        else:
            costs_of.append(units.take(int(count)))
    assert costs_of == [int(Decimal(text) * 100) for text in expected["cogs"]]
    assert (units.quantity, units.value) == (int(expected["qty"]), int(Decimal(expected["value"]) * 100))


@each("bookkeeping", "qris_sale_posting")
def test_a_sale_by_qris(given, expected):
    lines = journal.qris_sale(rupiah(int(given["amount"])), criteria=Criteria(given["criteria"]), on=date(2026, 1, 1))
    assert lines == list(lines_of(expected["lines"]))


@cache
def retail() -> list[dict[str, str]]:
    with gzip.open(FOLDER / "online_retail_lines.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


FILTERS = {
    "cancellations only (invoice starts with C)": lambda row: row["invoice_no"].startswith("C"),
    "country United Kingdom, all lines": lambda row: row["country"] == "United Kingdom",
    "country not United Kingdom": lambda row: row["country"] != "United Kingdom",
    "invoice 536365": lambda row: row["invoice_no"] == "536365",
}


@each("bookkeeping", "online_retail_total")
def test_totals_of_real_invoices(given, expected):
    rows = [row for row in retail() if FILTERS[given["filter"]](row)]
    total = sum(int(row["quantity"]) * Decimal(row["unit_price_gbp"]) for row in rows)
    assert {"lines": len(rows), "total_gbp": f"{total:.2f}"} == expected


@each("bookkeeping", "online_retail_top_products")
def test_the_most_sold_products_of_real_invoices(given, expected):
    counts: Counter[str] = Counter()
    for row in retail():
        if not row["invoice_no"].startswith("C"):
            counts[row["stock_code"]] += int(row["quantity"])
    assert [list(item) for item in counts.most_common(given["n"])] == expected


def test_the_chart_is_whole():
    accounts = chart.standard()
    assert len(accounts) == 43 + 9
    for account in accounts.values():
        assert account.name("id") == account.name_id
        assert all((account.name("en"), account.name("zh-hans")))
        assert chart.line_name(account.line, "zh-hans")
    assert set(chart.FIXED_ASSETS) <= set(accounts)
    mine = [
        value for name, value in vars(chart).items() if name.isupper() and isinstance(value, str) and name[0] != "_"
    ]
    assert set(mine) <= set(accounts)
