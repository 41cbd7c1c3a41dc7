"""Products as JSON: what comes in and what goes out."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Field, Schema

from kawasan.core import ids
from kawasan.platform.i18n import language
from kawasan.platform.problems import worded
from kawasan.rooms.commerce import api as commerce


class SearchIn(Schema):
    """What to look for; what is left out does not narrow."""

    q: str = Field(default="", max_length=200, description="Words, in Indonesian or as sellers write them")
    category: str = Field(default="", max_length=40, description="A category's slug")
    business_id: str = Field(default="", max_length=60)
    province: str = Field(default="", max_length=10, description="Province code, such as 33")
    regency: str = Field(default="", max_length=10, description="Regency code, such as 33.75")
    price_from_minor: int | None = Field(default=None, ge=0, lt=2**63)
    price_upto_minor: int | None = Field(default=None, ge=0, lt=2**63)
    rating_from: int = Field(default=0, ge=0, le=5)
    sort: commerce.Sort = commerce.Sort.RELEVANCE
    cursor: str | None = None
    limit: int | None = None

    def criteria(self) -> commerce.Criteria:
        """Return the search. Raises NotFound for a malformed business id."""
        return commerce.Criteria(
            text=self.q,
            category=self.category,
            business_id=ids.parse("biz", self.business_id) if self.business_id else None,
            province=self.province,
            regency=self.regency,
            price_from_minor=self.price_from_minor,
            price_upto_minor=self.price_upto_minor,
            rating_from=self.rating_from,
            sort=self.sort,
        )


class VariantIn(Schema):
    """A variant of a new product."""

    sku: str = Field(examples=["KS-100"], max_length=200)
    price_minor: int = Field(examples=[1_500_000], description="Rp1 = 100")
    name: str = Field(default="", max_length=400)
    weight_grams: int = 0
    stock: int = Field(default=0, description="Units received with it")

    def variant(self) -> commerce.NewVariant:
        """Return the variant to be made."""
        return commerce.NewVariant(
            id=ids.uuid7(),
            sku=self.sku,
            price_minor=self.price_minor,
            name=self.name,
            weight_grams=self.weight_grams,
            stock=self.stock,
        )


class VariantOfBusinessIn(VariantIn):
    """A variant of a product that is there."""

    business_id: str


class ProductIn(Schema):
    """A new product."""

    business_id: str
    name: str = Field(max_length=2_000)
    category: str = Field(examples=["makanan-minuman"], max_length=200)
    description: str = Field(default="", max_length=50_000)
    gtin: str = Field(default="", max_length=40)
    status: Literal["draft", "published"] = "draft"
    low_stock_at: int = Field(default=commerce.LOW_STOCK_DEFAULT, ge=0, le=1_000_000)
    variants: list[VariantIn] = Field(max_length=commerce.VARIANTS_MAX + 1)

    def product(self) -> commerce.NewProduct:
        """Return the product to be made."""
        return commerce.NewProduct(
            id=ids.uuid7(),
            business_id=ids.parse("biz", self.business_id),
            name=self.name,
            category=self.category,
            description=self.description,
            gtin=self.gtin,
            status=commerce.ProductStatus(self.status),
            low_stock_at=self.low_stock_at,
            variants=tuple(variant.variant() for variant in self.variants),
        )


class ProductChangeIn(Schema):
    """What changes of a product."""

    business_id: str
    name: str | None = Field(default=None, max_length=2_000)
    description: str | None = Field(default=None, max_length=50_000)
    category: str | None = Field(default=None, max_length=200)
    gtin: str | None = Field(default=None, max_length=40)
    low_stock_at: int | None = Field(default=None, ge=0, le=1_000_000)
    status: Literal["published", "archived"] | None = None


class VariantChangeIn(Schema):
    """What changes of a variant."""

    business_id: str
    sku: str | None = Field(default=None, max_length=200)
    name: str | None = Field(default=None, max_length=400)
    price_minor: int | None = None
    weight_grams: int | None = None


class MovementIn(Schema):
    """A change of stock."""

    business_id: str
    quantity: int = Field(description="Above zero adds units, below zero takes some away")
    reason: str = Field(examples=["received"], max_length=40, description="received, counted, damaged, returned, other")
    note: str = Field(default="", max_length=1_000)


def category_out(item: commerce.Category) -> dict[str, Any]:
    """Return a category as JSON shows it."""
    return {"slug": item.slug, "name": {"id": item.name_id, "en": item.name_en, "zh-hans": item.name_zh}}


def card_out(item: commerce.ProductCard) -> dict[str, Any]:
    """Return a search result as JSON shows it."""
    return {
        "id": ids.public("prd", item.id),
        "slug": item.slug,
        "name": item.name,
        "category": item.category,
        "price_minor": item.price_minor,
        "ordinary_price_minor": item.ordinary_minor,
        "currency": "IDR",
        "rating": round(item.rating, 2) if item.rating_count else None,
        "rating_count": item.rating_count,
        "sold": item.sold,
        "available": item.available,
        "picture": f"/gambar/{item.picture}.webp" if item.picture else None,
        "seller": {
            "business_id": ids.public("biz", item.business_id),
            "name": item.seller_name,
            "slug": item.seller_slug,
            "regency": item.regency_name,
        },
    }


def product_out(item: commerce.Product) -> dict[str, Any]:
    """Return a product as JSON shows it."""
    return {
        "id": ids.public("prd", item.id),
        "business_id": ids.public("biz", item.business_id),
        "name": item.name,
        "slug": item.slug,
        "description": item.description,
        "category": item.category.slug,
        "status": item.status.value,
        "gtin": item.gtin or None,
        "low_stock_at": item.low_stock_at,
        "rating": round(item.rating, 2) if item.rating_count else None,
        "rating_count": item.rating_count,
        "sold": item.sold,
        "currency": "IDR",
        "variants": [variant_out(variant) for variant in item.variants],
        "pictures": [
            {"url": f"/gambar/{picture.digest}.webp", "width": picture.width, "height": picture.height}
            for picture in item.pictures
        ],
    }


def variant_out(item: commerce.Variant) -> dict[str, Any]:
    """Return a variant as JSON shows it."""
    return {
        "id": ids.public("var", item.id),
        "sku": item.sku,
        "name": item.name,
        "price_minor": item.price.amount_minor,
        "ordinary_price_minor": item.price.ordinary_minor,
        "price_ends_at": item.price.ends_at.isoformat() if item.price.ends_at else None,
        "weight_grams": item.weight_grams,
        "available": item.units_left,
        "is_sold": not item.is_archived,
        "campaign": campaign_terms_out(item.price.campaign),
    }


def campaign_terms_out(terms: commerce.CampaignTerms | None) -> dict[str, Any] | None:
    """Return the campaign whose price a variant has, if it has one."""
    if terms is None:
        return None
    return {
        "id": ids.public(commerce.CAMPAIGN_PREFIX, terms.campaign_id),
        "slug": terms.slug,
        "name": terms.name,
        "per_buyer": terms.per_buyer,
        "ends_at": terms.ends_at.isoformat(),
    }


def desk_out(item: commerce.DeskProduct) -> dict[str, Any]:
    """Return a line of a seller's list as JSON shows it."""
    return {
        "id": ids.public("prd", item.id),
        "name": item.name,
        "slug": item.slug,
        "status": item.status.value,
        "category": item.category,
        "price_from_minor": item.price_from_minor,
        "currency": "IDR",
        "variants": item.variants,
        "first_sku": item.first_sku,
        "available": item.available,
        "sold": item.sold,
        "updated_at": item.updated_at.isoformat(),
    }


def stock_out(row: commerce.StockRow) -> dict[str, Any]:
    """Return a stock level as JSON shows it."""
    return {
        "variant_id": ids.public("var", row.variant_id),
        "sku": row.sku,
        "available": row.stock.available,
        "held": row.stock.held,
        "on_shelf": row.stock.on_shelf,
        "low_stock_at": row.low_stock_at,
        "is_low": row.is_low,
    }


def report_out(report: commerce.ImportReport) -> dict[str, Any]:
    """Return what a file would do or did as JSON shows it, texts in the reader's language."""
    return {
        "id": ids.public("imp", report.id),
        "filename": report.filename,
        "language": language(),
        "rows": report.rows,
        "creates": report.creates,
        "updates": report.updates,
        "unchanged": report.unchanged,
        "applied_at": report.applied_at.isoformat() if report.applied_at else None,
        "problems": [
            {
                "line": item.line,
                "column": item.column,
                "code": item.code,
                "detail": worded(item.title, item.detail, item.data)[1],
            }
            for item in report.problems
        ],
    }
