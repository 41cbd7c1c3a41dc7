"""Money that a payer abroad paid in another currency: exchanged in the payment's one entry, or sent back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core.access import SYSTEM, Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, transaction
from kawasan.platform.facts import announce
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import client_of
from kawasan.rooms.payments.facts import PaymentSentBackAbroad
from kawasan.rooms.payments.queries import providers as queries
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import Notification, Outcome, PaymentClosed, PaymentNotFound, PaymentStatus, Purpose
from kawasan.rooms.payments.types.snap import CodeKind

REASON = "pengembalian dana"
NO_QUOTE = "no_quote"
QUOTE_OVER = "quote_over"
OTHER_AMOUNT = Outcome.OTHER_AMOUNT.value

# Note [What does not fit goes back as it came]
# A late payment in rupiah goes to the payer's wallet. One in another currency does not: to put rupiah there the zone
# would have to exchange at a rate that the payer did not agree to, or at one that is over, which would let a payer wait
# and see where the rate goes. So it is owed to the payer in the currency and to the last unit that they paid, and the
# provider that took it in sends it back. Nobody gains or loses by it.


@requires_transaction
def quote_payment(*, actor: Actor, payment_id: UUID, quote_id: UUID, currency: str, at: datetime) -> exchange.Quote:
    """
    Promise the payer of an open payment what it costs in another currency, for a minute.

    Repeating it with the same id returns the first promise. Raises PaymentNotFound (also for somebody else's),
    PaymentClosed, and exchange's refusals: CurrencyNotOffered, RatesMissing, RatesStale, PositionLimitReached,
    TooManyQuotes.
    """
    row = models.Payment.objects.filter(pk=payment_id).first()
    if row is None or row.payer_id != actor.need_person():
        raise PaymentNotFound
    if row.purpose != Purpose.ORDER or row.status != PaymentStatus.REQUESTED or at >= row.expires_at:
        raise PaymentClosed(status=row.status)  # wallets hold rupiah and are filled with rupiah
    return exchange.give_quote(
        actor=actor,
        quote_id=quote_id,
        given=Money(row.amount_minor, row.currency),
        source=currency,
        target=row.currency,
        at=at,
        purpose_id=row.pk,
        lifetime=min(exchange.LIFETIME, row.expires_at - at),
    )


def post_as_asked(
    row: models.Payment,
    notification: Notification,
    *,
    entry_id: UUID,
    held: Sequence[ledger.NewTransfer],
    parts: Sequence[ledger.NewTransfer],
    at: datetime,
) -> str:
    """Exchange at the quote, take what is held and pay every part in one entry; return why not, or nothing."""
    told = notification.abroad
    if told is None or told.quote_id is None:
        return NO_QUOTE
    try:
        done = exchange.convert_told(
            quote_id=told.quote_id,
            entry_id=entry_id,
            purpose_id=row.pk,
            paid=told.paid,
            paid_at=notification.happened_at,
            parts=parts,
            alongside=held,
            at=at,
        )
    except exchange.QuoteNotFound:
        return NO_QUOTE
    except exchange.QuotePurposeDiffers:
        return OTHER_AMOUNT
    except (exchange.QuoteExpired, exchange.QuoteUsed):
        return QUOTE_OVER
    return "" if done else Outcome.LATE.value


def owe_back(row: models.Payment, notification: Notification, *, reason: str, entry_id: UUID, at: datetime) -> None:
    """Take in what fits nothing as owed to its payer, in the currency it came in; a job has it sent back."""
    told = notification.abroad
    if told is None:
        raise ValueError("only what came in another currency goes back")
    exchange.owe_back(
        person_id=row.payer_id,
        purpose_id=row.pk,
        provider=notification.provider,
        money_id=notification.money_id,
        amount=told.paid,
        reason=reason,
        entry_id=entry_id,
        at=at,
    )
    fact = PaymentSentBackAbroad(
        payment_id=row.pk,
        payer_id=row.payer_id,
        currency=told.paid.currency,
        amount_minor=told.paid.minor,
        reason=reason,
    )
    announce(fact, at=at)


def is_told_before(known: models.Receipt, notification: Notification) -> bool:
    """Whether what is told now about the payer's currency is what was told before about the same money."""
    before = _paid_before(known)
    return before == (notification.abroad.paid if notification.abroad else None)


def send_back_abroad(back: exchange.OwedBack) -> Answer:
    """Let the provider send money back as it came, once for each. Call it outside any transaction."""
    with transaction(SYSTEM):
        settings = queries.provider_settings(name=back.provider)
        codes = [one for one in queries.codes_of(payment_id=back.purpose_id) if one.kind == CodeKind.QRIS]
    return calls.refund_qr(
        client_of(settings),
        reference=codes[-1].reference,
        provider_reference=codes[-1].provider_reference,
        refund_no=reference_of(back.id),
        amount_minor=back.amount.minor,
        currency=back.amount.currency,
        money_id=back.money_id,
        reason=REASON,
        was_told=True,
    )


@requires_transaction
def note_sent_back(*, back_id: UUID, answer: Answer, at: datetime) -> exchange.OwedBack | None:
    """Note what the provider did with money to be sent back: done, refused for good, or not known yet."""
    done = {SnapOutcome.SUCCESS: True, SnapOutcome.REFUSED: False}.get(answer.outcome)
    return exchange.note_sent(back_id=back_id, is_sent=done, problem=answer.category, at=at)


def _paid_before(known: models.Receipt) -> Money | None:
    if known.outcome == Outcome.SENT_BACK:
        mine = [one for one in exchange.owed_back_for(purpose_id=known.payment_id) if one.money_id == known.money_id]
        return mine[0].amount if mine else None
    used = exchange.quote_of_entry(entry_id=known.entry_id)
    return used.source if used else None
