"""The storefront: home, search, categories, sellers, products and their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from kawasan.core import ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import Money, format_money, parse_rupiah
from kawasan.platform.db import transaction
from kawasan.platform.i18n import language
from kawasan.platform.shared_pages import Made
from kawasan.platform.web import actor_of
from kawasan.platform.wiring import wiring
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.pages import shared, shown
from kawasan.rooms.exchange import api as exchange

REVIEWS_SHOWN = 8
_PARAMETERS = ("q", "kategori", "provinsi", "kota", "dari", "sampai", "bintang", "urut", "after")
_VALUE_LENGTH_MAX = 200
# A picture's address holds the digest of its bytes, so they never change.
_FOREVER = "public, max-age=31536000, immutable"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: what people buy, what is new, who sells here."""
    return shared.answer(request, query={}, make=_home)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search with filters."""
    return shared.answer(request, query=_query(request), make=_search)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One shelf of the shop."""
    return shared.answer(request, query=_query(request, without="kategori"), make=partial(_category, slug=slug))


@require_safe
def seller(request: HttpRequest, slug: str) -> HttpResponse:
    """One seller and what it sells."""
    return shared.answer(request, query=_query(request), make=partial(_seller, slug=slug))


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product with its variants, its seller and what buyers say."""
    given = request.GET
    rating = _number(given.get("bintang"), 5)
    query = {
        "bintang": str(rating or ""),
        "after": _tidy(given.get("after", "")),
        "varian": _tidy(given.get("varian", "")),
    }
    currency = shared.currency_of(request)
    return shared.answer(
        request, query=query, make=partial(_product, slug=slug, currency=currency), also=currency or ""
    )


def _home(_request: HttpRequest, at: datetime) -> Made:
    found = commerce.home(at=at)
    campaigns = [item for item in commerce.current_campaigns(at=at) if item.starts_at <= at]
    context = {
        "home": found,
        "popular": shown.cards(found.popular),
        "newest": shown.cards(found.newest),
        "shelves": shown.shelves(),
        "campaigns": campaigns,
    }
    cards = [*found.popular, *found.newest]
    return shared.listing("shop/home.html", context, cards, at=at, counts_down=bool(campaigns))


def _search(request: HttpRequest, at: datetime) -> Made:
    criteria = _criteria(request)
    title = criteria.text or gettext("All products")
    return _results(request, criteria, {"title": title}, at)


def _category(request: HttpRequest, at: datetime, *, slug: str) -> Made:
    try:
        item = commerce.category(slug=slug)
    except commerce.UnknownCategory:
        raise NotFound from None
    context = {
        "shelf": item,
        "title": item.name_in(language()),
        "crumbs": [_home_crumb(), {"label": item.name_in(language()), "href": ""}],
    }
    return _results(request, _criteria(request, category=slug), context, at)


def _seller(request: HttpRequest, at: datetime, *, slug: str) -> Made:
    found = commerce.seller(slug=slug)
    criteria = _criteria(request, business_id=found.business_id)
    listed = commerce.search_products(criteria=criteria, at=at, cursor=request.GET.get("after") or None)
    context: dict[str, Any] = {
        "seller": found,
        "figures": commerce.seller_figures(business_id=found.business_id),
        "products": listed,
        "criteria": criteria,
        "sorts": _sorts(criteria),
        "cards": shown.cards(listed.items, heading="h2"),
        "crumbs": [_home_crumb(), {"label": found.name, "href": ""}],
    }
    return shared.listing("shop/seller.html", context, listed.items, at=at, business_id=found.business_id)


def _product(request: HttpRequest, at: datetime, *, slug: str, currency: str | None) -> Made:
    campaigns = commerce.units_now(slug=slug)
    found = commerce.product_by_slug(slug=slug, at=at)
    rating = _number(request.GET.get("bintang"), 5)
    position = request.GET.get("after") or None
    reviews, histogram = commerce.reviews_with_stars(
        product_id=found.id, cursor=position, limit=REVIEWS_SHOWN, rating=rating
    )
    offered = [item for item in found.variants if not item.is_archived]
    chosen = _chosen(offered, request.GET.get("varian", ""))
    counted = sum(histogram.values())
    context = {
        "product": found,
        "shown_rate": exchange.shown_rate(currency, at=at),
        "offered": offered,
        "chosen": chosen,
        "pictures": [(shown.picture_url(item.digest, small=False), item) for item in found.pictures],
        "reviews": reviews,
        "stars": [(stars, count, count * 100 // counted if counted else 0) for stars, count in histogram.items()],
        "review_count": counted,
        "rating_chosen": rating,
        "batches": wiring().batches_of_product(found.id),
        "is_on_sale": found.status == commerce.ProductStatus.PUBLISHED and found.seller.is_open and chosen is not None,
        "json_ld": shown.json_ld(found, request),
        "share_url": request.build_absolute_uri(request.path),
        "crumbs": [
            _home_crumb(),
            {
                "label": found.category.name_in(language()),
                "href": reverse("shop:category", args=[found.category.slug]),
            },
            {"label": found.name, "href": ""},
        ],
    }
    return shared.product("shop/product.html", context, found, campaigns=campaigns)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture's bytes, kept by browsers for ever; ``-kecil`` behind the digest asks for the small one."""
    digest = name.removesuffix(shown.SMALL)
    if request.headers.get("If-None-Match") == f'"{name}"':
        return HttpResponse(status=304)
    with transaction(actor_of(request)):
        content = commerce.picture_bytes(digest=digest, small=name != digest)
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = _FOREVER
    response["ETag"] = f'"{name}"'
    return response


def _results(request: HttpRequest, criteria: commerce.Criteria, context: dict[str, Any], at: datetime) -> Made:
    found, facets = commerce.search_with_facets(criteria=criteria, at=at, cursor=request.GET.get("after") or None)
    names = {item.slug: item.name_in(language()) for item in commerce.categories()}
    context |= {
        "found": found,
        "cards": shown.cards(found.items, heading="h2"),
        "criteria": criteria,
        "categories": [(facet.value, names[facet.value], facet.count) for facet in facets.categories],
        "provinces": facets.provinces,
        "sorts": _sorts(criteria),
        "chips": _chips(criteria, names, {facet.value: facet.label for facet in facets.provinces}, context),
        "price_from": _typed(criteria.price_from_minor),
        "price_upto": _typed(criteria.price_upto_minor),
        "reset": request.path + (f"?q={criteria.text}" if criteria.text else ""),
    }
    return shared.listing("shop/search.html", context, found.items, at=at, search_text=criteria.text)


def _query(request: HttpRequest, *, without: str = "") -> dict[str, str]:
    """Return what a list of products depends on in its address, in one order; everything else is left out."""
    return {name: given for name in _PARAMETERS if name != without and (given := _tidy(request.GET.get(name, "")))}


def _tidy(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:_VALUE_LENGTH_MAX]


def _criteria(request: HttpRequest, *, category: str = "", business_id: UUID | None = None) -> commerce.Criteria:
    """Read the filters of an address; what cannot be read does not narrow."""
    given = request.GET
    slugs = {item.slug for item in commerce.categories()}
    asked = given.get("kategori", "")
    sort = given.get("urut", "")
    lowest, highest = _range(_amount(given.get("dari", "")), _amount(given.get("sampai", "")))
    return commerce.Criteria(
        text=given.get("q", ""),
        category=category or (asked if asked in slugs else ""),
        business_id=business_id,
        province=given.get("provinsi", "")[:10],
        regency=given.get("kota", "")[:10],
        price_from_minor=lowest,
        price_upto_minor=highest,
        rating_from=_number(given.get("bintang"), 5),
        sort=commerce.Sort(sort) if sort in set(commerce.Sort) else commerce.Sort.RELEVANCE,
    )


def _range(lowest: int | None, highest: int | None) -> tuple[int | None, int | None]:
    """Return both bounds in their order: who types them the other way round means the same."""
    if lowest is not None and highest is not None and lowest > highest:
        return highest, lowest
    return lowest, highest


def _amount(text: str) -> int | None:
    try:
        minor = parse_rupiah(text).minor
    except Refusal:
        return None
    return minor if minor >= 0 else None


def _typed(minor: int | None) -> str:
    return "" if minor is None else format_money(Money(minor), "id").removeprefix("Rp")


def _number(text: str | None, most: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= most else 0


@dataclass(frozen=True, slots=True)
class _Chip:
    """A filter that holds, and the parameters to take away to be rid of it."""

    label: str
    names: str


def _chips(
    criteria: commerce.Criteria, names: dict[str, str], provinces: dict[str, str], context: dict[str, Any]
) -> list[_Chip]:
    chips = []
    if criteria.category and "shelf" not in context:
        chips.append(_Chip(names[criteria.category], "kategori"))
    if criteria.province:
        chips.append(_Chip(provinces.get(criteria.province, criteria.province), "provinsi"))
    if criteria.price_from_minor is not None:
        lowest = format_money(Money(criteria.price_from_minor), language())
        chips.append(_Chip(gettext("from {amount}").format(amount=lowest), "dari"))
    if criteria.price_upto_minor is not None:
        highest = format_money(Money(criteria.price_upto_minor), language())
        chips.append(_Chip(gettext("up to {amount}").format(amount=highest), "sampai"))
    if criteria.rating_from:
        chips.append(_Chip(gettext("{stars} stars or more").format(stars=criteria.rating_from), "bintang"))
    return chips


def _sorts(criteria: commerce.Criteria) -> list[tuple[str, str, bool]]:
    labels = {
        commerce.Sort.RELEVANCE: gettext("Best match"),
        commerce.Sort.POPULAR: gettext("Most sold"),
        commerce.Sort.NEWEST: gettext("Newest"),
        commerce.Sort.CHEAPEST: gettext("Lowest price"),
        commerce.Sort.DEAREST: gettext("Highest price"),
        commerce.Sort.RATING: gettext("Best rated"),
    }
    return [(value.value, label, value is criteria.sort) for value, label in labels.items()]


def _chosen(offered: list[commerce.Variant], public: str) -> commerce.Variant | None:
    for item in offered:
        if public == ids.public("var", item.id):
            return item
    in_stock = [item for item in offered if item.units_left > 0]
    return min(in_stock or offered, key=lambda item: item.price.amount_minor, default=None)


def _home_crumb() -> dict[str, str]:
    return {"label": gettext("Home"), "href": reverse("shop:home")}
