"""What a till does at the counter, as the device would tell it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.commerce import api as commerce

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)


def a_shift(**given: Any) -> commerce.NewShift:
    """A shift that was opened with Rp200.000 in the drawer."""
    values: dict[str, Any] = {"id": ids.uuid7(), "till": "Kasir 1", "opened_at": AT, "opening_minor": 200_000_00}
    return commerce.NewShift(**(values | given))


def a_till_line(product: commerce.Product, quantity: int = 1, **given: Any) -> commerce.TillLine:
    """A line for a product's first variant at its ordinary price."""
    variant = product.variants[0]
    values: dict[str, Any] = {
        "variant_id": variant.id,
        "name": product.name,
        "quantity": quantity,
        "unit_price_minor": variant.price.amount_minor,
    }
    return commerce.TillLine(**(values | given))


def a_sale(shift_id: UUID, *lines: commerce.TillLine, **given: Any) -> commerce.NewSale:
    """A sale for cash."""
    values: dict[str, Any] = {
        "id": ids.uuid7(),
        "shift_id": shift_id,
        "number": "K1-0001",
        "sold_at": AT,
        "method": commerce.TillMethod.CASH,
        "lines": lines,
    }
    return commerce.NewSale(**(values | given))


def a_till_return(shift_id: UUID, sale: commerce.NewSale | None, *lines: commerce.TillLine, **given: Any):
    """Goods that came back, and all of their money given for them."""
    values: dict[str, Any] = {
        "id": ids.uuid7(),
        "shift_id": shift_id,
        "sale_id": sale.id if sale else None,
        "number": "K1-0001-R",
        "at": AT,
        "lines": lines,
        "refund_minor": sum(line.total_minor for line in lines),
    }
    return commerce.NewTillReturn(**(values | given))
