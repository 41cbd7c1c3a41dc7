"""Campaigns: staff open, publish and end them, sellers enter and withdraw products, unsold units go back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.limits import open_offer_accounts
from kawasan.rooms.commerce.actions.shelves import changed, changed_everywhere
from kawasan.rooms.commerce.queries import campaigns as queries
from kawasan.rooms.commerce.queries.catalogue import own_variant
from kawasan.rooms.commerce.rules import campaigns as rules
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.rules.prices import to_the_second
from kawasan.rooms.commerce.rules.products import check_text
from kawasan.rooms.commerce.rules.units import campaign_account, unit_account
from kawasan.rooms.commerce.types.campaign_refusals import (
    AlreadyInCampaign,
    CampaignIdReused,
    CampaignOfferDecided,
    CampaignOver,
    CampaignSlugTaken,
    CampaignStockTooLow,
    UnknownCampaign,
    UnknownCampaignOffer,
)
from kawasan.rooms.commerce.types.campaigns import (
    Campaign,
    CampaignOffer,
    NewCampaign,
    NewCampaignOffer,
    OfferState,
)
from kawasan.rooms.commerce.types.catalogue import ProductStatus
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.commerce.types.order_refusals import NotForSale
from kawasan.rooms.commerce.types.orders import REASON_LENGTH_MAX
from kawasan.rooms.ledger import api as ledger

_KEEPERS = (BusinessRole.OWNER, BusinessRole.STAFF)
ATTEMPTS_MAX = 5  # buyers may take units between reading what is left and giving it back
SETTLED_MAX = 200  # offers in one transaction


@requires_transaction
def open_campaign(*, actor: Actor, campaign: NewCampaign, at: datetime) -> Campaign:
    """
    Open a campaign as a draft that only the zone sees. Repeating it (same id and content) returns it.

    For zone staff. Raises CampaignSlugInvalid, TextMissing, TextTooLong, CampaignPeriodInvalid, CampaignSlugTaken,
    CampaignIdReused.
    """
    actor.need_zone(ZoneRole.STAFF)
    if earlier := models.Campaign.objects.filter(pk=campaign.id).first():
        return _same_campaign(earlier, campaign)
    wish = rules.checked_campaign(campaign, at=at)
    row = models.Campaign(id=wish.id, opened_at=at)
    _write(row, wish)
    return queries.as_campaign(row)


@requires_transaction
def change_campaign(*, actor: Actor, campaign: NewCampaign, at: datetime) -> Campaign:
    """
    Change a campaign. Once it runs, only its name, text, and end can be changed. Repeating it changes nothing.

    For zone staff. Raises UnknownCampaign, CampaignOver, CampaignBegun, AlreadyInCampaign where a product would be in
    two campaigns at once, and what ``open_campaign`` raises.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = queries.lock_campaign(campaign.id)
    wish = rules.checked_campaign(campaign, at=at)
    rules.check_change(queries.as_campaign(row), wish, at=at)
    entered = models.CampaignOffer.objects.filter(campaign=row, settled_at__isnull=True)
    variants = entered.order_by("variant_id").values_list("variant_id", flat=True)
    _check_alone(list(variants), wish.starts_at, wish.ends_at, besides=row.pk)
    _write(row, wish)
    changed_everywhere()
    return queries.as_campaign(row)


@requires_transaction
def publish_campaign(*, actor: Actor, campaign_id: UUID, at: datetime) -> Campaign:
    """
    Show a campaign: sellers can enter products, and it runs from its start on. A repeat changes nothing.

    For zone staff. Raises UnknownCampaign, CampaignOver.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = queries.lock_campaign(campaign_id)
    if at >= queries.as_campaign(row).closes_at:
        raise CampaignOver
    if row.published_at is None:
        row.published_at = at
        row.save(update_fields=["published_at"])
        changed_everywhere()
    return queries.as_campaign(row)


@requires_transaction
def end_campaign(*, actor: Actor, campaign_id: UUID, at: datetime) -> Campaign:
    """
    End a published campaign now, before its time or before its start: its prices stop at this second.

    Units that were not sold go back to their sellers' stock. Orders keep their prices. A repeat changes nothing.
    For zone staff. Raises UnknownCampaign, also for a draft.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = queries.lock_campaign(campaign_id)
    if row.published_at is None:
        raise UnknownCampaign
    if at < queries.as_campaign(row).closes_at:
        row.ended_at = to_the_second(at)
        row.save(update_fields=["ended_at"])
        changed_everywhere()
    return queries.as_campaign(row)


@requires_transaction
def enter_campaign(
    *, actor: Actor, business_id: UUID, campaign_id: UUID, offer: NewCampaignOffer, at: datetime
) -> CampaignOffer:
    """
    Enter a variant into a published campaign: its units leave the ordinary stock for the campaign's at once.

    Where the campaign needs approval the offer waits for staff; elsewhere it is accepted. A variant is in one campaign
    at a time, and once in each. Repeating it (same id and content) returns it. Raises NotFound, Forbidden,
    UnknownCampaign, CampaignOver, UnknownVariant, NotForSale, PriceInvalid, CampaignOfferPriceInvalid,
    CampaignUnitsInvalid, AlreadyInCampaign, CampaignStockTooLow, CampaignIdReused.
    """
    actor.need_business(business_id, *_KEEPERS)
    if earlier := models.CampaignOffer.objects.filter(pk=offer.id).first():
        return _same_offer(earlier, business_id, campaign_id, offer)
    campaign = queries.campaign_by_id(campaign_id=campaign_id)
    if campaign.published_at is None:
        raise UnknownCampaign
    if at >= campaign.closes_at:
        raise CampaignOver
    # The lock makes two entries of one variant wait for each other.
    variant = own_variant(business_id=business_id, variant_id=offer.variant_id, lock=True)
    _check_for_sale(variant)
    rules.checked_entry(offer, ordinary_minor=variant.price_minor)
    _check_alone([variant.id], campaign.starts_at, campaign.closes_at, besides=campaign_id)
    _check_first(campaign, variant)
    row = models.CampaignOffer(
        id=offer.id,
        campaign_id=campaign_id,
        variant=variant,
        product_id=variant.product_id,
        business_id=business_id,
        price_minor=offer.price_minor,
        units=offer.units,
        per_buyer=offer.per_buyer,
        state=(OfferState.WAITING if campaign.needs_approval else OfferState.ACCEPTED).value,
        entered_at=at,
        decided_at=None if campaign.needs_approval else at,
    )
    _insert(row)
    open_offer_accounts(offer_id=offer.id, variant_id=variant.id)
    _set_aside(row, at)
    changed(business_id)
    return queries.campaign_offer(offer_id=offer.id)


@requires_transaction
def accept_campaign_offer(*, actor: Actor, offer_id: UUID, at: datetime) -> CampaignOffer:
    """
    Let a waiting offer into its campaign. A repeat changes nothing.

    For zone staff. Raises UnknownCampaignOffer, CampaignOfferDecided, CampaignOver.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = queries.lock_offer(offer_id)
    if row.state == OfferState.ACCEPTED:
        return queries.campaign_offer(offer_id=offer_id)
    if row.state != OfferState.WAITING:
        raise CampaignOfferDecided
    if at >= queries.as_campaign(row.campaign).closes_at:
        raise CampaignOver
    _decide(row, OfferState.ACCEPTED, at)
    return queries.campaign_offer(offer_id=offer_id)


@requires_transaction
def decline_campaign_offer(*, actor: Actor, offer_id: UUID, reason: str, at: datetime) -> CampaignOffer:
    """
    Turn an offer down with a reason, or take an accepted one out: units that were not sold go back to the stock.

    A repeat changes nothing. For zone staff. Raises UnknownCampaignOffer, CampaignOfferDecided, TextMissing,
    TextTooLong.
    """
    actor.need_zone(ZoneRole.STAFF)
    reason = check_text(" ".join(reason.split()), field="reason", most=REASON_LENGTH_MAX)
    row = queries.lock_offer(offer_id)
    # What buyers may have bought from stays the variant's one offer in this campaign, so that limits hold.
    state = OfferState.DECLINED if row.state in (OfferState.WAITING, OfferState.DECLINED) else OfferState.WITHDRAWN
    if row.state == state and row.answer == reason:
        return queries.campaign_offer(offer_id=offer_id)
    if row.state not in (OfferState.WAITING, OfferState.ACCEPTED):
        raise CampaignOfferDecided
    _decide(row, state, at, answer=reason)
    _settle(row, at)
    return queries.campaign_offer(offer_id=offer_id)


@requires_transaction
def withdraw_from_campaign(*, actor: Actor, business_id: UUID, offer_id: UUID, at: datetime) -> CampaignOffer:
    """
    Take a variant out of a campaign: units that were not sold go back to the stock, orders stay as they are.

    What carts and unpaid orders hold follows when they let go. The variant cannot be entered into the same campaign
    again, so that no buyer gets a second limit. A repeat changes nothing. Raises NotFound, Forbidden,
    UnknownCampaignOffer, CampaignOfferDecided, CampaignOver.
    """
    actor.need_business(business_id, *_KEEPERS)
    row = queries.lock_offer(offer_id)
    if row.business_id != business_id:
        raise UnknownCampaignOffer
    if row.state == OfferState.WITHDRAWN:
        return queries.campaign_offer(offer_id=offer_id)
    if row.state == OfferState.DECLINED:
        raise CampaignOfferDecided
    if at >= queries.as_campaign(row.campaign).closes_at:
        raise CampaignOver
    _decide(row, OfferState.WITHDRAWN, at)
    _settle(row, at)
    return queries.campaign_offer(offer_id=offer_id)


@requires_transaction
def settle_campaigns(*, at: datetime, limit: int = SETTLED_MAX) -> int:
    """
    Give unsold units of offers that are over back to the ordinary stock, each unit once; return how many offers moved.

    What carts and unpaid orders still hold comes in a later round. Any number of processes may do this.
    """
    return sum(_settle(row, at) for row in queries.lock_unsettled(at=at, limit=limit))


def _settle(row: models.CampaignOffer, at: datetime) -> bool:
    """Give back what is left of a locked offer; once nothing is held either, note that it is settled."""
    moved = False
    account = campaign_account(row.pk, row.variant_id)
    for _ in range(ATTEMPTS_MAX):
        balance = ledger.balance(account)
        if balance.available <= 0:
            break
        unsold = transfers.Units(row.business_id, row.variant_id, row.business_id, balance.available)
        back = transfers.from_campaign(row.pk, unsold)
        (answer,) = ledger.post_many([ledger.Entry(ids.uuid7(), at, (back,))])
        moved = moved or isinstance(answer, ledger.Applied)
    balance = ledger.balance(account)
    if balance.posted == balance.debits_pending == 0:
        row.settled_at = at
        row.save(update_fields=["settled_at"])
        moved = True
    return moved


def _set_aside(row: models.CampaignOffer, at: datetime) -> None:
    transfer = ledger.NewTransfer(
        id=ids.derived("commerce.campaign.set-aside", row.pk),
        debit=unit_account(row.business_id, row.variant_id, AccountCode.STOCK),
        credit=campaign_account(row.pk, row.variant_id),
        amount=row.units,
        code=int(TransferCode.SET_ASIDE),
        reference=row.pk,
    )
    try:
        ledger.post(ledger.Entry(ids.derived("commerce.campaign.entered", row.pk), at, (transfer,)))
    except ledger.InsufficientBalance as refusal:
        raise CampaignStockTooLow(field="units", available=max(0, int(refusal.data["available"]))) from refusal


def _check_for_sale(variant: models.Variant) -> None:
    seller = models.Seller.objects.filter(pk=variant.business_id).first()
    is_open = seller is not None and seller.is_open
    if variant.archived_at is not None or variant.product.status != ProductStatus.PUBLISHED or not is_open:
        raise NotForSale(field="variant", product=variant.product.name)


def _check_alone(variant_ids: list[UUID], starts_at: datetime, ends_at: datetime, *, besides: UUID) -> None:
    other = queries.overlapping(variant_ids=variant_ids, starts_at=starts_at, ends_at=ends_at, besides=besides)
    if other is not None:
        raise AlreadyInCampaign(field="variant", product=other.product.name, campaign=other.campaign.name)


def _check_first(campaign: Campaign, variant: models.Variant) -> None:
    rows = models.CampaignOffer.objects.filter(campaign_id=campaign.id, variant=variant)
    if rows.exclude(state=OfferState.DECLINED).exists():
        raise AlreadyInCampaign(field="variant", product=variant.product.name, campaign=campaign.name)


def _decide(row: models.CampaignOffer, state: OfferState, at: datetime, *, answer: str = "") -> None:
    row.state, row.answer, row.decided_at = state.value, answer, at
    row.save(update_fields=["state", "answer", "decided_at"])
    changed(row.business_id)


def _write(row: models.Campaign, wish: NewCampaign) -> None:
    row.slug, row.name, row.summary = wish.slug, wish.name, wish.summary
    row.starts_at, row.ends_at, row.needs_approval = wish.starts_at, wish.ends_at, wish.needs_approval
    if models.Campaign.objects.filter(slug=wish.slug).exclude(pk=wish.id).exists():
        raise CampaignSlugTaken(field="slug", slug=wish.slug)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # somebody took the address in this moment
        raise CampaignSlugTaken(field="slug", slug=wish.slug) from error


def _insert(row: models.CampaignOffer) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # an id of somebody else's offer, which this reader cannot even see
        raise CampaignIdReused from error


def _same_campaign(row: models.Campaign, wish: NewCampaign) -> Campaign:
    same = (row.slug, row.starts_at, row.ends_at, row.needs_approval) == (
        wish.slug,
        to_the_second(wish.starts_at),
        to_the_second(wish.ends_at),
        wish.needs_approval,
    )
    if not same:
        raise CampaignIdReused
    return queries.as_campaign(row)


def _same_offer(
    row: models.CampaignOffer, business_id: UUID, campaign_id: UUID, offer: NewCampaignOffer
) -> CampaignOffer:
    kept = (row.business_id, row.campaign_id, row.variant_id, row.price_minor, row.units, row.per_buyer)
    if kept != (business_id, campaign_id, offer.variant_id, offer.price_minor, offer.units, offer.per_buyer):
        raise CampaignIdReused
    return queries.campaign_offer(offer_id=row.pk)
