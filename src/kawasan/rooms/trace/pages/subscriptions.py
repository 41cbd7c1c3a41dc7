"""The seller's subscriptions: who is told of new events, how that went, and everything to do about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kawasan.core import clock, ids
from kawasan.core.access import BusinessRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.forms.subscriptions import QueryForm, SubscriptionForm
from kawasan.rooms.trace.pages.desk import desk_page, of_business
from kawasan.rooms.trace.pages.told import query_told, when_told
from kawasan.rooms.zone import api as zone

_MAY = (BusinessRole.OWNER, BusinessRole.STAFF)


@require_safe
@of_business
def subscriptions(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """List the named queries and who is told of their events."""
    actor = actor_of(request)
    with transaction(actor):
        queries = trace.queries(actor=actor, business_id=business.id)
        found = trace.all_subscriptions(actor=actor, business_id=business.id)
        newest = trace.newest_deliveries(actor=actor, business_id=business.id)
    context = {
        "queries": [(one, query_told(one), sum(sub.query == one.name for sub in found)) for one in queries],
        "rows": [(one, when_told(one), newest.get(one.id)) for one in found],
    }
    return _page(request, business, "subscriptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def new_query(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Keep a query under a name."""
    actor = actor_of(request)
    actor.need_business(business.id, *_MAY)
    form = QueryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                trace.name_query(
                    actor=actor,
                    business_id=business.id,
                    name=told["name"],
                    parameters=form.parameters(),
                    at=clock.now(),
                )
            messages.success(request, gettext("The query is kept. Say now who is told of its events."))
            return redirect(_address("new_subscription", business) + f"?kueri={told['name']}")
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _page(request, business, "query_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def forget_query(request: HttpRequest, business: zone.Business, query_id: str) -> HttpResponse:
    """Ask, then end a query with its subscriptions."""
    actor, which = actor_of(request), ids.parse(trace.QUERY_PREFIX, query_id)
    with transaction(actor):
        found = {one.id: one for one in trace.queries(actor=actor, business_id=business.id)}.get(which)
        if found is None:
            raise trace.UnknownQuery
        if request.method == "POST":
            trace.forget_query(actor=actor, business_id=business.id, name=found.name, at=clock.now())
    if request.method == "POST":
        messages.success(request, gettext("The query is deleted."))
        return redirect("trace:subscriptions", business.slug)
    title = gettext("Delete the query {name}?").format(name=found.name)
    text = gettext("Its subscriptions end with it, and what still waits is not sent. Events stay.")
    return _confirm(request, business, title, text, reverse("trace:subscriptions", args=[business.slug]))


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def new_subscription(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Subscribe to a query; its secret is shown this once."""
    actor = actor_of(request)
    actor.need_business(business.id, *_MAY)
    with transaction(actor):
        names = [one.name for one in trace.queries(actor=actor, business_id=business.id)]
    form = SubscriptionForm(request.POST or None, queries=names, initial={"query": request.GET.get("kueri", "")})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                found, secret = trace.subscribe(
                    actor=actor,
                    business_id=business.id,
                    name=form.cleaned_data["query"],
                    new=form.subscription(),
                    at=clock.now(),
                )
            return _secret_shown(request, business, found, secret, is_new=True)
        except Refusal as refusal:
            form.add_refusal(refusal)
    context = {"form": form, "has_queries": bool(names)}
    return _page(request, business, "subscription_new.html", context, status=422 if form.errors else 200)


@require_safe
@of_business
def subscription(request: HttpRequest, business: zone.Business, subscription_id: str) -> HttpResponse:
    """Show a subscription, its last messages, and what can be done about it."""
    actor = actor_of(request)
    with transaction(actor):
        found = _found(request, business, subscription_id)
        sent = trace.deliveries(actor=actor, subscription_id=found.id)
    context = {
        "found": found,
        "public": subscription_id,
        "when": when_told(found),
        "deliveries": sent,
        "has_test": any(one.is_test and one.state == "waiting" for one in sent),
        "is_renewing": found.old_until is not None and clock.now() < found.old_until,
        "seen": found.old_until.isoformat() if found.old_until else "",
        "attempts_max": trace.ATTEMPTS_MAX,
        "now": clock.now(),
    }
    return _page(request, business, "subscription.html", context)


@require_POST
@of_business
def pause(request: HttpRequest, business: zone.Business, subscription_id: str) -> HttpResponse:
    """Send nothing until it goes on."""
    with transaction(actor_of(request)):
        trace.pause(**_named(request, business, subscription_id))
    messages.success(request, gettext("Paused. What happens in the meantime is kept and sent when it goes on."))
    return _back(business, subscription_id)


@require_POST
@of_business
def resume(request: HttpRequest, business: zone.Business, subscription_id: str) -> HttpResponse:
    """Go on, first with what was kept."""
    with transaction(actor_of(request)):
        trace.resume(**_named(request, business, subscription_id))
    messages.success(request, gettext("It goes on. What was kept is sent now."))
    return _back(business, subscription_id)


@require_POST
@of_business
def send_test(request: HttpRequest, business: zone.Business, subscription_id: str) -> HttpResponse:
    """Send a message without events."""
    try:
        with transaction(actor_of(request)):
            trace.send_test(**_named(request, business, subscription_id))
        messages.success(request, gettext("A test is on its way. Its answer stands here in a few seconds."))
    except trace.TrialUnderWay as refusal:
        messages.error(request, " – ".join(texts(refusal)))
    return _back(business, subscription_id)


@require_POST
@of_business
def send_again(request: HttpRequest, business: zone.Business, subscription_id: str, delivery_id: str) -> HttpResponse:
    """Try a message that was given up once more."""
    which = ids.parse(trace.DELIVERY_PREFIX, delivery_id)
    with transaction(actor_of(request)):
        trace.send_again(delivery_id=which, **_named(request, business, subscription_id))
    messages.success(request, gettext("It is sent again."))
    return _back(business, subscription_id)


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def renew_secret(request: HttpRequest, business: zone.Business, subscription_id: str) -> HttpResponse:
    """Ask, then make a new secret and show it this once."""
    actor = actor_of(request)
    with transaction(actor):
        found = _found(request, business, subscription_id)
    if request.method == "POST":
        seen = parse_datetime(request.POST.get("seen", "").replace(" ", "+"))
        try:
            with transaction(actor):
                secret = trace.renew_secret(seen=seen, **_named(request, business, subscription_id))
            return _secret_shown(request, business, found, secret, is_new=False)
        except trace.SecretRenewed as refusal:
            messages.error(request, " – ".join(texts(refusal)))
            return _back(business, subscription_id)
    title = gettext("Make a new secret?")
    text = gettext("It is shown once. The old one signs beside it for a day, so that you can change over.")
    fields = {"seen": found.old_until.isoformat() if found.old_until else ""}
    back = reverse("trace:subscription", args=[business.slug, subscription_id])
    return _confirm(request, business, title, text, back, submit=gettext("Make a new secret"), fields=fields)


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def unsubscribe(request: HttpRequest, business: zone.Business, subscription_id: str) -> HttpResponse:
    """Ask, then end a subscription."""
    actor = actor_of(request)
    if request.method == "POST":
        with transaction(actor):
            trace.unsubscribe(**_named(request, business, subscription_id))
        messages.success(request, gettext("The subscription is deleted."))
        return redirect("trace:subscriptions", business.slug)
    with transaction(actor):
        found = _found(request, business, subscription_id)
    title = gettext("Delete this subscription?")
    text = gettext("{address} is told nothing more, and what still waits is not sent. Events stay.")
    back = reverse("trace:subscription", args=[business.slug, subscription_id])
    return _confirm(request, business, title, text.format(address=found.destination), back)


def _found(request: HttpRequest, business: zone.Business, subscription_id: str) -> trace.Subscription:
    which = ids.parse(trace.SUBSCRIPTION_PREFIX, subscription_id)
    return trace.subscription_by_id(actor=actor_of(request), business_id=business.id, subscription_id=which)


def _named(request: HttpRequest, business: zone.Business, subscription_id: str) -> dict[str, Any]:
    """Return what every act on a subscription is told; within a transaction. Raises UnknownSubscription."""
    found = _found(request, business, subscription_id)
    named: dict[str, Any] = {"business_id": business.id, "name": found.query, "subscription_id": found.id}
    return named | {"actor": actor_of(request), "at": clock.now()}


def _secret_shown(
    request: HttpRequest, business: zone.Business, found: trace.Subscription, secret: str, *, is_new: bool
) -> HttpResponse:
    context = {"found": found, "secret": secret, "is_new": is_new, "public": _public(found.id)}
    response = _page(request, business, "subscription_secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _confirm(
    request: HttpRequest, business: zone.Business, title: str, text: str, back: str, **more: Any
) -> HttpResponse:  # fmt: skip
    context = {"title": title, "text": text, "action": request.path, "cancel": back, "fields": {}}
    return _page(
        request, business, "confirm_act.html", context | {"submit": gettext("Delete"), "danger": not more} | more
    )


def _page(
    request: HttpRequest, business: zone.Business, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    may_change = actor_of(request).businesses.get(business.id) in _MAY
    return desk_page(request, business, template, {"tab": "subscriptions", "may_change": may_change} | context, status)


def _back(business: zone.Business, subscription_id: str) -> HttpResponse:
    return redirect("trace:subscription", business.slug, subscription_id)


def _address(name: str, business: zone.Business) -> str:
    return reverse(f"trace:{name}", args=[business.slug])


def _public(subscription_id: UUID) -> str:
    return ids.public(trace.SUBSCRIPTION_PREFIX, subscription_id)
