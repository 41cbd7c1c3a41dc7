"""Pages of the shop that many readers share: on what each depends. See Note [How a page is shared]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from kawasan.platform.db import transaction
from kawasan.platform.i18n import language
from kawasan.platform.shared_pages import Made, pages
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.exchange import api as exchange


def answer(
    request: HttpRequest, *, query: Mapping[str, str], make: Callable[[HttpRequest, datetime], Made], also: str = ""
) -> HttpResponse:
    """Return a page for this reader; ``make`` is called where it must be made anew, in a stranger's transaction."""
    versions = commerce.shelf_versions()  # before anything else: Note [Versions are raised after the commit]
    return pages.answer(
        request,
        query={name: value for name, value in query.items() if value},
        versions=versions,
        make=lambda asked, at: _as_stranger(lambda: make(asked, at)),
        changes_at=lambda at: commerce.next_price_change(at=at),
        also=also,
    )


def currency_of(request: HttpRequest) -> str | None:
    """Return the currency in which this reader also sees prices, if any: chosen, or usual for the language."""
    return exchange.shown_currency(request.COOKIES.get(exchange.COOKIE), language())


def listing(
    template: str,
    context: Mapping[str, Any],
    cards: Sequence[commerce.ProductCard],
    *,
    at: datetime,
    search_text: str = "",
    business_id: UUID | None = None,
    counts_down: bool = False,
) -> Made:
    """Return a page of products: any price may move one of them into it, and what is sold out shows."""
    product_ids = [card.id for card in cards]
    return Made(
        template,
        context,
        search_text=search_text,
        follows=None if business_id is None else (commerce.place_of(business_id),),
        still=lambda at: commerce.sold_out(product_ids=product_ids, at=at),
        seen=tuple((card.available <= 0, card.has_campaign_units) for card in cards),
        counts_down=counts_down,
        shows_time_left=counts_down,
    )


def product(
    template: str, context: Mapping[str, Any], found: commerce.Product, *, campaigns: Sequence[tuple[UUID, int]]
) -> Made:
    """
    Return the page of a product: it shows what is left of each variant, and its prices.

    ``campaigns`` is what ``units_now`` said before the product was read: what happens in between is then seen later.
    """
    offered = [item for item in found.variants if not item.is_archived]
    stock = commerce.stock_seen(offered)
    units = partial(commerce.units_now, slug=found.slug, accounts=tuple(account for account, _ in stock))
    return Made(
        template,
        context,
        follows=(commerce.place_of(found.business_id),),
        still=lambda _at: units(),
        seen=tuple(sorted((*campaigns, *stock))),
        counts_down=True,
    )


def _as_stranger(read: Callable[[], Any]) -> Any:
    with transaction():
        return read()
