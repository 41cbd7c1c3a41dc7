"""The accounts of money: their ids follow from their owners, so nobody needs to look them up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from kawasan.rooms.ledger.rules import DERIVED_MAX, IDR, account_id
from kawasan.rooms.ledger.types import Flag, NewAccount
from kawasan.rooms.payments.types import AccountCode
from kawasan.rooms.zone.types import ZONE_OWNER


def wallet(person_id: UUID) -> UUID:
    """Return the account of a person's money."""
    return _id(person_id, AccountCode.WALLET)


def escrow(business_id: UUID) -> UUID:
    """Return the account of money paid for a business's orders that are not yet delivered."""
    return _id(business_id, AccountCode.ESCROW)


def balance(business_id: UUID) -> UUID:
    """Return the account of a business's own money."""
    return _id(business_id, AccountCode.BALANCE)


def fee() -> UUID:
    """Return the account of what the zone earned."""
    return _id(ZONE_OWNER, AccountCode.FEE)


def provider() -> UUID:
    """Return the account of what the payment provider took in for the zone."""
    return _id(ZONE_OWNER, AccountCode.PROVIDER)


def bank() -> UUID:
    """Return the account of what left for bank accounts."""
    return _id(ZONE_OWNER, AccountCode.BANK)


def new_accounts(*, business_ids: Iterable[UUID] = (), person_ids: Iterable[UUID] = ()) -> list[NewAccount]:
    """Return all accounts that payments between these need, to be opened: theirs and the zone's."""
    of_businesses = [_new(owner, code) for owner in business_ids for code in (AccountCode.ESCROW, AccountCode.BALANCE)]
    wallets = [_new(owner, AccountCode.WALLET) for owner in person_ids]
    # The provider and the bank stand for the world outside: what came in is debited there, what left is credited.
    outside = [_new(ZONE_OWNER, code, Flag.NONE) for code in (AccountCode.PROVIDER, AccountCode.BANK)]
    return [*of_businesses, *wallets, _new(ZONE_OWNER, AccountCode.FEE), *outside]


def _new(owner: UUID, code: AccountCode, flags: Flag = Flag.NO_OVERDRAW) -> NewAccount:
    return NewAccount(id=_id(owner, code), owner=owner, asset=IDR, code=int(code), flags=flags)


@lru_cache(maxsize=DERIVED_MAX)
def _id(owner: UUID, code: AccountCode) -> UUID:
    return account_id(owner, IDR, int(code))
