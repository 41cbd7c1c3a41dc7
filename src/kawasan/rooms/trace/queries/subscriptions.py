"""Named queries and who is told their answers."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.trace import models
from kawasan.rooms.trace.rules.questions import read_question
from kawasan.rooms.trace.types.questions import Question
from kawasan.rooms.trace.types.refusals import UnknownQuery, UnknownSubscription
from kawasan.rooms.trace.types.subscriptions import Delivery, NamedQuery, Subscription


def queries(*, actor: Actor, business_id: UUID) -> tuple[NamedQuery, ...]:
    """Return a business's named queries. Raises Unauthenticated, NotFound, Forbidden."""
    actor.need_business(business_id)
    actor.need_scope("trace:read")
    return tuple(as_query(row) for row in models.Query.objects.filter(business_id=business_id).order_by("name"))


def query(*, actor: Actor, business_id: UUID, name: str) -> NamedQuery:
    """Return a business's query by name. Raises as queries, and UnknownQuery."""
    return as_query(query_row(actor, business_id, name))


def question_of(found: NamedQuery) -> Question:
    """Return what a named query asks."""
    return read_question({name: tuple(values) for name, values in found.parameters.items()})


def query_row(actor: Actor, business_id: UUID, name: str) -> models.Query:
    """Return the row of a query. Raises as query."""
    actor.need_business(business_id)
    actor.need_scope("trace:read")
    row = models.Query.objects.filter(business_id=business_id, name=name).first()
    if row is None:
        raise UnknownQuery(name=name[:80])
    return row


def subscriptions(*, actor: Actor, business_id: UUID, name: str) -> tuple[Subscription, ...]:
    """Return the subscriptions of a query that have not ended. Raises as query."""
    row = query_row(actor, business_id, name)
    rows = models.Subscription.objects.filter(query=row, ended_at__isnull=True).order_by("id")
    return tuple(as_subscription(item, row.name) for item in rows)


def subscription(*, actor: Actor, business_id: UUID, name: str, subscription_id: UUID) -> Subscription:
    """Return one subscription. Raises as query, and UnknownSubscription."""
    return as_subscription(subscription_row(actor, business_id, name, subscription_id), name)


def subscription_row(actor: Actor, business_id: UUID, name: str, subscription_id: UUID) -> models.Subscription:
    """Return the row of a subscription. Raises as subscription."""
    row = query_row(actor, business_id, name)
    found = models.Subscription.objects.filter(query=row, pk=subscription_id, ended_at__isnull=True).first()
    if found is None:
        raise UnknownSubscription
    return found


def deliveries(*, actor: Actor, subscription_id: UUID, limit: int = 20) -> tuple[Delivery, ...]:
    """Return the newest messages to a subscriber, for the business's people (others see none)."""
    rows = models.Delivery.objects.filter(
        subscription_id=subscription_id, business_id__in=list(actor.businesses)
    ).order_by("-id")[:limit]
    return tuple(
        Delivery(row.id, len(row.numbers), row.state, row.attempts, row.answer, row.made_at, row.tried_at)
        for row in rows
    )


def as_query(row: models.Query) -> NamedQuery:
    """Return a query as others see it."""
    return NamedQuery(row.id, row.name, dict(row.question), row.made_at)


def as_subscription(row: models.Subscription, name: str) -> Subscription:
    """Return a subscription as others see it: its secret is not among it."""
    return Subscription(row.id, name, row.destination, row.made_at)
