"""What the accounts of variants' units hold."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kawasan.rooms.commerce.rules.units import unit_account
from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.commerce.types.stock import StockLevel
from kawasan.rooms.ledger import api as ledger


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
