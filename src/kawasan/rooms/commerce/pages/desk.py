"""The seller's desk: products with their variants, pictures and prices, stock, and files of products."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import refuse
from kawasan.rooms.commerce.forms.products import (
    NewProductForm,
)
from kawasan.rooms.commerce.pages import shown
from kawasan.rooms.zone import api as zone

View = Callable[..., Any]


def of_business(view: View) -> View:
    """Open a page of the desk: sign-in, the business named in the address, and a role in it."""

    @signed_in
    @functools.wraps(view)
    def opened(request: HttpRequest, business: str, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        with transaction(actor):
            found = zone.business_by_slug(slug=business)
        actor.need_business(found.id)
        answer: HttpResponse = view(request, found, *args, **kwargs)
        return answer

    return opened


def chosen(to: str) -> View:
    """Return a view that leads to a page of the caller's business (the first by name, where there are several)."""

    @signed_in
    def lead(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        with transaction(actor):
            own = sorted(zone.businesses(ids=list(actor.businesses)).values(), key=lambda item: item.name)
        if not own:
            return HttpResponseRedirect(reverse("shop:home"))
        return HttpResponseRedirect(reverse(to, args=[own[0].slug]))

    return lead


@require_safe
@of_business
def products(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """The list of a business's products."""
    given = request.GET
    with transaction(actor_of(request)):
        page = commerce.products_of(
            actor=actor_of(request),
            business_id=business.id,
            text=given.get("q", ""),
            status=given.get("status", ""),
            cursor=given.get("after") or None,
        )
    context = {
        "page": page,
        "rows": [(item, shown.picture_url(item.picture), ids.public("prd", item.id)) for item in page.items],
        "q": given.get("q", ""),
        "status": given.get("status", ""),
        "statuses": _statuses(),
    }
    return desk_page(request, business, "seller/products.html", "products", context)


@require_safe
@of_business
def export(request: HttpRequest, business: zone.Business, kind: str) -> HttpResponseBase:
    """All products of a business as a file that can be imported again."""
    with transaction(actor_of(request)):
        rows = commerce.export_rows(actor=actor_of(request), business_id=business.id)
    table = [_export_cells(row) for row in rows]
    name = f"produk-{business.slug}.{kind}"
    return (csv_response if kind == "csv" else xlsx_response)(name, commerce.HEADINGS, table)


def _export_cells(row: dict[str, Any]) -> list[Any]:
    texts = {name: commerce.cell_of(row[name]) for name in ("sku", "name", "variant", "description", "gtin", "status")}
    return [
        texts["sku"],
        texts["name"],
        texts["variant"],
        texts["description"],
        row["category"],
        commerce.price_cell(row["price_minor"]),
        row["stock"],
        row["weight_grams"],
        texts["gtin"],
        texts["status"],
    ]


@of_business
def new_product(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """A new product with its first variant."""
    form = NewProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor_of(request)):
                made = commerce.create_product(
                    actor=actor_of(request), product=_new_product(form.cleaned_data, business), at=clock.now()
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, gettext("The product is saved. Add pictures now: they sell."))
            return HttpResponseRedirect(product_address(business, made.id))
    return desk_page(request, business, "seller/product_new.html", "products", {"form": form}, status=_status_of(form))


def _new_product(data: dict[str, Any], business: zone.Business) -> commerce.NewProduct:
    status = commerce.ProductStatus.PUBLISHED if data["publish"] else commerce.ProductStatus.DRAFT
    return commerce.NewProduct(
        id=data["request_id"],
        business_id=business.id,
        name=data["name"],
        category=data["category"],
        description=data["description"],
        gtin=data["gtin"],
        low_stock_at=data["low_stock_at"],
        status=status,
        variants=(variant_of(data),),
    )


def variant_of(data: dict[str, Any]) -> commerce.NewVariant:
    """Return the variant that a form describes; the same form always gives the same one."""
    return commerce.NewVariant(
        id=ids.derived("commerce.variant.form", data["request_id"]),
        sku=data["sku"],
        price_minor=data["price"],
        name=data["variant"],
        weight_grams=data["weight_grams"],
        stock=data["stock"],
    )


def _statuses() -> list[tuple[str, str]]:
    return [
        ("", gettext("All")),
        ("published", gettext("On sale")),
        ("draft", gettext("Drafts")),
        ("archived", gettext("Archived")),
    ]


def product_address(business: zone.Business, product_id: Any, part: str = "") -> str:
    """Return where the editor of a product is."""
    return reverse("seller:product", args=[business.slug, ids.public("prd", product_id)]) + part


def _status_of(form: Form) -> int:
    return 422 if form.is_bound else 200


def desk_page(
    request: HttpRequest,
    business: zone.Business,
    template: str,
    section: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the desk under the business's navigation."""
    context |= {"business": business, "seller_nav": section}
    return render(request, template, context, status=status)
