"""Named queries and subscriptions: made, ended, and their messages."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.trace import models
from kawasan.rooms.trace.queries.events import events_by_number, matching
from kawasan.rooms.trace.queries.subscriptions import (
    as_query,
    as_subscription,
    query_row,
    question_of,
    subscription_row,
)
from kawasan.rooms.trace.rules.documents import as_bytes, events_document
from kawasan.rooms.trace.rules.questions import read_query_document, read_question
from kawasan.rooms.trace.rules.signing import SECRET_PREFIX, destination_of
from kawasan.rooms.trace.types.refusals import QueryInvalid, QueryNameTaken, TooManySubscriptions
from kawasan.rooms.trace.types.subscriptions import (
    EVENTS_PER_MESSAGE,
    QUERIES_MAX,
    SUBSCRIPTIONS_MAX,
    Message,
    NamedQuery,
    Subscription,
)

ATTEMPTS_MAX = 9
FIRST_WAIT = timedelta(seconds=30)


@requires_transaction
def name_query(*, actor: Actor, business_id: UUID, name: str, parameters: dict[str, Any], at: datetime) -> NamedQuery:
    """
    Keep a query under a name; the same again changes nothing.

    Raises QueryInvalid, QueryNameTaken, TooManySubscriptions, Unauthenticated, NotFound, Forbidden.
    """
    _may_write(actor, business_id)
    name = name.strip()
    if not 0 < len(name) <= 80 or "/" in name or "\0" in name:
        raise QueryInvalid(name="name", problem="1 to 80 letters without a slash")
    asked = read_question(read_query_document(parameters)).as_json()
    if models.Query.objects.filter(business_id=business_id).count() >= QUERIES_MAX:
        raise TooManySubscriptions(most=QUERIES_MAX)
    made = models.Query(id=ids.uuid7(), business_id=business_id, name=name, question=asked, made_at=at)
    models.Query.objects.bulk_create([made], ignore_conflicts=True)
    row = query_row(actor, business_id, name)
    if row.question != asked:
        raise QueryNameTaken(name=name)
    return as_query(row)


@requires_transaction
def forget_query(*, actor: Actor, business_id: UUID, name: str, at: datetime) -> None:
    """End a query with all its subscriptions. Raises UnknownQuery, Unauthenticated, NotFound, Forbidden."""
    _may_write(actor, business_id)
    row = query_row(actor, business_id, name)
    found = models.Subscription.objects.filter(query=row)
    models.Delivery.objects.filter(subscription__in=found).delete()
    found.delete()
    row.delete()


@requires_transaction
def subscribe(
    *, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, destination: str, secret: str, at: datetime
) -> tuple[Subscription, str]:
    """
    Send every new event of a query to an address; return the subscription and the secret that signs its messages.

    Without ``secret`` one is made; it is told this once. Raises DestinationRefused, TooManySubscriptions, UnknownQuery,
    Unauthenticated, NotFound, Forbidden.
    """
    _may_write(actor, business_id)
    row = query_row(actor, business_id, name)
    address = destination_of(destination)
    if models.Subscription.objects.filter(business_id=business_id, ended_at__isnull=True).count() >= SUBSCRIPTIONS_MAX:
        raise TooManySubscriptions(most=SUBSCRIPTIONS_MAX)
    secret = secret or SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    made = models.Subscription.objects.create(
        id=subscription_id,
        query=row,
        business_id=business_id,
        destination=address,
        secret=secret,
        taken=_last_number(),
        made_at=at,
    )
    return as_subscription(made, row.name), secret


@requires_transaction
def unsubscribe(*, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, at: datetime) -> None:
    """End a subscription: what waits is not sent any more. Raises as subscription, and Forbidden."""
    _may_write(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    models.Delivery.objects.filter(subscription=row, state="waiting").update(state="failed", answer="ended")


@requires_transaction
def queue_messages(*, after: int, upto: int, at: datetime) -> None:
    """Make the messages that events with ``after < number <= upto`` call for, each once."""
    made: list[models.Delivery] = []
    rows = models.Subscription.objects.select_for_update(of=("self",)).select_related("query")
    for row in rows.filter(ended_at__isnull=True, taken__lt=upto).order_by("id"):
        question = question_of(as_query(row.query))
        found = matching(question=question, business_id=row.business_id, after=max(after, row.taken), upto=upto)
        numbers = [event.number for event in found]
        made += [
            models.Delivery(
                id=ids.uuid7(),
                subscription=row,
                business_id=row.business_id,
                numbers=numbers[start : start + EVENTS_PER_MESSAGE],
                made_at=at,
            )
            for start in range(0, len(numbers), EVENTS_PER_MESSAGE)
        ]
        row.taken = upto
        row.save(update_fields=["taken"])
    models.Delivery.objects.bulk_create(made)


@requires_transaction
def message(*, delivery_id: UUID, at: datetime) -> Message | None:
    """Return a message that waits to be sent; None where it was sent, given up or its subscription ended."""
    row = models.Delivery.objects.filter(pk=delivery_id, state="waiting").select_related("subscription__query").first()
    if row is None or row.subscription.ended_at is not None:
        return None
    found, told = row.subscription, ids.public("sub", row.subscription_id)
    document = events_document(events_by_number(row.numbers), name=found.query.name, at=at, subscription=told)
    return Message(row.id, found.destination, found.secret, as_bytes(document))


@requires_transaction
def note_answer(*, delivery_id: UUID, is_taken: bool, answer: str, at: datetime) -> None:
    """Note how sending went; after ATTEMPTS_MAX tries, the last after a day and a half, a message is given up."""
    row = models.Delivery.objects.select_for_update().filter(pk=delivery_id, state="waiting").first()
    if row is None:
        return
    row.attempts, row.tried_at, row.answer = row.attempts + 1, at, answer[:200]
    gives_up = row.attempts >= ATTEMPTS_MAX
    row.state = "sent" if is_taken else "failed" if gives_up else "waiting"
    row.save(update_fields=["attempts", "tried_at", "answer", "state"])


@requires_transaction
def take_due_messages(*, at: datetime, limit: int = 200) -> list[UUID]:
    """Return messages whose turn it is, new ones and those that waited long enough; each is due again only later."""
    rows = models.Delivery.objects.select_for_update(skip_locked=True).filter(state="waiting").order_by("id")[:2_000]
    due = [row for row in rows if row.tried_at is None or at >= row.tried_at + _wait(row.attempts)][:limit]
    for row in due:
        row.tried_at = at
    models.Delivery.objects.bulk_update(due, ["tried_at"])
    return [row.id for row in due]


def _wait(attempts: int) -> timedelta:
    times: int = 3 ** max(0, attempts - 1)
    return FIRST_WAIT * times


def _may_write(actor: Actor, business_id: UUID) -> None:
    actor.need_business(business_id)
    actor.need_scope("trace:write")


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select case when is_called then last_value else 0 end from trace_event_sequence")
        return int(cursor.fetchone()[0])
