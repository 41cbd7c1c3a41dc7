"""Taxes: dated rows, what is due, the final tax and PPN."""

from kawasan.rooms.books.actions.duties import note_duty, take_back_duty, take_duty_reminders
from kawasan.rooms.books.actions.rates import decide_tax_row, propose_tax_row
from kawasan.rooms.books.queries.duties import next_duty, slip, tax_year
from kawasan.rooms.books.queries.rates import china_percents, ppn_rates, rows_for_staff, tax_rows, tax_tables
from kawasan.rooms.books.rules.pph import final_tax_months, may_use_final_tax
from kawasan.rooms.books.rules.ppn import must_register, nears_registration, ppn_inside, ppn_on
from kawasan.rooms.books.rules.rates import ENDLESS, FIGURES, SUPPLIES
from kawasan.rooms.books.types.duties import (
    DONE_PREFIX,
    Duty,
    DutyDone,
    DutyDoneAlready,
    DutyKind,
    DutyNotFound,
    DutyNumberInvalid,
    DutyReminder,
    Slip,
)
from kawasan.rooms.books.types.rates import (
    LAW_LENGTH_MAX,
    ROW_PREFIX,
    NewTaxRow,
    RateKind,
    RowState,
    TaxRow,
    TaxRowDecided,
    TaxRowIdReused,
    TaxRowInvalid,
    TaxRowNeedsOther,
    TaxRowNotFound,
    TaxRowTooEarly,
    TaxTables,
)
from kawasan.rooms.books.types.tax import FinalTaxMonth, NoSuchRate, PpnLine, PpnRate, Taxpayer

__all__ = [
    "DONE_PREFIX",
    "ENDLESS",
    "FIGURES",
    "LAW_LENGTH_MAX",
    "ROW_PREFIX",
    "SUPPLIES",
    "Duty",
    "DutyDone",
    "DutyDoneAlready",
    "DutyKind",
    "DutyNotFound",
    "DutyNumberInvalid",
    "DutyReminder",
    "FinalTaxMonth",
    "NewTaxRow",
    "NoSuchRate",
    "PpnLine",
    "PpnRate",
    "RateKind",
    "RowState",
    "Slip",
    "TaxRow",
    "TaxRowDecided",
    "TaxRowIdReused",
    "TaxRowInvalid",
    "TaxRowNeedsOther",
    "TaxRowNotFound",
    "TaxRowTooEarly",
    "TaxTables",
    "Taxpayer",
    "china_percents",
    "decide_tax_row",
    "final_tax_months",
    "may_use_final_tax",
    "must_register",
    "nears_registration",
    "next_duty",
    "note_duty",
    "ppn_inside",
    "ppn_on",
    "ppn_rates",
    "propose_tax_row",
    "rows_for_staff",
    "slip",
    "take_back_duty",
    "take_duty_reminders",
    "tax_rows",
    "tax_tables",
    "tax_year",
]
