"""Transfers, one by one and in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.rooms.ledger import models
from kawasan.rooms.ledger.types import Applied, Kind, PendingNotFound, PendingState, TransferNotFound, TransferRow

_COLUMNS = """
select t.sequence, t.id, t.entry_id, t.debit, t.credit, t.asset, t.amount, t.code, t.kind, t.pending_of, t.expires_at,
       t.reference, t.at, d.owner, c.owner
from ledger_history t
join ledger_account d on d.id = t.debit
join ledger_account c on c.id = t.credit
"""
_BY_ID = _COLUMNS + "where t.id = %s"
_BETWEEN = _COLUMNS + (
    "where t.sequence > %s and t.sequence <= %s and (%s::smallint[] is null or t.code = any(%s::smallint[]))"
    " order by t.sequence"
)
_RESOLUTION = """
select r.kind from ledger_history p left join ledger_history r on r.pending_of = p.id
where p.id = %s and p.kind = 'pending'
"""
_STATE_AFTER = {Kind.POST: PendingState.POSTED, Kind.VOID: PendingState.VOIDED, Kind.EXPIRE: PendingState.EXPIRED}


def transfer(transfer_id: UUID) -> TransferRow:
    """Return a transfer. Raises TransferNotFound."""
    rows = _rows(_BY_ID, [transfer_id])
    if not rows:
        raise TransferNotFound(transfer_id=str(transfer_id))
    return rows[0]


def entry(entry_id: UUID) -> Applied | None:
    """Return the answer that an entry got when it applied, or None: then it may be sent (again)."""
    last = models.Entry.objects.filter(pk=entry_id).values_list("last_sequence", flat=True).first()
    return None if last is None else Applied(entry_id, last, repeated=True)


def pending_state(transfer_id: UUID) -> PendingState:
    """
    Return what became of a pending transfer.

    OPEN says that nothing did yet: past its expiry it cannot be posted any more, and the next sweep releases it.
    Raises PendingNotFound.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESOLUTION, [transfer_id])
        row = cursor.fetchone()
    if row is None:
        raise PendingNotFound(pending_of=str(transfer_id))
    return PendingState.OPEN if row[0] is None else _STATE_AFTER[Kind(row[0])]


def transfers_between(after: int, upto: int, codes: Iterable[int] | None = None) -> list[TransferRow]:
    """
    Return the transfers with ``after < sequence <= upto`` in order, of these codes or of all.

    A follower asks only for numbers below its safe bound (``platform.followers``): above it, a transfer with a smaller
    number may still be on its way. The source's sequence is TRANSFER_SEQUENCE.
    """
    wanted = None if codes is None else list(codes)
    return _rows(_BETWEEN, [after, upto, wanted, wanted])


def _rows(sql: str, parameters: list[Any]) -> list[TransferRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_transfer_row(row) for row in cursor.fetchall()]


def _transfer_row(row: tuple[Any, ...]) -> TransferRow:
    values = list(row)
    values[8] = Kind(row[8])
    return TransferRow(*values)
