"""Refunds that a provider leaves on their way: asked about again, or settled by two of staff who asked the provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.sending_back import settle_sending_back
from kawasan.rooms.payments.rules.deciding import checked_note
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import BackNotOpen, BackState, MakerCannotCheck

BY_HAND = "settled by hand"
_OUTCOMES = {BackState.DONE: SnapOutcome.SUCCESS, BackState.KEPT: SnapOutcome.REFUSED}


@requires_transaction
def ask_again(*, actor: Actor, refund_id: UUID, at: datetime) -> None:
    """Let the provider be asked about a refund on its way in the next round. Staff may. Raises BackNotOpen."""
    actor.need_zone(ZoneRole.STAFF)
    row = _locked(refund_id)
    row.asked_at = row.wanted_at
    row.save(update_fields=["asked_at"])


# Note [Settled by hand]
# Only the provider knows whether it has sent a refund. Where it does not say so over its interface, two of staff who
# asked it otherwise write down what it said; the second one with the same answer moves the money: to the provider's
# account (it was sent), or back into the wallet (it was not). What they wrote stays.
@requires_transaction
def settle_back_by_hand(*, actor: Actor, refund_id: UUID, outcome: BackState, note: str, at: datetime) -> BackState:
    """
    Say what the provider did with a refund on its way: sent it (DONE) or did not (KEPT); the second one settles it.

    Staff and operators. Raises Unauthenticated, Forbidden, BackNotOpen, MakerCannotCheck for the same person again,
    EventNoteInvalid.
    """
    actor.need_zone(ZoneRole.STAFF)
    person, said = actor.need_person(), checked_note(note)
    if outcome not in _OUTCOMES:
        raise BackNotOpen
    row = _locked(refund_id)
    before = list(models.BackStatement.objects.filter(refund_id=row.pk))
    if any(one.by_id == person for one in before):
        raise MakerCannotCheck
    told = models.BackStatement(id=ids.uuid7(), refund_id=row.pk, outcome=outcome.value, by_id=person, note=said, at=at)
    told.save(force_insert=True)
    if not any(one.outcome == outcome for one in before):
        return BackState(row.state)
    answer = Answer(_OUTCOMES[outcome], category=BY_HAND)
    return settle_sending_back(refund_id=refund_id, answer=answer, at=at)


def _locked(refund_id: UUID) -> models.SendingBack:
    row = models.SendingBack.objects.select_for_update().filter(pk=refund_id, state=BackState.SENT.value).first()
    if row is None:
        raise BackNotOpen
    return row
