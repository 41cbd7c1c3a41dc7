"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kawasan.core.access import Actor
from kawasan.platform.db import transaction
from kawasan.platform.i18n import LANGUAGES, language
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.exchange import api as exchange
from kawasan.server import navigation


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Return actor, zone and languages for a template, and what is in the reader's cart (counted if it is shown)."""
    zone, actor = getattr(request, "zone", None), actor_of(request)
    return {
        "actor": actor,
        "zone": zone.name if zone else "Kawasan",
        "language": language(),
        "languages": LANGUAGES,
        "shown_currency": exchange.shown_currency(request.COOKIES.get(exchange.COOKIE), language()) or exchange.HOME,
        "shown_currencies": exchange.SHOWN,
        "navigation": {"seller": navigation.SELLER, "zone": navigation.zone_groups(actor.zone_role)},
        "cart_count": SimpleLazyObject(lambda: _units_in_cart(actor)),
    }


def _units_in_cart(actor: Actor) -> int:
    if actor.person_id is None:
        return 0
    if connection.in_atomic_block:  # a page drawn within its edge's transaction
        return commerce.cart_count(actor=actor)
    with transaction(actor):
        return commerce.cart_count(actor=actor)
