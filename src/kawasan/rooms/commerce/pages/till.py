"""The till: the app that sells without a network, its parts, and what the counter brought."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from kawasan.core import clock
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of
from kawasan.platform.wording import moment
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.pages.desk import desk_page, of_business
from kawasan.rooms.commerce.pages.till_wording import till_conflict, till_method, till_words
from kawasan.rooms.zone import api as zone

_PARTS = ("app.mjs", "model.mjs", "store.mjs", "sync.mjs", "scan.mjs", "counter.mjs", "till.css")
_SHARED = ("css/tokens.css", "css/base.css", "css/components.css", "js/theme.js", "img/icons.svg", "img/favicon.svg")
_EXPORT_MAX = 5_000
_ROOM = Path(__file__).parent.parent


@require_safe
@of_business
def till(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """The till itself; everything in it happens on the device."""
    actor_of(request).need_business(business.id, BusinessRole.OWNER, BusinessRole.STAFF)
    here = reverse("seller:till", args=[business.slug])
    context = {
        "business": business,
        "words": till_words(),
        "sign_in": f"{reverse('account_login')}?next={here}",
        "receipt_url": reverse("shop:till_receipt", args=["SALE"]),
    }
    response = render(request, "seller/till.html", context)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@of_business
def manifest(request: HttpRequest, business: zone.Business) -> JsonResponse:
    """What a device needs to know to install the till."""
    here = reverse("seller:till", args=[business.slug])
    return JsonResponse(
        {
            "id": here,
            "name": f"{gettext('Till')} {business.name}",
            "short_name": gettext("Till"),
            "start_url": here,
            "scope": here,
            "display": "standalone",
            "background_color": "#fbfaf6",
            "theme_color": "#2b3a8f",
            "lang": get_language() or "id",
            "icons": [{"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )


@require_safe
@of_business
def worker(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """The service worker, which keeps the till and its parts on the device."""
    here = reverse("seller:till", args=[business.slug])
    parts = [here, reverse("seller:till_manifest", args=[business.slug]), *(static(name) for name in _SHARED)]
    # Modules import each other by their plain names; the page names the first one by its hashed one.
    parts += [static(f"commerce/till/{name}") for name in _PARTS]
    parts += [_plain(name) for name in _PARTS if _plain(name) not in parts]
    source = _read("worker.js").replace("{{ parts }}", json.dumps(parts)).replace("{{ version }}", _version())
    response = HttpResponse(source, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _plain(name: str) -> str:
    return f"/static/commerce/till/{name}"


def _read(name: str) -> str:
    return (_ROOM / "static" / "commerce" / "till" / name).read_text(encoding="utf-8")


def _version() -> str:
    template = (_ROOM / "templates" / "seller" / "till.html").read_text(encoding="utf-8")
    texts = [*(_read(name) for name in _PARTS), template, *till_words().values()]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


@require_safe
@of_business
def sales(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """What was sold and taken back at the counter, and what did not fit."""
    given, actor = request.GET, actor_of(request)
    only = given.get("periksa") == "1"
    with transaction(actor):
        page = commerce.till_sales(
            actor=actor,
            business_id=business.id,
            search=given.get("q", ""),
            conflicts_only=only,
            cursor=given.get("after") or None,
        )
        waiting = commerce.unseen_conflicts(actor=actor, business_id=business.id)
    context = {
        "page": page,
        "rows": [(_shown(sale), sale) for sale in page.items],
        "q": given.get("q", ""),
        "only": only,
        "waiting": waiting,
    }
    return desk_page(request, business, "seller/till_sales.html", "till", context)


@require_safe
@of_business
def sale(request: HttpRequest, business: zone.Business, sale_id: str) -> HttpResponse:
    """One sale at the counter with everything that did not fit."""
    actor = actor_of(request)
    with transaction(actor):
        found = commerce.till_sale(actor=actor, business_id=business.id, sale_id=_id(sale_id))
    return desk_page(
        request,
        business,
        "seller/till_sale.html",
        "till",
        {"sale": found, "receipt": _receipt(found, business), **_shown(found)},
    )


@require_POST
@of_business
def seen(request: HttpRequest, business: zone.Business, sale_id: str) -> HttpResponseRedirect:
    """Note that what did not fit was looked at."""
    actor = actor_of(request)
    with transaction(actor):
        commerce.mark_conflicts_seen(actor=actor, business_id=business.id, sale_id=_id(sale_id), at=clock.now())
    messages.success(request, gettext("Noted. It no longer waits for you."))
    return HttpResponseRedirect(reverse("seller:till_sales", args=[business.slug]))


@require_safe
@of_business
def shifts(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Every shift with its sums and its count."""
    actor = actor_of(request)
    with transaction(actor):
        page = commerce.shifts(actor=actor, business_id=business.id, cursor=request.GET.get("after") or None)
    return desk_page(request, business, "seller/till_shifts.html", "till", {"page": page, "rows": page.items})


@require_safe
@of_business
def export(request: HttpRequest, business: zone.Business, kind: str) -> HttpResponseBase:
    """The sales at the counter as a table, a line for each line of a receipt."""
    actor = actor_of(request)
    header = [
        gettext("Receipt"),
        gettext("When"),
        gettext("Kind"),
        gettext("Paid by"),
        gettext("Product"),
        gettext("Quantity"),
        gettext("Price (Rp)"),
        gettext("Total (Rp)"),
    ]
    with transaction(actor):
        found = list(_all(actor, business.id))
    rows = [
        [
            item.number,
            moment(item.sold_at),
            gettext("Return") if item.is_return else gettext("Sale"),
            till_method(item.method),
            line.name,
            -line.quantity if item.is_return else line.quantity,
            line.unit_price_minor / 100 if line.unit_price_minor % 100 else line.unit_price_minor // 100,
            (-1 if item.is_return else 1) * line.total_minor // 100,
        ]
        for item in found
        for line in item.lines
    ]
    respond = xlsx_response if kind == "xlsx" else csv_response
    return respond(f"kasir-{business.slug}.{kind}", header, rows)


def _all(actor: Actor, business_id: UUID) -> Iterator[commerce.TillSale]:
    cursor: str | None = None
    count = 0
    while count < _EXPORT_MAX:
        page = commerce.till_sales(actor=actor, business_id=business_id, cursor=cursor, limit=100)
        yield from page.items
        count += len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


@require_safe
def receipt(request: HttpRequest, sale_id: str) -> HttpResponse:
    """A sale's receipt for whoever was given its address; it names the shop and the goods, and nobody."""
    with transaction(SYSTEM):  # who knows the address of a receipt was given it
        found = commerce.till_receipt(sale_id=_id(sale_id))
        shop = zone.businesses(ids=[found.business_id])[found.business_id]
    response = render(request, "shop/till_receipt.html", {"sale": found, "receipt": _receipt(found, shop)})
    response["Referrer-Policy"] = "no-referrer"
    return response


def _receipt(found: commerce.TillSale, shop: zone.Business) -> dict[str, Any]:
    lines = [
        {
            "name": line.name,
            "quantity": line.quantity,
            "price_minor": line.unit_price_minor,
            "total_minor": line.total_minor,
        }
        for line in found.lines
    ]
    sums = [(gettext("Discount"), -found.discount_minor)] if found.discount_minor else []
    paid = []
    if found.tendered_minor:
        paid += [(gettext("Cash"), found.tendered_minor), (gettext("Change money"), found.change_minor)]
    if found.returned_minor:
        paid.append((gettext("Given back"), -found.returned_minor))
    return {
        "title": gettext("Return") if found.is_return else gettext("Receipt"),
        "number": found.number,
        "at": found.sold_at,
        "seller": shop.name,
        "place": shop.regency_name,
        "lines": lines,
        "sums": sums,
        "paid": paid,
        "total_minor": found.total_minor,
    }


def _shown(found: commerce.TillSale) -> dict[str, Any]:
    return {
        "method": till_method(found.method),
        "conflicts": [till_conflict(conflict) for conflict in found.conflicts],
        "waits": bool(found.conflicts) and found.seen_at is None,
    }


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise commerce.TillSaleNotFound from None
