"""What a product and its variants may look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.commerce.rules.prices import check_price
from kawasan.rooms.commerce.types.catalogue import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    SKU_LENGTH_MAX,
    VARIANT_NAME_LENGTH_MAX,
    VARIANTS_MAX,
    WEIGHT_GRAMS_MAX,
    NewProduct,
    NewVariant,
)
from kawasan.rooms.commerce.types.refusals import (
    GtinInvalid,
    QuantityInvalid,
    SkuInvalid,
    SkuTaken,
    StockReasonInvalid,
    TextMissing,
    TextTooLong,
    TooManyVariants,
    WeightInvalid,
)
from kawasan.rooms.commerce.types.stock import QUANTITY_MAX, StockReason

_SKU = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._/\-]{{0,{SKU_LENGTH_MAX - 1}}}")
# NUL and lone surrogates cannot be stored; other controls are never meant.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_GTIN_LENGTHS = (8, 12, 13, 14)


def check_text(text: str, *, field: str, most: int, needed: bool = True) -> str:
    """Return a text without blanks around it. Raises TextMissing, TextTooLong."""
    text = text.strip()
    if (needed and not text) or _UNPRINTABLE.search(text):
        raise TextMissing(field=field)
    if len(text) > most:
        raise TextTooLong(field=field, most=most, count=len(text))
    return text


def check_name(name: str) -> str:
    """Return a product's name on one line. Raises TextMissing, TextTooLong."""
    return check_text(" ".join(name.split()), field="name", most=NAME_LENGTH_MAX)


def check_description(text: str) -> str:
    """Return a description with plain line ends. Raises TextMissing for unprintable characters, TextTooLong."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return check_text(text, field="description", most=DESCRIPTION_LENGTH_MAX, needed=False)


def check_variant_name(name: str) -> str:
    """Return a variant's name, which may be empty where there is only one. Raises TextMissing, TextTooLong."""
    return check_text(" ".join(name.split()), field="variant", most=VARIANT_NAME_LENGTH_MAX, needed=False)


def check_sku(sku: str) -> str:
    """Return a SKU. Raises SkuInvalid."""
    sku = sku.strip()
    if not _SKU.fullmatch(sku):
        raise SkuInvalid(field="sku")
    return sku


def check_weight(grams: int) -> int:
    """Return a weight. Raises WeightInvalid."""
    if type(grams) is not int or not 0 <= grams <= WEIGHT_GRAMS_MAX:
        raise WeightInvalid(field="weight_grams", most=WEIGHT_GRAMS_MAX)
    return grams


def check_gtin(gtin: str) -> str:
    """
    Return a GTIN-8, -12, -13 or -14, or nothing for nothing. Raises GtinInvalid.

    Source: GS1 General Specifications, section 7.9: weights 3 and 1 from the right, the sum divides by ten.
    """
    gtin = gtin.strip().replace(" ", "")
    if not gtin:
        return ""
    if not (gtin.isascii() and gtin.isdigit() and len(gtin) in _GTIN_LENGTHS):
        raise GtinInvalid(field="gtin")
    if sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(gtin))) % 10:
        raise GtinInvalid(field="gtin")
    return gtin


def check_quantity(quantity: int) -> int:
    """Return a change of stock. Raises QuantityInvalid."""
    if type(quantity) is not int or quantity == 0 or abs(quantity) > QUANTITY_MAX:
        raise QuantityInvalid(field="quantity", most=QUANTITY_MAX)
    return quantity


def check_reason(reason: str, quantity: int) -> StockReason:
    """Return the reason if it fits the direction. Raises StockReasonInvalid."""
    try:
        known = StockReason(reason)
    except ValueError:
        raise StockReasonInvalid(field="reason") from None
    if (known in (StockReason.RECEIVED, StockReason.RETURNED) and quantity < 0) or (
        known is StockReason.DAMAGED and quantity > 0
    ):
        raise StockReasonInvalid(field="reason")
    return known


def check_variant(variant: NewVariant) -> NewVariant:
    """Return a variant in its stored form. Raises the refusal of its first wrong field."""
    if type(variant.stock) is not int or not 0 <= variant.stock <= QUANTITY_MAX:
        raise QuantityInvalid(field="stock", most=QUANTITY_MAX)
    return NewVariant(
        id=variant.id,
        sku=check_sku(variant.sku),
        price_minor=check_price(variant.price_minor),
        name=check_variant_name(variant.name),
        options=variant.options,
        weight_grams=check_weight(variant.weight_grams),
        stock=variant.stock,
    )


def check_variants(variants: Sequence[NewVariant]) -> tuple[NewVariant, ...]:
    """Return the variants of one product. Raises TooManyVariants, SkuTaken or a variant's refusal."""
    if len(variants) > VARIANTS_MAX:
        raise TooManyVariants(most=VARIANTS_MAX)
    checked = tuple(check_variant(variant) for variant in variants)
    seen: set[str] = set()
    for variant in checked:
        if variant.sku in seen:
            raise SkuTaken(field="sku", sku=variant.sku)
        seen.add(variant.sku)
    return checked


def check_product(product: NewProduct) -> NewProduct:
    """Return a product in its stored form. Raises the refusal of its first wrong field."""
    return NewProduct(
        id=product.id,
        business_id=product.business_id,
        name=check_name(product.name),
        category=product.category,
        variants=check_variants(product.variants),
        description=check_description(product.description),
        gtin=check_gtin(product.gtin),
        status=product.status,
        low_stock_at=product.low_stock_at,
        rating_count=product.rating_count,
        rating_sum=product.rating_sum,
        sold=product.sold,
        reviews=product.reviews,
    )


def slug_of(name: str, product_id: UUID) -> str:
    """Return the product's part of its address: its name, and enough of its id to be the only one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")
    tail = ids.public("prd", product_id)[-8:]
    return f"{words}-{tail}" if words else tail
