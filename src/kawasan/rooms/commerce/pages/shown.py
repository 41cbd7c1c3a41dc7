"""Products as the shared components show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from kawasan.core.money import Money
from kawasan.platform.i18n import language
from kawasan.platform.problems import worded
from kawasan.rooms.commerce import api as commerce

SMALL = "-kecil"
CARDS_KEPT = 4096  # of about 2.5 KB each
# Inside a script element only these could end it or open a comment.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def picture_url(digest: str | None, *, small: bool = True) -> str:
    """Return the address of a picture, or nothing where there is none."""
    return reverse("shop:picture", args=[digest + (SMALL if small else "")]) if digest else ""


def cards(items: Iterable[commerce.ProductCard], *, heading: str = "h3") -> list[SafeString]:
    """Return products as the shared component draws them."""
    spoken = language()
    # The number left matters to a card only where it is none; so a card stays the same while units are sold.
    return [_card(spoken, heading, replace(item, available=min(1, max(0, item.available)))) for item in items]


@lru_cache(maxsize=CARDS_KEPT)
def _card(_language: str, heading: str, item: commerce.ProductCard) -> SafeString:
    """Draw a card. Whatever it shows is in the arguments, so it may be remembered for as long as there is room."""
    saved = item.saved_percent
    drawn = {
        "id": item.id,
        "name": item.name,
        "category": item.motif,
        "price_minor": item.price_minor,
        "was_minor": item.ordinary_minor if saved else None,
        "flag": f"−{saved}%" if saved else "",
        "picture": picture_url(item.picture),
        "rating": item.rating or None,
        "sold": item.sold,
        "place": item.regency_name,
        "is_sold_out": item.available <= 0,
    }
    href = reverse("shop:product", args=[item.slug])
    context = {"product": drawn, "href": href, "heading": heading}
    return render_to_string("components/_product_card.html", context)


def shelves() -> list[dict[str, str]]:
    """Return the categories with their names in the reader's language."""
    return [
        {
            "slug": item.slug,
            "name": item.name_in(language()),
            "motif": item.motif,
            "href": reverse("shop:category", args=[item.slug]),
        }
        for item in commerce.categories()
    ]


def json_ld(product: commerce.Product, request: HttpRequest) -> SafeString:
    """Return a product as schema.org's Product, safe inside a script element (which is data, not a program)."""
    offers = [
        {
            "@type": "Offer",
            "sku": variant.sku,
            "price": str(Money(variant.price.amount_minor).amount),
            "priceCurrency": "IDR",
            "availability": f"https://schema.org/{'InStock' if variant.units_left > 0 else 'OutOfStock'}",
            "seller": {"@type": "Organization", "name": product.seller.name},
        }
        for variant in product.variants
        if not variant.is_archived
    ]
    body: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "description": product.description[:500],
        "url": request.build_absolute_uri(request.path),
        "category": product.category.name_in(language()),
        "offers": offers,
    }
    if product.gtin:
        body["gtin"] = product.gtin
    if product.pictures:
        body["image"] = [request.build_absolute_uri(picture_url(item.digest, small=False)) for item in product.pictures]
    if product.rating_count:
        body["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{product.rating:.1f}",
            "ratingCount": product.rating_count,
        }
    return mark_safe(json.dumps(body, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 escaped above


def problem_text(problem: commerce.LineProblem) -> str:
    """Return what is wrong in a line, in the reader's language."""
    return ". ".join(worded(problem.title, problem.detail, problem.data))
