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
from django.views.decorators.http import require_POST, require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import refuse
from kawasan.rooms.commerce.forms.products import (
    NewProductForm,
    NewVariantForm,
    PictureForm,
    ProductForm,
    VariantForm,
    WindowForm,
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
            return HttpResponseRedirect(_address(business, made.id))
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
        variants=(_new_variant(data),),
    )


def _new_variant(data: dict[str, Any]) -> commerce.NewVariant:
    return commerce.NewVariant(
        id=ids.derived("commerce.variant.form", data["request_id"]),
        sku=data["sku"],
        price_minor=data["price"],
        name=data["variant"],
        weight_grams=data["weight_grams"],
        stock=data["stock"],
    )


@of_business
def product(request: HttpRequest, business: zone.Business, product: str) -> HttpResponse:
    """The editor of one product."""
    product_id = ids.parse("prd", product)
    if request.method != "POST":
        return _editor(request, business, product)
    form = ProductForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction(actor_of(request)):
                commerce.update_product(
                    actor=actor_of(request),
                    business_id=business.id,
                    product_id=product_id,
                    name=data["name"],
                    description=data["description"],
                    category_slug=data["category"],
                    gtin=data["gtin"],
                    low_stock_at=data["low_stock_at"],
                    at=clock.now(),
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return _saved(request, business, product_id)
    return _editor(request, business, product, form=form)


@require_POST
@of_business
def publication(request: HttpRequest, business: zone.Business, product: str) -> HttpResponse:
    """Put a product on sale, or take it off."""
    product_id, act = ids.parse("prd", product), commerce.publish_product
    if request.POST.get("status") == "archived":
        act = commerce.archive_product
    with transaction(actor_of(request)):
        act(actor=actor_of(request), business_id=business.id, product_id=product_id, at=clock.now())
    return _saved(request, business, product_id)


@require_POST
@of_business
def new_variant(request: HttpRequest, business: zone.Business, product: str) -> HttpResponse:
    """Another variant of a product."""
    product_id, form = ids.parse("prd", product), NewVariantForm(request.POST, prefix="new")
    if form.is_valid():
        try:
            with transaction(actor_of(request)):
                commerce.add_variant(
                    actor=actor_of(request),
                    business_id=business.id,
                    product_id=product_id,
                    variant=_new_variant(form.cleaned_data),
                    at=clock.now(),
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return _saved(request, business, product_id, "#varian")
    return _editor(request, business, product, new_variant=form)


@require_POST
@of_business
def variant(request: HttpRequest, business: zone.Business, product: str, variant: str) -> HttpResponse:
    """Change a variant, or stop or start selling it."""
    product_id, variant_id = ids.parse("prd", product), ids.parse("var", variant)
    who: dict[str, Any] = {
        "actor": actor_of(request),
        "business_id": business.id,
        "variant_id": variant_id,
        "at": clock.now(),
    }
    if act := {"stop": commerce.archive_variant, "start": commerce.restore_variant}.get(request.POST.get("act", "")):
        with transaction(actor_of(request)):
            act(**who)
        return _saved(request, business, product_id, "#varian")
    form = VariantForm(request.POST, prefix=variant)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction(actor_of(request)):
                commerce.update_variant(
                    **who,
                    sku=data["sku"],
                    name=data["variant"],
                    price_minor=data["price"],
                    weight_grams=data["weight_grams"],
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return _saved(request, business, product_id, "#varian")
    return _editor(request, business, product, variants={variant: form})


@require_POST
@of_business
def pictures(request: HttpRequest, business: zone.Business, product: str) -> HttpResponse:
    """Add a picture, remove one, or show one first."""
    product_id = ids.parse("prd", product)
    who: dict[str, Any] = {"actor": actor_of(request), "business_id": business.id, "product_id": product_id}
    if public := request.POST.get("picture_id"):
        act = commerce.show_picture_first if request.POST.get("act") == "first" else commerce.remove_picture
        with transaction(actor_of(request)):
            act(**who, picture_id=ids.parse("pic", public))
        return _saved(request, business, product_id, "#gambar")
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["picture"]
        try:
            # One byte more than allowed is enough to be refused.
            content = file.read(commerce.PICTURE_BYTES_MAX + 1)
            with transaction(actor_of(request)):
                commerce.add_picture(**who, uploaded=content, at=clock.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return _saved(request, business, product_id, "#gambar")
    return _editor(request, business, product, picture=form)


@require_POST
@of_business
def windows(request: HttpRequest, business: zone.Business, product: str) -> HttpResponse:
    """Give a variant another price for a time, or end one."""
    product_id = ids.parse("prd", product)
    if public := request.POST.get("window_id"):
        with transaction(actor_of(request)):
            commerce.end_price_window(
                actor=actor_of(request),
                business_id=business.id,
                window_id=ids.parse("pwn", public),
                at=clock.now(),
            )
        return _saved(request, business, product_id, "#harga")
    with transaction(actor_of(request)):
        found = commerce.own_product(
            actor=actor_of(request), business_id=business.id, product_id=product_id, at=clock.now()
        )
    form = WindowForm(request.POST, prefix="window", variants=_choices(found))
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction(actor_of(request)):
                commerce.set_price_window(
                    actor=actor_of(request),
                    business_id=business.id,
                    variant_id=ids.parse("var", data["variant"]),
                    window_id=data["request_id"],
                    price_minor=data["price"],
                    starts_at=data["starts_at"],
                    ends_at=data["ends_at"],
                    at=clock.now(),
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return _saved(request, business, product_id, "#harga")
    return _editor(request, business, product, window=form)


def _editor(
    request: HttpRequest,
    business: zone.Business,
    public: str,
    *,
    variants: dict[str, Form] | None = None,
    **forms: Form,
) -> HttpResponse:
    """Show the editor, with the forms that were refused in place of fresh ones."""
    at = clock.now()
    with transaction(actor_of(request)):
        found = commerce.own_product(
            actor=actor_of(request), business_id=business.id, product_id=ids.parse("prd", public), at=at
        )
        specials = commerce.windows_of(actor=actor_of(request), business_id=business.id, product_id=found.id)
    names = dict(_choices(found, archived=True))
    lines = []
    for item in found.variants:
        key = ids.public("var", item.id)
        lines.append((key, item, (variants or {}).get(key) or VariantForm(prefix=key, initial=_variant_values(item))))
    context = {
        "product": found,
        "public": public,
        "form": forms.get("form") or ProductForm(initial=_product_values(found)),
        "lines": lines,
        "new_variant": forms.get("new_variant") or NewVariantForm(prefix="new"),
        "picture_form": forms.get("picture") or PictureForm(),
        "picture_bytes_max": commerce.PICTURE_BYTES_MAX,
        "pictures": [(ids.public("pic", item.id), shown.picture_url(item.digest)) for item in found.pictures],
        "window_form": forms.get("window") or WindowForm(prefix="window", variants=_choices(found)),
        "windows": [
            (ids.public("pwn", item.id), item, names[ids.public("var", item.variant_id)], _phase(item, at))
            for item in specials
        ],
        "shop_url": reverse("shop:product", args=[found.slug]),
        "open": next(iter([*forms, *(variants or {})]), ""),
    }
    refused = bool(forms or variants)
    return desk_page(request, business, "seller/product.html", "products", context, status=422 if refused else 200)


def _product_values(product: commerce.Product) -> dict[str, Any]:
    return {
        "name": product.name,
        "category": product.category.slug,
        "description": product.description,
        "gtin": product.gtin,
        "low_stock_at": product.low_stock_at,
    }


def _variant_values(item: commerce.Variant) -> dict[str, Any]:
    return {
        "variant": item.name,
        "sku": item.sku,
        "price": item.price.ordinary_minor,
        "weight_grams": item.weight_grams,
    }


def _choices(product: commerce.Product, *, archived: bool = False) -> list[tuple[str, str]]:
    return [
        (ids.public("var", item.id), f"{item.name or product.name} ({item.sku})")
        for item in product.variants
        if archived or not item.is_archived
    ]


def _phase(window: commerce.Window, at: Any) -> str:
    if window.ends_at is not None and window.ends_at <= at:
        return "over"
    return "now" if window.starts_at <= at else "coming"


def _statuses() -> list[tuple[str, str]]:
    return [
        ("", gettext("All")),
        ("published", gettext("On sale")),
        ("draft", gettext("Drafts")),
        ("archived", gettext("Archived")),
    ]


def _address(business: zone.Business, product_id: Any, part: str = "") -> str:
    return reverse("seller:product", args=[business.slug, ids.public("prd", product_id)]) + part


def _saved(request: HttpRequest, business: zone.Business, product_id: Any, part: str = "") -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(_address(business, product_id, part))


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
