"""Buyers' limits in campaigns: the account of each buyer of an offer, and what it is granted once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.commerce.rules.units import limit_account, limit_asset, limit_issued_account
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.ledger.types import Entry, Flag, NewAccount, NewTransfer


def new_limit(terms: CampaignTerms, buyer_id: UUID) -> NewAccount:
    """Return the account of what a buyer may still take from an offer."""
    return NewAccount(
        limit_account(terms.offer_id, buyer_id),
        buyer_id,
        limit_asset(terms.offer_id),
        AccountCode.LIMIT,
        Flag.NO_OVERDRAW,
    )


def grant(terms: CampaignTerms, buyer_id: UUID, *, at: datetime) -> Entry:
    """Return the entry that grants a buyer the limit of an offer; its ids follow from both, so it applies once."""
    transfer = NewTransfer(
        id=ids.derived("commerce.limit-grant", terms.offer_id, buyer_id),
        debit=limit_issued_account(terms.offer_id),
        credit=limit_account(terms.offer_id, buyer_id),
        amount=terms.per_buyer,
        code=int(TransferCode.LIMIT_GRANT),
        reference=terms.offer_id,
    )
    return Entry(ids.derived("commerce.limit-grant-entry", terms.offer_id, buyer_id), at, (transfer,))
