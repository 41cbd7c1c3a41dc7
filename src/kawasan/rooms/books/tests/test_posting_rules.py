"""Every transfer of every room has a posting rule: books that leave something out are wrong, silently."""

from __future__ import annotations

import importlib
import pkgutil
from enum import IntEnum

import kawasan.rooms
from kawasan.rooms.books.pages.wording import TRANSFERS
from kawasan.rooms.books.rules import chart, posting
from kawasan.rooms.books.rules.lists import rows_of
from kawasan.rooms.payments.types import AccountCode

# Accounts of money that no business owns: people's wallets, the zone's own, the world outside.
NOT_OF_BUSINESSES = {
    "WALLET",
    "FEE",
    "PROVIDER",
    "BANK",
    "TAX",
    "RETURNING",
    "CASH_OUTSIDE",
    "MDR",
    "MDR_COST",
    "VOUCHER",
    "PROMOTION",
}


def codes_of_transfers() -> dict[int, str]:
    """Every code above 99 that a room's types name: a room that does not exist yet is found as well."""
    found: dict[int, str] = {}
    for room in pkgutil.iter_modules(kawasan.rooms.__path__, "kawasan.rooms."):
        types = importlib.import_module(f"{room.name}.types")
        inner = pkgutil.iter_modules(getattr(types, "__path__", []), f"{types.__name__}.")
        for module in (types, *(importlib.import_module(item.name) for item in inner)):
            for kind in vars(module).values():
                if isinstance(kind, type) and issubclass(kind, IntEnum):
                    found |= {int(code): code.name for code in kind if code >= 100}
    return found


def test_every_transfer_code_has_a_posting_rule():
    named = codes_of_transfers()
    assert {100, 105, 203} <= named.keys()
    told = {code: rule.name for code, rule in posting.rules().items()}
    missing = {code: name for code, name in named.items() if told.get(code) != name}
    assert missing == {}, "add a line to src/kawasan/rooms/books/data/posting_rules.csv: what it means for a business"


def test_every_account_of_money_stands_for_one_of_the_books():
    ours = {int(row["ledger_code"]): row["name"] for row in rows_of("money_accounts.csv")}
    missing = [code.name for code in AccountCode if code.name not in NOT_OF_BUSINESSES and ours.get(code) != code.name]
    assert missing == [], "add a line to src/kawasan/rooms/books/data/money_accounts.csv"


def test_everything_that_is_booked_has_a_name_that_people_read():
    silent = {rule.name for rule in posting.rules().values() if rule.other_side or rule.earns} - TRANSFERS.keys()
    assert silent == set(), "add it to TRANSFERS in pages/wording.py"


def test_rules_name_accounts_of_the_chart():
    assert {rule.other_side for rule in posting.rules().values()} - {""} <= chart.standard().keys()
    assert set(posting.money_accounts().values()) <= chart.standard().keys()
    assert set(posting.money_accounts().values()) - {chart.CASH} == chart.KEPT_BY_ZONE
    assert all(row["why"] for row in rows_of("posting_rules.csv"))


def test_the_acquirers_fee_is_an_expense_of_its_own():
    fee, ours = posting.rules()[141], posting.rules()[106]
    assert (fee.name, fee.other_side, ours.other_side) == ("MDR", chart.MDR, chart.COMMISSION)
