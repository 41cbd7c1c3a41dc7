"""The seller's stock, and files of products."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, safe_cell, xlsx_response
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import refuse
from kawasan.rooms.commerce.forms.products import ImportForm, StockForm
from kawasan.rooms.commerce.pages import shown
from kawasan.rooms.commerce.pages.desk import desk_page, of_business
from kawasan.rooms.zone import api as zone

_EXAMPLE = (
    "KS-100",
    "Keripik singkong balado",
    "100 g",
    "Renyah dan pedas.",
    "makanan-minuman",
    15000,
    40,
    110,
    "",
    "terbit",
)


@require_safe
@of_business
def stock(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Levels of every variant."""
    given = request.GET
    low_only = given.get("menipis") == "1"
    with transaction(actor_of(request)):
        page = commerce.stock_rows(
            actor=actor_of(request),
            business_id=business.id,
            text=given.get("q", ""),
            low_only=low_only,
            cursor=given.get("after") or None,
        )
    context = {
        "page": page,
        "rows": [(ids.public("var", row.variant_id), ids.public("prd", row.product_id), row) for row in page.items],
        "q": given.get("q", ""),
        "low_only": low_only,
    }
    return desk_page(request, business, "seller/stock.html", "stock", context)


@of_business
def stock_of_variant(request: HttpRequest, business: zone.Business, variant: str) -> HttpResponse:
    """Change the stock of one variant, with what changed it before."""
    variant_id = ids.parse("var", variant)
    form = StockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor_of(request)):
                _move(request, business, variant_id, form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, gettext("The stock is changed."))
            return HttpResponseRedirect(reverse("seller:stock_of_variant", args=[business.slug, variant]))
    with transaction(actor_of(request)):
        row = commerce.stock(actor=actor_of(request), business_id=business.id, variant_id=variant_id)
        page = commerce.movements(
            actor=actor_of(request),
            business_id=business.id,
            variant_id=variant_id,
            cursor=request.GET.get("after") or None,
        )
    context = {
        "row": row,
        "public": variant,
        "product_public": ids.public("prd", row.product_id),
        "form": form,
        "page": page,
        "movements": _with_reasons(page.items),
    }
    return desk_page(
        request, business, "seller/stock_of_variant.html", "stock", context, status=422 if form.errors else 200
    )


def _move(request: HttpRequest, business: zone.Business, variant_id: Any, data: dict[str, Any]) -> None:
    who: dict[str, Any] = {
        "actor": actor_of(request),
        "business_id": business.id,
        "variant_id": variant_id,
        "movement_id": data["request_id"],
        "note": data["note"],
        "at": clock.now(),
    }
    if data["reason"] == "counted":
        commerce.count_stock(**who, counted=data["quantity"])
        return
    # People write how many broke, not minus how many.
    quantity = -abs(data["quantity"]) if data["reason"] == "damaged" else data["quantity"]
    commerce.move_stock(**who, quantity=quantity, reason=data["reason"])


@require_safe
@of_business
def movements(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Everything the seller changed in the stock."""
    with transaction(actor_of(request)):
        page = commerce.movements(
            actor=actor_of(request), business_id=business.id, cursor=request.GET.get("after") or None
        )
    return desk_page(
        request,
        business,
        "seller/movements.html",
        "stock",
        {"page": page, "movements": _with_reasons(page.items)},
    )


@require_safe
@of_business
def export_stock(request: HttpRequest, business: zone.Business) -> HttpResponseBase:
    """Levels of every variant as CSV."""
    with transaction(actor_of(request)):
        rows = commerce.export_rows(actor=actor_of(request), business_id=business.id)
    header = (gettext("SKU"), gettext("Product"), gettext("Variant"), gettext("Units on the shelf"))
    table = [(row["sku"], row["name"], row["variant"], row["stock"]) for row in rows]
    return csv_response(f"stok-{business.slug}.csv", header, table)


@of_business
def import_file(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Take a file of products and show what it would do."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > commerce.IMPORT_BYTES_MAX:
                raise commerce.ImportTooLarge(field="file", megabytes=commerce.IMPORT_BYTES_MAX // 1024**2)
            with transaction(actor_of(request), statement_timeout_ms=60_000):
                report = commerce.check_import(
                    actor=actor_of(request),
                    business_id=business.id,
                    import_id=form.cleaned_data["request_id"],
                    filename=file.name or "",
                    content=file.read(),
                    at=clock.now(),
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return HttpResponseRedirect(
                reverse("seller:import_report", args=[business.slug, ids.public("imp", report.id)])
            )
    with transaction(actor_of(request)):
        recent = commerce.recent_imports(actor=actor_of(request), business_id=business.id)
    context = {
        "form": form,
        "recent": [(ids.public("imp", item.id), item) for item in recent],
        "bytes_max": commerce.IMPORT_BYTES_MAX,
        "rows_max": commerce.IMPORT_ROWS_MAX,
    }
    return desk_page(request, business, "seller/import.html", "products", context, status=422 if form.errors else 200)


@of_business
def import_report(request: HttpRequest, business: zone.Business, report: str) -> HttpResponse:
    """What a file would do; POST does it."""
    import_id = ids.parse("imp", report)
    if request.method == "POST":
        with transaction(actor_of(request), statement_timeout_ms=60_000):
            commerce.apply_import(actor=actor_of(request), business_id=business.id, import_id=import_id, at=clock.now())
        messages.success(request, gettext("The good lines are applied."))
        return HttpResponseRedirect(request.path)
    with transaction(actor_of(request)):
        found = commerce.import_report(actor=actor_of(request), business_id=business.id, import_id=import_id)
    context = {
        "report": found,
        "public": report,
        "problems": [(item.line, item.column, shown.problem_text(item)) for item in found.problems],
    }
    return desk_page(request, business, "seller/import_report.html", "products", context)


@require_safe
@of_business
def import_problems(request: HttpRequest, business: zone.Business, report: str) -> HttpResponseBase:
    """The lines that could not be read, as CSV."""
    with transaction(actor_of(request)):
        found = commerce.import_report(
            actor=actor_of(request), business_id=business.id, import_id=ids.parse("imp", report)
        )
    header = (gettext("Line"), gettext("Column"), gettext("Code"), gettext("What is wrong"))
    rows = [(item.line, item.column, item.code, safe_cell(shown.problem_text(item))) for item in found.problems]
    return csv_response(f"laporan-{report}.csv", header, rows)


@require_safe
@of_business
def import_template(request: HttpRequest, business: zone.Business, kind: str) -> HttpResponseBase:
    """An empty file with the right columns and one example."""
    del business
    return (csv_response if kind == "csv" else xlsx_response)(f"contoh-produk.{kind}", commerce.HEADINGS, [_EXAMPLE])


def _with_reasons(items: tuple[commerce.Movement, ...]) -> list[tuple[commerce.Movement, str]]:
    short = {
        "received": gettext("Received"),
        "counted": gettext("Counted"),
        "damaged": gettext("Damaged or lost"),
        "returned": gettext("Came back"),
        "other": gettext("Other"),
    }
    return [(item, short[item.reason]) for item in items]
