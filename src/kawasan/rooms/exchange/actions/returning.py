"""Money in another currency that its payment could not take: kept as owed to the payer, then sent back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.actions.conversions import open_currency
from kawasan.rooms.exchange.queries.quotes import as_owed
from kawasan.rooms.exchange.rules import accounts, transfers
from kawasan.rooms.exchange.types import OwedBack, OwedState
from kawasan.rooms.ledger import api as ledger


@requires_transaction
def owe_back(
    *,
    person_id: UUID,
    purpose_id: UUID,
    provider: str,
    money_id: str,
    amount: Money,
    reason: str,
    entry_id: UUID,
    at: datetime,
) -> OwedBack:
    """
    Take money in that came in another currency and that nothing can take, as owed to who paid it.

    It is never exchanged: the payer gets back what they paid, in what they paid. Once for each movement of money.
    """
    open_currency(amount.currency)
    ledger.open_accounts([accounts.owed_account(person_id, amount.currency)])
    row = models.OwedBack(
        id=ids.derived("exchange.owed-back", provider, money_id),
        person_id=person_id,
        purpose_id=purpose_id,
        provider=provider,
        money_id=money_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason,
        state=OwedState.WAITING.value,
        owed_at=at,
    )
    back = as_owed(row)
    ledger.post(ledger.Entry(id=entry_id, at=at, transfers=(transfers.owed(back),)))
    models.OwedBack.objects.bulk_create([row], ignore_conflicts=True)
    return back


@requires_transaction
def note_sent(*, back_id: UUID, is_sent: bool | None, problem: str, at: datetime) -> OwedBack | None:
    """
    Note what a provider did with money to be sent back: sent, refused for good, or not known yet (None).

    A repeat changes nothing; None is returned where there is no such money.
    """
    row = models.OwedBack.objects.select_for_update(no_key=True).filter(pk=back_id).first()
    if row is None or row.state == OwedState.SENT:
        return as_owed(row) if row else None
    row.attempts, row.tried_at, row.problem = min(row.attempts + 1, 32_000), at, problem[:200]
    if is_sent:
        _post_sent(row, at)
    elif is_sent is False:
        row.state = OwedState.REFUSED.value
    row.save(update_fields=["attempts", "tried_at", "problem", "state", "sent_at"])
    return as_owed(row)


@requires_transaction
def settle_owed(*, actor: Actor, back_id: UUID, note: str, at: datetime) -> OwedBack | None:
    """Note that staff had refused money sent back in another way, saying how. Staff may. A repeat changes nothing."""
    actor.need_zone(ZoneRole.STAFF)
    row = models.OwedBack.objects.select_for_update(no_key=True).filter(pk=back_id).first()
    if row is None or row.state != OwedState.REFUSED:
        return as_owed(row) if row else None
    _post_sent(row, at)
    row.problem = f"{row.problem} · {' '.join(note.split())}"[:400]
    row.save(update_fields=["state", "sent_at", "problem"])
    return as_owed(row)


def _post_sent(row: models.OwedBack, at: datetime) -> None:
    sent = transfers.sent_back(as_owed(row))
    ledger.post(ledger.Entry(id=ids.derived("exchange.sent-back-entry", row.pk), at=at, transfers=(sent,)))
    row.state, row.sent_at = OwedState.SENT.value, at
