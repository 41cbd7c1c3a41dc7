"""The units of a variant in the ledger: its asset and its accounts. Their ids follow from the variant."""

from __future__ import annotations

from uuid import UUID

from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.ledger.rules import account_id, asset_id


def unit_code(variant_id: UUID) -> str:
    """Return the code of the asset that a variant's units are."""
    return f"unit:{variant_id}"


def unit_asset(variant_id: UUID) -> UUID:
    """Return the asset that a variant's units are."""
    return asset_id(unit_code(variant_id))


def unit_account(business_id: UUID, variant_id: UUID, code: AccountCode) -> UUID:
    """Return the account that holds a variant's units in stock, sold or supply."""
    return account_id(business_id, unit_asset(variant_id), code)
