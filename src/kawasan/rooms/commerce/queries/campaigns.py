"""Campaigns read from their rows, and their offers with the units that the ledger has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.orders import uuid_of
from kawasan.rooms.commerce.rules.units import campaign_account, limit_used_account
from kawasan.rooms.commerce.types.campaign_refusals import UnknownCampaign, UnknownCampaignOffer
from kawasan.rooms.commerce.types.campaigns import Campaign, CampaignOffer, CampaignResult, OfferState
from kawasan.rooms.ledger import api as ledger

SHOWN_MAX = 20  # campaigns that are published and not over
RESULTS_MAX = 5_000

_OFFERS = """
select o.id, o.campaign_id, o.business_id, o.product_id, o.variant_id, p.name, p.slug, v.name, v.sku,
       coalesce(s.name, ''), coalesce(s.slug, ''),
       coalesce((select digest from commerce_picture i where i.product_id = p.id order by i.position limit 1), ''),
       c.motif, v.price_minor, o.price_minor, o.units, o.per_buyer, o.state, o.answer, o.entered_at, o.settled_at
from commerce_campaign_offer o
join commerce_variant v on v.id = o.variant_id
join commerce_product p on p.id = o.product_id
join commerce_category c on c.slug = p.category_id
left join commerce_seller s on s.business_id = o.business_id
where o.id = any(%s::uuid[]) order by o.id
"""
# Orders that were cancelled sold nothing; what was returned is told apart.
_RESULTS = """
select l.campaign_offer_id, count(distinct l.order_id), sum(l.quantity), sum(l.quantity * l.unit_price_minor),
       sum(l.refunded_quantity), sum(l.refunded_minor)
from commerce_order_line l join commerce_order o on o.id = l.order_id
where l.campaign_offer_id = any(%s::uuid[]) and o.paid_at is not null and o.cancelled_at is null
group by l.campaign_offer_id
"""


def campaign(*, slug: str) -> Campaign:
    """Return a campaign by its address; drafts are only there for the zone. Raises UnknownCampaign."""
    return as_campaign(_one(models.Campaign.objects.filter(slug=slug)))


def campaign_by_id(*, campaign_id: UUID) -> Campaign:
    """Return a campaign; drafts are only there for the zone. Raises UnknownCampaign."""
    return as_campaign(_one(models.Campaign.objects.filter(pk=campaign_id)))


def current_campaigns(*, at: datetime) -> list[Campaign]:
    """Return the campaigns that run or will, the next one to end first."""
    rows = models.Campaign.objects.filter(is_open(at), published_at__isnull=False).order_by("ends_at", "id")
    return [as_campaign(row) for row in rows[:SHOWN_MAX]]


def campaigns(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[Campaign]:
    """Return one page of all campaigns, the latest first: drafts too for the zone. Raises BadCursor."""
    rows = models.Campaign.objects.all() if actor.sees_zone else models.Campaign.objects.exclude(published_at=None)
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    if key:
        rows = rows.filter(pk__lt=uuid_of(key[0]))
    page = page_of(list(rows.order_by("-id")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(as_campaign(row) for row in page.items), next_cursor=page.next_cursor)


def campaign_offers(
    *, campaign_id: UUID, states: Sequence[OfferState], cursor: str | None = None, limit: int | None = None
) -> Page[CampaignOffer]:
    """Return one page of a campaign's offers in these states, as far as the reader may see them. Raises BadCursor."""
    rows = models.CampaignOffer.objects.filter(campaign_id=campaign_id, state__in=[state.value for state in states])
    return _page(rows, cursor, limit, newest_first=False)


def campaign_offers_of(
    *,
    actor: Actor,
    business_id: UUID,
    campaign_id: UUID | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[CampaignOffer]:
    """Return one page of what a business entered, the latest first. Raises Unauthenticated, NotFound, BadCursor."""
    actor.need_business(business_id)
    rows = models.CampaignOffer.objects.filter(business_id=business_id)
    return _page(rows.filter(campaign_id=campaign_id) if campaign_id else rows, cursor, limit, newest_first=True)


def campaign_offer(*, offer_id: UUID) -> CampaignOffer:
    """Return an offer that the reader may see. Raises UnknownCampaignOffer."""
    found = as_offers([offer_id])
    if not found:
        raise UnknownCampaignOffer
    return found[0]


def campaign_results(*, actor: Actor, campaign_id: UUID, business_id: UUID | None = None) -> list[CampaignResult]:
    """
    Return what a campaign's offers brought: all of them for zone roles, a business's own for those with a role in it.

    At most RESULTS_MAX. Raises Unauthenticated, Forbidden, NotFound.
    """
    if business_id is None:
        actor.need_zone()
    else:
        actor.need_business(business_id)
    rows = models.CampaignOffer.objects.filter(campaign_id=campaign_id)
    rows = rows if business_id is None else rows.filter(business_id=business_id)
    found = as_offers(rows.order_by("id").values_list("id", flat=True)[:RESULTS_MAX])
    with connection.cursor() as cursor:
        cursor.execute(_RESULTS, [[item.id for item in found]])
        sums = {row[0]: [int(value) for value in row[1:]] for row in cursor.fetchall()}
    return [CampaignResult(item, *sums.get(item.id, [0] * 5)) for item in found]


def is_open(at: datetime) -> Q:
    """Return the condition that a campaign is not over."""
    return Q(ends_at__gt=at) & (Q(ended_at__isnull=True) | Q(ended_at__gt=at))


def lock_campaign(campaign_id: UUID) -> models.Campaign:
    """Return a campaign's row, locked. Raises UnknownCampaign."""
    return _one(models.Campaign.objects.select_for_update().filter(pk=campaign_id))


def lock_offer(offer_id: UUID) -> models.CampaignOffer:
    """Return an offer's row, locked, with its campaign. Raises UnknownCampaignOffer."""
    rows = models.CampaignOffer.objects.select_for_update(of=("self",)).select_related("campaign")
    row = rows.filter(pk=offer_id).first()
    if row is None:
        raise UnknownCampaignOffer
    return row


def lock_unsettled(*, at: datetime, limit: int) -> list[models.CampaignOffer]:
    """Return offers that sell nothing any more and still may have units, locked, passing over those in other hands."""
    rows = models.CampaignOffer.objects.select_for_update(of=("self",), skip_locked=True)
    over = Q(ends__lte=at) | Q(state__in=[OfferState.DECLINED, OfferState.WITHDRAWN])
    rows = rows.annotate(ends=Least(F("campaign__ends_at"), F("campaign__ended_at")))
    return list(rows.filter(over, settled_at__isnull=True).order_by("id")[:limit])


def overlapping(
    *, variant_ids: Iterable[UUID], starts_at: datetime, ends_at: datetime, besides: UUID
) -> models.CampaignOffer | None:
    """Return an open offer of one of the variants in another campaign that shares a moment with this period."""
    rows = models.CampaignOffer.objects.filter(
        variant_id__in=list(variant_ids), state__in=[OfferState.WAITING, OfferState.ACCEPTED], settled_at__isnull=True
    )
    rows = rows.annotate(ends=Least(F("campaign__ends_at"), F("campaign__ended_at"))).exclude(campaign_id=besides)
    rows = rows.filter(campaign__starts_at__lt=ends_at, ends__gt=starts_at)
    return rows.select_related("campaign", "product").order_by("id").first()


def as_campaign(row: models.Campaign) -> Campaign:
    """Return a row as a value."""
    return Campaign(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        summary=row.summary,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        needs_approval=row.needs_approval,
        published_at=row.published_at,
        ended_at=row.ended_at,
    )


def as_offers(offer_ids: Iterable[UUID]) -> list[CampaignOffer]:
    """Return offers with their products and units in the order of their ids: two queries however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, [list(offer_ids)])
        rows = cursor.fetchall()
    if not rows:
        return []
    units = {row[0]: (campaign_account(row[0], row[4]), limit_used_account(row[0])) for row in rows}
    balances = ledger.balances([account for pair in units.values() for account in pair])
    return [_as_offer(row, *(balances.get(key, ledger.Balance()) for key in units[row[0]])) for row in rows]


def _as_offer(row: tuple[Any, ...], units: ledger.Balance, used: ledger.Balance) -> CampaignOffer:
    """
    Every sale uses a limit, so what was taken under limits is what the campaign's account sold.

    Its other debits went back to the stock, and its credits beyond the units set aside came back from buyers.
    """
    came_back = max(0, units.credits_posted - row[15])
    counts = [
        max(0, units.available),
        units.debits_pending,
        used.credits_posted - came_back,
        units.debits_posted - used.credits_posted,
    ]
    values: list[Any] = [*row[:17], OfferState(row[17]), *row[18:], *counts]
    return CampaignOffer(*values)


def _one(rows: QuerySet[models.Campaign]) -> models.Campaign:
    row = rows.first()
    if row is None:
        raise UnknownCampaign
    return row


def _page(
    rows: QuerySet[models.CampaignOffer], cursor: str | None, limit: int | None, *, newest_first: bool
) -> Page[CampaignOffer]:
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    if key:
        after = uuid_of(key[0])
        rows = rows.filter(pk__lt=after) if newest_first else rows.filter(pk__gt=after)
    ids = list(rows.order_by("-id" if newest_first else "id").values_list("id", flat=True)[: size + 1])
    page = page_of(ids, size, key=lambda offer_id: [str(offer_id)])
    found = {item.id: item for item in as_offers(page.items)}
    return Page(items=tuple(found[offer_id] for offer_id in page.items), next_cursor=page.next_cursor)
