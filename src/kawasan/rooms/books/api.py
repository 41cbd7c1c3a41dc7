"""The room's door."""

from kawasan.rooms.books.rules.pph import final_tax_months, may_use_final_tax
from kawasan.rooms.books.rules.ppn import must_register, nears_registration, ppn_inside, ppn_on
from kawasan.rooms.books.types.accounts import Account, Kind
from kawasan.rooms.books.types.tax import FinalTaxMonth, NoSuchRate, PpnLine, Taxpayer

__all__ = [
    "Account",
    "FinalTaxMonth",
    "Kind",
    "NoSuchRate",
    "PpnLine",
    "Taxpayer",
    "final_tax_months",
    "may_use_final_tax",
    "must_register",
    "nears_registration",
    "ppn_inside",
    "ppn_on",
]
