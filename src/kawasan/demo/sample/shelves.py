"""The listings go on the shelves of the sample businesses, with their prices, stock and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from kawasan.core.access import SYSTEM
from kawasan.demo.listings import Listing, reviews
from kawasan.demo.sample import plan
from kawasan.demo.sample.people import everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone

CHUNK = 400  # products in one transaction
REVIEWER = "Pembeli"
REVIEW_DAYS = 300


def fill(shops: Sequence[plan.Shop], *, at: datetime) -> int:
    """Put every listing on its shelf; return how many."""
    products = [product_of(shop, listing, at=at) for shop in shops for listing in shop.listings]
    for start in range(0, len(products), CHUNK):
        with everything():
            commerce.bulk_create_products(actor=SYSTEM, products=products[start : start + CHUNK], at=at)
    return len(products)


def product_of(shop: plan.Shop, listing: Listing, *, at: datetime) -> commerce.NewProduct:
    """Return a listing as a product of a shop."""
    variant = commerce.NewVariant(
        id=plan.variant_id(listing),
        sku=f"PRD-{listing.no:04}",
        price_minor=listing.price * 100,
        weight_grams=plan.weight_grams(listing),
        stock=plan.stock_of(listing),
    )
    return commerce.NewProduct(
        id=plan.product_id(listing),
        business_id=shop.id,
        name=listing.name[: commerce.NAME_LENGTH_MAX].strip(),
        category=listing.category,
        variants=(variant,),
        description=_description(shop, listing),
        status=commerce.ProductStatus.PUBLISHED,
        rating_count=listing.reviews,
        rating_sum=round(listing.rating * listing.reviews),
        sold=listing.sold,
        reviews=_reviews(listing, at=at),
    )


def _description(shop: plan.Shop, listing: Listing) -> str:
    region = zone.regency(shop.regency_code)
    return (
        f"{listing.name}\n\n"
        f"Dijual dan dikirim oleh {shop.name} dari {region.name}, {region.province_name}. {shop.description}\n\n"
        f"Produk contoh: harga, penilaian, jumlah terjual, dan ulasannya berasal dari kumpulan data terbuka PRDECT-ID; "
        f"nama usahanya rekaan."
    )


def _reviews(listing: Listing, *, at: datetime) -> tuple[commerce.NewReview, ...]:
    random = Random(f"reviews {listing.no}")
    return tuple(
        commerce.NewReview(
            author_name=REVIEWER, rating=rating, text=text, at=at - timedelta(days=random.uniform(1, REVIEW_DAYS))
        )
        for rating, text in reviews().get(listing.no, ())
    )
