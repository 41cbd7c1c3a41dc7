"""A checkout as it comes in over JSON; both lanes that take orders read it with these."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.rooms.commerce.types.orders import Method, ShipTo, Wanted
from kawasan.rooms.commerce.types.refusals import UnknownVariant

VARIANT_PREFIX = "var"


def variant_id(text: str) -> UUID:
    """Read a variant's id, public or as a UUID. Raises UnknownVariant."""
    try:
        return UUID(text) if "_" not in text else ids.parse(VARIANT_PREFIX, text)
    except (ValueError, NotFound):
        raise UnknownVariant(field="variant_id") from None


class WantedIn(BaseModel):
    """One line: how many of a variant, and the price that the buyer saw, if they saw one."""

    variant_id: str = Field(examples=["var_01jd8n3x8kf7v9q2m4t6w8y0ab"], max_length=60)
    quantity: int
    unit_price_minor: int | None = Field(default=None, description="Refused with price-changed where it is another one")

    def wanted(self) -> Wanted:
        return Wanted(variant_id(self.variant_id), self.quantity, self.unit_price_minor)


class ShipToIn(BaseModel):
    """Where the order goes."""

    name: str
    phone: str
    address: str

    def ship_to(self) -> ShipTo:
        return ShipTo(self.name, self.phone, self.address)


class CheckoutIn(BaseModel):
    """A checkout over one or many sellers."""

    lines: list[WantedIn] = Field(max_length=200)
    method: Method
    ship_to: ShipToIn
    voucher: str = Field(default="", max_length=40, description="The code of a shop's or the zone's voucher")
    from_cart: bool = Field(default=False, description="Use what the cart holds, and take these lines out of it")
