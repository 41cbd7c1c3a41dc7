"""Sellers keep their catalogue: make, change, publish and archive products and variants."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Min

from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.bulk import bulk_create_products, insert_variants
from kawasan.rooms.commerce.actions.indexing import index_products
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.queries.catalogue import category, lock_product, own_product, own_variant
from kawasan.rooms.commerce.rules import products as rules
from kawasan.rooms.commerce.rules.prices import check_price
from kawasan.rooms.commerce.types.catalogue import VARIANTS_MAX, NewProduct, NewVariant, Product, ProductStatus
from kawasan.rooms.commerce.types.refusals import (
    BusinessNotAdmitted,
    ProductIdReused,
    ProductIncomplete,
    QuantityInvalid,
    SkuTaken,
    TooManyVariants,
    UnknownVariant,
)
from kawasan.rooms.commerce.types.stock import QUANTITY_MAX
from kawasan.rooms.zone import api as zone

_KEEPERS = (BusinessRole.OWNER, BusinessRole.STAFF)


@requires_transaction
def create_product(*, actor: Actor, product: NewProduct, at: datetime) -> Product:
    """
    Make a product with its first variants and their stock.

    Repeating it (same id, same name) returns the product. Raises ProductIdReused for the id of another product,
    UnknownCategory, PriceInvalid, SkuTaken, TextTooLong, ... for what is wrong with its fields, and
    BusinessNotAdmitted where it should be published at once and the business may not trade yet.
    """
    actor.need_business(product.business_id, *_KEEPERS)
    earlier = models.Product.objects.filter(pk=product.id).values("business_id", "name").first()
    if earlier:
        if earlier != {"business_id": product.business_id, "name": rules.check_name(product.name)}:
            raise ProductIdReused
    else:
        if product.status is ProductStatus.PUBLISHED:
            _need_admitted(product.business_id)
        bulk_create_products(actor=actor, products=[product], at=at)
    return own_product(actor=actor, business_id=product.business_id, product_id=product.id, at=at)


@requires_transaction
def update_product(
    *,
    actor: Actor,
    business_id: UUID,
    product_id: UUID,
    at: datetime,
    name: str | None = None,
    description: str | None = None,
    category_slug: str | None = None,
    gtin: str | None = None,
    low_stock_at: int | None = None,
) -> Product:
    """
    Change what is given of a product. Repeating it changes nothing more.

    Raises UnknownProduct, UnknownCategory, TextMissing, TextTooLong, GtinInvalid, QuantityInvalid.
    """
    actor.need_business(business_id, *_KEEPERS)
    row = lock_product(business_id=business_id, product_id=product_id)
    if name is not None:
        row.name = rules.check_name(name)
    if description is not None:
        row.description = rules.check_description(description)
    if category_slug is not None:
        row.category_id = category(slug=category_slug).slug
    if gtin is not None:
        row.gtin = rules.check_gtin(gtin)
    if low_stock_at is not None:
        if not 0 <= low_stock_at <= 2**31 - 1:
            raise QuantityInvalid(field="low_stock_at", most=QUANTITY_MAX)
        row.low_stock_at = low_stock_at
    row.updated_at = at
    row.save(update_fields=["name", "description", "category", "gtin", "low_stock_at", "updated_at"])
    index_products([product_id])
    changed(business_id)
    return own_product(actor=actor, business_id=business_id, product_id=product_id, at=at)


@requires_transaction
def publish_product(*, actor: Actor, business_id: UUID, product_id: UUID, at: datetime) -> Product:
    """
    Put a product on the shelves (again). Repeating it changes nothing.

    Raises ProductIncomplete without a variant to sell, BusinessNotAdmitted, UnknownProduct.
    """
    actor.need_business(business_id, *_KEEPERS)
    row = lock_product(business_id=business_id, product_id=product_id)
    if row.status != ProductStatus.PUBLISHED:
        _need_admitted(business_id)
        if not row.variants.filter(archived_at__isnull=True).exists():
            raise ProductIncomplete
        row.status, row.updated_at = ProductStatus.PUBLISHED, at
        row.published_at = row.published_at or at
        row.save(update_fields=["status", "updated_at", "published_at"])
        changed(business_id)
    return own_product(actor=actor, business_id=business_id, product_id=product_id, at=at)


@requires_transaction
def archive_product(*, actor: Actor, business_id: UUID, product_id: UUID, at: datetime) -> Product:
    """Take a product off the shelves; orders for it go on. Repeating it changes nothing. Raises UnknownProduct."""
    actor.need_business(business_id, *_KEEPERS)
    row = lock_product(business_id=business_id, product_id=product_id)
    if row.status != ProductStatus.ARCHIVED:
        row.status, row.updated_at = ProductStatus.ARCHIVED, at
        row.published_at = row.published_at or at
        row.save(update_fields=["status", "updated_at", "published_at"])
        changed(business_id)
    return own_product(actor=actor, business_id=business_id, product_id=product_id, at=at)


@requires_transaction
def add_variant(*, actor: Actor, business_id: UUID, product_id: UUID, variant: NewVariant, at: datetime) -> Product:
    """
    Add a variant with its first stock to a product. Repeating it (same id) changes nothing.

    Raises TooManyVariants, SkuTaken, SkuInvalid, PriceInvalid, UnknownProduct, UnknownVariant for the id of another's.
    """
    actor.need_business(business_id, *_KEEPERS)
    row = lock_product(business_id=business_id, product_id=product_id)
    checked = rules.check_variant(variant)
    earlier = models.Variant.objects.filter(pk=variant.id).first()
    if earlier and (earlier.product_id, earlier.sku) != (product_id, checked.sku):
        raise UnknownVariant
    if not earlier:
        count = row.variants.count()
        if count >= VARIANTS_MAX:
            raise TooManyVariants(most=VARIANTS_MAX)
        insert_variants(variants=[(product_id, business_id, checked)], actor=actor, at=at, first_position=count)
        variants_changed(business_id, product_id, at=at)
    return own_product(actor=actor, business_id=business_id, product_id=product_id, at=at)


@requires_transaction
def update_variant(
    *,
    actor: Actor,
    business_id: UUID,
    variant_id: UUID,
    at: datetime,
    sku: str | None = None,
    name: str | None = None,
    price_minor: int | None = None,
    weight_grams: int | None = None,
) -> Product:
    """
    Change what is given of a variant: its ordinary price, SKU, name or weight. Repeating it changes nothing more.

    Raises PriceInvalid, SkuTaken, SkuInvalid, WeightInvalid, TextTooLong, UnknownVariant.
    """
    actor.need_business(business_id, *_KEEPERS)
    row = own_variant(business_id=business_id, variant_id=variant_id, lock=True)
    if sku is not None:
        row.sku = rules.check_sku(sku)
        if models.Variant.objects.filter(business_id=business_id, sku=row.sku).exclude(pk=row.pk).exists():
            raise SkuTaken(field="sku", sku=row.sku)
    if name is not None:
        row.name = rules.check_variant_name(name)
    if price_minor is not None:
        row.price_minor = check_price(price_minor)
    if weight_grams is not None:
        row.weight_grams = rules.check_weight(weight_grams)
    row.save(update_fields=["sku", "name", "price_minor", "weight_grams"])
    variants_changed(business_id, row.product_id, at=at)
    return own_product(actor=actor, business_id=business_id, product_id=row.product_id, at=at)


@requires_transaction
def archive_variant(*, actor: Actor, business_id: UUID, variant_id: UUID, at: datetime) -> Product:
    """
    Stop selling a variant; its units and its history stay. Repeating it changes nothing.

    Raises ProductIncomplete where a published product would be left without any, UnknownVariant.
    """
    actor.need_business(business_id, *_KEEPERS)
    row = own_variant(business_id=business_id, variant_id=variant_id)
    product = lock_product(business_id=business_id, product_id=row.product_id)
    if row.archived_at is None:
        others = product.variants.filter(archived_at__isnull=True).exclude(pk=row.pk)
        if product.status == ProductStatus.PUBLISHED and not others.exists():
            raise ProductIncomplete
        row.archived_at = at
        row.save(update_fields=["archived_at"])
        variants_changed(business_id, row.product_id, at=at)
    return own_product(actor=actor, business_id=business_id, product_id=row.product_id, at=at)


@requires_transaction
def restore_variant(*, actor: Actor, business_id: UUID, variant_id: UUID, at: datetime) -> Product:
    """Sell an archived variant again. Repeating it changes nothing. Raises UnknownVariant."""
    actor.need_business(business_id, *_KEEPERS)
    row = own_variant(business_id=business_id, variant_id=variant_id, lock=True)
    if row.archived_at is not None:
        row.archived_at = None
        row.save(update_fields=["archived_at"])
        variants_changed(business_id, row.product_id, at=at)
    return own_product(actor=actor, business_id=business_id, product_id=row.product_id, at=at)


def variants_changed(business_id: UUID, product_id: UUID, *, at: datetime) -> None:
    """Keep the product's "from" price and its search document in step with its variants."""
    offered = models.Variant.objects.filter(product_id=product_id, archived_at__isnull=True)
    lowest = offered.aggregate(lowest=Min("price_minor"))["lowest"]
    changes = {"updated_at": at} | ({"price_from_minor": lowest} if lowest else {})
    models.Product.objects.filter(pk=product_id).update(**changes)
    index_products([product_id])
    changed(business_id)


def _need_admitted(business_id: UUID) -> None:
    if not zone.business(business_id=business_id).is_admitted:
        raise BusinessNotAdmitted
    # The news of an admission may still be on its way to this room.
    models.Seller.objects.filter(pk=business_id, is_open=False).update(is_open=True)
