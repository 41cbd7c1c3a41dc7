"""Named queries and who is told their answers."""

from __future__ import annotations

from uuid import UUID

from django.db.models import OuterRef, Subquery

from kawasan.core.access import Actor
from kawasan.rooms.trace import models
from kawasan.rooms.trace.queries.events import matching
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


def query_row(actor: Actor, business_id: UUID, name: str, *, lock: bool = False) -> models.Query:
    """Return the row of a query. Raises as query."""
    actor.need_business(business_id)
    actor.need_scope("trace:read")
    rows = models.Query.objects.select_for_update() if lock else models.Query.objects
    row = rows.filter(business_id=business_id, name=name).first()
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


def subscription_row(
    actor: Actor, business_id: UUID, name: str, subscription_id: UUID, *, lock: bool = False
) -> models.Subscription:
    """Return the row of a subscription. Raises as subscription."""
    row = query_row(actor, business_id, name)
    rows = models.Subscription.objects.select_for_update() if lock else models.Subscription.objects
    found = rows.filter(query=row, pk=subscription_id, ended_at__isnull=True).first()
    if found is None:
        raise UnknownSubscription
    return found


def all_subscriptions(*, actor: Actor, business_id: UUID) -> tuple[Subscription, ...]:
    """Return a business's subscriptions that have not ended, oldest first. Raises as queries."""
    actor.need_business(business_id)
    actor.need_scope("trace:read")
    rows = models.Subscription.objects.filter(business_id=business_id, ended_at__isnull=True).select_related("query")
    return tuple(as_subscription(row, row.query.name) for row in rows.order_by("id"))


def subscription_by_id(*, actor: Actor, business_id: UUID, subscription_id: UUID) -> Subscription:
    """Return one subscription, whichever query it is of. Raises as queries, and UnknownSubscription."""
    for found in all_subscriptions(actor=actor, business_id=business_id):
        if found.id == subscription_id:
            return found
    raise UnknownSubscription


def deliveries(*, actor: Actor, subscription_id: UUID, limit: int = 20) -> tuple[Delivery, ...]:
    """Return the newest messages to a subscriber, for the business's people (others see none)."""
    rows = models.Delivery.objects.filter(
        subscription_id=subscription_id, business_id__in=list(actor.businesses)
    ).order_by("-id")[:limit]
    return tuple(_as_delivery(row) for row in rows)


def newest_deliveries(*, actor: Actor, business_id: UUID) -> dict[UUID, Delivery]:
    """Return the newest message of each of a business's subscriptions. Raises as queries."""
    actor.need_business(business_id)
    actor.need_scope("trace:read")
    newest = models.Delivery.objects.filter(subscription=OuterRef("pk")).order_by("-id").values("pk")[:1]
    rows = models.Subscription.objects.filter(business_id=business_id, ended_at__isnull=True)
    wanted = rows.annotate(newest=Subquery(newest)).values_list("newest", flat=True)
    found = models.Delivery.objects.filter(pk__in=[one for one in wanted if one])
    return {row.subscription_id: _as_delivery(row) for row in found}


def numbers_for(row: models.Subscription, *, after: int, upto: int) -> list[int]:
    """Return which events with ``after < number <= upto`` a subscription is to be told."""
    return matching(
        question=question_of(as_query(row.query)),
        business_id=row.business_id,
        since=row.since,
        after=after,
        upto=upto,
    )


def as_query(row: models.Query) -> NamedQuery:
    """Return a query as others see it."""
    return NamedQuery(row.id, row.name, dict(row.question), row.made_at)


def as_subscription(row: models.Subscription, name: str) -> Subscription:
    """Return a subscription as others see it: its secrets are not among it."""
    return Subscription(
        id=row.id,
        query=name,
        destination=row.destination,
        made_at=row.made_at,
        schedule=row.schedule,
        reports_empty=row.reports_empty,
        since=row.since,
        next_at=row.next_at,
        executed_at=row.executed_at,
        paused_at=row.paused_at,
        old_until=row.old_until,
    )


def _as_delivery(row: models.Delivery) -> Delivery:
    return Delivery(
        id=row.id,
        events=len(row.numbers),
        state=row.state,
        is_test=row.is_test,
        attempts=row.attempts,
        status=row.status,
        answer=row.answer,
        made_at=row.made_at,
        tried_at=row.tried_at,
        due_at=row.due_at,
    )
