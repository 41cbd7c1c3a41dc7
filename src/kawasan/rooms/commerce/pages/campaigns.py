"""Campaigns in the shop and at the seller's desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.shared_pages import Made
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.campaigns import CampaignOfferForm
from kawasan.rooms.commerce.forms.fields import refuse
from kawasan.rooms.commerce.pages import shared, shown
from kawasan.rooms.commerce.pages.desk import desk_page, of_business
from kawasan.rooms.zone import api as zone

VARIANTS_SHOWN = 100
SHOWN_STATES = (commerce.OfferState.ACCEPTED,)


@require_safe
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """A campaign's page: how long it still runs, and its products with what is left. Staff see drafts too."""
    after = request.GET.get("after", "")[:200]
    actor = actor_of(request)
    if actor.sees_zone:
        with transaction(actor):
            made = _campaign(request, clock.now(), slug=slug)
        return render(request, made.template, dict(made.context))
    return shared.answer(request, query={"after": after}, make=partial(_campaign, slug=slug))


def _campaign(request: HttpRequest, at: datetime, *, slug: str) -> Made:
    found = commerce.campaign(slug=slug)
    after = request.GET.get("after") or None
    page = commerce.campaign_offers(campaign_id=found.id, states=SHOWN_STATES, cursor=after)
    context = {
        "campaign": found,
        "state": commerce.state_of_campaign(found, at=at).value,
        "offers": [(item, _card(item)) for item in page.items],
        "next_cursor": page.next_cursor,
        "crumbs": [{"label": gettext("Home"), "href": reverse("shop:home")}, {"label": found.name, "href": ""}],
    }
    return Made(
        "shop/campaign.html",
        context,
        still=lambda _at: _units(
            commerce.campaign_offers(campaign_id=found.id, states=SHOWN_STATES, cursor=after).items
        ),
        seen=_units(page.items),
        counts_down=True,
        shows_time_left=True,
    )


def _units(offers: Iterable[commerce.CampaignOffer]) -> tuple[Any, ...]:
    return tuple((item.id, item.left, bool(item.held), item.sold) for item in offers)


def _card(item: commerce.CampaignOffer) -> dict[str, Any]:
    """Return an offer as components/_product_card.html takes a product."""
    return {
        "id": item.product_id,
        "name": item.name,
        "category": item.motif,
        "price_minor": item.price_minor,
        "was_minor": item.ordinary_minor if item.saved_percent else None,
        "flag": f"−{item.saved_percent}%" if item.saved_percent else "",
        "picture": shown.picture_url(item.picture),
        "place": item.seller_name,
        "is_sold_out": item.left <= 0,
        "hides_rating": True,  # an offer knows none, and is not new for that
        "href": f"{reverse('shop:product', args=[item.product_slug])}?varian={ids.public('var', item.variant_id)}",
    }


@require_safe
@of_business
def desk(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Campaigns that a business can take part in, and what it has entered, with what is sold and left."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        current = commerce.current_campaigns(at=at)
        page = commerce.campaign_offers_of(
            actor=actor, business_id=business.id, cursor=request.GET.get("after") or None
        )
        known = {item.id: item for item in current}
        for campaign_id in {item.campaign_id for item in page.items} - set(known):
            known[campaign_id] = commerce.campaign_by_id(campaign_id=campaign_id)
    context = {
        "current": [_row(item, at) for item in current],
        "offers": [(item, _row(known[item.campaign_id], at), _can_withdraw(item, known, at)) for item in page.items],
        "ended": [_row(item, at) for item in known.values() if at >= item.closes_at],
        "next_cursor": page.next_cursor,
    }
    return desk_page(request, business, "seller/campaigns.html", "campaigns", context)


def _row(item: commerce.Campaign, at: Any) -> dict[str, Any]:
    public = ids.public(commerce.CAMPAIGN_PREFIX, item.id)
    return {"campaign": item, "public": public, "state": commerce.state_of_campaign(item, at=at).value}


def _can_withdraw(item: commerce.CampaignOffer, known: dict[Any, commerce.Campaign], at: Any) -> bool:
    return item.is_open and at < known[item.campaign_id].closes_at


@require_http_methods(["GET", "POST"])
@of_business
def enter(request: HttpRequest, business: zone.Business, campaign_id: str) -> HttpResponse:
    """Enter a product into a campaign."""
    actor, key = actor_of(request), ids.parse(commerce.CAMPAIGN_PREFIX, campaign_id)
    text = request.GET.get("q", "")
    with transaction(actor):
        found = commerce.campaign_by_id(campaign_id=key)
        rows = commerce.stock_rows(actor=actor, business_id=business.id, text=text, limit=VARIANTS_SHOWN).items
    form = CampaignOfferForm(request.POST or None, variants=_choices(rows, request.POST.get("variant", "")))
    if request.method == "POST" and form.is_valid() and _entered(request, business, found, form):
        return HttpResponseRedirect(reverse("seller:campaigns", args=[business.slug]))
    context = {"campaign": found, "public": campaign_id, "form": form, "q": text, "has_products": bool(rows)}
    status = 422 if form.is_bound else 200
    return desk_page(request, business, "seller/campaign_enter.html", "campaigns", context, status=status)


def _choices(rows: Iterable[commerce.StockRow], chosen: str) -> list[tuple[str, str]]:
    choices = [
        (ids.public("var", row.variant_id), _choice(row))
        for row in rows
        if row.status is commerce.ProductStatus.PUBLISHED
    ]
    if chosen and chosen not in dict(choices):  # found by a search that the form does not repeat
        choices.append((chosen, chosen))
    return choices


def _choice(row: commerce.StockRow) -> str:
    name = f"{row.product_name} ({row.variant_name})" if row.variant_name else row.product_name
    left = gettext("{count} in stock").format(count=row.stock.available)
    return f"{name} · {row.sku} · {left}"


def _entered(request: HttpRequest, business: zone.Business, found: commerce.Campaign, form: CampaignOfferForm) -> bool:
    data = form.cleaned_data
    try:
        with transaction(actor_of(request)):
            offer = commerce.enter_campaign(
                actor=actor_of(request),
                business_id=business.id,
                campaign_id=found.id,
                offer=commerce.NewCampaignOffer(
                    id=data["request_id"],
                    variant_id=ids.parse("var", data["variant"]),
                    price_minor=data["price"],
                    units=data["units"],
                    per_buyer=data["per_buyer"],
                ),
                at=clock.now(),
            )
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    waits = offer.state is commerce.OfferState.WAITING
    messages.success(
        request,
        gettext("Entered. The zone's staff look at it, then it takes part.")
        if waits
        else gettext("Entered. Its units are set aside for the campaign."),
    )
    return True


@require_http_methods(["GET", "POST"])
@of_business
def withdraw(request: HttpRequest, business: zone.Business, offer_id: str) -> HttpResponse:
    """Ask, then take a product out of a campaign."""
    actor, key = actor_of(request), ids.parse(commerce.CAMPAIGN_OFFER_PREFIX, offer_id)
    back = reverse("seller:campaigns", args=[business.slug])
    if request.method == "POST":
        with transaction(actor):
            commerce.withdraw_from_campaign(actor=actor, business_id=business.id, offer_id=key, at=clock.now())
        messages.success(request, gettext("Taken out. What was not sold is back in your stock."))
        return HttpResponseRedirect(back)
    with transaction(actor):
        offer = commerce.campaign_offer(offer_id=key)
    if offer.business_id != business.id:
        raise commerce.UnknownCampaignOffer
    context = {
        "title": gettext("Take {product} out of the campaign?").format(product=offer.name),
        "text": gettext(
            "What is not sold goes back into your stock, and the ordinary price holds. "
            "Orders stay as they are. It cannot be entered into this campaign again."
        ),
        "submit": gettext("Take it out"),
        "action": request.path,
        "cancel": back,
        "danger": True,
        "fields": {},
    }
    return desk_page(request, business, "confirm.html", "campaigns", context)


@require_safe
@of_business
def results(request: HttpRequest, business: zone.Business, campaign_id: str) -> HttpResponseBase:
    """What a campaign brought a business, as CSV."""
    actor, key = actor_of(request), ids.parse(commerce.CAMPAIGN_PREFIX, campaign_id)
    with transaction(actor):
        found = commerce.campaign_by_id(campaign_id=key)
        rows = commerce.campaign_results(actor=actor, campaign_id=key, business_id=business.id)
    return results_file(found, rows)


def results_file(found: commerce.Campaign, rows: Iterable[commerce.CampaignResult]) -> HttpResponseBase:
    """Return what a campaign brought as a CSV download."""
    header = [
        gettext("Seller"),
        gettext("Product"),
        gettext("Variant"),
        "SKU",
        gettext("Ordinary price"),
        gettext("Campaign price"),
        gettext("Units set aside"),
        gettext("Limit for each buyer"),
        gettext("Orders"),
        gettext("Units sold"),
        gettext("Paid"),
        gettext("Units returned"),
        gettext("Paid back"),
        gettext("Units left"),
        gettext("Back in stock"),
    ]
    return csv_response(f"{found.slug}.csv", header, map(_cells, rows))


def _cells(row: commerce.CampaignResult) -> list[Any]:
    offer = row.offer
    return [
        offer.seller_name,
        offer.product_name,
        offer.variant_name,
        offer.sku,
        Money(offer.ordinary_minor).amount,
        Money(offer.price_minor).amount,
        offer.units,
        offer.per_buyer,
        row.orders,
        row.sold_units,
        Money(row.sold_minor).amount,
        row.returned_units,
        Money(row.returned_minor).amount,
        offer.left,
        offer.returned,
    ]
