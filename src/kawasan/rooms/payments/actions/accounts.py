"""Opening the accounts of money."""

from __future__ import annotations

from uuid import UUID

from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.cash import new_cash_accounts


@requires_transaction
def ensure_wallet(*, person_id: UUID) -> None:
    """Open a person's wallet and the zone's accounts; where they are open, nothing happens."""
    ledger.open_accounts(accounts.new_accounts(person_ids=(person_id,)))


@requires_transaction
def ensure_business_accounts(*, business_id: UUID) -> None:
    """Open a business's accounts of money and the zone's; where they are open, nothing happens."""
    ensure_accounts(business_ids=(business_id,))


def ensure_accounts(*, business_ids: tuple[UUID, ...], person_id: UUID | None = None) -> None:
    """Open, in one statement, what a payment between these needs."""
    people = (person_id,) if person_id else ()
    ledger.open_accounts(accounts.new_accounts(business_ids=business_ids, person_ids=people))


@requires_transaction
def ensure_drawer(*, business_id: UUID) -> None:
    """Open the account of a business's cash; where it is open, nothing happens."""
    ledger.open_accounts(new_cash_accounts(business_id))
