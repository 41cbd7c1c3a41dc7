"""Named queries and subscriptions: made, paused, ended. What they send is in messages.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import msg
from kawasan.platform import followers
from kawasan.platform.db import requires_transaction
from kawasan.rooms.trace import models
from kawasan.rooms.trace.actions.messages import hand_out
from kawasan.rooms.trace.queries.subscriptions import (
    as_query,
    as_subscription,
    numbers_for,
    query_row,
    subscription_row,
)
from kawasan.rooms.trace.rules.questions import read_query_document, read_question
from kawasan.rooms.trace.rules.schedules import next_firing, read_schedule
from kawasan.rooms.trace.rules.signing import destination_of, new_secret
from kawasan.rooms.trace.types.refusals import QueryInvalid, QueryNameTaken, SecretRenewed, TooManySubscriptions
from kawasan.rooms.trace.types.subscriptions import (
    QUERIES_MAX,
    SUBSCRIPTIONS_MAX,
    NamedQuery,
    NewSubscription,
    Subscription,
)

FOLLOWER = "trace.subscriptions"
OLD_SECRET_SIGNS = timedelta(days=1)


@requires_transaction
def name_query(*, actor: Actor, business_id: UUID, name: str, parameters: dict[str, Any], at: datetime) -> NamedQuery:
    """
    Keep a query under a name; the same again changes nothing.

    Raises QueryInvalid, QueryNameTaken, TooManySubscriptions, Unauthenticated, NotFound, Forbidden.
    """
    may_subscribe(actor, business_id)
    name = name.strip()
    if not 0 < len(name) <= 80 or "/" in name or "\0" in name:
        raise QueryInvalid(field="name", name="name", problem=msg("1 to 80 letters without a slash"))
    asked = read_question(read_query_document(parameters)).as_json()
    if models.Query.objects.filter(business_id=business_id).count() >= QUERIES_MAX:
        raise TooManySubscriptions(most=QUERIES_MAX)
    made = models.Query(id=ids.uuid7(), business_id=business_id, name=name, question=asked, made_at=at)
    models.Query.objects.bulk_create([made], ignore_conflicts=True)
    row = query_row(actor, business_id, name)
    if row.question != asked:
        raise QueryNameTaken(field="name", name=name)
    return as_query(row)


@requires_transaction
def forget_query(*, actor: Actor, business_id: UUID, name: str, at: datetime) -> None:
    """End a query with all its subscriptions. Raises UnknownQuery, Unauthenticated, NotFound, Forbidden."""
    may_subscribe(actor, business_id)
    row = query_row(actor, business_id, name)
    found = models.Subscription.objects.filter(query=row)
    # Locked first: the follower may be making messages of them just now.
    held = [one.pk for one in found.select_for_update().order_by("id")]
    models.Delivery.objects.filter(subscription__in=held).delete()
    found.delete()
    row.delete()


@requires_transaction
def subscribe(
    *, actor: Actor, business_id: UUID, name: str, new: NewSubscription, at: datetime
) -> tuple[Subscription, str]:
    """
    Send every new event of a query to an address; return the subscription and the secret that signs its messages.

    Without ``secret`` one is made; it is told this once: a repeat (the same id) changes nothing and returns an empty
    text. With ``since`` in the past what was captured since then is sent too. Raises DestinationRefused,
    ScheduleInvalid, TooManySubscriptions, UnknownQuery, Unauthenticated, NotFound, Forbidden.
    """
    may_subscribe(actor, business_id)
    # Its subscriptions are made one after another: two at once cannot both be the last that is allowed.
    row = query_row(actor, business_id, name, lock=True)
    if made := models.Subscription.objects.filter(pk=new.id, query=row).first():
        return as_subscription(made, row.name), ""
    told = replace(new, destination=destination_of(new.destination), secret=new.secret or new_secret())
    if told.schedule is not None:
        told = replace(told, schedule=read_schedule(told.schedule, at=at))
    if models.Subscription.objects.filter(business_id=business_id, ended_at__isnull=True).count() >= SUBSCRIPTIONS_MAX:
        raise TooManySubscriptions(most=SUBSCRIPTIONS_MAX)
    made = _write(business_id, row, told, at)
    return as_subscription(made, row.name), told.secret


def _write(business_id: UUID, query: models.Query, told: NewSubscription, at: datetime) -> models.Subscription:
    # What the follower has yet to take it hands out itself, whatever of it was recorded since then.
    position = followers.position(FOLLOWER)
    made = models.Subscription.objects.create(
        id=told.id,
        query=query,
        business_id=business_id,
        destination=told.destination,
        secret=told.secret,
        schedule=told.schedule,
        reports_empty=told.reports_empty,
        since=told.since or at,
        next_at=next_firing(told.schedule, after=at) if told.schedule else None,
        taken=position,
        made_at=at,
    )
    if told.since and told.since < at:
        hand_out(made, numbers_for(made, after=0, upto=position), at)
    return made


@requires_transaction
def unsubscribe(*, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, at: datetime) -> None:
    """End a subscription: what waits is not sent any more. Raises as subscription, and Forbidden."""
    may_subscribe(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id, lock=True)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    models.Delivery.objects.filter(subscription=row, state="waiting").update(state="failed", answer="ended")


@requires_transaction
def pause(*, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, at: datetime) -> None:
    """
    Send nothing until ``resume``. What is captured in the meantime is kept for then; a repeat changes nothing.

    Raises as subscription, and Forbidden.
    """
    may_subscribe(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id, lock=True)
    if row.paused_at is None:
        row.paused_at = at
        row.save(update_fields=["paused_at"])


@requires_transaction
def resume(*, actor: Actor, business_id: UUID, name: str, subscription_id: UUID, at: datetime) -> None:
    """Send again, first what was kept, at once; a repeat changes nothing. Raises as subscription, and Forbidden."""
    may_subscribe(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id, lock=True)
    if row.paused_at is None:
        return
    row.paused_at = None
    row.next_at = next_firing(row.schedule, after=at) if row.schedule else None
    row.save(update_fields=["paused_at", "next_at"])
    models.Delivery.objects.filter(subscription=row, state="waiting", attempts=0).update(due_at=at)


@requires_transaction
def renew_secret(
    *,
    actor: Actor,
    business_id: UUID,
    name: str,
    subscription_id: UUID,
    seen: datetime | None,
    at: datetime,
) -> str:
    """
    Return a new secret, told this once; the old one signs beside it for a day.

    ``seen`` is the subscription's ``old_until`` as the caller last saw it, so that a button pressed twice renews once.
    Raises SecretRenewed, as subscription, and Forbidden.
    """
    may_subscribe(actor, business_id)
    row = subscription_row(actor, business_id, name, subscription_id, lock=True)
    if row.old_until != seen:
        raise SecretRenewed
    row.old_secret, row.secret, row.old_until = row.secret, new_secret(), at + OLD_SECRET_SIGNS
    row.save(update_fields=["old_secret", "secret", "old_until"])
    return row.secret


def may_subscribe(actor: Actor, business_id: UUID) -> None:
    """Require one who may let a business's events leave the zone. Raises Unauthenticated, NotFound, Forbidden."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    actor.need_scope("trace:write")
