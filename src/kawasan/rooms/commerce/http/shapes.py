"""Orders and carts as JSON: what comes in and what goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.rooms.commerce import api as commerce

VARIANT_PREFIX = "var"
BUSINESS_PREFIX = "biz"
PAYMENT_PREFIX = "pay"


def variant_id(text: str) -> UUID:
    """Read a variant's id, public or as a UUID. Raises UnknownVariant."""
    try:
        return UUID(text) if "_" not in text else ids.parse(VARIANT_PREFIX, text)
    except (ValueError, NotFound):
        raise commerce.UnknownVariant(field="variant_id") from None


class WantedIn(Schema):
    """One line: how many of a variant, and the price that the buyer saw, if they saw one."""

    variant_id: str = Field(examples=["var_01jd8n3x8kf7v9q2m4t6w8y0ab"], max_length=60)
    quantity: int
    unit_price_minor: int | None = Field(default=None, description="Refused with price-changed where it is another one")

    def wanted(self) -> commerce.Wanted:
        return commerce.Wanted(variant_id(self.variant_id), self.quantity, self.unit_price_minor)


class ShipToIn(Schema):
    """Where the order goes."""

    name: str
    phone: str
    address: str


class CheckoutIn(Schema):
    """A checkout over one or many sellers."""

    lines: list[WantedIn] = Field(max_length=200)
    method: commerce.Method
    ship_to: ShipToIn
    from_cart: bool = Field(default=False, description="Use what the cart holds, and take these lines out of it")


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


class QuantityIn(Schema):
    """The quantity of a cart's line."""

    quantity: int


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def group_out(group: commerce.OrderGroup) -> dict[str, Any]:
    """Return a checkout as JSON."""
    payment = group.payment_id
    return {
        "id": ids.public(commerce.GROUP_PREFIX, group.id),
        "method": group.method.value,
        "total_minor": group.total_minor,
        "placed_at": _at(group.placed_at),
        "payment_id": ids.public(PAYMENT_PREFIX, payment) if payment else None,
        "orders": [order_out(order) for order in group.orders],
    }


def order_out(order: commerce.Order) -> dict[str, Any]:
    """Return an order as JSON."""
    return {
        "id": ids.public(commerce.ORDER_PREFIX, order.id),
        "number": order.number,
        "state": order.state.value,
        "group_id": ids.public(commerce.GROUP_PREFIX, order.group_id),
        "payment_id": ids.public(PAYMENT_PREFIX, order.payment_id) if order.payment_id else None,
        "business": {
            "id": ids.public(BUSINESS_PREFIX, order.business_id),
            "name": order.business_name,
            "slug": order.business_slug,
        },
        "method": order.method.value,
        "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor,
        "fee_minor": order.fee_minor,
        "placed_at": _at(order.placed_at),
        "pay_until": _at(order.pay_until),
        "paid_at": _at(order.paid_at),
        "packed_at": _at(order.packed_at),
        "shipped_at": _at(order.shipped_at),
        "delivered_at": _at(order.delivered_at),
        "completed_at": _at(order.completed_at),
        "cancelled_at": _at(order.cancelled_at),
        "expired_at": _at(order.expired_at),
        "cancelled_by": order.cancelled_by,
        "cancel_reason": order.cancel_reason,
        "courier": order.courier,
        "tracking": order.tracking,
        "ship_to": {"name": order.ship_to.name, "phone": order.ship_to.phone, "address": order.ship_to.address},
        "lines": [line_out(line) for line in order.lines],
        "returns": [return_out(item) for item in order.returns],
    }


def line_out(line: commerce.OrderLine) -> dict[str, Any]:
    """Return a line of an order as JSON."""
    return {
        "id": ids.public(commerce.LINE_PREFIX, line.id),
        "variant_id": ids.public(VARIANT_PREFIX, line.variant_id),
        "product_id": ids.public("prd", line.product_id),
        "product_name": line.product_name,
        "variant_name": line.variant_name,
        "unit_price_minor": line.unit_price_minor,
        "quantity": line.quantity,
        "refunded_quantity": line.refunded_quantity,
        "refunded_minor": line.refunded_minor,
    }


def return_out(item: commerce.ReturnRequest) -> dict[str, Any]:
    """Return a return request as JSON."""
    return {
        "id": ids.public(commerce.RETURN_PREFIX, item.id),
        "order_id": ids.public(commerce.ORDER_PREFIX, item.order_id),
        "state": item.state.value,
        "reason": item.reason,
        "answer": item.answer,
        "asked_minor": item.asked_minor,
        "refunded_minor": item.refunded_minor,
        "requested_at": _at(item.requested_at),
        "decided_at": _at(item.decided_at),
        "lines": [
            {"line_id": ids.public(commerce.LINE_PREFIX, line.line_id), "quantity": line.quantity}
            for line in item.lines
        ],
    }


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
        "held_until": _at(line.held_until),
        "available": line.available,
        "is_for_sale": line.is_for_sale,
    }
