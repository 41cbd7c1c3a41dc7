"""Accounts with something in them, transfers and entries, made through the ledger's own door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.ledger import api as ledger

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
CODE = 100


def an_account(
    *,
    flags: ledger.Flag = ledger.Flag.NO_OVERDRAW,
    asset: UUID = ledger.IDR,
    owner: UUID | None = None,
    code: int = CODE,
    holding: int = 0,
) -> UUID:
    """Open an account; with ``holding``, put so much of its asset in, from an account without limits."""
    owner = owner or ids.uuid7()
    account_id = ledger.account_id(owner, asset, code)
    ledger.open_accounts([ledger.NewAccount(account_id, owner, asset, code, flags)])
    if holding:
        source = an_account(flags=ledger.Flag.NONE, asset=asset)
        ledger.post(an_entry(a_transfer(source, account_id, holding)))
    return account_id


def a_source(asset: UUID = ledger.IDR) -> UUID:
    """Open an account without limits: where an asset comes into the zone."""
    return an_account(flags=ledger.Flag.NONE, asset=asset)


def an_asset(code: str = "piece") -> UUID:
    """Open an asset without decimals."""
    ledger.open_assets([ledger.NewAsset(code)])
    return ledger.asset_id(code)


def a_transfer(debit: UUID | None, credit: UUID | None, amount: int, **fields: Any) -> ledger.NewTransfer:
    """Return a transfer with a fresh id."""
    fields = {"id": ids.uuid7(), "code": CODE, **fields}
    return ledger.NewTransfer(debit=debit, credit=credit, amount=amount, **fields)


def a_hold(debit: UUID, credit: UUID, amount: int, *, minutes: int | None = 15, **fields: Any) -> ledger.NewTransfer:
    """Return a pending transfer that expires some minutes after AT (never, where None)."""
    expires_at = None if minutes is None else AT + timedelta(minutes=minutes)
    return a_transfer(debit, credit, amount, kind=ledger.Kind.PENDING, expires_at=expires_at, **fields)


def a_resolution(kind: ledger.Kind, pending: ledger.NewTransfer | UUID, amount: int = 0, **fields: Any) -> Any:
    """Return the transfer that posts, voids or expires a pending one."""
    pending_of = pending if isinstance(pending, UUID) else pending.id
    fields = {"code": 0, **fields}
    return a_transfer(None, None, amount, kind=kind, pending_of=pending_of, **fields)


def an_entry(*transfers: ledger.NewTransfer, at: datetime = AT, id: UUID | None = None) -> ledger.Entry:  # noqa: A002
    """Return an entry of these transfers, with a fresh id unless one is given."""
    return ledger.Entry(id or ids.uuid7(), at, transfers)
