"""The catalogue as it crosses the door: categories, sellers, products, variants, pictures, reviews."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.rooms.commerce.types.prices import Price
from kawasan.rooms.commerce.types.stock import LOW_STOCK_DEFAULT, StockLevel

NAME_LENGTH_MAX = 160
DESCRIPTION_LENGTH_MAX = 8_000
VARIANT_NAME_LENGTH_MAX = 80
SKU_LENGTH_MAX = 60
WEIGHT_GRAMS_MAX = 5_000_000
VARIANTS_MAX = 100
PICTURES_MAX = 8
PICTURE_BYTES_MAX = 5 * 1024 * 1024
PICTURE_PIXELS_MAX = 40_000_000


class ProductStatus(StrEnum):
    """Where a product stands: only published ones can be found and bought."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the shop, with its names and its motif."""

    slug: str
    name_id: str
    name_en: str
    name_zh: str
    motif: str
    parent: str | None = None

    def name_in(self, language: str) -> str:
        """Return the name in a language of the screen."""
        return {"id": self.name_id, "zh-hans": self.name_zh}.get(language, self.name_en)


@dataclass(frozen=True, slots=True)
class Seller:
    """What the shop shows of a business."""

    business_id: UUID
    name: str
    slug: str
    regency_code: str
    regency_name: str
    province_code: str
    province_name: str
    since: datetime
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class SellerFigures:
    """What buyers see of a seller at a glance."""

    products: int
    sold: int
    rating_count: int
    rating_sum: int

    @property
    def rating(self) -> float:
        return self.rating_sum / self.rating_count if self.rating_count else 0.0


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant with its price and stock at the moment of asking."""

    id: UUID
    product_id: UUID
    business_id: UUID
    sku: str
    name: str
    options: dict[str, str]
    price: Price
    weight_grams: int
    stock: StockLevel
    is_archived: bool = False

    @property
    def most_for_one(self) -> int:
        """How many one buyer can take at most: of a campaign, no more than its limit."""
        campaign = self.price.campaign
        return self.stock.available if campaign is None else min(campaign.left, campaign.per_buyer)

    @property
    def units_left(self) -> int:
        """How many can be taken at this price: a campaign's, or the ordinary stock's."""
        return self.price.campaign.left if self.price.campaign else self.stock.available


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a product, served at /gambar/<digest>.webp."""

    id: UUID
    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Product:
    """A product with everything a page about it shows."""

    id: UUID
    business_id: UUID
    name: str
    slug: str
    description: str
    category: Category
    status: ProductStatus
    gtin: str
    low_stock_at: int
    price_from_minor: int
    rating_count: int
    rating_sum: int
    sold: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    variants: tuple[Variant, ...]
    pictures: tuple[Picture, ...]
    seller: Seller

    @property
    def rating(self) -> float:
        return self.rating_sum / self.rating_count if self.rating_count else 0.0

    @property
    def available(self) -> int:
        return sum(variant.units_left for variant in self.variants if not variant.is_archived)

    @property
    def cheapest(self) -> Variant | None:
        """The variant that a list shows the price of."""
        offered = [variant for variant in self.variants if not variant.is_archived]
        return min(offered, key=lambda variant: variant.price.amount_minor, default=None)


@dataclass(frozen=True, slots=True)
class VariantOffer:
    """What an order needs to know of a variant: whose it is, what it costs at that moment, whether it is on sale."""

    id: UUID
    product_id: UUID
    business_id: UUID
    product_name: str
    product_slug: str
    variant_name: str
    sku: str
    price: Price
    weight_grams: int
    category: str
    motif: str
    picture: str | None
    is_on_sale: bool


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody says about a product."""

    id: UUID
    product_id: UUID
    author_name: str
    rating: int
    text: str
    reply: str
    is_from_buyer: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review brought along from elsewhere."""

    author_name: str
    rating: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to be made; the caller chooses its id, so that a repeat is harmless."""

    id: UUID
    sku: str
    price_minor: int
    name: str = ""
    options: dict[str, str] = field(default_factory=dict)
    weight_grams: int = 0
    stock: int = 0


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be made; the caller chooses its id, so that a repeat is harmless."""

    id: UUID
    business_id: UUID
    name: str
    category: str
    variants: tuple[NewVariant, ...]
    description: str = ""
    gtin: str = ""
    status: ProductStatus = ProductStatus.DRAFT
    low_stock_at: int = LOW_STOCK_DEFAULT
    rating_count: int = 0
    rating_sum: int = 0
    sold: int = 0
    reviews: tuple[NewReview, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskProduct:
    """A line of the seller's list of products."""

    id: UUID
    name: str
    slug: str
    status: ProductStatus
    category: str
    motif: str
    picture: str | None
    price_from_minor: int
    variants: int
    first_sku: str
    available: int
    sold: int
    rating_count: int
    rating_sum: int
    low_stock_at: int
    updated_at: datetime

    @property
    def rating(self) -> float:
        return self.rating_sum / self.rating_count if self.rating_count else 0.0

    @property
    def is_low(self) -> bool:
        return self.available <= self.low_stock_at


@dataclass(frozen=True, slots=True)
class StockRow:
    """A line of the seller's stock page."""

    variant_id: UUID
    product_id: UUID
    product_name: str
    variant_name: str
    sku: str
    stock: StockLevel
    low_stock_at: int
    status: ProductStatus

    @property
    def is_low(self) -> bool:
        return self.stock.available <= self.low_stock_at
