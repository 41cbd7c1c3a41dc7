"""Carts read from their rows."""

from __future__ import annotations

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
    offered = offers([row.variant_id for row in rows], at=at)
    levels = stock_levels((offer.business_id, key) for key, offer in offered.items())
    sellers: dict[UUID, list[CartLine]] = {}
    for row in rows:
        if (offer := offered.get(row.variant_id)) is not None:
            available = levels[row.variant_id].available
            sellers.setdefault(offer.business_id, []).append(_line(row, offer, available, at))
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


def _line(row: models.CartLine, offer: Offer, available: int, at: datetime) -> CartLine:
    is_held = row.held_until is not None and row.held_until > at
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
        held_until=row.held_until if is_held else None,
        available=available,
        is_for_sale=offer.is_for_sale,
        quantity_max=min(ORDER_QUANTITY_MAX, max(1, available + (row.quantity if is_held else 0))),
    )
