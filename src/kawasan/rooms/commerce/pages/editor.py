"""The editor of one product: its texts, variants, pictures and special prices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import refuse
from kawasan.rooms.commerce.forms.products import NewVariantForm, PictureForm, ProductForm, VariantForm, WindowForm
from kawasan.rooms.commerce.pages import shown
from kawasan.rooms.commerce.pages.desk import desk_page, of_business, product_address, variant_of
from kawasan.rooms.zone import api as zone


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
                    variant=variant_of(form.cleaned_data),
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


def _saved(request: HttpRequest, business: zone.Business, product_id: Any, part: str = "") -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(product_address(business, product_id, part))
