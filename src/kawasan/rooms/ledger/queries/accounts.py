"""Accounts and their balances as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from kawasan.rooms.ledger import models
from kawasan.rooms.ledger.types import Account, Balance, Flag, NewAsset, UnknownAccount, UnknownAsset

# Asked by every page that shows what is left, so without rows of the ORM.
_BALANCES = """
select id, debits_pending, debits_posted, credits_pending, credits_posted
from ledger_account where id = any(%s::uuid[])
"""


def asset(asset_id: UUID) -> NewAsset:
    """Return an asset's code and scale. Raises UnknownAsset."""
    row = models.Asset.objects.filter(pk=asset_id).first()
    if row is None:
        raise UnknownAsset(asset=str(asset_id))
    return NewAsset(row.code, row.scale)


def account(account_id: UUID) -> Account:
    """Return an account. Raises UnknownAccount."""
    row = models.Account.objects.filter(pk=account_id).first()
    if row is None:
        raise UnknownAccount(account=str(account_id))
    return _account(row)


def accounts_of(owner: UUID, codes: Iterable[int] | None = None) -> list[Account]:
    """Return an owner's accounts, of these codes or of all, in order of code and asset."""
    rows = models.Account.objects.filter(owner=owner).order_by("code", "asset_id")
    return [_account(row) for row in (rows if codes is None else rows.filter(code__in=list(codes)))]


def balance(account_id: UUID) -> Balance:
    """Return an account's balance. Raises UnknownAccount."""
    return account(account_id).balance


def balances(account_ids: Iterable[UUID]) -> dict[UUID, Balance]:
    """Return the balances of those of the accounts that are open."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [list(account_ids)])
        return {row[0]: Balance(*row[1:]) for row in cursor.fetchall()}


def _account(row: models.Account) -> Account:
    return Account(row.id, row.owner, row.asset_id, row.code, Flag(row.flags), _balance(row))


def _balance(row: models.Account) -> Balance:
    return Balance(row.debits_pending, row.debits_posted, row.credits_pending, row.credits_posted)
