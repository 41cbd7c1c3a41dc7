"""Campaigns over JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce

router = Router(tags=["campaigns"])
READ, WRITE, STAFF = "products:read", "products:write", "zone:admit"


class CampaignIn(Schema):
    """What staff say of a campaign. Moments are RFC 3339, cut to the second."""

    name: str = Field(max_length=400)
    slug: str = Field(max_length=80, examples=["belanja-11-11"])
    summary: str = Field(default="", max_length=2_000)
    starts_at: datetime
    ends_at: datetime
    needs_approval: bool = Field(default=False, description="Staff look at each product before it takes part")

    def campaign(self, campaign_id: Any) -> commerce.NewCampaign:
        """Return the campaign to be opened or changed."""
        return commerce.NewCampaign(id=campaign_id, **self.dict())


class OfferIn(Schema):
    """What a seller enters."""

    business_id: str
    variant_id: str = Field(examples=["var_01jd8n3x8kf7v9q2m4t6w8y0ab"])
    price_minor: int
    units: int = Field(description="They leave the ordinary stock for the campaign's at once")
    per_buyer: int = Field(description="How many units one buyer may have")


class BusinessIn(Schema):
    """Whose offer it is."""

    business_id: str


class ReasonIn(Schema):
    """Why."""

    reason: str = Field(max_length=2_000)


@router.get("/campaigns", auth=None, summary="List the campaigns that run or will")
def current(request: HttpRequest) -> dict[str, Any]:
    """The next one to end first. Needs no key."""
    at = clock.now()
    with transaction(actor_of(request)):
        return {"items": [campaign_out(item, at) for item in commerce.current_campaigns(at=at)]}


@router.get("/campaigns/{campaign}", auth=None, summary="Read a campaign")
def read(request: HttpRequest, campaign: str) -> dict[str, Any]:
    """A published campaign by its id or slug, also one that is over. Needs no key."""
    with transaction(actor_of(request)):
        return campaign_out(_found(campaign), clock.now())


@router.get("/campaigns/{campaign}/offers", auth=None, summary="List a campaign's products")
def offers(request: HttpRequest, campaign: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Products that take part, with what is left of them. Needs no key."""
    with transaction(actor_of(request)):
        found = _found(campaign)
        states = (commerce.OfferState.ACCEPTED,)
        page = commerce.campaign_offers(campaign_id=found.id, states=states, cursor=cursor, limit=limit)
    return {"items": [offer_out(item) for item in page.items], "next_cursor": page.next_cursor}


@router.post("/campaigns", summary="Open a campaign as a draft")
def open_campaign(request: HttpRequest, body: CampaignIn) -> HttpResponse:
    """Needs Idempotency-Key. For zone staff. Scope zone:admit."""
    return _staff(
        request, 201, lambda actor, at: commerce.open_campaign(actor=actor, campaign=body.campaign(ids.uuid7()), at=at)
    )


@router.put("/campaigns/{campaign}", summary="Change a campaign")
def change(request: HttpRequest, campaign: str, body: CampaignIn) -> HttpResponse:
    """Needs Idempotency-Key. Once it runs: name, text and end only. For zone staff. Scope zone:admit."""
    wish = body.campaign(_key(campaign))
    return _staff(request, 200, lambda actor, at: commerce.change_campaign(actor=actor, campaign=wish, at=at))


@router.post("/campaigns/{campaign}/publication", summary="Publish a campaign")
def publish(request: HttpRequest, campaign: str) -> HttpResponse:
    """Needs Idempotency-Key. For zone staff. Scope zone:admit."""
    key = _key(campaign)
    return _staff(request, 200, lambda actor, at: commerce.publish_campaign(actor=actor, campaign_id=key, at=at))


@router.post("/campaigns/{campaign}/end", summary="End a campaign now")
def end(request: HttpRequest, campaign: str) -> HttpResponse:
    """Needs Idempotency-Key. For zone staff. Scope zone:admit."""
    key = _key(campaign)
    return _staff(request, 200, lambda actor, at: commerce.end_campaign(actor=actor, campaign_id=key, at=at))


@router.post("/campaigns/{campaign}/offers", summary="Enter a product into a campaign")
def enter(request: HttpRequest, campaign: str, body: OfferIn) -> HttpResponse:
    """Needs Idempotency-Key. Scope products:write."""
    actor = actor_of(request)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        made = commerce.enter_campaign(
            actor=actor,
            business_id=ids.parse("biz", body.business_id),
            campaign_id=_key(campaign),
            offer=commerce.NewCampaignOffer(
                id=ids.uuid7(),
                variant_id=ids.parse("var", body.variant_id),
                price_minor=body.price_minor,
                units=body.units,
                per_buyer=body.per_buyer,
            ),
            at=clock.now(),
        )
        return 201, offer_out(made)

    with transaction(actor):
        return once(request, run)


@router.get("/businesses/{business_id}/campaign-offers", summary="List what a business entered into campaigns")
def own(request: HttpRequest, business_id: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """The latest first, with what is sold and left. Scope products:read."""
    actor = actor_of(request)
    actor.need_scope(READ)
    with transaction(actor):
        page = commerce.campaign_offers_of(
            actor=actor, business_id=ids.parse("biz", business_id), cursor=cursor, limit=limit
        )
    return {"items": [offer_out(item) for item in page.items], "next_cursor": page.next_cursor}


@router.post("/campaign-offers/{offer_id}/withdrawal", summary="Take a product out of a campaign")
def withdraw(request: HttpRequest, offer_id: str, body: BusinessIn) -> HttpResponse:
    """Needs Idempotency-Key. What is not sold goes back into the ordinary stock. Scope products:write."""
    actor, key = actor_of(request), ids.parse(commerce.CAMPAIGN_OFFER_PREFIX, offer_id)
    actor.need_scope(WRITE)
    business = ids.parse("biz", body.business_id)

    def run() -> tuple[int, dict[str, Any]]:
        offer = commerce.withdraw_from_campaign(actor=actor, business_id=business, offer_id=key, at=clock.now())
        return 200, offer_out(offer)

    with transaction(actor):
        return once(request, run)


@router.post("/campaign-offers/{offer_id}/acceptance", summary="Let a product take part")
def accept(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Needs Idempotency-Key. For zone staff. Scope zone:admit."""
    key = ids.parse(commerce.CAMPAIGN_OFFER_PREFIX, offer_id)
    return _staff(request, 200, lambda actor, at: commerce.accept_campaign_offer(actor=actor, offer_id=key, at=at))


@router.post("/campaign-offers/{offer_id}/refusal", summary="Turn a product down, or take it out")
def decline(request: HttpRequest, offer_id: str, body: ReasonIn) -> HttpResponse:
    """Needs Idempotency-Key. For zone staff. Scope zone:admit."""
    key = ids.parse(commerce.CAMPAIGN_OFFER_PREFIX, offer_id)
    return _staff(
        request,
        200,
        lambda actor, at: commerce.decline_campaign_offer(actor=actor, offer_id=key, reason=body.reason, at=at),
    )


def _staff(request: HttpRequest, status: int, act: Any) -> HttpResponse:
    actor = actor_of(request)
    actor.need_scope(STAFF)
    actor.need_zone()

    def run() -> tuple[int, dict[str, Any]]:
        at = clock.now()
        made = act(actor, at)
        return status, campaign_out(made, at) if isinstance(made, commerce.Campaign) else offer_out(made)

    with transaction(actor):
        return once(request, run)


def _key(public: str) -> Any:
    return ids.parse(commerce.CAMPAIGN_PREFIX, public)


def _found(text: str) -> commerce.Campaign:
    """Return a campaign by its public id or its slug, which never has an underscore."""
    return commerce.campaign_by_id(campaign_id=_key(text)) if "_" in text else commerce.campaign(slug=text)


def campaign_out(item: commerce.Campaign, at: datetime) -> dict[str, Any]:
    """Return a campaign as JSON shows it."""
    return {
        "id": ids.public(commerce.CAMPAIGN_PREFIX, item.id),
        "slug": item.slug,
        "name": item.name,
        "summary": item.summary,
        "starts_at": item.starts_at.isoformat(),
        "ends_at": item.closes_at.isoformat(),
        "needs_approval": item.needs_approval,
        "state": commerce.state_of_campaign(item, at=at).value,
    }


def offer_out(item: commerce.CampaignOffer) -> dict[str, Any]:
    """Return a product in a campaign as JSON shows it."""
    return {
        "id": ids.public(commerce.CAMPAIGN_OFFER_PREFIX, item.id),
        "campaign_id": ids.public(commerce.CAMPAIGN_PREFIX, item.campaign_id),
        "business_id": ids.public("biz", item.business_id),
        "product_id": ids.public("prd", item.product_id),
        "variant_id": ids.public("var", item.variant_id),
        "name": item.name,
        "sku": item.sku,
        "seller": item.seller_name,
        "price_minor": item.price_minor,
        "ordinary_price_minor": item.ordinary_minor,
        "currency": "IDR",
        "units": item.units,
        "per_buyer": item.per_buyer,
        "left": item.left,
        "held": item.held,
        "sold": item.sold,
        "returned": item.returned,
        "state": item.state.value,
        "answer": item.answer or None,
    }
