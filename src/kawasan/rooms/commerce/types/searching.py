"""What somebody looks for in the shop, and what is found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kawasan.rooms.commerce.types.catalogue import Seller


class Sort(StrEnum):
    """Order of a list of products."""

    RELEVANCE = "relevance"
    POPULAR = "popular"
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product in a list."""

    id: UUID
    slug: str
    name: str
    category: str
    motif: str
    picture: str | None
    price_minor: int
    ordinary_minor: int
    rating_count: int
    rating_sum: int
    sold: int
    business_id: UUID
    seller_name: str
    seller_slug: str
    regency_name: str
    available: int = 0
    has_campaign_units: bool = False

    @property
    def rating(self) -> float:
        return self.rating_sum / self.rating_count if self.rating_count else 0.0

    @property
    def saved_percent(self) -> int:
        return max(0, (self.ordinary_minor - self.price_minor) * 100 // self.ordinary_minor)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What somebody looks for; empty fields do not narrow."""

    text: str = ""
    category: str = ""
    business_id: UUID | None = None
    regency: str = ""
    province: str = ""
    price_from_minor: int | None = None
    price_upto_minor: int | None = None
    rating_from: int = 0
    sort: Sort = Sort.RELEVANCE


@dataclass(frozen=True, slots=True)
class Found:
    """A page of search results; ``meant`` is the text that was searched instead of a mistyped one."""

    items: tuple[ProductCard, ...]
    next_cursor: str | None
    total: int
    meant: str | None = None
    any_word: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """How many results a further choice would leave."""

    value: str
    count: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Facets:
    """Choices that narrow a search, with their counts."""

    categories: tuple[Facet, ...]
    provinces: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page shows."""

    popular: tuple[ProductCard, ...]
    newest: tuple[ProductCard, ...]
    sellers: tuple[Seller, ...]
    products: int
    sellers_count: int
    provinces: int
