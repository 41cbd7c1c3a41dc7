"""The units of a variant in the ledger, a campaign's too: assets and accounts. Their ids follow from whose they are."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.ledger.rules import DERIVED_MAX, account_id, asset_id


def unit_code(variant_id: UUID) -> str:
    """Return the code of the asset that a variant's units are."""
    return f"unit:{variant_id}"


def unit_asset(variant_id: UUID) -> UUID:
    """Return the asset that a variant's units are."""
    return asset_id(unit_code(variant_id))


@lru_cache(maxsize=DERIVED_MAX)
def unit_account(business_id: UUID, variant_id: UUID, code: AccountCode) -> UUID:
    """Return the account that holds a variant's units in stock, sold or supply."""
    return account_id(business_id, unit_asset(variant_id), code)


@lru_cache(maxsize=DERIVED_MAX)
def campaign_account(offer_id: UUID, variant_id: UUID) -> UUID:
    """Return the account of the units that are set aside for a campaign's offer."""
    return account_id(offer_id, unit_asset(variant_id), AccountCode.CAMPAIGN)


def limit_code(offer_id: UUID) -> str:
    """Return the code of the asset that buyers' limits of an offer are counted in."""
    return f"limit:{offer_id}"


@lru_cache(maxsize=DERIVED_MAX)
def limit_asset(offer_id: UUID) -> UUID:
    """Return the asset that buyers' limits of an offer are counted in."""
    return asset_id(limit_code(offer_id))


def limit_account(offer_id: UUID, buyer_id: UUID) -> UUID:
    """Return the account of the units that a buyer may still take from an offer."""
    return account_id(buyer_id, limit_asset(offer_id), AccountCode.LIMIT)


@lru_cache(maxsize=DERIVED_MAX)
def limit_used_account(offer_id: UUID) -> UUID:
    """Return the account of the units that buyers have taken under their limits."""
    return account_id(offer_id, limit_asset(offer_id), AccountCode.LIMIT_USED)


@lru_cache(maxsize=DERIVED_MAX)
def limit_issued_account(offer_id: UUID) -> UUID:
    """Return the account that limits are granted from."""
    return account_id(offer_id, limit_asset(offer_id), AccountCode.LIMIT_ISSUED)
