"""The accounts of money: their ids follow from their owners, so nobody needs to look them up."""

from __future__ import annotations

from uuid import UUID

from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.types import AccountCode
from kawasan.rooms.zone.api import ZONE_OWNER


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


def _id(owner: UUID, code: AccountCode) -> UUID:
    return ledger.account_id(owner, ledger.IDR, int(code))
