"""Orders and carts as JSON: what comes in and what goes out."""

from __future__ import annotations

from typing import Any

from ninja import Field, Schema

from kawasan.core import ids
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.api import (
    BUSINESS_PREFIX,
    VARIANT_PREFIX,
    CheckoutIn,
    WantedIn,
    group_out,
    order_out,
    return_out,
)
from kawasan.rooms.commerce.api import variant_id as variant_id

__all__ = ["BUSINESS_PREFIX", "CheckoutIn", "WantedIn", "group_out", "order_out", "return_out", "variant_id"]


class RefundIn(Schema):
    """How much goes back to the buyer, in minor units, and why."""

    amount_minor: int
    reason: str


class CancellationIn(Schema):
    """Why an order ends."""

    reason: str


class ShipmentIn(Schema):
    """The parcel."""

    courier: str
    tracking: str


class ReturnedLineIn(Schema):
    """Units of an order's line that come back."""

    line_id: str
    quantity: int


class ReturnIn(Schema):
    """A return request."""

    lines: list[ReturnedLineIn] = Field(max_length=100)
    reason: str


class DecisionIn(Schema):
    """A seller's answer: approve (with a smaller amount, where agreed) or reject with a reason."""

    approve: bool
    amount_minor: int | None = None
    restock: bool = False
    reason: str = ""


class CartLineIn(Schema):
    """Units to put into the cart, or the quantity to set."""

    variant_id: str = Field(max_length=60)
    quantity: int
    unit_price_minor: int | None = Field(default=None, description="Refused with price-changed where it is another one")


class QuantityIn(Schema):
    """The quantity of a cart's line."""

    quantity: int


def cart_out(cart: commerce.Cart) -> dict[str, Any]:
    """Return a cart as JSON."""
    return {
        "total_minor": cart.total_minor,
        "sellers": [
            {
                "business": {
                    "id": ids.public(BUSINESS_PREFIX, seller.business_id),
                    "name": seller.business_name,
                    "slug": seller.business_slug,
                },
                "total_minor": seller.total_minor,
                "lines": [_cart_line_out(line) for line in seller.lines],
            }
            for seller in cart.sellers
        ],
    }


def _cart_line_out(line: commerce.CartLine) -> dict[str, Any]:
    return {
        "variant_id": ids.public(VARIANT_PREFIX, line.variant_id),
        "product_name": line.product_name,
        "variant_name": line.variant_name,
        "unit_price_minor": line.unit_price_minor,
        "quantity": line.quantity,
        "held_until": commerce.moment_out(line.held_until),
        "available": line.available,
        "is_for_sale": line.is_for_sale,
        "ordinary_price_minor": line.ordinary_minor,
        "campaign": line.campaign.name if line.campaign else None,
    }
