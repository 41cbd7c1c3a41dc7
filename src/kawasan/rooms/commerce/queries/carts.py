"""Carts read from their rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.offers import Offer, offers
from kawasan.rooms.commerce.types.cart import Cart, CartLine, CartSeller
from kawasan.rooms.commerce.types.orders import ORDER_QUANTITY_MAX


def cart(*, actor: Actor, at: datetime) -> Cart:
    """Return the person's cart with the prices and units of this moment, seller by seller. Raises Unauthenticated."""
    rows = list(models.CartLine.objects.filter(person_id=actor.need_person()).order_by("added_at", "id"))
    offered = offers([row.variant_id for row in rows], at=at, held=held_from(rows, at))
    levels = stock_levels((offer.business_id, key) for key, offer in offered.items())
    sellers: dict[UUID, list[CartLine]] = {}
    for row in rows:
        if (offer := offered.get(row.variant_id)) is not None:
            in_stock = levels[row.variant_id].available
            sellers.setdefault(offer.business_id, []).append(_line(row, offer, in_stock, at))
    names = {offer.business_id: (offer.business_name, offer.business_slug) for offer in offered.values()}
    return Cart(tuple(CartSeller(key, *names[key], tuple(lines)) for key, lines in sellers.items()))


def cart_count(*, actor: Actor) -> int:
    """Return how many units are in the person's cart; a stranger has none."""
    if actor.person_id is None:
        return 0
    return sum(models.CartLine.objects.filter(person_id=actor.person_id).values_list("quantity", flat=True))


def lock_lines(person_id: UUID) -> list[models.CartLine]:
    """Return the rows of a person's cart, locked in order of id."""
    return list(models.CartLine.objects.select_for_update().filter(person_id=person_id).order_by("id"))


def is_held(row: models.CartLine, at: datetime) -> bool:
    """Whether units are held for a line at this moment."""
    return row.hold_id is not None and row.held_until is not None and row.held_until > at


def held_from(rows: Iterable[models.CartLine], at: datetime) -> dict[UUID, UUID | None]:
    """Return, by variant, the campaign's offer from which a line holds units now; None for the ordinary stock."""
    return {row.variant_id: row.campaign_offer_id for row in rows if is_held(row, at)}


def held_by(person_id: UUID, *, at: datetime) -> dict[UUID, UUID | None]:
    """Return ``held_from`` of a person's whole cart."""
    return held_from(models.CartLine.objects.filter(person_id=person_id, held_until__gt=at), at)


def _line(row: models.CartLine, offer: Offer, in_stock: int, at: datetime) -> CartLine:
    held = is_held(row, at)
    campaign = offer.campaign
    mine = row.quantity if held and row.campaign_offer_id == (campaign.offer_id if campaign else None) else 0
    available = in_stock if campaign is None else campaign.left
    most = ORDER_QUANTITY_MAX if campaign is None else campaign.per_buyer
    return CartLine(
        id=row.pk,
        variant_id=row.variant_id,
        product_id=offer.product_id,
        product_name=offer.product_name,
        product_slug=offer.product_slug,
        variant_name=offer.variant_name,
        picture=offer.picture,
        motif=offer.motif,
        unit_price_minor=offer.unit_price_minor,
        quantity=row.quantity,
        held_until=row.held_until if held else None,
        available=available,
        is_for_sale=offer.is_for_sale,
        quantity_max=min(most, max(1, available + mine)),
        ordinary_minor=offer.ordinary_minor,
        campaign=campaign,
    )
