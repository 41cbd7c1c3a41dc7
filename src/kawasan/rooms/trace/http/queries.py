"""EPCIS 2.0: named queries and subscriptions to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from kawasan.core import clock, ids
from kawasan.core.errors import msg
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.http.edge import business_meant, endpoint, json
from kawasan.rooms.trace.http.epcis import answer_question


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        problem = msg("it is not JSON in line {line}, at character {column}")
        raise trace.DocumentUnreadable(problem=problem, line=error.lineno, column=error.colno) from None
    if not isinstance(found, dict):
        raise trace.DocumentUnreadable(problem=msg("an object is needed"))
    return found


def _queries(request: HttpRequest) -> HttpResponse:
    """List the business's named queries."""
    actor = actor_of(request)
    with transaction(actor):
        found = trace.queries(actor=actor, business_id=business_meant(request, actor))
    return json([_shown(item) for item in found])


def _name_query(request: HttpRequest) -> HttpResponse:
    """Keep a query under a name."""
    actor, body = actor_of(request), _body(request)
    with transaction(actor):
        made = trace.name_query(
            actor=actor,
            business_id=business_meant(request, actor),
            name=str(body.get("name", "")),
            parameters=body.get("query", {}),
            at=clock.now(),
        )
    address = reverse("epcis:query", args=[made.name])
    return json(_shown(made), status=201, Location=request.build_absolute_uri(address))


def _query(request: HttpRequest, name: str) -> HttpResponse:
    """Return a named query."""
    actor = actor_of(request)
    with transaction(actor):
        found = trace.query(actor=actor, business_id=business_meant(request, actor), name=name)
    return json(_shown(found))


def _forget(request: HttpRequest, name: str) -> HttpResponse:
    """End a named query."""
    actor = actor_of(request)
    with transaction(actor):
        business_id = business_meant(request, actor)
        trace.forget_query(actor=actor, business_id=business_id, name=name, at=clock.now())
    return HttpResponse(status=204)


def _query_events(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a named query."""
    actor = actor_of(request)
    with transaction(actor):
        found = trace.query(actor=actor, business_id=business_meant(request, actor), name=name)
    return answer_question(request, trace.question_of(found), found.name)


def _subscriptions(request: HttpRequest, name: str) -> HttpResponse:
    """List the subscriptions of a query."""
    actor = actor_of(request)
    with transaction(actor):
        found = trace.subscriptions(actor=actor, business_id=business_meant(request, actor), name=name)
    return json([_subscribed(item) for item in found])


def _subscribe(request: HttpRequest, name: str) -> HttpResponse:
    """Send a query's new events to an address: as they are captured (``stream``), or by a schedule."""
    actor, body = actor_of(request), _body(request)
    if (body.get("stream") is True) == ("schedule" in body):
        raise trace.ScheduleInvalid(problem=msg("either stream: true, or a schedule"))
    new = trace.NewSubscription(
        id=ids.uuid7(),
        destination=str(body.get("dest", "")),
        schedule=body.get("schedule"),
        reports_empty=body.get("reportIfEmpty") is True,
        since=_since(body.get("initialRecordTime")),
        secret=str(body.get("signatureToken") or body.get("secret") or "")[:200],
    )
    with transaction(actor):
        business_id = business_meant(request, actor)
        made, secret = trace.subscribe(actor=actor, business_id=business_id, name=name, new=new, at=clock.now())
    told = _subscribed(made)
    if not new.secret:  # whoever sent one has it; ours is told this once
        told["signatureToken"] = secret
    address = reverse("epcis:subscription", args=[name, told["subscriptionID"]])
    return json(told, status=201, Location=request.build_absolute_uri(address))


def _since(told: Any) -> datetime | None:
    if told is None:
        return None
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        raise trace.ScheduleInvalid(problem=msg("initialRecordTime: one moment such as 2026-11-22T10:00:00Z")) from None
    if moment.tzinfo is None:
        raise trace.ScheduleInvalid(problem=msg("initialRecordTime: the moment needs its time zone"))
    return moment


def _subscription(request: HttpRequest, name: str, subscription_id: str) -> HttpResponse:
    """Return a subscription with how its last messages went."""
    actor, which = actor_of(request), ids.parse(trace.SUBSCRIPTION_PREFIX, subscription_id)
    with transaction(actor):
        business_id = business_meant(request, actor)
        found = trace.subscription(actor=actor, business_id=business_id, name=name, subscription_id=which)
        sent = trace.deliveries(actor=actor, subscription_id=which)
    return json(_subscribed(found) | {"deliveries": [_delivered(one) for one in sent]})


def _unsubscribe(request: HttpRequest, name: str, subscription_id: str) -> HttpResponse:
    """End a subscription."""
    actor, which = actor_of(request), ids.parse(trace.SUBSCRIPTION_PREFIX, subscription_id)
    with transaction(actor):
        business_id = business_meant(request, actor)
        trace.unsubscribe(actor=actor, business_id=business_id, name=name, subscription_id=which, at=clock.now())
    return HttpResponse(status=204)


def _shown(found: trace.NamedQuery) -> dict[str, Any]:
    return {"name": found.name, "query": found.parameters, "createdAt": found.made_at.isoformat()}


def _subscribed(found: trace.Subscription) -> dict[str, Any]:
    when = {"schedule": found.schedule} if found.schedule else {"stream": True}
    told = {
        "subscriptionID": ids.public(trace.SUBSCRIPTION_PREFIX, found.id),
        "queryName": found.query,
        "dest": found.destination,
        **when,
        "reportIfEmpty": found.reports_empty,
        "initialRecordTime": trace.moment(found.since),
        "createdAt": found.made_at.isoformat(),
        "paused": found.paused_at is not None,
    }
    return told | ({"lastExecutedAt": trace.moment(found.executed_at)} if found.executed_at else {})


def _delivered(one: trace.Delivery) -> dict[str, Any]:
    return {
        "events": one.events,
        "test": one.is_test,
        "state": one.state,
        "attempts": one.attempts,
        "statusCode": one.status,
        "answer": one.answer,
        "nextTryAt": trace.moment(one.next_try_at) if one.next_try_at else None,
    }


queries = endpoint(get=_queries, post=_name_query)
query = endpoint(get=_query, delete=_forget)
query_events = endpoint(get=_query_events)
subscriptions = endpoint(get=_subscriptions, post=_subscribe)
subscription = endpoint(get=_subscription, delete=_unsubscribe)
