"""Cash in the tills of businesses, as accounts and transfers of the ledger."""

from __future__ import annotations

from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.ledger.rules import IDR, account_id
from kawasan.rooms.ledger.types import Flag, NewAccount, NewTransfer
from kawasan.rooms.payments.types import AccountCode, PaymentCode
from kawasan.rooms.zone.types import ZONE_OWNER


def drawer(business_id: UUID) -> UUID:
    """Return the account of the cash in a business's tills; below zero where more was given back than taken in."""
    return account_id(business_id, IDR, int(AccountCode.DRAWER))


def cash_outside() -> UUID:
    """Return the account of cash in everybody else's hands."""
    return account_id(ZONE_OWNER, IDR, int(AccountCode.CASH_OUTSIDE))


def new_cash_accounts(business_id: UUID) -> list[NewAccount]:
    """Return the accounts that cash needs, to be opened. Neither has a bound: what is counted is what there is."""
    owners = ((business_id, AccountCode.DRAWER), (ZONE_OWNER, AccountCode.CASH_OUTSIDE))
    return [NewAccount(account_id(owner, IDR, int(code)), owner, IDR, int(code), Flag.NONE) for owner, code in owners]


def cash_sale(*, business_id: UUID, amount_minor: int, sale_id: UUID) -> NewTransfer:
    """Return the transfer outside -> drawer of what a buyer paid at the counter."""
    return _cash("sale", sale_id, cash_outside(), drawer(business_id), amount_minor, PaymentCode.CASH_SALE)


def cash_back(*, business_id: UUID, amount_minor: int, return_id: UUID) -> NewTransfer:
    """Return the transfer drawer -> outside of what a buyer was given back at the counter."""
    return _cash("back", return_id, drawer(business_id), cash_outside(), amount_minor, PaymentCode.CASH_BACK)


def cash_counted(*, business_id: UUID, difference_minor: int, shift_id: UUID) -> NewTransfer:
    """Return the transfer that makes the drawer agree with what was counted. ``difference_minor`` is not nothing."""
    there, outside = drawer(business_id), cash_outside()
    if difference_minor > 0:
        return _cash("count", shift_id, outside, there, difference_minor, PaymentCode.CASH_OVER)
    return _cash("count", shift_id, there, outside, -difference_minor, PaymentCode.CASH_SHORT)


def _cash(what: str, document: UUID, debit: UUID, credit: UUID, amount: int, code: PaymentCode) -> NewTransfer:
    transfer_id = ids.derived(f"payments.cash.{what}", document)
    return NewTransfer(transfer_id, debit, credit, amount, int(code), reference=document)
