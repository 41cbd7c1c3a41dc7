"""Opening the accounts of money."""

from __future__ import annotations

from uuid import UUID

from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.types import AccountCode
from kawasan.rooms.zone.api import ZONE_OWNER


@requires_transaction
def ensure_wallet(*, person_id: UUID) -> None:
    """Open a person's wallet and the zone's accounts; where they are open, nothing happens."""
    ledger.open_accounts([_account(person_id, AccountCode.WALLET), *_zone_accounts()])


@requires_transaction
def ensure_business_accounts(*, business_id: UUID) -> None:
    """Open a business's escrow and balance and the zone's accounts; where they are open, nothing happens."""
    ensure_accounts(business_ids=(business_id,))


def ensure_accounts(*, business_ids: tuple[UUID, ...], person_id: UUID | None = None) -> None:
    """Open, in one statement, what a payment between these needs."""
    accounts = [_account(owner, code) for owner in business_ids for code in (AccountCode.ESCROW, AccountCode.BALANCE)]
    wallet = [_account(person_id, AccountCode.WALLET)] if person_id else []
    ledger.open_accounts([*accounts, *wallet, *_zone_accounts()])


# The provider and the bank stand for the world outside: what came in is debited there, what left is credited.
def _zone_accounts() -> list[ledger.NewAccount]:
    outside = [_account(ZONE_OWNER, code, ledger.Flag.NONE) for code in (AccountCode.PROVIDER, AccountCode.BANK)]
    return [_account(ZONE_OWNER, AccountCode.FEE), *outside]


def _account(owner: UUID, code: AccountCode, flags: ledger.Flag = ledger.Flag.NO_OVERDRAW) -> ledger.NewAccount:
    number = ledger.account_id(owner, ledger.IDR, int(code))
    return ledger.NewAccount(id=number, owner=owner, asset=ledger.IDR, code=int(code), flags=flags)
