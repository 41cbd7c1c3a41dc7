"""The ledger's writes, for callers inside Django: each hands its transaction's connection to the engine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.queries.months import plan_of
from kawasan.rooms.ledger.types import (
    Answer,
    Applied,
    Entry,
    Flag,
    MonthNeeded,
    MonthNotAway,
    NewAccount,
    NewAsset,
    Refused,
)

_ADD_LINES = """
insert into ledger_line (account, sequence, transfer_id, change)
select side.account, t.sequence, t.id, case when t.kind in ('posted', 'post') then side.sign * t.amount else 0 end
from ledger_history t cross join lateral (values (t.debit, -1), (t.credit, 1)) as side (account, sign)
where t.sequence > %s and t.sequence <= %s
order by side.account, t.sequence
"""
EXPIRE_LIMIT_DEFAULT = engine.EXPIRE_LIMIT_DEFAULT


@requires_transaction
def open_assets(assets: Iterable[NewAsset]) -> None:
    """
    Open assets by their code, each with its number of decimals. Repeating it changes nothing. IDR is always open.

    Raises AssetInvalid for an empty code or a scale out of range, AssetConflict where the scale was another one.
    """
    engine.open_assets(_psycopg(), assets)


@requires_transaction
def open_accounts(accounts: Iterable[NewAccount]) -> None:
    """
    Open accounts with empty balances. Repeating it changes nothing, also while an account is frozen.

    Raises AccountInvalid for a code or flags out of range, UnknownAsset (open_assets comes first), and AccountConflict
    where the account was opened with other properties or under another id.
    """
    engine.open_accounts(_psycopg(), accounts)


@requires_transaction
def post(entry: Entry) -> Applied:
    """
    Apply one entry whole, or raise why not and change nothing.

    Repeating an entry (same id, same content) returns the first answer, ``repeated``. Raises EntryIdReused where the
    content differs, LedgerBusy, or the refusal of its first wrong transfer (the room's README has the order).
    """
    (answer,) = engine.apply(_psycopg(), [entry])
    if isinstance(answer, Refused):
        raise answer.refusal
    return answer


@requires_transaction
def post_many(entries: Iterable[Entry]) -> list[Answer]:
    """
    Apply entries one after another and answer each in order: Applied, or Refused and that entry changed nothing.

    Repeats are answered as in ``post``. Raises BatchTooLarge and LedgerBusy for the batch as a whole.
    """
    return engine.apply(_psycopg(), entries)


@requires_transaction
def expire_due(at: datetime, limit: int = EXPIRE_LIMIT_DEFAULT) -> int:
    """
    Release pending transfers whose time is over at ``at``, oldest first, and return how many.

    Each expires exactly once, also when several processes do this at the same time. Raises LedgerBusy.
    """
    return engine.expire_due(_psycopg(), at, limit)


@requires_transaction
def freeze_account(account_id: UUID) -> None:
    """
    Let an account take part in no new transfer; what it has reserved can still be released, not posted.

    Repeating it changes nothing. Raises UnknownAccount.
    """
    engine.set_frozen(_psycopg(), account_id, frozen=True)


@requires_transaction
def thaw_account(account_id: UUID) -> None:
    """Let a frozen account take part in transfers again. Repeating it changes nothing. Raises UnknownAccount."""
    engine.set_frozen(_psycopg(), account_id, frozen=False)


@requires_transaction
def add_lines(*, after: int, upto: int) -> None:
    """List the transfers with ``after < sequence <= upto`` at both of their accounts. A follower calls it once each."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_LINES, [after, upto])


@requires_transaction
def forget_lines() -> None:
    """Empty the lists of the accounts' transfers; statements read the transfers themselves until they are back."""
    with connection.cursor() as cursor:
        cursor.execute("delete from ledger_line")


@requires_transaction
def make_months(at: datetime) -> list[str]:
    """Make the partitions of the month of ``at`` and the next three, where missing. Needs the owner."""
    return engine.make_months(engine.cursor_of(_psycopg()), at)


@requires_transaction
def stop_debits(account_id: UUID) -> None:
    """
    Let nothing more be taken from an account, while what comes in is still taken; the refusal is AccountFrozen.

    Repeating it changes nothing. Raises UnknownAccount.
    """
    engine.set_frozen(_psycopg(), account_id, frozen=True, flag=Flag.NO_DEBIT)


@requires_transaction
def allow_debits(account_id: UUID) -> None:
    """Let money be taken from an account again. Repeating it changes nothing. Raises UnknownAccount."""
    engine.set_frozen(_psycopg(), account_id, frozen=False, flag=Flag.NO_DEBIT)


@requires_transaction
def detach_month(month: date, *, at: datetime) -> int:
    """
    Take a month's transfers, and all before them, out of the way into a table of their own; return how many.

    Everything that reads history still finds them, and attach_month brings them back. Needs the owner. Raises
    MonthNeeded with all that stands against it (see queries.months.plan), and changes nothing then.
    """
    planned = plan_of(month, at=at)
    if planned.reasons:
        raise MonthNeeded(month=f"{month:%Y-%m}", reasons="; ".join(planned.reasons))
    return engine.away.detach(engine.cursor_of(_psycopg()), month, at)


@requires_transaction
def attach_month(month: date) -> int:
    """
    Bring a month back that is away, the newest of them first; return how many transfers. Needs the owner.

    Raises MonthNotAway, and MonthNeeded where a later one is away: that may hold what ended a reservation of this one.
    """
    cursor = engine.cursor_of(_psycopg())
    months = engine.away.months_away(cursor)
    if month not in months:
        raise MonthNotAway(month=f"{month:%Y-%m}")
    if month != months[-1]:
        raise MonthNeeded(month=f"{month:%Y-%m}", reasons=f"bring {months[-1]:%Y-%m} back first")
    return engine.away.attach(cursor, month)


def _psycopg() -> psycopg.Connection[Any]:
    with connection.cursor():  # makes sure that the search path of the present zone is set
        pass
    raw: psycopg.Connection[Any] = connection.connection
    return raw
