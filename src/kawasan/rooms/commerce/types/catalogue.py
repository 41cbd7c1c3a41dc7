"""The catalogue as it crosses the door: products, variants, prices, stock, pictures, reviews, imports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

PRICE_MINOR_MAX = 10**13  # Rp100 billion
NAME_LENGTH_MAX = 160
DESCRIPTION_LENGTH_MAX = 8_000
VARIANT_NAME_LENGTH_MAX = 80
SKU_LENGTH_MAX = 60
NOTE_LENGTH_MAX = 200
WEIGHT_GRAMS_MAX = 5_000_000
QUANTITY_MAX = 1_000_000_000
VARIANTS_MAX = 100
PICTURES_MAX = 8
PICTURE_BYTES_MAX = 5 * 1024 * 1024
PICTURE_PIXELS_MAX = 40_000_000
IMPORT_BYTES_MAX = 10 * 1024 * 1024
IMPORT_ROWS_MAX = 5_000
LOW_STOCK_DEFAULT = 5


class ProductStatus(StrEnum):
    """Where a product stands: only published ones can be found and bought."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class StockReason(StrEnum):
    """Why a seller changed the number of units."""

    RECEIVED = "received"
    COUNTED = "counted"
    DAMAGED = "damaged"
    RETURNED = "returned"
    OTHER = "other"


class Sort(StrEnum):
    """Order of a list of products."""

    RELEVANCE = "relevance"
    POPULAR = "popular"
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    RATING = "rating"


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
class Price:
    """What a variant costs at a moment; ``ends_at`` is when a special price ends, if it does."""

    amount_minor: int
    ordinary_minor: int
    ends_at: datetime | None = None

    @property
    def is_special(self) -> bool:
        return self.amount_minor != self.ordinary_minor

    @property
    def saved_percent(self) -> int:
        """Whole percent off the ordinary price, rounded down; 0 where it is not cheaper."""
        return max(0, (self.ordinary_minor - self.amount_minor) * 100 // self.ordinary_minor)


@dataclass(frozen=True, slots=True)
class Window:
    """A special price for the half-open time [starts_at, ends_at)."""

    id: UUID
    variant_id: UUID
    price_minor: int
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Units of a variant: ``available`` can be sold now, ``held`` wait in carts and unpaid orders."""

    available: int = 0
    held: int = 0
    sold: int = 0

    @property
    def on_shelf(self) -> int:
        return self.available + self.held


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

    @property
    def rating(self) -> float:
        return self.rating_sum / self.rating_count if self.rating_count else 0.0

    @property
    def saved_percent(self) -> int:
        return max(0, (self.ordinary_minor - self.price_minor) * 100 // self.ordinary_minor)


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
        return sum(variant.stock.available for variant in self.variants if not variant.is_archived)

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
class Movement:
    """One change of stock by the seller."""

    id: UUID
    variant_id: UUID
    product_id: UUID
    product_name: str
    variant_name: str
    sku: str
    quantity: int
    reason: StockReason
    note: str
    at: datetime


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


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong in one line of a file; code and data give the text in the reader's language."""

    line: int
    column: str
    code: str
    title: str
    detail: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file would do or did."""

    id: UUID
    business_id: UUID
    filename: str
    rows: int
    creates: int
    updates: int
    unchanged: int
    problems: tuple[LineProblem, ...]
    at: datetime
    applied_at: datetime | None


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
