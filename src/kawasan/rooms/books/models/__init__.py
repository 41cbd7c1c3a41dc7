"""
The room's tables: what the follower derives from the ledger, and what people write.

Only the follower writes ``books_line``, ``books_day`` and the tables of units, set-wise (actions/following.py); they
can be emptied and rebuilt at any time. Entries and closings by hand are only added to.
"""

from kawasan.rooms.books.models.bank import (
    Bank,
    BankLine,
    BankRule,
    BankStatement,
    Draft,
    Match,
)
from kawasan.rooms.books.models.journal import (
    Asset,
    Day,
    Desk,
    Disposal,
    Due,
    Entry,
    EntryLine,
    Line,
    OwnAccount,
    Period,
    Receipt,
    Settlement,
)
from kawasan.rooms.books.models.stock import (
    StockChoice,
    StockCount,
    StockLot,
    UnitDay,
    UnitOnTheWay,
)
from kawasan.rooms.books.models.tax import DutyDone, DutyNotice, TaxDecision, TaxRow

__all__ = [
    "Asset",
    "Bank",
    "BankLine",
    "BankRule",
    "BankStatement",
    "Day",
    "Desk",
    "Disposal",
    "Draft",
    "Due",
    "DutyDone",
    "DutyNotice",
    "Entry",
    "EntryLine",
    "Line",
    "Match",
    "OwnAccount",
    "Period",
    "Receipt",
    "Settlement",
    "StockChoice",
    "StockCount",
    "StockLot",
    "TaxDecision",
    "TaxRow",
    "UnitDay",
    "UnitOnTheWay",
]
