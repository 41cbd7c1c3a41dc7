"""What happens when a provider tells that money came: the one place where a payment becomes paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions import abroad
from kawasan.rooms.payments.actions.requests import close_unpaid
from kawasan.rooms.payments.actions.shop.taking import take_shop_money
from kawasan.rooms.payments.facts import PaymentReturnedToWallet, PaymentSucceeded
from kawasan.rooms.payments.queries import payments as queries
from kawasan.rooms.payments.queries.providers import payment_of_code
from kawasan.rooms.payments.rules import accounts, deciding, mdr
from kawasan.rooms.payments.types import (
    NEEDS_STAFF,
    CodeKind,
    CodeState,
    Notification,
    NotificationKind,
    Notified,
    Outcome,
    PaymentCode,
    PaymentStatus,
    Purpose,
)

_WAYS = {Outcome.PAID: "asked", Outcome.SENT_BACK: "back"}


@requires_transaction
def notify(*, notification: Notification, at: datetime) -> Notified:
    """
    Do what a verified notification says, once.

    Money that came in time for an open payment takes what it holds and goes to escrow, in one ledger entry. All other
    money that names a payment of ours goes to the payer's wallet, or back as it came where it came in another currency
    (``abroad.py``); what names a shop's own code, to that shop. A message told twice, or money told about in two
    messages, does nothing more; what contradicts an earlier message, has another amount or names nothing of ours is
    flagged for staff. Raises the ledger's refusals where the money cannot be taken in at all (the provider repeats).
    """
    event = _new_event(notification, at)
    models.ProviderEvent.objects.bulk_create([event], ignore_conflicts=True)
    # A second message of the same id waits above for the first to commit and then finds it here.
    stored = models.ProviderEvent.objects.get(provider=event.provider, event_id=event.event_id)
    if stored.pk != event.pk:
        return _told_before(stored, notification, at)
    outcome, payment_id = _do(notification, at)
    event.outcome, event.payment_id, event.needs_staff = outcome.value, payment_id, outcome in NEEDS_STAFF
    event.save(update_fields=["outcome", "payment_id", "needs_staff"])
    return Notified(outcome=outcome, payment_id=payment_id, repeated=outcome is Outcome.REPEATED)


def _do(notification: Notification, at: datetime) -> tuple[Outcome, UUID | None]:
    named = _named(notification)
    row = queries.lock_payment(payment_id=named) if named else None
    if row is None:
        return take_shop_money(notification=notification, at=at) or Outcome.UNKNOWN_REFERENCE, None
    if notification.kind is NotificationKind.FAILED:
        row.failed_attempts = min(row.failed_attempts + 1, 32_000)
        row.save(update_fields=["failed_attempts"])
        return Outcome.FAILED_ATTEMPT, row.pk
    known = models.Receipt.objects.filter(provider=notification.provider, money_id=notification.money_id).first()
    if known is not None:
        same = known.amount_minor == notification.amount_minor and known.payment_id == row.pk
        same = same and abroad.is_told_before(known, notification)
        return (Outcome.REPEATED if same else Outcome.CONTRADICTION), row.pk
    return _take_in(row, notification, at), row.pk


def _named(notification: Notification) -> UUID | None:
    """Return the payment that a message names; one of an order that was only just taken is written first."""
    given = {"provider": notification.provider, "reference": notification.reference}
    if named := payment_of_code(**given):
        return named
    found = queries.payment_of_reference(**given)
    return found.id if found else None


def _take_in(row: models.Payment, notification: Notification, at: datetime) -> Outcome:
    outcome = deciding.outcome_of_money(
        status=PaymentStatus(row.status),
        asked_minor=row.amount_minor,
        came_minor=notification.amount_minor,
        expires_at=row.expires_at,
        happened_at=notification.happened_at,
        at=at,
    )
    reason = outcome.value
    if outcome is Outcome.PAID and (reason := _post_as_asked(row, notification, at)):
        outcome = Outcome.LATE  # what was held is gone, or the quote
    if outcome is not Outcome.PAID and notification.abroad is not None:
        outcome = _owe_back(row, notification, reason, at)
    elif outcome is Outcome.PAID:
        row.codes.filter(reference=notification.reference).update(state=CodeState.CLOSED.value)
        _mark_paid(row, at)
    else:
        _post_to_wallet(row, notification, outcome, at)
    _note_receipt(row, notification, outcome, at)
    return outcome


# Note [One entry for the whole payment]
# Taking the held stock and moving the money of every order is one linked entry: where one part is refused, nothing
# happened, and the same money goes to the wallet instead, under another entry id.
def _post_as_asked(row: models.Payment, notification: Notification, at: datetime) -> str:
    """Take what is held and pay every part; return why it could not be, or nothing."""
    entry_id, held = _entry_id(notification, "asked"), _taken_holds(row)
    if notification.abroad is not None:
        parts = _paid_parts(row, source=exchange.position("IDR"))
        return abroad.post_as_asked(row, notification, entry_id=entry_id, held=held, parts=parts, at=at)
    parts = [*_paid_parts(row, source=accounts.provider()), *_fee(row, notification)]
    entry = ledger.Entry(id=entry_id, at=at, transfers=(*held, *parts))
    (answer,) = ledger.post_many([entry])
    return "" if isinstance(answer, ledger.Applied) else Outcome.LATE.value


def _taken_holds(row: models.Payment) -> list[ledger.NewTransfer]:
    return [
        ledger.NewTransfer(
            id=ids.derived_in_time("payments.take-hold", hold),
            debit=None,
            credit=None,
            amount=0,
            code=0,
            kind=ledger.Kind.POST,
            pending_of=hold,
        )
        for hold in row.holds
    ]


def _paid_parts(row: models.Payment, *, source: UUID) -> list[ledger.NewTransfer]:
    top_up = row.purpose == Purpose.TOP_UP
    return [
        ledger.NewTransfer(
            id=ids.derived_in_time("payments.part", part.pk),
            debit=source,
            credit=accounts.escrow(part.business_id) if part.business_id else accounts.wallet(row.payer_id),
            amount=part.amount_minor,
            code=int(PaymentCode.TOP_UP if top_up else PaymentCode.PAY_QRIS),
            reference=part.order_id or row.pk,
        )
        for part in row.splits.order_by("pk")
    ]


def _fee(row: models.Payment, notification: Notification) -> tuple[ledger.NewTransfer, ...]:
    """Return what the acquirer keeps of a QRIS payment. The zone bears it: neither payer nor order pays for it."""
    code = row.codes.filter(reference=notification.reference).values_list("kind", flat=True).first()
    minor = mdr.terms_of(row.qris).fee_minor(notification.amount_minor, at=notification.happened_at)
    if code != CodeKind.QRIS or not minor:
        return ()
    ledger.open_accounts(mdr.new_mdr_accounts())
    given = {"provider": notification.provider, "money_id": notification.money_id}
    return (mdr.fee_of_zone(**given, fee_minor=minor, reference=row.pk),)


def _post_to_wallet(row: models.Payment, notification: Notification, outcome: Outcome, at: datetime) -> None:
    transfer = ledger.NewTransfer(
        id=ids.derived("payments.to-wallet", notification.provider, notification.money_id),
        debit=accounts.provider(),
        credit=accounts.wallet(row.payer_id),
        amount=notification.amount_minor,
        code=int(PaymentCode.LATE_PAYMENT),
        reference=row.pk,
    )
    parts = (transfer, *_fee(row, notification))
    ledger.post(ledger.Entry(id=_entry_id(notification, "wallet"), at=at, transfers=parts))
    _close_where_over(row, outcome.value, at)
    fact = PaymentReturnedToWallet(
        payment_id=row.pk, payer_id=row.payer_id, amount_minor=notification.amount_minor, reason=outcome.value
    )
    announce(fact, at=at)


def _owe_back(row: models.Payment, notification: Notification, reason: str, at: datetime) -> Outcome:
    abroad.owe_back(row, notification, reason=reason, entry_id=_entry_id(notification, "back"), at=at)
    _close_where_over(row, reason, at)
    return Outcome.SENT_BACK


def _close_where_over(row: models.Payment, reason: str, at: datetime) -> None:
    if reason == Outcome.LATE and row.status == PaymentStatus.REQUESTED:
        close_unpaid(row, status=PaymentStatus.EXPIRED, at=at)  # by the provider's clock it is over


def _mark_paid(row: models.Payment, at: datetime) -> None:
    row.status, row.paid_at, row.closed_at = PaymentStatus.PAID.value, at, at
    row.save(update_fields=["status", "paid_at", "closed_at"])
    fact = PaymentSucceeded(
        payment_id=row.pk,
        payer_id=row.payer_id,
        amount_minor=row.amount_minor,
        purpose=row.purpose,
        order_ids=tuple(part.order_id for part in row.splits.all() if part.order_id),
    )
    announce(fact, at=at)


def _note_receipt(row: models.Payment, notification: Notification, outcome: Outcome, at: datetime) -> None:
    models.Receipt(
        id=ids.uuid7(),
        provider=notification.provider,
        money_id=notification.money_id,
        payment=row,
        payer_id=row.payer_id,
        amount_minor=notification.amount_minor,
        outcome=outcome.value,
        entry_id=_entry_id(notification, _WAYS.get(outcome, "wallet")),
        happened_at=notification.happened_at,
        at=at,
    ).save(force_insert=True)


def _entry_id(notification: Notification, way: str) -> UUID:
    return ids.derived("payments.money", notification.provider, notification.money_id, way)


def _new_event(notification: Notification, at: datetime) -> models.ProviderEvent:
    return models.ProviderEvent(
        id=ids.uuid7(),
        provider=notification.provider,
        event_id=notification.event_id,
        kind=notification.kind.value,
        reference=notification.reference,
        money_id=notification.money_id,
        amount_minor=notification.amount_minor,
        body=notification.body,
        happened_at=notification.happened_at,
        received_at=at,
    )


def _told_before(stored: models.ProviderEvent, notification: Notification, at: datetime) -> Notified:
    told = (stored.kind, stored.reference, stored.money_id, stored.amount_minor)
    now = (notification.kind.value, notification.reference, notification.money_id, notification.amount_minor)
    if told == now:
        return Notified(outcome=Outcome(stored.outcome), payment_id=stored.payment_id, repeated=True)
    # The same id with other content: keep it as evidence under an id of its own, move nothing, let staff look.
    other = _new_event(replace(notification, event_id=f"{stored.event_id}!{ids.uuid7()}"), at)
    other.outcome, other.needs_staff, other.payment_id = Outcome.CONTRADICTION.value, True, stored.payment_id
    other.save(force_insert=True)
    return Notified(outcome=Outcome.CONTRADICTION, payment_id=stored.payment_id, repeated=False)
