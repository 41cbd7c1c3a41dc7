"""Reads of the seller's desk: own products, stock levels and movements, rows for export, uploaded files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kawasan.core.access import Actor
from kawasan.core.paging import BadCursor, Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.catalogue import as_seller, category, first_pictures, own_variant
from kawasan.rooms.commerce.types.catalogue import DeskProduct, ProductStatus, Seller, SellerFigures, StockRow
from kawasan.rooms.commerce.types.stock import Movement, StockLevel, StockReason

EXPORT_CHUNK = 500


def products_of(
    *,
    actor: Actor,
    business_id: UUID,
    text: str = "",
    status: str = "",
    category_slug: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[DeskProduct]:
    """Return a page of a business's products, the last made first, by name or SKU. Raises BadCursor."""
    actor.need_business(business_id)
    size = clamp_limit(limit)
    rows = (
        models.Product.objects.filter(business_id=business_id).select_related("figures").defer("search", "description")
    )
    rows = _narrowed(rows, text=text, status=status, category_slug=category_slug)
    if position := decode_cursor(cursor, str):
        rows = rows.filter(id__lt=as_uuid(position[0]))
    found = _desk_products(list(rows.order_by("-id")[: size + 1]))
    return page_of(found, size, lambda item: (str(item.id),))


def _narrowed(
    rows: QuerySet[models.Product], *, text: str, status: str, category_slug: str
) -> QuerySet[models.Product]:
    if text := text.replace("\0", "").strip()[:200]:
        with_sku = models.Variant.objects.filter(sku__icontains=text).values("product_id")
        rows = rows.filter(Q(name__icontains=text) | Q(id__in=with_sku))
    if status in set(ProductStatus):
        rows = rows.filter(status=status)
    return rows.filter(category_id=category_slug) if category_slug else rows


def _desk_products(rows: list[models.Product]) -> list[DeskProduct]:
    ids = [row.id for row in rows]
    variants: dict[UUID, list[models.Variant]] = defaultdict(list)
    found = models.Variant.objects.filter(product_id__in=ids, archived_at__isnull=True).order_by("position", "id")
    for variant in found:
        variants[variant.product_id].append(variant)
    levels = stock_levels((variant.business_id, variant.id) for variant in found)
    pictures = first_pictures(ids)
    return [_desk_product(row, variants[row.id], levels, pictures.get(row.id)) for row in rows]


def _desk_product(
    row: models.Product, variants: list[models.Variant], levels: dict[UUID, StockLevel], picture: str | None
) -> DeskProduct:
    return DeskProduct(
        id=row.id,
        name=row.name,
        slug=row.slug,
        status=ProductStatus(row.status),
        category=row.category_id,
        motif=category(slug=row.category_id).motif,
        picture=picture,
        price_from_minor=row.price_from_minor,
        variants=len(variants),
        first_sku=variants[0].sku if variants else "",
        available=sum(levels[variant.id].available for variant in variants),
        sold=row.figures.sold,
        rating_count=row.figures.rating_count,
        rating_sum=row.figures.rating_sum,
        low_stock_at=row.low_stock_at,
        updated_at=row.updated_at,
    )


def stock_rows(
    *,
    actor: Actor,
    business_id: UUID,
    text: str = "",
    low_only: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[StockRow]:
    """
    Return a page of a business's variants with their levels, by product name and SKU. Raises BadCursor.

    ``low_only`` leaves out what has more units than its product's threshold.
    """
    actor.need_business(business_id)
    size = clamp_limit(limit)
    rows = models.Variant.objects.filter(business_id=business_id, archived_at__isnull=True)
    rows = rows.exclude(product__status=ProductStatus.ARCHIVED).select_related("product").defer("product__search")
    if text := text.replace("\0", "").strip()[:200]:
        rows = rows.filter(Q(product__name__icontains=text) | Q(sku__icontains=text))
    position = decode_cursor(cursor, str)
    after = as_uuid(position[0]) if position else None
    found: list[StockRow] = []
    while len(found) <= size:
        chunk = list(
            (rows.filter(id__lt=after) if after else rows).order_by("-id")[: EXPORT_CHUNK if low_only else size + 1]
        )
        found += [row for row in as_stock_rows(chunk) if row.is_low or not low_only]
        if not low_only or len(chunk) < EXPORT_CHUNK:
            break
        after = chunk[-1].id
    return page_of(found[: size + 1], size, lambda item: (str(item.variant_id),))


def as_stock_rows(rows: Iterable[models.Variant]) -> list[StockRow]:
    """Return variants (with their products) and their levels."""
    rows = list(rows)
    levels = stock_levels((row.business_id, row.id) for row in rows)
    return [
        StockRow(
            variant_id=row.id,
            product_id=row.product_id,
            product_name=row.product.name,
            variant_name=row.name,
            sku=row.sku,
            stock=levels[row.id],
            low_stock_at=row.product.low_stock_at,
            status=ProductStatus(row.product.status),
        )
        for row in rows
    ]


def stock(*, actor: Actor, business_id: UUID, variant_id: UUID) -> StockRow:
    """Return the stock of one variant of a business. Raises UnknownVariant."""
    actor.need_business(business_id)
    return as_stock_rows([own_variant(business_id=business_id, variant_id=variant_id)])[0]


def low_stock(*, actor: Actor, business_id: UUID, limit: int = 10) -> tuple[StockRow, ...]:
    """Return published variants that are running out, the emptiest first."""
    actor.need_business(business_id)
    rows = models.Variant.objects.filter(
        business_id=business_id, archived_at__isnull=True, product__status=ProductStatus.PUBLISHED
    )
    found = [
        row for row in as_stock_rows(rows.select_related("product").defer("product__search")[:5_000]) if row.is_low
    ]
    return tuple(sorted(found, key=lambda row: (row.stock.available, row.product_name))[:limit])


def movements(
    *,
    actor: Actor,
    business_id: UUID,
    variant_id: UUID | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Movement]:
    """Return a page of what a business changed in its stock, the newest first. Raises BadCursor."""
    actor.need_business(business_id)
    size = clamp_limit(limit)
    rows = models.StockMovement.objects.filter(business_id=business_id).select_related("variant__product")
    if variant_id:
        rows = rows.filter(variant_id=variant_id)
    if position := decode_cursor(cursor, str):
        rows = rows.filter(id__lt=as_uuid(position[0]))
    found = [as_movement(row) for row in rows.defer("variant__product__search").order_by("-id")[: size + 1]]
    return page_of(found, size, lambda item: (str(item.id),))


def as_movement(row: models.StockMovement) -> Movement:
    """Return a row as a value."""
    return Movement(
        id=row.id,
        variant_id=row.variant_id,
        product_id=row.variant.product_id,
        product_name=row.variant.product.name,
        variant_name=row.variant.name,
        sku=row.variant.sku,
        quantity=row.quantity,
        reason=StockReason(row.reason),
        note=row.note,
        at=row.at,
    )


def export_rows(*, actor: Actor, business_id: UUID) -> list[dict[str, Any]]:
    """Return every variant of a business as the columns of an import file, so that a file can go out and come back."""
    actor.need_business(business_id)
    return list(_export_rows(business_id))


def _export_rows(business_id: UUID) -> Iterator[dict[str, Any]]:
    rows = models.Variant.objects.filter(business_id=business_id, archived_at__isnull=True)
    rows = rows.select_related("product").defer("product__search").order_by("product_id", "position", "id")
    listed = list(rows)
    levels = stock_levels((row.business_id, row.id) for row in listed)
    for row in listed:
        yield {
            "sku": row.sku,
            "name": row.product.name,
            "variant": row.name,
            "description": row.product.description,
            "category": row.product.category_id,
            "price_minor": row.price_minor,
            "stock": levels[row.id].on_shelf,
            "weight_grams": row.weight_grams,
            "gtin": row.product.gtin,
            "status": row.product.status,
        }


def seller_figures(*, business_id: UUID) -> SellerFigures:
    """Return what buyers see of a seller at a glance."""
    rows = models.ProductFigures.objects.filter(
        product__business_id=business_id, product__status=ProductStatus.PUBLISHED
    ).values_list("sold", "rating_count", "rating_sum")
    listed = list(rows)
    return SellerFigures(
        products=len(listed),
        sold=sum(row[0] for row in listed),
        rating_count=sum(row[1] for row in listed),
        rating_sum=sum(row[2] for row in listed),
    )


def as_uuid(text: str) -> UUID:
    """Read an id out of a cursor. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None


def seller_of(*, business_id: UUID) -> Seller | None:
    """Return what the shop shows of a business, if it has put anything on the shelves yet."""
    row = models.Seller.objects.filter(pk=business_id).first()
    return as_seller(row) if row else None
