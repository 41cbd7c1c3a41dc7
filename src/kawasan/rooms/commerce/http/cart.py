"""The cart over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.http import shapes

router = Router(tags=["cart"])


@router.get("/cart", summary="Read the cart")
def read(request: HttpRequest) -> dict[str, Any]:
    """`held_until` is null where nothing is held for a line any more."""
    actor = actor_of(request)
    actor.need_scope("orders:read")
    with transaction(actor):
        return shapes.cart_out(commerce.cart(actor=actor, at=clock.now()))


@router.post("/cart/lines", summary="Put units into the cart and hold them")
def add(request: HttpRequest, body: shapes.CartLineIn) -> HttpResponse:
    """Needs Idempotency-Key."""
    actor = actor_of(request)
    actor.need_scope("orders:write")

    def run() -> tuple[int, dict[str, Any]]:
        cart = commerce.add_to_cart(
            actor=actor,
            variant_id=shapes.variant_id(body.variant_id),
            quantity=body.quantity,
            request_id=ids.uuid7(),
            at=clock.now(),
            seen_minor=body.unit_price_minor,
        )
        return 200, shapes.cart_out(cart)

    with transaction(actor):
        return once(request, run)


@router.put("/cart/lines/{variant_id}", summary="Set a line's quantity and hold it anew")
def change(request: HttpRequest, variant_id: str, body: shapes.QuantityIn) -> dict[str, Any]:
    """Setting the same quantity again only renews the hold."""
    actor = actor_of(request)
    actor.need_scope("orders:write")
    with transaction(actor):
        cart = commerce.change_cart(
            actor=actor, variant_id=shapes.variant_id(variant_id), quantity=body.quantity, at=clock.now()
        )
    return shapes.cart_out(cart)


@router.delete("/cart/lines/{variant_id}", summary="Take a line out of the cart")
def remove(request: HttpRequest, variant_id: str) -> dict[str, Any]:
    """Taking out what is not there changes nothing."""
    actor = actor_of(request)
    actor.need_scope("orders:write")
    with transaction(actor):
        cart = commerce.remove_from_cart(actor=actor, variant_id=shapes.variant_id(variant_id), at=clock.now())
    return shapes.cart_out(cart)
