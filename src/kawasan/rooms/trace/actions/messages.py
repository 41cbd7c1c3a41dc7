"""Messages to subscribers: made of new events, sent once, tried again, given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.trace import models
from kawasan.rooms.trace.queries.events import events_by_number
from kawasan.rooms.trace.queries.subscriptions import numbers_for, subscription_row
from kawasan.rooms.trace.rules.documents import as_bytes, events_document
from kawasan.rooms.trace.rules.schedules import next_firing
from kawasan.rooms.trace.types.refusals import TrialUnderWay, UnknownDelivery
from kawasan.rooms.trace.types.subscriptions import ATTEMPTS_MAX, EVENTS_PER_MESSAGE, SUBSCRIPTION_PREFIX, Message

FIRST_WAIT = timedelta(seconds=30)
SENDING_MAX = timedelta(minutes=2)  # beyond what sending can take (tasks.py): whoever began has died


@requires_transaction
def queue_messages(*, upto: int, at: datetime) -> None:
    """Make the messages that events with ``number <= upto`` call for, each once."""
    rows = models.Subscription.objects.select_for_update(of=("self",)).select_related("query")
    for row in rows.filter(ended_at__isnull=True, taken__lt=upto).order_by("id"):
        hand_out(row, numbers_for(row, after=row.taken, upto=upto), at)
        row.taken = upto
        row.save(update_fields=["taken"])


def hand_out(row: models.Subscription, numbers: Sequence[int], at: datetime) -> None:
    """Put events into messages: at once, for the next moment of a schedule, or for when the pause is over."""
    if numbers and (row.schedule or row.paused_at):
        numbers = _filled_up(row, numbers)
    models.Delivery.objects.bulk_create(
        _message_of(row, numbers[start : start + EVENTS_PER_MESSAGE], row.next_at or at, at)
        for start in range(0, len(numbers), EVENTS_PER_MESSAGE)
    )


def _filled_up(row: models.Subscription, numbers: Sequence[int]) -> Sequence[int]:
    """Add to the newest message that nobody has begun to send; return what had no room in it."""
    waiting = models.Delivery.objects.select_for_update().filter(
        subscription=row, state="waiting", attempts=0, begun_at__isnull=True, is_test=False
    )
    newest = waiting.order_by("-id").first()
    room = EVENTS_PER_MESSAGE - len(newest.numbers) if newest else 0
    if newest is None or room <= 0:
        return numbers
    newest.numbers = [*newest.numbers, *numbers[:room]]
    newest.save(update_fields=["numbers"])
    return numbers[room:]


def _message_of(row: models.Subscription, numbers: Sequence[int], due_at: datetime, at: datetime) -> models.Delivery:
    return models.Delivery(
        id=ids.uuid7(), subscription=row, business_id=row.business_id, numbers=list(numbers), due_at=due_at, made_at=at
    )


@requires_transaction
def turn_schedules(*, at: datetime) -> int:
    """Go on to the next moment of each schedule that has fired, and tell those who want to know that nothing was."""
    rows = models.Subscription.objects.select_for_update().filter(
        next_at__lte=at, ended_at__isnull=True, paused_at__isnull=True
    )
    fired = list(rows.order_by("id"))
    for row in fired:
        told = models.Delivery.objects.filter(
            subscription=row, is_test=False, made_at__gt=row.executed_at or row.made_at
        )
        if row.reports_empty and not told.exists():
            _message_of(row, [], at, at).save(force_insert=True)
        row.executed_at, row.next_at = at, next_firing(row.schedule or {}, after=at)
        row.save(update_fields=["executed_at", "next_at"])
    return len(fired)


@requires_transaction
def send_test(*, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, at: datetime) -> UUID:
    """
    Queue a message without events, sent once, also while the subscription is paused; return its id.

    Raises TrialUnderWay, as subscription, and Forbidden.
    """
    _may_send(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id, lock=True)
    if models.Delivery.objects.filter(subscription=row, is_test=True, state="waiting").exists():
        raise TrialUnderWay
    made = _message_of(row, [], at, at)
    made.is_test = True
    made.save(force_insert=True)
    return made.id


@requires_transaction
def send_again(
    *, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, delivery_id: UUID, at: datetime
) -> None:
    """Try a message that was given up from the beginning. Raises UnknownDelivery, as subscription, and Forbidden."""
    _may_send(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id)
    failed = models.Delivery.objects.filter(pk=delivery_id, subscription=row, state="failed", is_test=False)
    if not failed.update(state="waiting", attempts=0, due_at=at):
        raise UnknownDelivery


@requires_transaction
def message(*, delivery_id: UUID, at: datetime) -> Message | None:
    """
    Return a message that waits to be sent, for one caller alone: it is theirs until ``note_answer``.

    None where it was sent, given up, is being sent, or its subscription rests or ended.
    """
    rows = models.Delivery.objects.select_for_update(of=("self",)).select_related("subscription__query")
    row = rows.filter(pk=delivery_id, state="waiting").first()
    if row is None or row.subscription.ended_at or (row.begun_at and row.begun_at > at - SENDING_MAX):
        return None
    found = row.subscription
    if found.paused_at and not row.is_test:
        return None
    row.begun_at = at
    row.save(update_fields=["begun_at"])
    told = ids.public(SUBSCRIPTION_PREFIX, found.id)
    document = events_document(events_by_number(row.numbers), name=found.query.name, at=at, subscription=told)
    return Message(row.id, found.destination, _secrets(found, at), as_bytes(document))


def _secrets(row: models.Subscription, at: datetime) -> tuple[str, ...]:
    is_renewing = row.old_until is not None and at < row.old_until
    return (row.secret, row.old_secret) if is_renewing else (row.secret,)


@requires_transaction
def note_answer(*, delivery_id: UUID, is_taken: bool, answer: str, at: datetime, status: int | None = None) -> None:
    """Note how sending went; after ATTEMPTS_MAX tries, the last after a day and a half, a message is given up."""
    row = models.Delivery.objects.select_for_update().filter(pk=delivery_id, state="waiting").first()
    if row is None:
        return
    row.attempts, row.tried_at, row.answer, row.status = row.attempts + 1, at, answer[:200], status
    gives_up = row.is_test or row.attempts >= ATTEMPTS_MAX
    row.state = "sent" if is_taken else "failed" if gives_up else "waiting"
    row.due_at, row.begun_at = at + _wait(row.attempts), None
    row.save(update_fields=["attempts", "tried_at", "answer", "status", "state", "due_at", "begun_at"])


@requires_transaction
def take_due_messages(*, at: datetime, limit: int = 200) -> list[UUID]:
    """Return messages whose turn it is, new ones and those that waited long enough; each is due again only later."""
    rows = models.Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(subscription__paused_at__isnull=True) | Q(is_test=True), state="waiting", due_at__lte=at
    )
    due = list(rows.order_by("due_at", "id")[:limit])
    for row in due:
        row.due_at = at + _wait(row.attempts)
    models.Delivery.objects.bulk_update(due, ["due_at"])
    return [row.id for row in due]


def _wait(attempts: int) -> timedelta:
    times: int = 3 ** max(0, attempts - 1)
    return FIRST_WAIT * times


def _may_send(actor: Actor, business_id: UUID) -> None:
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    actor.need_scope("trace:write")
