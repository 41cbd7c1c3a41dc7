"""Buyers' limits in campaigns: an account for each buyer of an offer, opened and granted once, when first needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce.rules.limits import grant, new_limit
from kawasan.rooms.commerce.rules.transfers import Units
from kawasan.rooms.commerce.rules.units import (
    campaign_account,
    limit_code,
    limit_issued_account,
    limit_used_account,
    unit_asset,
)
from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.ledger import api as ledger


@requires_transaction
def open_offer_accounts(*, offer_id: UUID, variant_id: UUID) -> None:
    """Open the accounts of a campaign's offer: its units, and where limits come from and go. A repeat is harmless."""
    asset = ledger.asset_id(limit_code(offer_id))
    units, used, issued = AccountCode.CAMPAIGN, AccountCode.LIMIT_USED, AccountCode.LIMIT_ISSUED
    ledger.open_assets([ledger.NewAsset(limit_code(offer_id))])
    ledger.open_accounts(
        [
            ledger.NewAccount(
                campaign_account(offer_id, variant_id),
                offer_id,
                unit_asset(variant_id),
                units,
                ledger.Flag.NO_OVERDRAW,
            ),
            ledger.NewAccount(limit_used_account(offer_id), offer_id, asset, used, ledger.Flag.NO_OVERDRAW),
            ledger.NewAccount(limit_issued_account(offer_id), offer_id, asset, issued, ledger.Flag.NONE),
        ]
    )


@requires_transaction
def ensure_limits(units: Iterable[Units], *, at: datetime) -> None:
    """Open and grant, once, the limits that these units count against; one look where they all are there."""
    wanted = {item.limit: item for item in units if item.limit is not None}
    known = ledger.balances(list(wanted)) if wanted else {}
    missing = [item for key, item in wanted.items() if key not in known]
    if not missing:
        return
    ledger.open_accounts([new_limit(item.campaign, item.buyer_id) for item in missing if item.campaign])
    for answer in ledger.post_many([grant(item.campaign, item.buyer_id, at=at) for item in missing if item.campaign]):
        if isinstance(answer, ledger.Refused):
            raise answer.refusal
