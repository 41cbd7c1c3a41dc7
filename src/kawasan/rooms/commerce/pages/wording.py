"""Orders in words: states, steps, timelines, lists and the columns of exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext

from kawasan.core import ids
from kawasan.core.money import Money
from kawasan.rooms.commerce import api as commerce

State = commerce.OrderState


def tab(name: str) -> str:
    """Return the label of a list of orders."""
    return {
        "all": gettext("All"),
        "unpaid": gettext("Waiting for payment"),
        "to-pack": gettext("To pack"),
        "packed": gettext("Packed"),
        "to-ship": gettext("Being prepared"),
        "shipped": gettext("On the way"),
        "returns": gettext("Returns"),
        "done": gettext("Completed"),
        "closed": gettext("Cancelled"),
    }[name]


def state(order: commerce.Order) -> tuple[str, str]:
    """Return an order's state as label and colour."""
    if order.open_return is not None:
        return gettext("Return requested"), "warm"
    if order.state is State.COMPLETED and order.net_minor == 0:
        return gettext("Refunded"), ""
    return {
        State.AWAITING_PAYMENT: (gettext("Waiting for payment"), "warm"),
        State.PAID: (gettext("Paid"), "nila"),
        State.PACKED: (gettext("Packed"), "nila"),
        State.SHIPPED: (gettext("On the way"), "nila"),
        State.DELIVERED: (gettext("Delivered"), "good"),
        State.COMPLETED: (gettext("Completed"), "good"),
        State.CANCELLED: (gettext("Cancelled"), "bad"),
        State.EXPIRED: (gettext("Not paid in time"), "bad"),
    }[order.state]


def steps(order: commerce.Order) -> list[dict[str, Any]]:
    """Return the five steps of an order for the stepper, with where it stands or stopped."""
    way = [
        (gettext("Ordered"), order.placed_at, ""),
        (gettext("Paid"), order.paid_at, ""),
        (gettext("Packed"), order.packed_at, ""),
        (gettext("Shipped"), order.shipped_at, f"{order.courier} {order.tracking}".strip()),
        (gettext("Arrived"), order.delivered_at or order.completed_at, ""),
    ]
    reached = [{"label": label, "at": at, "note": note, "state": "done"} for label, at, note in way if at]
    missing = [{"label": label, "at": None, "note": "", "state": "todo"} for label, at, _ in way if not at]
    if order.state is State.CANCELLED:
        return [*reached, _stop(gettext("Cancelled"), order.cancelled_at, order.cancel_reason)]
    if order.state is State.EXPIRED:
        return [*reached, _stop(gettext("Not paid in time"), order.expired_at, "")]
    if missing:
        missing[0]["state"] = "now"
    return reached + missing


def _stop(label: str, at: Any, note: str) -> dict[str, Any]:
    return {"label": label, "at": at, "note": note, "state": "failed"}


def event(item: commerce.Event) -> dict[str, Any]:
    """Return a line of the timeline in words."""
    label = {
        commerce.Step.PLACED: gettext("Order placed"),
        commerce.Step.PAID: gettext("Payment received, kept safe until delivery"),
        commerce.Step.PACKED: gettext("Packed by the seller"),
        commerce.Step.SHIPPED: gettext("Handed to the courier"),
        commerce.Step.DELIVERED: gettext("Delivered"),
        commerce.Step.COMPLETED: gettext("Completed, money released to the seller"),
        commerce.Step.CANCELLED: gettext("Cancelled"),
        commerce.Step.EXPIRED: gettext("Not paid in time"),
        commerce.Step.RETURN_REQUESTED: gettext("Return requested"),
        commerce.Step.REFUNDED: gettext("Money paid back by the seller"),
        commerce.Step.RETURN_REFUNDED: gettext("Return accepted, money paid back"),
        commerce.Step.RETURN_REJECTED: gettext("Return declined"),
    }[item.step]
    return {"label": label, "at": item.at, "note": item.note, "amount_minor": item.amount_minor}


def returned(order: commerce.Order, item: commerce.ReturnRequest) -> dict[str, Any]:
    """Return a return request in words."""
    names = {line.id: line_name(line) for line in order.lines}
    label, kind = {
        commerce.ReturnState.REQUESTED: (gettext("Waiting for the seller"), "warm"),
        commerce.ReturnState.REFUNDED: (gettext("Paid back"), "good"),
        commerce.ReturnState.REJECTED: (gettext("Declined"), "bad"),
    }[item.state]
    return {
        "item": item,
        "return_id": ids.public(commerce.RETURN_PREFIX, item.id),
        "label": label,
        "kind": kind,
        "is_open": item.state is commerce.ReturnState.REQUESTED,
        "lines": [(names.get(line.line_id, ""), line.quantity) for line in item.lines],
    }


def line_name(line: commerce.OrderLine) -> str:
    """Return product and variant as one name."""
    return f"{line.product_name} ({line.variant_name})" if line.variant_name else line.product_name


def export_header() -> list[str]:
    """Return the columns of an export: one row for each line of an order."""
    return [
        gettext("Number"),
        gettext("Placed"),
        gettext("State"),
        gettext("Seller"),
        gettext("Recipient"),
        gettext("Product"),
        gettext("Quantity"),
        gettext("Unit price (Rp)"),
        gettext("Total (Rp)"),
        gettext("Refunded (Rp)"),
        gettext("Courier"),
        gettext("Tracking number"),
        gettext("Voucher (Rp)"),
    ]


def export_rows(orders: Iterable[commerce.Order]) -> Iterator[list[Any]]:
    """Return the rows of an export; money in whole rupiah with its decimals as numbers."""
    for order in orders:
        for line in order.lines:
            yield [
                order.number,
                order.placed_at,
                state(order)[0],
                order.business_name,
                order.ship_to.name,
                line_name(line),
                line.quantity,
                Money(line.unit_price_minor).amount,
                Money(line.total_minor).amount,
                Money(line.refunded_minor).amount,
                order.courier,
                order.tracking,
                Money(line.discount_minor).amount,
            ]
