"""Open assets and accounts, and freeze accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection

from kawasan.rooms.ledger.engine import store
from kawasan.rooms.ledger.rules import asset_id
from kawasan.rooms.ledger.types import (
    CODE_MAX,
    SCALE_MAX,
    AccountConflict,
    AccountInvalid,
    AssetConflict,
    AssetInvalid,
    Flag,
    NewAccount,
    NewAsset,
    UnknownAccount,
    UnknownAsset,
)

_FIXED_FLAGS = Flag.NO_OVERDRAW | Flag.NO_OVERFILL

_INSERT_ASSETS = """
insert into ledger_asset (id, code, scale) select * from unnest(%s::uuid[], %s::text[], %s::smallint[])
on conflict do nothing
"""
_ASSETS = "select id, scale from ledger_asset where id = any(%s::uuid[])"
_INSERT_ACCOUNTS = """
insert into ledger_account (id, owner, asset, code, flags,
                            debits_pending, debits_posted, credits_pending, credits_posted)
select *, 0, 0, 0, 0 from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[], %s::smallint[])
as n (id, owner, asset, code, flags) order by id
on conflict do nothing
"""
_ACCOUNTS = "select id, owner, asset, code, flags from ledger_account where id = any(%s::uuid[])"
_SET_FLAG = "update ledger_account set flags = flags | %s, version = version + 1 where id = %s"
_CLEAR_FLAG = "update ledger_account set flags = flags & ~%s::smallint, version = version + 1 where id = %s"


def open_assets(connection: Connection[Any], assets: Iterable[NewAsset]) -> None:
    """
    Open assets by their code. Repeating it changes nothing.

    Raises AssetInvalid for an empty code or a scale out of range, AssetConflict where the scale was another one.
    """
    wanted = {asset_id(asset.code): asset for asset in assets}
    for asset in wanted.values():
        if not asset.code or not 0 <= asset.scale <= SCALE_MAX:
            raise AssetInvalid(asset=asset.code)
    cursor = store.cursor_of(connection)
    columns = [list(wanted), [a.code for a in wanted.values()], [a.scale for a in wanted.values()]]
    cursor.execute(_INSERT_ASSETS, columns)
    for asset_key, scale in cursor.execute(_ASSETS, [list(wanted)], binary=True).fetchall():
        if wanted[asset_key].scale != scale:
            raise AssetConflict(asset=wanted[asset_key].code)


def open_accounts(connection: Connection[Any], accounts: Iterable[NewAccount]) -> None:
    """
    Open accounts with empty balances. Repeating it changes nothing, also while an account is frozen.

    Raises AccountInvalid for a code or flags out of range, UnknownAsset, and AccountConflict where the account was
    opened with other properties, or its owner has one of the same asset and code under another id.
    """
    wanted = tuple(accounts)
    for account in wanted:
        if not 1 <= account.code <= CODE_MAX or int(account.flags) & ~int(_FIXED_FLAGS):
            raise AccountInvalid(account=str(account.id))
    cursor = store.cursor_of(connection)
    _need_assets(cursor, {account.asset for account in wanted})
    columns = list(zip(*[(a.id, a.owner, a.asset, a.code, int(a.flags)) for a in wanted], strict=True))
    if columns:
        cursor.execute(_INSERT_ACCOUNTS, [list(column) for column in columns])
        _need_same(cursor, wanted)


def set_frozen(connection: Connection[Any], account_id: UUID, *, frozen: bool, flag: Flag = Flag.FROZEN) -> None:
    """Freeze an account (or only what it gives, by ``flag``), or thaw it. A repeat changes nothing."""
    cursor = store.cursor_of(connection)
    cursor.execute(_SET_FLAG if frozen else _CLEAR_FLAG, [int(flag), account_id])
    if cursor.rowcount == 0:
        raise UnknownAccount(account=str(account_id))


def _need_assets(cursor: store.Cursor, assets: set[UUID]) -> None:
    known = {row[0] for row in cursor.execute(_ASSETS, [list(assets)], binary=True).fetchall()}
    if missing := assets - known:
        raise UnknownAsset(asset=str(min(missing)))


def _need_same(cursor: store.Cursor, wanted: tuple[NewAccount, ...]) -> None:
    rows = cursor.execute(_ACCOUNTS, [[account.id for account in wanted]], binary=True).fetchall()
    found = {row[0]: (*row[:4], row[4] & int(_FIXED_FLAGS)) for row in rows}
    for account in wanted:
        if found.get(account.id) != (account.id, account.owner, account.asset, account.code, int(account.flags)):
            raise AccountConflict(account=str(account.id))
