"""Orders as JSON documents: what the API answers in both lanes, and what webhooks carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kawasan.core import ids
from kawasan.rooms.commerce.types.orders import (
    GROUP_PREFIX,
    LINE_PREFIX,
    ORDER_PREFIX,
    RETURN_PREFIX,
    Order,
    OrderGroup,
    OrderLine,
    ReturnRequest,
)
from kawasan.rooms.commerce.types.wishes import VARIANT_PREFIX

BUSINESS_PREFIX = "biz"
PAYMENT_PREFIX = "pay"
PRODUCT_PREFIX = "prd"


def moment_out(moment: datetime | None) -> str | None:
    """Return a moment as JSON."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def group_out(group: OrderGroup) -> dict[str, Any]:
    """Return a checkout as JSON."""
    payment = group.payment_id
    return {
        "id": ids.public(GROUP_PREFIX, group.id),
        "method": group.method.value,
        "total_minor": group.total_minor,
        "placed_at": moment_out(group.placed_at),
        "payment_id": ids.public(PAYMENT_PREFIX, payment) if payment else None,
        "orders": [order_out(order) for order in group.orders],
    }


def order_out(order: Order) -> dict[str, Any]:
    """Return an order as JSON."""
    return {
        "id": ids.public(ORDER_PREFIX, order.id),
        "number": order.number,
        "state": order.state.value,
        "group_id": ids.public(GROUP_PREFIX, order.group_id),
        "payment_id": ids.public(PAYMENT_PREFIX, order.payment_id) if order.payment_id else None,
        "business": {
            "id": ids.public(BUSINESS_PREFIX, order.business_id),
            "name": order.business_name,
            "slug": order.business_slug,
        },
        "method": order.method.value,
        "total_minor": order.total_minor,
        "discount_minor": order.discount_minor,
        "voucher": order.voucher,
        "refunded_minor": order.refunded_minor,
        "fee_minor": order.fee_minor,
        "placed_at": moment_out(order.placed_at),
        "pay_until": moment_out(order.pay_until),
        "paid_at": moment_out(order.paid_at),
        "packed_at": moment_out(order.packed_at),
        "shipped_at": moment_out(order.shipped_at),
        "delivered_at": moment_out(order.delivered_at),
        "completed_at": moment_out(order.completed_at),
        "cancelled_at": moment_out(order.cancelled_at),
        "expired_at": moment_out(order.expired_at),
        "cancelled_by": order.cancelled_by,
        "cancel_reason": order.cancel_reason,
        "courier": order.courier,
        "tracking": order.tracking,
        "ship_to": {"name": order.ship_to.name, "phone": order.ship_to.phone, "address": order.ship_to.address},
        "lines": [line_out(line) for line in order.lines],
        "returns": [return_out(item) for item in order.returns],
    }


def line_out(line: OrderLine) -> dict[str, Any]:
    """Return a line of an order as JSON."""
    return {
        "id": ids.public(LINE_PREFIX, line.id),
        "variant_id": ids.public(VARIANT_PREFIX, line.variant_id),
        "product_id": ids.public(PRODUCT_PREFIX, line.product_id),
        "product_name": line.product_name,
        "variant_name": line.variant_name,
        "unit_price_minor": line.unit_price_minor,
        "quantity": line.quantity,
        "discount_minor": line.discount_minor,
        "refunded_quantity": line.refunded_quantity,
        "refunded_minor": line.refunded_minor,
    }


def return_out(item: ReturnRequest) -> dict[str, Any]:
    """Return a return request as JSON."""
    return {
        "id": ids.public(RETURN_PREFIX, item.id),
        "order_id": ids.public(ORDER_PREFIX, item.order_id),
        "state": item.state.value,
        "reason": item.reason,
        "answer": item.answer,
        "asked_minor": item.asked_minor,
        "refunded_minor": item.refunded_minor,
        "requested_at": moment_out(item.requested_at),
        "decided_at": moment_out(item.decided_at),
        "lines": [{"line_id": ids.public(LINE_PREFIX, line.line_id), "quantity": line.quantity} for line in item.lines],
    }
