"""Reads of the catalogue: categories, sellers, products with variants and prices, offers for orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

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
    return _product(at, pk=product_id)


def own_product(*, actor: Actor, business_id: UUID, product_id: UUID, at: datetime) -> Product:
    """Return a product of the caller's business, drafts too. Raises UnknownProduct."""
    actor.need_business(business_id)
    return _product(at, pk=product_id, business_id=business_id, drafts=True)


def _product(at: datetime, *, drafts: bool = False, **by: object) -> Product:
    rows = models.Product.objects.select_related("figures").defer("search").filter(**by)
    if not drafts:
        rows = rows.exclude(status=ProductStatus.DRAFT)
    row = rows.first()
    if row is None:
        raise UnknownProduct
    return as_products([row], at=at)[0]


def as_products(rows: Sequence[models.Product], *, at: datetime) -> list[Product]:
    """Return products with variants, prices, stock, pictures and sellers: five queries however many there are."""
    ids = [row.id for row in rows]
    variants = defaultdict(list)
    for variant in variants_of(ids, at=at):
        variants[variant.product_id].append(variant)
    pictures = defaultdict(list)
    for picture in models.Picture.objects.filter(product_id__in=ids).defer("content", "small").order_by("position"):
        pictures[picture.product_id].append(Picture(picture.id, picture.digest, picture.width, picture.height))
    known = sellers(ids={row.business_id for row in rows})
    return [_as_product(row, variants[row.id], pictures[row.id], known[row.business_id]) for row in rows]


def _as_product(row: models.Product, variants: list[Variant], pictures: list[Picture], seller: Seller) -> Product:
    return Product(
        id=row.id,
        business_id=row.business_id,
        name=row.name,
        slug=row.slug,
        description=row.description,
        category=category(slug=row.category_id),
        status=ProductStatus(row.status),
        gtin=row.gtin,
        low_stock_at=row.low_stock_at,
        price_from_minor=row.price_from_minor,
        rating_count=row.figures.rating_count,
        rating_sum=row.figures.rating_sum,
        sold=row.figures.sold,
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
        variants=tuple(variants),
        pictures=tuple(pictures),
        seller=seller,
    )


def variants_of(product_ids: Iterable[UUID], *, at: datetime) -> list[Variant]:
    """Return the variants of products in their order, archived ones last, priced at ``at``."""
    rows = list(models.Variant.objects.filter(product_id__in=list(product_ids)))
    rows.sort(key=lambda row: (row.archived_at is not None, row.position, row.id))
    prices = prices_at({row.id: row.price_minor for row in rows}, at=at)
    levels = stock_levels((row.business_id, row.id) for row in rows)
    return [
        Variant(
            id=row.id,
            product_id=row.product_id,
            business_id=row.business_id,
            sku=row.sku,
            name=row.name,
            options=row.options,
            price=prices[row.id],
            weight_grams=row.weight_grams,
            stock=levels[row.id],
            is_archived=row.archived_at is not None,
        )
        for row in rows
    ]


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
    rows = models.Product.objects.select_related("figures").defer("search").filter(pk__in=list(ids))
    return {item.id: item for item in as_products(list(rows.exclude(status=ProductStatus.DRAFT)), at=at)}


def products_by_gtin(*, gtin: str, at: datetime, limit: int = 5) -> tuple[Product, ...]:
    """Return published products with a GTIN, however many digits it was written with."""
    written = {gtin, *(gtin[-digits:] for digits in (8, 12, 13) if set(gtin[:-digits]) <= {"0"})}
    rows = models.Product.objects.select_related("figures").defer("search")
    found = rows.filter(gtin__in=written, status=ProductStatus.PUBLISHED).order_by("published_at", "pk")[:limit]
    return tuple(as_products(list(found), at=at))


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
