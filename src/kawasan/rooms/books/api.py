"""The room's door: books, statements, taxes."""

from kawasan.rooms.books.actions.entries import (
    add_entry,
    add_expense,
    add_income,
    book_document,
    correct_entry,
    open_balances,
)
from kawasan.rooms.books.actions.following import follow_journal, forget_journal
from kawasan.rooms.books.actions.periods import close_month, reopen_month
from kawasan.rooms.books.actions.profile import add_account, say_profile
from kawasan.rooms.books.queries.desk import chart_of, profile_of
from kawasan.rooms.books.queries.desk import profile as tax_profile
from kawasan.rooms.books.queries.entries import entries, entry
from kawasan.rooms.books.queries.export import beancount_lines, journal
from kawasan.rooms.books.queries.periods import closed_through, period_events
from kawasan.rooms.books.queries.reports import statement, trial_balance
from kawasan.rooms.books.queries.source import FOLLOWER_NAME
from kawasan.rooms.books.queries.sums import ALL_DAYS, general_ledger
from kawasan.rooms.books.queries.taxes import owners_month, tax_year
from kawasan.rooms.books.queries.witness import differences
from kawasan.rooms.books.rules.chart import line_name
from kawasan.rooms.books.rules.posting import rule_of
from kawasan.rooms.books.rules.pph import final_tax_months, may_use_final_tax
from kawasan.rooms.books.rules.ppn import must_register, nears_registration, ppn_inside, ppn_on
from kawasan.rooms.books.types.accounts import Account, Kind
from kawasan.rooms.books.types.desk import (
    ENTRY_PREFIX,
    AccountCodeInvalid,
    AccountCodeTaken,
    AlreadyCorrected,
    BookedByDocument,
    BookEntryIdReused,
    BooksBehind,
    Entry,
    EntryKind,
    EntryNotFound,
    KeptByZone,
    LedgerLine,
    PeriodClosed,
    PeriodEvent,
    PeriodNotClosed,
    PeriodNotOver,
    Profile,
    ReasonMissing,
)
from kawasan.rooms.books.types.entries import (
    AmountTooFine,
    EntryEmpty,
    EntryInvalid,
    EntryUnbalanced,
    JournalLine,
    NewEntry,
    TrialRow,
    UnknownAccount,
)
from kawasan.rooms.books.types.months import (
    DAY_MIN,
    BadMonth,
    BookPeriodInvalid,
    Span,
    checked_span,
    checked_year,
    month_of,
    parse_month,
)
from kawasan.rooms.books.types.reports import (
    Duty,
    DutyKind,
    Figure,
    OwnersMonth,
    Report,
    Statement,
    TaxYear,
    TrialBalance,
)
from kawasan.rooms.books.types.tax import FinalTaxMonth, NoSuchRate, PpnLine, Taxpayer

__all__ = [
    "ALL_DAYS",
    "DAY_MIN",
    "ENTRY_PREFIX",
    "FOLLOWER_NAME",
    "Account",
    "AccountCodeInvalid",
    "AccountCodeTaken",
    "AlreadyCorrected",
    "AmountTooFine",
    "BadMonth",
    "BookEntryIdReused",
    "BookPeriodInvalid",
    "BookedByDocument",
    "BooksBehind",
    "Duty",
    "DutyKind",
    "Entry",
    "EntryEmpty",
    "EntryInvalid",
    "EntryKind",
    "EntryNotFound",
    "EntryUnbalanced",
    "Figure",
    "FinalTaxMonth",
    "JournalLine",
    "KeptByZone",
    "Kind",
    "LedgerLine",
    "NewEntry",
    "NoSuchRate",
    "OwnersMonth",
    "PeriodClosed",
    "PeriodEvent",
    "PeriodNotClosed",
    "PeriodNotOver",
    "PpnLine",
    "Profile",
    "ReasonMissing",
    "Report",
    "Span",
    "Statement",
    "TaxYear",
    "Taxpayer",
    "TrialBalance",
    "TrialRow",
    "UnknownAccount",
    "add_account",
    "add_entry",
    "add_expense",
    "add_income",
    "beancount_lines",
    "book_document",
    "chart_of",
    "checked_span",
    "checked_year",
    "close_month",
    "closed_through",
    "correct_entry",
    "differences",
    "entries",
    "entry",
    "final_tax_months",
    "follow_journal",
    "forget_journal",
    "general_ledger",
    "journal",
    "line_name",
    "may_use_final_tax",
    "month_of",
    "must_register",
    "nears_registration",
    "open_balances",
    "owners_month",
    "parse_month",
    "period_events",
    "ppn_inside",
    "ppn_on",
    "profile_of",
    "reopen_month",
    "rule_of",
    "say_profile",
    "statement",
    "tax_profile",
    "tax_year",
    "trial_balance",
]
