"""The document of a checkout at the moment when it was placed, straight from what was decided."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kawasan.core import ids
from kawasan.rooms.commerce.rules.checkout import Draft, DraftLine, DraftOrder, voucher_of
from kawasan.rooms.commerce.rules.documents import BUSINESS_PREFIX, PAYMENT_PREFIX, PRODUCT_PREFIX, moment_out
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.types.orders import GROUP_PREFIX, LINE_PREFIX, ORDER_PREFIX, Method, OrderState
from kawasan.rooms.commerce.types.wishes import VARIANT_PREFIX

LISTED_MAX = 65_536  # public ids of sellers, products and variants that are kept, because they come again and again
_PAID, _UNPAID = OrderState.PAID.value, OrderState.AWAITING_PAYMENT.value
_listed = lru_cache(maxsize=LISTED_MAX)(ids.public)
_moment = lru_cache(maxsize=16)(moment_out)


def placed_out(draft: Draft) -> dict[str, Any]:
    """Return what ``group_out(as_placed(draft))`` returns, at a third of its cost: the intake answers nothing else."""
    group, at = ids.public(GROUP_PREFIX, draft.group_id), _moment(draft.at)
    same: dict[str, Any] = {
        "group_id": group,
        "method": draft.method.value,
        "placed_at": at,
        "ship_to": {"name": draft.ship_to.name, "phone": draft.ship_to.phone, "address": draft.ship_to.address},
    }
    if draft.method is Method.WALLET:
        same |= {"state": _PAID, "payment_id": None, "paid_at": at, "pay_until": None}
    else:
        until, payment = moment_out(draft.at + PAYMENT_LIFETIME), ids.public(PAYMENT_PREFIX, draft.group_id)
        same |= {"state": _UNPAID, "payment_id": payment, "paid_at": None, "pay_until": until}
    return {
        "id": group,
        "method": same["method"],
        "total_minor": draft.total_minor,
        "placed_at": at,
        "payment_id": same["payment_id"],
        "orders": [_order_out(draft, order, same) for order in draft.orders],
    }


def _order_out(draft: Draft, order: DraftOrder, same: dict[str, Any]) -> dict[str, Any]:
    offer = order.lines[0].offer
    return {
        "id": ids.public(ORDER_PREFIX, order.id),
        "number": order.number,
        "state": same["state"],
        "group_id": same["group_id"],
        "payment_id": same["payment_id"],
        "business": {
            "id": _listed(BUSINESS_PREFIX, order.business_id),
            "name": offer.business_name,
            "slug": offer.business_slug,
        },
        "method": same["method"],
        "total_minor": order.total_minor,
        "discount_minor": order.discount_minor,
        "voucher": voucher_of(draft, order),
        "refunded_minor": 0,
        "fee_minor": 0,
        "placed_at": same["placed_at"],
        "pay_until": same["pay_until"],
        "paid_at": same["paid_at"],
        "packed_at": None,
        "shipped_at": None,
        "delivered_at": None,
        "completed_at": None,
        "cancelled_at": None,
        "expired_at": None,
        "cancelled_by": "",
        "cancel_reason": "",
        "courier": "",
        "tracking": "",
        "ship_to": same["ship_to"],
        "lines": [_line_out(line) for line in order.lines],
        "returns": [],
    }


def _line_out(line: DraftLine) -> dict[str, Any]:
    offer = line.offer
    return {
        "id": ids.public(LINE_PREFIX, line.id),
        "variant_id": _listed(VARIANT_PREFIX, offer.variant_id),
        "product_id": _listed(PRODUCT_PREFIX, offer.product_id),
        "product_name": offer.product_name,
        "variant_name": offer.variant_name,
        "unit_price_minor": offer.unit_price_minor,
        "quantity": line.quantity,
        "discount_minor": line.discount_minor,
        "refunded_quantity": 0,
        "refunded_minor": 0,
    }
