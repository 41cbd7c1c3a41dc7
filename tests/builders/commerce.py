"""Builders of the catalogue: products with variants, prices and stock, made through the room's own door."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.commerce import api as commerce

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def a_variant(
    *, sku: str | None = None, price_minor: int = 2_500_000, stock: int = 10, name: str = ""
) -> commerce.NewVariant:
    """A variant to be made."""
    variant_id = ids.uuid7()
    return commerce.NewVariant(
        id=variant_id, sku=sku or f"SKU-{variant_id.hex[-10:]}", price_minor=price_minor, name=name, stock=stock
    )


def a_new_product(business_id: UUID, **given: object) -> commerce.NewProduct:
    """A product to be made."""
    values: dict[str, object] = {
        "id": ids.uuid7(),
        "business_id": business_id,
        "name": "Keripik Singkong Balado",
        "category": "makanan-minuman",
        "description": "Renyah dan pedas.",
        "status": commerce.ProductStatus.PUBLISHED,
    }
    values |= given
    values.setdefault("variants", (a_variant(),))
    return commerce.NewProduct(**values)  # type: ignore[arg-type]


def a_seller_actor(business_id: UUID, role: BusinessRole = BusinessRole.OWNER) -> Actor:
    """Somebody with a role in one business."""
    return Actor(person_id=ids.uuid7(), businesses={business_id: role})


def a_product(business_id: UUID, *, at: datetime = AT, **given: object) -> commerce.Product:
    """A product on the shelves of a business."""
    actor = a_seller_actor(business_id)
    return commerce.create_product(actor=actor, product=a_new_product(business_id, **given), at=at)
