"""What an order says for its invoice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import seeing_everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.documents import link_of
from kawasan.rooms.invoices.types.documents import Line

_NAME_LENGTH_MAX = 200


def link_of_order(*, actor: Actor, order_id: UUID) -> str:
    """Return the link of an order's invoice, or nothing; for whoever may see the order. Raises OrderNotFound."""
    commerce.order(actor=actor, order_id=order_id)
    with seeing_everything():  # the paper is the seller's; who may see the order may have its link
        row = models.Document.objects.filter(order_id=order_id, issued_at__isnull=False).first()
    return link_of(row.id, row.link_version) if row else ""


def sold_of(line: commerce.OrderLine, order: commerce.Order) -> int:
    """Return what a line of an order still brings its seller: less a shop's own voucher and what went back."""
    if order.cancelled_at is not None:
        return 0
    return commerce.sold_minor(
        gross_minor=line.gross_minor,
        discount_minor=line.discount_minor,
        refunded_minor=line.refunded_minor,
        is_discount_paid=order.is_discount_paid,
    )


def sold_by_place(lines: Iterable[Line], order: commerce.Order) -> dict[int, int]:
    """Return what the lines of an order's invoice still bring, by place: they are the order's, in its order."""
    ahead, found = iter(order.lines), {}
    for line in lines:
        for item in ahead:
            if (name_of(item).strip(), item.unit_price_minor) == (line.name, line.typed_price_minor):
                found[line.place] = sold_of(item, order)
                break
    return found


def name_of(line: commerce.OrderLine) -> str:
    """Return what an order's line calls its good."""
    name = f"{line.product_name} ({line.variant_name})" if line.variant_name else line.product_name
    return name[:_NAME_LENGTH_MAX]
