"""Many products at once, set-wise: the way of imports, of the sample zone, and of a single new product too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.indexing import index_products
from kawasan.rooms.commerce.actions.sellers import ensure_sellers
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.actions.stock import movement_entry, movement_row, open_units, record_movements
from kawasan.rooms.commerce.queries.catalogue import category
from kawasan.rooms.commerce.rules.products import check_product, slug_of
from kawasan.rooms.commerce.types.catalogue import VARIANTS_MAX, NewProduct, NewVariant, ProductStatus
from kawasan.rooms.commerce.types.refusals import ProductIdReused, ProductIncomplete, SkuTaken
from kawasan.rooms.commerce.types.stock import StockReason
from kawasan.rooms.ledger import api as ledger

CHUNK = 500


@requires_transaction
def bulk_create_products(*, actor: Actor, products: Sequence[NewProduct], at: datetime) -> int:
    """
    Make many products with variants, stock and reviews in a few statements; return how many.

    Whole or not at all. Raises the refusal of the first product that is not right: UnknownCategory, PriceInvalid,
    SkuTaken, ProductIdReused, ...
    """
    for business_id in {product.business_id for product in products}:
        actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    checked = [_checked(product) for product in products]
    ensure_sellers(business_ids={product.business_id for product in checked}, at=at)
    _insert_products(checked, at=at)
    insert_variants(
        variants=[(item.id, item.business_id, variant) for item in checked for variant in item.variants],
        actor=actor,
        at=at,
    )
    _insert_reviews(checked)
    index_products(product.id for product in checked)
    changed(*{product.business_id for product in checked})
    return len(checked)


def _checked(product: NewProduct) -> NewProduct:
    if not product.variants:
        raise ProductIncomplete
    category(slug=product.category)
    return check_product(product)


def _insert_products(products: Sequence[NewProduct], *, at: datetime) -> None:
    rows = [
        models.Product(
            id=product.id,
            business_id=product.business_id,
            name=product.name,
            slug=slug_of(product.name, product.id),
            description=product.description,
            category_id=product.category,
            status=product.status,
            gtin=product.gtin,
            price_from_minor=min(variant.price_minor for variant in product.variants),
            low_stock_at=product.low_stock_at,
            created_at=at,
            updated_at=at,
            published_at=None if product.status is ProductStatus.DRAFT else at,
        )
        for product in products
    ]
    if models.Product.objects.filter(pk__in=[row.id for row in rows]).exists():
        raise ProductIdReused
    models.Product.objects.bulk_create(rows, batch_size=CHUNK)
    models.ProductFigures.objects.bulk_create(
        [
            models.ProductFigures(
                product_id=product.id,
                rating_count=product.rating_count,
                rating_sum=product.rating_sum,
                sold=product.sold,
            )
            for product in products
        ],
        batch_size=CHUNK,
    )


@requires_transaction
def insert_variants(
    *, variants: Sequence[tuple[UUID, UUID, NewVariant]], actor: Actor, at: datetime, first_position: int = 0
) -> None:
    """
    Write checked variants, given as (product id, business id, variant), with their accounts and first stock.

    Raises SkuTaken where the business has another variant with the SKU.
    """
    rows = [
        models.Variant(
            id=variant.id,
            product_id=product_id,
            business_id=business_id,
            sku=variant.sku,
            name=variant.name,
            options=variant.options,
            price_minor=variant.price_minor,
            weight_grams=variant.weight_grams,
            position=first_position + number % VARIANTS_MAX,
        )
        for number, (product_id, business_id, variant) in enumerate(variants)
    ]
    models.Variant.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    stored = set(models.Variant.objects.filter(pk__in=[row.id for row in rows]).values_list("pk", flat=True))
    for row in rows:
        if row.id not in stored:
            raise SkuTaken(field="sku", sku=row.sku)
    open_units((row.business_id, row.id) for row in rows)
    _first_stock(list(zip(rows, (variant.stock for _, _, variant in variants), strict=True)), actor=actor, at=at)


def _first_stock(variants: Sequence[tuple[models.Variant, int]], *, actor: Actor, at: datetime) -> None:
    movements = [
        movement_row(variant, ids.uuid7(), units, StockReason.RECEIVED, actor=actor, at=at)
        for variant, units in variants
        if units
    ]
    entries = [
        movement_entry(
            movement_id=row.id,
            business_id=row.business_id,
            variant_id=row.variant_id,
            quantity=row.quantity,
            at=at,
        )
        for row in movements
    ]
    for start in range(0, len(entries), ledger.ENTRIES_PER_BATCH_MAX):
        for answer in ledger.post_many(entries[start : start + ledger.ENTRIES_PER_BATCH_MAX]):
            if isinstance(answer, ledger.Refused):
                raise answer.refusal
    record_movements(movements)


def _insert_reviews(products: Sequence[NewProduct]) -> None:
    models.Review.objects.bulk_create(
        [
            models.Review(
                id=ids.uuid7(),
                product_id=product.id,
                author_name=review.author_name,
                rating=review.rating,
                text=review.text,
                at=review.at,
            )
            for product in products
            for review in product.reviews
        ],
        batch_size=CHUNK,
    )
