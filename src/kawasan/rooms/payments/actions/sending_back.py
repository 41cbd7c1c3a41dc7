"""Refunds go on to where their order was paid from: by themselves for who has no use of a wallet, else when asked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.platform.db import requires_transaction, seeing_everything, transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import client_of
from kawasan.rooms.payments.queries.providers import provider_settings
from kawasan.rooms.payments.queries.sending_back import OPEN, code_paid, uses_wallet
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.rules.transfers import move
from kawasan.rooms.payments.types import BackOrder, BackState, CannotSendBack, PaymentCode, UnknownProvider

REASON = "pengembalian dana"


# Note [Through the wallet]
# A refund is the buyer's in the moment in which it leaves the seller: it always goes into the wallet first, in one
# entry, whatever a provider is doing. From there it goes to ``returning`` before the provider is asked, and on to the
# provider's account when that says yes, or back into the wallet when it says no. So each rupiah is in one place at
# every moment, a frozen wallet keeps it, and a provider that is away, or that no longer sends back so old a payment,
# takes nothing from anybody.
def want_back_unless_used(refund: models.Refund, at: datetime) -> None:
    """Let a refund go on to where its order was paid from, where that was a QRIS code and the wallet is not used."""
    code = code_paid(refund.order_id)
    if code is not None and not uses_wallet(refund.person_id):
        _want(refund, code, at)


@requires_transaction
def ask_back(*, actor: Actor, refund_id: UUID, at: datetime) -> None:
    """
    Let a refund that is in the caller's wallet go on to where its order was paid from, if that was by QRIS.

    A repeat changes nothing. Raises Unauthenticated, CannotSendBack (also for somebody else's refund).
    """
    person = actor.need_person()
    with seeing_everything():
        refund = models.Refund.objects.filter(pk=refund_id, person=person).first()
        if refund is None:
            raise CannotSendBack
        if models.SendingBack.objects.filter(pk=refund_id).exists():
            return
        code = code_paid(refund.order_id)
        if code is None:
            raise CannotSendBack
        _want(refund, code, at)


@requires_transaction
def begin_sending_back(*, refund_id: UUID, at: datetime) -> BackOrder | None:
    """
    Take the money out of the wallet, so that the provider can be asked; None where there is nothing to ask.

    What was spent before, or is in a frozen wallet, stays there. For the system; commit before the provider is asked.
    """
    row = models.SendingBack.objects.select_for_update(skip_locked=True).filter(pk=refund_id, state__in=OPEN).first()
    if row is None:
        return None
    was_told = row.state == BackState.SENT
    if not was_told:
        ledger.open_accounts([accounts.new_returning()])
        try:
            _post(row, PaymentCode.SEND_BACK, accounts.wallet(row.person_id), accounts.returning(), at)
        except (ledger.InsufficientBalance, ledger.AccountFrozen) as refusal:
            _mark(row, BackState.KEPT, at, problem=refusal.code)
            return None
        row.state = BackState.SENT.value
    row.attempts, row.asked_at = row.attempts + 1, at
    row.save(update_fields=["state", "attempts", "asked_at"])
    return BackOrder(
        row.pk, row.provider, row.reference, row.provider_reference, row.refund_no, row.amount_minor, was_told
    )


def tell_provider_back(order: BackOrder) -> Answer:
    """Ask a provider to send money back, once for each refund. It may take seconds: never inside a transaction."""
    try:
        with transaction(SYSTEM):
            settings = provider_settings(name=order.provider)
    except UnknownProvider as refusal:  # perhaps only for now; where nothing was asked, nothing is lost by giving up
        return Answer(SnapOutcome.UNKNOWN if order.was_told else SnapOutcome.REFUSED, category=refusal.code)
    return calls.refund_qr(
        client_of(settings),
        reference=order.reference,
        provider_reference=order.provider_reference,
        refund_no=order.refund_no,
        amount_minor=order.amount_minor,
        reason=REASON,
        was_told=order.was_told,
    )


@requires_transaction
def settle_sending_back(*, refund_id: UUID, answer: Answer, at: datetime) -> BackState:
    """
    Note what the provider did: the money is with it now, or back in the wallet; else it is asked again later.

    For the system; a repeat changes nothing.
    """
    row = models.SendingBack.objects.select_for_update().get(pk=refund_id)
    if row.state != BackState.SENT:
        return BackState(row.state)
    if answer.outcome is SnapOutcome.SUCCESS:
        _post(row, PaymentCode.SENT_BACK, accounts.returning(), accounts.provider(), at)
        _mark(row, BackState.DONE, at)
    elif answer.outcome is SnapOutcome.REFUSED:
        _post(row, PaymentCode.NOT_SENT_BACK, accounts.returning(), accounts.wallet(row.person_id), at)
        _mark(row, BackState.KEPT, at, problem=answer.category)
    return BackState(row.state)


def _want(refund: models.Refund, code: models.Code, at: datetime) -> None:
    row = models.SendingBack(
        refund=refund,
        payment_id=code.payment_id,
        person_id=refund.person_id,
        provider=code.provider,
        reference=code.reference,
        provider_reference=code.provider_reference,
        refund_no=reference_of(refund.pk),
        amount_minor=refund.amount_minor,
        state=BackState.WANTED.value,
        wanted_at=at,
        asked_at=at,
    )
    models.SendingBack.objects.bulk_create([row], ignore_conflicts=True)


def _post(row: models.SendingBack, code: PaymentCode, debit: UUID, credit: UUID, at: datetime) -> None:
    number = ids.derived("payments.sending-back", row.pk, int(code))
    step = move(number, code, debit, credit, row.amount_minor, row.pk)
    ledger.post(ledger.Entry(ids.derived("payments.sending-back-entry", row.pk, int(code)), at, (step,)))


def _mark(row: models.SendingBack, state: BackState, at: datetime, *, problem: str = "") -> None:
    row.state, row.problem, row.settled_at = state.value, problem, at
    row.save(update_fields=["state", "problem", "settled_at"])
