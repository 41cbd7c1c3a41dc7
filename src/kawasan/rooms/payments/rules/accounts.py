"""The accounts of money: their ids follow from their owners, so nobody needs to look them up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from kawasan.rooms.ledger.rules import DERIVED_MAX, IDR, account_id
from kawasan.rooms.ledger.types import Flag, NewAccount
from kawasan.rooms.payments.types import AccountCode
from kawasan.rooms.zone.types import ZONE_OWNER

_OF_BUSINESSES = (AccountCode.ESCROW, AccountCode.BALANCE, AccountCode.RESERVE, AccountCode.TRANSIT)


def wallet(person_id: UUID) -> UUID:
    """Return the account of a person's money."""
    return _id(person_id, AccountCode.WALLET)


def escrow(business_id: UUID) -> UUID:
    """Return the account of money paid for a business's orders that are not yet delivered."""
    return _id(business_id, AccountCode.ESCROW)


def balance(business_id: UUID) -> UUID:
    """Return the account of a business's own money."""
    return _id(business_id, AccountCode.BALANCE)


def reserve(business_id: UUID) -> UUID:
    """Return the account of a business's money that is held back for a while."""
    return _id(business_id, AccountCode.RESERVE)


def debt(business_id: UUID) -> UUID:
    """Return the account of what a business owes the zone: debited when the zone pays for it."""
    return _id(business_id, AccountCode.DEBT)


def transit(business_id: UUID) -> UUID:
    """Return the account of a business's money that the bank was given and has not paid yet."""
    return _id(business_id, AccountCode.TRANSIT)


def tax() -> UUID:
    """Return the account of income tax that the zone withheld and owes to the state."""
    return _id(ZONE_OWNER, AccountCode.TAX)


def fee() -> UUID:
    """Return the account of what the zone earned."""
    return _id(ZONE_OWNER, AccountCode.FEE)


def new_fee() -> NewAccount:
    """Return that account, to be opened."""
    return _new(ZONE_OWNER, AccountCode.FEE)


def provider() -> UUID:
    """Return the account of what the payment provider took in for the zone."""
    return _id(ZONE_OWNER, AccountCode.PROVIDER)


def bank() -> UUID:
    """Return the account of what left for bank accounts."""
    return _id(ZONE_OWNER, AccountCode.BANK)


def returning() -> UUID:
    """Return the account of what a provider is asked to send back to where it was paid from."""
    return _id(ZONE_OWNER, AccountCode.RETURNING)


def new_returning() -> NewAccount:
    """Return that account, to be opened."""
    return _new(ZONE_OWNER, AccountCode.RETURNING)


def promotion() -> UUID:
    """Return the account of what was paid in for promotions of the zone."""
    return _id(ZONE_OWNER, AccountCode.PROMOTION)


def new_promotion() -> NewAccount:
    """Return that account, to be opened."""
    return _new(ZONE_OWNER, AccountCode.PROMOTION)


def voucher(voucher_id: UUID) -> UUID:
    """Return the account of what the zone has set aside for one of its vouchers."""
    return _id(voucher_id, AccountCode.VOUCHER)


def new_voucher(voucher_id: UUID) -> NewAccount:
    """Return that account, to be opened."""
    return _new(voucher_id, AccountCode.VOUCHER)


def new_accounts(*, business_ids: Iterable[UUID] = (), person_ids: Iterable[UUID] = ()) -> list[NewAccount]:
    """Return all accounts that payments between these need, to be opened: theirs and the zone's."""
    owners = tuple(business_ids)
    of_businesses = [_new(owner, code) for owner in owners for code in _OF_BUSINESSES]
    debts = [_new(owner, AccountCode.DEBT, Flag.NO_OVERFILL) for owner in owners]  # never recovered beyond nothing
    wallets = [_new(owner, AccountCode.WALLET) for owner in person_ids]
    # The provider and the bank stand for the world outside: what came in is debited there, what left is credited.
    outside = [_new(ZONE_OWNER, code, Flag.NONE) for code in (AccountCode.PROVIDER, AccountCode.BANK)]
    own = [_new(ZONE_OWNER, code) for code in (AccountCode.FEE, AccountCode.TAX)]
    return [*of_businesses, *debts, *wallets, *own, *outside]


def _new(owner: UUID, code: AccountCode, flags: Flag = Flag.NO_OVERDRAW) -> NewAccount:
    return NewAccount(id=_id(owner, code), owner=owner, asset=IDR, code=int(code), flags=flags)


@lru_cache(maxsize=DERIVED_MAX)
def _id(owner: UUID, code: AccountCode) -> UUID:
    return account_id(owner, IDR, int(code))
