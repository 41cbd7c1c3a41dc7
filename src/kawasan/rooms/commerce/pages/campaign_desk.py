"""Campaigns at the desk of the zone's staff: open, change, publish, end, and look at what sellers entered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.campaigns import CampaignForm
from kawasan.rooms.commerce.forms.orders import ReasonForm
from kawasan.rooms.commerce.pages.campaigns import results_file
from kawasan.rooms.commerce.pages.orders import done

NAV = {"zone_nav": "campaigns"}
ALL_STATES = tuple(commerce.OfferState)


@require_GET
@signed_in
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every campaign, the latest first, drafts too."""
    actor, at = actor_of(request), clock.now()
    actor.need_zone()
    with transaction(actor):
        page = commerce.campaigns(actor=actor, cursor=request.GET.get("after") or None)
    rows = [(item, _public(item), commerce.state_of_campaign(item, at=at).value) for item in page.items]
    return render(request, "shop/campaigns.html", {"rows": rows, "next_cursor": page.next_cursor} | NAV)


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Open a campaign as a draft."""
    actor = actor_of(request)
    actor.need_zone()
    form = CampaignForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.open_campaign(actor=actor, campaign=form.campaign(), at=at),
        gettext("The campaign is saved as a draft. Publish it when everything is right."),
    ):
        return redirect("shop:campaign_desk", ids.public(commerce.CAMPAIGN_PREFIX, form.cleaned_data["request_id"]))
    context = {
        "title": gettext("New campaign"),
        "form": form,
        "submit": gettext("Save as a draft"),
        "cancel": reverse("shop:campaigns_desk"),
    }
    return render(request, "form.html", context | NAV, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign(request: HttpRequest, campaign_id: str) -> HttpResponse:
    """One campaign: what it says, and what sellers entered."""
    actor, key, at = actor_of(request), _key(campaign_id), clock.now()
    actor.need_zone()
    with transaction(actor):
        found = commerce.campaign_by_id(campaign_id=key)
        page = commerce.campaign_offers(
            campaign_id=key, states=ALL_STATES, cursor=request.GET.get("after") or None, limit=50
        )
    form = CampaignForm(request.POST or None, initial=_initial(found))
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.change_campaign(actor=actor, campaign=form.campaign(), at=at),
        gettext("The campaign is changed."),
    ):
        return HttpResponseRedirect(request.path)
    context = {
        "campaign": found,
        "public": campaign_id,
        "state": commerce.state_of_campaign(found, at=at).value,
        "form": form,
        "offers": [(item, ids.public(commerce.CAMPAIGN_OFFER_PREFIX, item.id)) for item in page.items],
        "next_cursor": page.next_cursor,
    }
    return render(request, "shop/campaign_desk.html", context | NAV, status=422 if form.is_bound else 200)


def _initial(found: commerce.Campaign) -> dict[str, Any]:
    names = ("name", "slug", "summary", "starts_at", "ends_at", "needs_approval")
    return {name: getattr(found, name) for name in names} | {"request_id": found.id}


@require_POST
@signed_in
def publish(request: HttpRequest, campaign_id: str) -> HttpResponse:
    """Show a campaign to sellers and buyers."""
    actor, key = actor_of(request), _key(campaign_id)
    done(
        request,
        None,
        lambda at: commerce.publish_campaign(actor=actor, campaign_id=key, at=at),
        gettext("The campaign is published. Sellers can enter products now."),
    )
    return redirect("shop:campaign_desk", campaign_id)


@require_http_methods(["GET", "POST"])
@signed_in
def end(request: HttpRequest, campaign_id: str) -> HttpResponse:
    """Ask, then end a campaign before its time."""
    actor, key = actor_of(request), _key(campaign_id)
    actor.need_zone()
    if request.method == "POST":
        done(
            request,
            None,
            lambda at: commerce.end_campaign(actor=actor, campaign_id=key, at=at),
            gettext("The campaign has ended. What was not sold goes back to the sellers' stock."),
        )
        return redirect("shop:campaign_desk", campaign_id)
    with transaction(actor):
        found = commerce.campaign_by_id(campaign_id=key)
    context = {
        "title": gettext("End {campaign} now?").format(campaign=found.name),
        "text": gettext(
            "Its prices stop at this second. Orders keep theirs, and what was not sold goes back to the sellers' stock."
        ),
        "submit": gettext("End it now"),
        "action": request.path,
        "cancel": reverse("shop:campaign_desk", args=[campaign_id]),
        "danger": True,
        "fields": {},
    }
    return render(request, "confirm.html", context | NAV)


@require_POST
@signed_in
def accept(request: HttpRequest, campaign_id: str, offer_id: str) -> HttpResponse:
    """Let a product take part."""
    actor, key = actor_of(request), ids.parse(commerce.CAMPAIGN_OFFER_PREFIX, offer_id)
    done(
        request,
        None,
        lambda at: commerce.accept_campaign_offer(actor=actor, offer_id=key, at=at),
        gettext("The product takes part."),
    )
    return redirect("shop:campaign_desk", campaign_id)


@require_http_methods(["GET", "POST"])
@signed_in
def decline(request: HttpRequest, campaign_id: str, offer_id: str) -> HttpResponse:
    """Ask why, then turn a product down or take it out."""
    actor, key = actor_of(request), ids.parse(commerce.CAMPAIGN_OFFER_PREFIX, offer_id)
    actor.need_zone()
    with transaction(actor):
        offer = commerce.campaign_offer(offer_id=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.decline_campaign_offer(
            actor=actor, offer_id=key, reason=form.cleaned_data["reason"], at=at
        ),
        gettext("The product does not take part. Its units are back in the seller's stock."),
    ):
        return redirect("shop:campaign_desk", campaign_id)
    context = {
        "title": gettext("Turn down {product}?").format(product=offer.name),
        "lead": gettext("The seller reads the reason. Units that were not sold go back to the stock."),
        "form": form,
        "action": request.path,
        "submit": gettext("Turn down"),
        "kind": "danger",
        "cancel": reverse("shop:campaign_desk", args=[campaign_id]),
    }
    return render(request, "form.html", context | NAV, status=422 if form.is_bound else 200)


@require_GET
@signed_in
def results(request: HttpRequest, campaign_id: str) -> HttpResponseBase:
    """What a campaign brought, product by product, as CSV."""
    actor, key = actor_of(request), _key(campaign_id)
    actor.need_zone()
    with transaction(actor):
        found = commerce.campaign_by_id(campaign_id=key)
        rows = commerce.campaign_results(actor=actor, campaign_id=key)
    return results_file(found, rows)


def _key(public: str) -> UUID:
    return ids.parse(commerce.CAMPAIGN_PREFIX, public)


def _public(item: commerce.Campaign) -> str:
    return ids.public(commerce.CAMPAIGN_PREFIX, item.id)
