"""Products, categories and stock over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import File, Form, Query, Router, UploadedFile

from kawasan.core import clock, ids
from kawasan.platform import idempotency
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.http import catalogue_shapes as shapes

READ, WRITE = "products:read", "products:write"
router = Router(tags=["products"])


@router.get("/categories", auth=None, summary="List the categories")
def categories(request: HttpRequest) -> dict[str, Any]:
    """Every category with its names in Indonesian, English and Chinese. Needs no key."""
    with transaction(actor_of(request)):
        return {"items": [shapes.category_out(item) for item in commerce.categories()]}


@router.get("/products", auth=None, summary="Search products")
def search(request: HttpRequest, query: Query[shapes.SearchIn]) -> dict[str, Any]:
    """
    Published products with the prices of this moment. Needs no key.

    Mistyped words are understood: `meant` tells what was searched instead. `cursor` is the last page's `next_cursor`.
    """
    with transaction(actor_of(request)):
        found = commerce.search_products(
            criteria=query.criteria(), at=clock.now(), cursor=query.cursor, limit=query.limit
        )
    return {
        "items": [shapes.card_out(item) for item in found.items],
        "next_cursor": found.next_cursor,
        "total": found.total,
        "meant": found.meant,
    }


@router.get("/products/{product_id}", auth=None, summary="Read a product")
def read(request: HttpRequest, product_id: str) -> dict[str, Any]:
    """A product that is or was for sale, by its id. Needs no key."""
    with transaction(actor_of(request)):
        found = commerce.product(product_id=ids.parse("prd", product_id), at=clock.now())
    return shapes.product_out(found)


@router.get("/businesses/{business_id}/products", summary="List a business's own products")
def own(
    request: HttpRequest,
    business_id: str,
    search: str = "",
    status: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Drafts and archived products too, the last made first. Scope products:read."""
    actor = actor_of(request)
    actor.need_scope(READ)
    with transaction(actor):
        page = commerce.products_of(
            actor=actor,
            business_id=ids.parse("biz", business_id),
            text=search,
            status=status,
            cursor=cursor,
            limit=limit,
        )
    return {"items": [shapes.desk_out(item) for item in page.items], "next_cursor": page.next_cursor}


@router.post("/products", summary="Make a product")
def create(request: HttpRequest, body: shapes.ProductIn) -> HttpResponse:
    """Needs Idempotency-Key. With its variants and their first stock. Scope products:write."""
    actor = actor_of(request)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        made = commerce.create_product(actor=actor, product=body.product(), at=clock.now())
        return 201, shapes.product_out(made)

    with transaction(actor):
        return once(request, run)


@router.patch("/products/{product_id}", summary="Change, publish or archive a product")
def change(request: HttpRequest, product_id: str, body: shapes.ProductChangeIn) -> HttpResponse:
    """Needs Idempotency-Key. What is left out stays. Scope products:write."""
    actor = actor_of(request)
    actor.need_scope(WRITE)
    product, business = ids.parse("prd", product_id), ids.parse("biz", body.business_id)
    texts = body.dict(exclude={"business_id", "status", "category"}, exclude_none=True)
    acts = {"published": commerce.publish_product, "archived": commerce.archive_product}

    def run() -> tuple[int, dict[str, Any]]:
        who: dict[str, Any] = {"actor": actor, "business_id": business, "product_id": product, "at": clock.now()}
        made = commerce.update_product(**who, category_slug=body.category, **texts)
        if body.status:
            made = acts[body.status](**who)
        return 200, shapes.product_out(made)

    with transaction(actor):
        return once(request, run)


@router.post("/products/{product_id}/variants", summary="Add a variant")
def add_variant(request: HttpRequest, product_id: str, body: shapes.VariantOfBusinessIn) -> HttpResponse:
    """Needs Idempotency-Key. Scope products:write."""
    actor = actor_of(request)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        made = commerce.add_variant(
            actor=actor,
            business_id=ids.parse("biz", body.business_id),
            product_id=ids.parse("prd", product_id),
            variant=body.variant(),
            at=clock.now(),
        )
        return 201, shapes.product_out(made)

    with transaction(actor):
        return once(request, run)


@router.patch("/variants/{variant_id}", summary="Change a variant's price, SKU, name or weight")
def change_variant(request: HttpRequest, variant_id: str, body: shapes.VariantChangeIn) -> HttpResponse:
    """Needs Idempotency-Key. What is left out stays. Scope products:write."""
    actor = actor_of(request)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        made = commerce.update_variant(
            actor=actor,
            business_id=ids.parse("biz", body.business_id),
            variant_id=ids.parse("var", variant_id),
            at=clock.now(),
            **body.dict(exclude={"business_id"}, exclude_none=True),
        )
        return 200, shapes.product_out(made)

    with transaction(actor):
        return once(request, run)


@router.get("/variants/{variant_id}/stock", summary="Read a variant's stock")
def stock(request: HttpRequest, variant_id: str, business_id: str) -> dict[str, Any]:
    """Units that can be sold, units held by carts and orders. Scope products:read."""
    actor = actor_of(request)
    actor.need_scope(READ)
    with transaction(actor):
        row = commerce.stock(
            actor=actor, business_id=ids.parse("biz", business_id), variant_id=ids.parse("var", variant_id)
        )
    return shapes.stock_out(row)


@router.post("/variants/{variant_id}/stock-movements", summary="Add units or take some away")
def move_stock(request: HttpRequest, variant_id: str, body: shapes.MovementIn) -> HttpResponse:
    """Needs Idempotency-Key. Refused with stock-below-zero where fewer units are there. Scope products:write."""
    actor = actor_of(request)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        row = commerce.move_stock(
            actor=actor,
            business_id=ids.parse("biz", body.business_id),
            variant_id=ids.parse("var", variant_id),
            movement_id=ids.uuid7(),
            quantity=body.quantity,
            reason=body.reason,
            note=body.note,
            at=clock.now(),
        )
        return 201, shapes.stock_out(row)

    with transaction(actor):
        return once(request, run)


@router.post("/imports", summary="Check a file of products, and apply it if asked")
def import_file(
    request: HttpRequest, business_id: Form[str], file: File[UploadedFile], apply: Form[bool] = False
) -> HttpResponse:
    """Needs Idempotency-Key. CSV or XLSX, up to 10 MB and 5,000 rows; good lines count, bad ones are reported."""
    actor = actor_of(request)
    actor.need_scope(WRITE)
    if (file.size or 0) > commerce.IMPORT_BYTES_MAX:
        raise commerce.ImportTooLarge(field="file", megabytes=commerce.IMPORT_BYTES_MAX // 1024**2)
    business, content = ids.parse("biz", business_id), file.read()

    def run() -> tuple[int, dict[str, Any]]:
        at = clock.now()
        who: dict[str, Any] = {"actor": actor, "business_id": business, "import_id": ids.uuid7(), "at": at}
        report = commerce.check_import(**who, filename=file.name or "", content=content)
        if apply:
            report = commerce.apply_import(**who)
        return 201, shapes.report_out(report)

    # The body was read as a stream, so what a repeat must match is put together from its parts.
    sent = f"import {business} {apply} ".encode() + content
    key = request.headers.get("Idempotency-Key")
    with transaction(actor, statement_timeout_ms=60_000):
        status, answer, _ = idempotency.once(actor=actor, key=key, request=sent, at=clock.now(), run=run)
    return JsonResponse(answer, status=status)


@router.get("/imports/{import_id}", summary="Read the report of a file")
def import_report(request: HttpRequest, import_id: str, business_id: str) -> dict[str, Any]:
    """What a file would do or did, with each bad line. Scope products:read."""
    actor = actor_of(request)
    actor.need_scope(READ)
    with transaction(actor):
        report = commerce.import_report(
            actor=actor, business_id=ids.parse("biz", business_id), import_id=ids.parse("imp", import_id)
        )
    return shapes.report_out(report)
