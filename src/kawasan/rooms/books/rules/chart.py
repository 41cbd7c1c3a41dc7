"""The chart of accounts every business begins with: SAK EMKM's lines, and what it has within the zone."""

from __future__ import annotations

from functools import cache

from kawasan.rooms.books.rules.lists import rows_of
from kawasan.rooms.books.types.accounts import Account, Kind

# Accounts that the program itself books to.
CASH = "1101"
BANK = "1102"
QRIS_RECEIVABLE = "1105"
RECEIVABLES = "1201"
PAYABLES = "2101"
BALANCE = "1110"
STOCK = "1301"
TAX_WITHHELD = "1403"
ACCUMULATED_DEPRECIATION = "1591"
FIXED_ASSETS = ("1502", "1503", "1504")
LAND = "1501"
DEPOSITS = "2103"
OTHER_PAYABLES = "2102"
INCOME_TAX_PAYABLE = "2202"
INPUT_PPN, OUTPUT_PPN = "1402", "2201"
CAPITAL = "3101"
DRAWINGS = "3102"
RETAINED = "3201"
SALES = "4101"
RETURNS = "4102"
COST_OF_GOODS = "5101"
MDR = "6105"
COMMISSION = "6106"
DEPRECIATION = "6107"
ASSET_GAIN = "4203"
ASSET_LOSS = "7103"
INCOME_TAX = "8101"
# What the zone keeps: these follow the ledger, nobody books to them by hand.
KEPT_BY_ZONE = frozenset({"1107", "1108", "1109", BALANCE, "2104"})


@cache
def standard() -> dict[str, Account]:
    """Return the accounts of every business by code."""
    chinese = {row["name_id"]: row["name_zh"] for row in rows_of("names_zh.csv")}
    found = {}
    for row in (*rows_of("accounts.csv"), *rows_of("zone_accounts.csv")):
        names = (row["name_id"], row["name_en"], chinese[row["name_id"]])
        found[row["code"]] = Account(row["code"], *names, Kind(row["type"]), row["statement_line"])
    return dict(sorted(found.items()))


@cache
def line_names() -> dict[str, tuple[str, str]]:
    """Return the names of the statements' lines in English and Chinese by their Indonesian one."""
    return {row["name_id"]: (row["name_en"], row["name_zh"]) for row in rows_of("names_lines.csv")}


_CHANGE = "Perubahan "


def line_name(line: str, language: str) -> str:
    """Return the name of a statement's line in a language of the screen; also of a change of it in the cash flow."""
    if line.startswith(_CHANGE):
        inner = line_name(line.removeprefix(_CHANGE), language)
        return {"en": f"Change: {inner}", "zh-hans": f"{inner}的变动"}.get(language.lower(), _CHANGE + inner)
    english, chinese = line_names()[line]
    return {"en": english, "zh-hans": chinese}.get(language.lower(), line)
