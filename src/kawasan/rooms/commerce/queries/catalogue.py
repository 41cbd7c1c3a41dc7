"""Reads of the catalogue: categories, sellers, products with variants and prices, offers for orders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor
from kawasan.platform.schemas import current_schema
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.prices import prices_at
from kawasan.rooms.commerce.types.catalogue import (
    Category,
    Picture,
    Product,
    ProductStatus,
    Seller,
    Variant,
    VariantOffer,
)
from kawasan.rooms.commerce.types.prices import Price, Window
from kawasan.rooms.commerce.types.refusals import (
    UnknownCategory,
    UnknownPicture,
    UnknownProduct,
    UnknownSeller,
    UnknownVariant,
)
from kawasan.rooms.commerce.types.stock import StockLevel

# Columns in the order of Product's fields up to variants, then of Seller's behind the business's id. Products are
# read so often that rows of the ORM and a question for each table, which cost more than the answers, are left out.
_PRODUCTS = """
select p.id, p.business_id, p.name, p.slug, p.description, p.category_id, p.status, p.gtin, p.low_stock_at,
       p.price_from_minor, f.rating_count, f.rating_sum, f.sold, p.created_at, p.updated_at, p.published_at,
       s.name, s.slug, s.regency_code, s.regency_name, s.province_code, s.province_name, s.since, s.is_open,
       (select json_agg(json_build_array(v.id, v.sku, v.name, v.options, v.price_minor, v.weight_grams,
                                         v.archived_at is not null)
                        order by v.archived_at is not null, v.position, v.id)::text
        from commerce_variant v where v.product_id = p.id),
       (select json_agg(json_build_array(i.id, i.digest, i.width, i.height) order by i.position)::text
        from commerce_picture i where i.product_id = p.id)
from commerce_product p
join commerce_product_figures f on f.product_id = p.id
join commerce_seller s on s.business_id = p.business_id
where """
_SELLER, _VARIANTS, _PICTURES = slice(16, 24), 24, 25

# Categories change with a release only (they come from a migration), so a process may remember them for each zone.
_categories: dict[str | None, tuple[Category, ...]] = {}


def categories() -> tuple[Category, ...]:
    """Return every category in the order of the shelves."""
    zone = current_schema()
    if zone not in _categories:
        rows = models.Category.objects.order_by("position")
        _categories[zone] = tuple(
            Category(row.slug, row.name_id, row.name_en, row.name_zh, row.motif, row.parent_id) for row in rows
        )
    return _categories[zone]


def category(*, slug: str) -> Category:
    """Return a category. Raises UnknownCategory."""
    for item in categories():
        if item.slug == slug:
            return item
    raise UnknownCategory(field="category", category=slug[:60])


def seller(*, slug: str) -> Seller:
    """Return a seller by the last part of its address. Raises UnknownSeller."""
    row = models.Seller.objects.filter(slug=slug).first()
    if row is None:
        raise UnknownSeller
    return as_seller(row)


def sellers(*, ids: Iterable[UUID]) -> dict[UUID, Seller]:
    """Return sellers by business id; unknown ones are left out."""
    return {row.business_id: as_seller(row) for row in models.Seller.objects.filter(pk__in=list(ids))}


def businesses_with_products() -> set[UUID]:
    """Return the businesses that have at least one product published now."""
    rows = models.Product.objects.filter(status=ProductStatus.PUBLISHED)
    return set(rows.order_by("business_id").values_list("business_id", flat=True).distinct())


def product_by_slug(*, slug: str, at: datetime) -> Product:
    """Return a product that is or was for sale, priced at ``at``. Raises UnknownProduct."""
    return _product(at, slug=slug)


def product(*, product_id: UUID, at: datetime) -> Product:
    """Return a product that is or was for sale, priced at ``at``. Raises UnknownProduct."""
    return _product(at, id=product_id)


def own_product(*, actor: Actor, business_id: UUID, product_id: UUID, at: datetime) -> Product:
    """Return a product of the caller's business, drafts too. Raises UnknownProduct."""
    actor.need_business(business_id)
    return _product(at, id=product_id, business_id=business_id, drafts=True)


def _product(at: datetime, *, drafts: bool = False, **by: Any) -> Product:
    conditions = [f"p.{name} = %({name})s" for name in by]
    if not drafts:
        conditions.append("p.status <> 'draft'")
    found = _products(" and ".join(conditions), by, at=at)
    if not found:
        raise UnknownProduct
    return found[0]


def _products(where: str, values: Mapping[str, Any], *, at: datetime) -> list[Product]:
    """Return products with variants, prices, stock, pictures and sellers: three questions however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS + where, values)
        rows = cursor.fetchall()
    if not rows:
        return []
    offered = {row[0]: [(UUID(one[0]), *one[1:]) for one in json.loads(row[_VARIANTS] or "[]")] for row in rows}
    prices = prices_at({one[0]: one[4] for found in offered.values() for one in found}, at=at)
    levels = stock_levels((row[1], one[0]) for row in rows for one in offered[row[0]])
    return [
        _as_product(row, [_as_variant(row, one, prices[one[0]], levels[one[0]]) for one in offered[row[0]]])
        for row in rows
    ]


def _as_product(row: Sequence[Any], variants: Sequence[Variant]) -> Product:
    key, business_id, name, slug, text, shelf, status, *others = row[: _SELLER.start]
    pictures = [Picture(UUID(picture[0]), *picture[1:]) for picture in json.loads(row[_PICTURES] or "[]")]
    fields: list[Any] = [key, business_id, name, slug, text, category(slug=shelf), ProductStatus(status), *others]
    return Product(*[*fields, tuple(variants), tuple(pictures), Seller(business_id, *row[_SELLER])])


def _as_variant(product: Sequence[Any], found: Sequence[Any], price: Price, stock: StockLevel) -> Variant:
    key, sku, name, options, _, weight, is_archived = found
    return Variant(
        id=key,
        product_id=product[0],
        business_id=product[1],
        sku=sku,
        name=name,
        options=options,
        price=price,
        weight_grams=weight,
        stock=stock,
        is_archived=is_archived,
    )


def offers(*, variant_ids: Iterable[UUID], at: datetime) -> dict[UUID, VariantOffer]:
    """Return what an order needs to know of variants, priced at ``at``; unknown ones are left out."""
    rows = list(
        models.Variant.objects.filter(pk__in=list(variant_ids)).select_related("product").defer("product__search")
    )
    prices = prices_at({row.id: row.price_minor for row in rows}, at=at)
    pictures = first_pictures({row.product_id for row in rows})
    closed = set(
        models.Seller.objects.filter(pk__in={row.business_id for row in rows}, is_open=False).values_list(
            "pk", flat=True
        )
    )
    return {
        row.id: VariantOffer(
            id=row.id,
            product_id=row.product_id,
            business_id=row.business_id,
            product_name=row.product.name,
            product_slug=row.product.slug,
            variant_name=row.name,
            sku=row.sku,
            price=prices[row.id],
            weight_grams=row.weight_grams,
            category=row.product.category_id,
            motif=category(slug=row.product.category_id).motif,
            picture=pictures.get(row.product_id),
            is_on_sale=row.archived_at is None
            and row.product.status == ProductStatus.PUBLISHED
            and row.business_id not in closed,
        )
        for row in rows
    }


def first_pictures(product_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the digest of each product's first picture, where it has one."""
    rows = models.Picture.objects.filter(product_id__in=list(product_ids)).order_by("-position")
    return dict(rows.values_list("product_id", "digest"))


def price_at(*, variant_id: UUID, at: datetime) -> Price:
    """Return what a variant costs at a moment, exact to the second. Raises UnknownVariant."""
    row = models.Variant.objects.filter(pk=variant_id).first()
    if row is None:
        raise UnknownVariant
    return prices_at({row.id: row.price_minor}, at=at)[row.id]


def windows_of(*, actor: Actor, business_id: UUID, product_id: UUID) -> list[Window]:
    """Return every special price of a product's variants, the latest first."""
    actor.need_business(business_id)
    rows = models.PriceWindow.objects.filter(variant__product_id=product_id, variant__business_id=business_id)
    return [as_window(row) for row in rows.order_by("-starts_at", "variant_id")]


def picture_bytes(*, digest: str, small: bool = False) -> bytes:
    """Return a picture's WebP bytes. Raises UnknownPicture."""
    name = "small" if small else "content"
    found = models.Picture.objects.filter(digest=digest).values_list(name, flat=True).first()
    if found is None:
        raise UnknownPicture
    return bytes(found)


def products_by_id(*, ids: Iterable[UUID], at: datetime) -> dict[UUID, Product]:
    """Return products that are or were for sale; unknown ones are left out."""
    where = "p.id = any(%(ids)s::uuid[]) and p.status <> 'draft'"
    return {item.id: item for item in _products(where, {"ids": list(ids)}, at=at)}


def products_by_gtin(*, gtin: str, at: datetime, limit: int = 5) -> tuple[Product, ...]:
    """Return published products with a GTIN, however many digits it was written with."""
    written = {gtin, *(gtin[-digits:] for digits in (8, 12, 13) if set(gtin[:-digits]) <= {"0"})}
    where = "p.gtin = any(%(gtins)s) and p.status = 'published' order by p.published_at, p.id limit %(limit)s"
    return tuple(_products(where, {"gtins": list(written), "limit": limit}, at=at))


def products_of_variants(*, product_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the product of each variant of these products, archived ones too."""
    rows = models.Variant.objects.filter(product_id__in=list(product_ids))
    return dict(rows.values_list("pk", "product_id"))


def variants_of_business(*, business_id: UUID, variant_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these variants that are the business's, archived ones too."""
    rows = models.Variant.objects.filter(pk__in=list(variant_ids), business_id=business_id)
    return set(rows.values_list("pk", flat=True))


def own_variant(*, business_id: UUID, variant_id: UUID, lock: bool = False) -> models.Variant:
    """Return the row of a business's variant, locked if asked. Raises UnknownVariant."""
    rows = models.Variant.objects.filter(pk=variant_id, business_id=business_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise UnknownVariant
    return row


def lock_product(*, business_id: UUID, product_id: UUID) -> models.Product:
    """Return and lock the row of a business's product. Raises UnknownProduct."""
    row = (
        models.Product.objects.select_for_update()
        .defer("search")
        .filter(pk=product_id, business_id=business_id)
        .first()
    )
    if row is None:
        raise UnknownProduct
    return row


def as_window(row: models.PriceWindow) -> Window:
    """Return a row as a value."""
    return Window(row.id, row.variant_id, row.price_minor, row.starts_at, row.ends_at)


def as_seller(row: models.Seller) -> Seller:
    """Return a row as a value."""
    return Seller(
        business_id=row.business_id,
        name=row.name,
        slug=row.slug,
        regency_code=row.regency_code,
        regency_name=row.regency_name,
        province_code=row.province_code,
        province_name=row.province_name,
        since=row.since,
        is_open=row.is_open,
    )
