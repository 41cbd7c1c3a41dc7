"""What an order says for its invoice."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import seeing_everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.documents import link_of

_NAME_LENGTH_MAX = 200


def link_of_order(*, actor: Actor, order_id: UUID) -> str:
    """Return the link of an order's invoice, or nothing; for whoever may see the order. Raises OrderNotFound."""
    commerce.order(actor=actor, order_id=order_id)
    with seeing_everything():  # the paper is the seller's; who may see the order may have its link
        row = models.Document.objects.filter(order_id=order_id, issued_at__isnull=False).first()
    return link_of(row.id, row.link_version) if row else ""


def name_of(line: commerce.OrderLine) -> str:
    """Return what an order's line calls its good."""
    name = f"{line.product_name} ({line.variant_name})" if line.variant_name else line.product_name
    return name[:_NAME_LENGTH_MAX]
