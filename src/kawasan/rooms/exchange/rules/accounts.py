"""The room's accounts: their ids follow from owner, currency and purpose."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from kawasan.rooms.exchange.types.accounts import ExchangeAccount
from kawasan.rooms.ledger.rules import DERIVED_MAX, account_id, asset_id
from kawasan.rooms.ledger.types import Flag, NewAccount
from kawasan.rooms.zone.types import ZONE_OWNER

_OF_ZONE = (ExchangeAccount.POSITION, ExchangeAccount.INCOME, ExchangeAccount.RESULT)
_OUTSIDE = (ExchangeAccount.ABROAD, ExchangeAccount.DEALER)


def position(currency: str) -> UUID:
    """Return the zone's position account of a currency. It may go below zero: limits are the room's own rule."""
    return _id(ZONE_OWNER, currency, ExchangeAccount.POSITION)


def income(currency: str) -> UUID:
    """Return the account of spreads earned in a currency."""
    return _id(ZONE_OWNER, currency, ExchangeAccount.INCOME)


def result(currency: str) -> UUID:
    """Return the account of what closing positions gained or lost."""
    return _id(ZONE_OWNER, currency, ExchangeAccount.RESULT)


def abroad(currency: str) -> UUID:
    """Return the account that stands for what providers took in for the zone in a currency."""
    return _id(ZONE_OWNER, currency, ExchangeAccount.ABROAD)


def dealer(currency: str) -> UUID:
    """Return the account that stands for the bank which positions are closed against."""
    return _id(ZONE_OWNER, currency, ExchangeAccount.DEALER)


def owed(person_id: UUID, currency: str) -> UUID:
    """Return the account of a payer's money that is to be sent back in the currency it came in."""
    return _id(person_id, currency, ExchangeAccount.OWED)


def zone_accounts(currency: str) -> list[NewAccount]:
    """Return the zone's accounts of a currency, to be opened."""
    # Spreads are only ever taken in; a position and its result may be on either side of nothing.
    return [
        NewAccount(
            id=_id(ZONE_OWNER, currency, code),
            owner=ZONE_OWNER,
            asset=asset_id(currency),
            code=int(code),
            flags=Flag.NO_OVERDRAW if code is ExchangeAccount.INCOME else Flag.NONE,
        )
        for code in (*_OF_ZONE, *_OUTSIDE)
    ]


def owed_account(person_id: UUID, currency: str) -> NewAccount:
    """Return the account of a payer's money to be sent back, to be opened."""
    code = ExchangeAccount.OWED
    return NewAccount(
        id=owed(person_id, currency),
        owner=person_id,
        asset=asset_id(currency),
        code=int(code),
        flags=Flag.NO_OVERDRAW,
    )


@lru_cache(maxsize=DERIVED_MAX)
def _id(owner: UUID, currency: str, code: ExchangeAccount) -> UUID:
    return account_id(owner, asset_id(currency), int(code))
