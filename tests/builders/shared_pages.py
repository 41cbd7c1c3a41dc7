"""A shop whose shared pages are looked at, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.test import Client

from kawasan.core.access import Actor
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone
from tests.builders.commerce import AT, a_seller_actor


def text_of(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


@dataclass
class Shop:
    """A business with a product, and what happens to them."""

    business: zone.Business
    product: commerce.Product

    @property
    def seller(self) -> Actor:
        return a_seller_actor(self.business.id)

    @property
    def mine(self) -> dict[str, UUID]:
        return {"business_id": self.business.id, "product_id": self.product.id}

    @property
    def variant(self) -> dict[str, UUID]:
        return {"business_id": self.business.id, "variant_id": self.product.variants[0].id}


def change_price(shop: Shop) -> None:
    commerce.update_variant(actor=shop.seller, **shop.variant, price_minor=19_000_00, at=AT)
