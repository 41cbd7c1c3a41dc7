"""The units of a variant in the ledger: its asset, its three accounts, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.commerce.types.stock import StockLevel
from kawasan.rooms.ledger import api as ledger


def unit_code(variant_id: UUID) -> str:
    """Return the code of the asset that a variant's units are."""
    return f"unit:{variant_id}"


def unit_asset(variant_id: UUID) -> UUID:
    """Return the asset that a variant's units are."""
    return ledger.asset_id(unit_code(variant_id))


def unit_account(business_id: UUID, variant_id: UUID, code: AccountCode) -> UUID:
    """Return the account that holds a variant's units in stock, sold or supply."""
    return ledger.account_id(business_id, unit_asset(variant_id), code)


def stock_levels(variants: Iterable[tuple[UUID, UUID]]) -> dict[UUID, StockLevel]:
    """Return the level of each variant, given as (business id, variant id) pairs, in one query."""
    accounts: dict[UUID, tuple[UUID, UUID]] = {}
    for business_id, variant_id in variants:
        stock = unit_account(business_id, variant_id, AccountCode.STOCK)
        sold = unit_account(business_id, variant_id, AccountCode.SOLD)
        accounts[variant_id] = (stock, sold)
    balances = ledger.balances([account for pair in accounts.values() for account in pair])
    nothing = ledger.Balance()
    levels = {}
    for variant_id, (stock, sold) in accounts.items():
        held = balances.get(stock, nothing)
        levels[variant_id] = StockLevel(
            available=held.available, held=held.debits_pending, sold=balances.get(sold, nothing).posted
        )
    return levels
