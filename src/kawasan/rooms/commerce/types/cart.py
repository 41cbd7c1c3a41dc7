"""What crosses the door about carts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.core.errors import Conflict, NotFound, msg
from kawasan.rooms.commerce.types.campaigns import CampaignTerms


@dataclass(frozen=True, slots=True)
class CartLine:
    """One product in a cart: ``held_until`` is None where nothing is held for it."""

    id: UUID
    variant_id: UUID
    product_id: UUID
    product_name: str
    product_slug: str
    variant_name: str
    picture: str
    motif: str
    unit_price_minor: int
    quantity: int
    held_until: datetime | None
    available: int  # units that somebody could still take
    is_for_sale: bool
    quantity_max: int
    ordinary_minor: int
    campaign: CampaignTerms | None = None  # whose price it is

    @property
    def total_minor(self) -> int:
        return self.unit_price_minor * self.quantity

    @property
    def is_held(self) -> bool:
        return self.held_until is not None


@dataclass(frozen=True, slots=True)
class CartSeller:
    """The lines of one seller in a cart: they become one order."""

    business_id: UUID
    business_name: str
    business_slug: str
    lines: tuple[CartLine, ...]

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Cart:
    """What a person is about to buy, seller by seller."""

    sellers: tuple[CartSeller, ...]

    @property
    def lines(self) -> tuple[CartLine, ...]:
        return tuple(line for seller in self.sellers for line in seller.lines)

    @property
    def total_minor(self) -> int:
        return sum(seller.total_minor for seller in self.sellers)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_held(self) -> bool:
        """Whether every line is held."""
        return all(line.is_held for line in self.lines)

    @property
    def can_order(self) -> bool:
        return bool(self.lines) and all(
            line.is_for_sale and (line.is_held or line.available >= line.quantity) for line in self.lines
        )


class NotInCart(NotFound):
    """The variant is not in this cart."""

    code = "not-in-cart"
    title = msg("Not in your cart")
    detail = msg("This product is no longer in your cart.")


class CartFull(Conflict):
    """The cart holds as many different products as it can."""

    code = "cart-full"
    title = msg("Your cart is full")
    detail = msg("At most {limit} different products fit into a cart. Order some of them first.")
