"""Products from a file: checked line by line at once, applied when the seller says so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.bulk import bulk_create_products, insert_variants
from kawasan.rooms.commerce.actions.indexing import index_products
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.actions.stock import movement_entry, movement_row, record_movements
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.catalogue import categories
from kawasan.rooms.commerce.queries.imports import as_report, to_json
from kawasan.rooms.commerce.rules.importing import BadCell, ImportLine, LineReader, columns_of
from kawasan.rooms.commerce.rules.tables import kind_of, rows_of
from kawasan.rooms.commerce.types.catalogue import VARIANTS_MAX, NewProduct, NewVariant, ProductStatus
from kawasan.rooms.commerce.types.imports import ImportReport
from kawasan.rooms.commerce.types.refusals import (
    BusinessNotAdmitted,
    ImportUnreadable,
    StockBelowZero,
    TooManyVariants,
    UnknownImport,
)
from kawasan.rooms.commerce.types.stock import StockReason
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.zone import api as zone

PROBLEMS_MAX = 500  # a file with more of them is better opened again than read here
FILENAME_LENGTH_MAX = 120


@dataclass(slots=True)
class Plan:
    """What the good lines of a file come to."""

    rows: int = 0
    problems: list[BadCell] = field(default_factory=list)
    updates: list[tuple[ImportLine, models.Variant]] = field(default_factory=list)
    unchanged: int = 0
    additions: list[tuple[ImportLine, models.Product]] = field(default_factory=list)
    products: dict[str, list[ImportLine]] = field(default_factory=lambda: defaultdict(list))
    stock: dict[UUID, int] = field(default_factory=dict)  # variant -> change of units

    @property
    def creates(self) -> int:
        return len(self.additions) + sum(len(lines) for lines in self.products.values())


@requires_transaction
def check_import(
    *, actor: Actor, business_id: UUID, import_id: UUID, filename: str, content: bytes, at: datetime
) -> ImportReport:
    """
    Read a CSV or XLSX file of products, keep it, and tell what it would do: nothing is changed yet.

    Repeating it (same id) returns the first report. Raises ImportTooLarge, ImportTooManyRows, ImportUnreadable,
    ImportColumnsMissing; what is wrong in single lines is in the report.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    earlier = models.Import.objects.filter(pk=import_id).first()
    if earlier:
        if earlier.business_id != business_id:
            raise UnknownImport
        return as_report(earlier)
    kind = kind_of(content)
    row = models.Import(
        id=import_id,
        business_id=business_id,
        filename="".join(c for c in filename if c.isprintable())[-FILENAME_LENGTH_MAX:] or f"produk.{kind}",
        kind=kind,
        content=content,
        report=_report(_plan(business_id, content, kind)),
        actor_id=actor.person_id,
        at=at,
    )
    row.save(force_insert=True)
    return as_report(row)


@requires_transaction
def apply_import(*, actor: Actor, business_id: UUID, import_id: UUID, at: datetime) -> ImportReport:
    """
    Apply every good line of a checked file: new SKUs become products or variants, known ones are changed.

    The lines are judged again by what is stored now. Repeating it returns the first report. Raises UnknownImport, and
    StockBelowZero where orders took units in this very moment (then nothing is changed).
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    row = models.Import.objects.select_for_update().filter(pk=import_id, business_id=business_id).first()
    if row is None:
        raise UnknownImport
    if row.applied_at is None:
        plan = _plan(business_id, bytes(row.content), row.kind)
        _apply(plan, business_id, actor=actor, at=at)
        row.report, row.applied_at = _report(plan), at
        row.save(update_fields=["report", "applied_at"])
    return as_report(row)


def _plan(business_id: UUID, content: bytes, kind: str) -> Plan:
    plan = Plan()
    rows = rows_of(content, kind)
    header = next(rows, None)
    if header is None:
        raise ImportUnreadable
    reader = LineReader(columns_of(header[1]), categories())
    good: list[ImportLine] = []
    for number, cells in rows:
        plan.rows += 1
        read = reader.read(number, cells)
        if isinstance(read, ImportLine):
            good.append(read)
        else:
            plan.problems += read
    _sort_out(plan, business_id, good)
    plan.problems.sort(key=lambda bad: bad.line)
    return plan


def _sort_out(plan: Plan, business_id: UUID, lines: list[ImportLine]) -> None:
    """Put each line where it belongs: a change, a new variant of a product, or a new product."""
    known = {
        row.sku: row
        for row in models.Variant.objects.filter(business_id=business_id, sku__in=[line.sku for line in lines])
        .select_related("product")
        .defer("product__search")
    }
    levels = stock_levels((business_id, row.id) for row in known.values())
    products = _products_by_name(business_id, {line.name for line in lines if line.sku not in known})
    # A line may rename a product and the next one add a variant under its new name.
    products |= {line.name: known[line.sku].product for line in lines if line.sku in known}
    admitted = zone.business(business_id=business_id).is_admitted
    for line in lines:
        variant = known.get(line.sku)
        if line.status is ProductStatus.PUBLISHED and not admitted:
            plan.problems.append(BadCell(line.line, "status", BusinessNotAdmitted()))
        elif variant is not None:
            change = 0 if line.stock is None else line.stock - levels[variant.id].on_shelf
            if -change > levels[variant.id].available:
                refusal = StockBelowZero(available=levels[variant.id].available)
                plan.problems.append(BadCell(line.line, "stok", refusal))
            elif change or _differs(line, variant):
                plan.updates.append((line, variant))
                if change:
                    plan.stock[variant.id] = change
            else:
                plan.unchanged += 1
        elif line.name in products:
            _add_or_refuse(plan, line, products[line.name])
        elif len(plan.products[line.name]) >= VARIANTS_MAX:
            plan.problems.append(BadCell(line.line, "sku", TooManyVariants(most=VARIANTS_MAX)))
        else:
            plan.products[line.name].append(line)


def _products_by_name(business_id: UUID, names: set[str]) -> dict[str, models.Product]:
    rows = models.Product.objects.filter(business_id=business_id, name__in=names).defer("search").order_by("-id")
    return {row.name: row for row in rows}


def _add_or_refuse(plan: Plan, line: ImportLine, product: models.Product) -> None:
    added = sum(1 for _, other in plan.additions if other.id == product.id)
    if product.variants.count() + added >= VARIANTS_MAX:
        plan.problems.append(BadCell(line.line, "sku", TooManyVariants(most=VARIANTS_MAX)))
    else:
        plan.additions.append((line, product))


def _differs(line: ImportLine, variant: models.Variant) -> bool:
    product = variant.product
    pairs = (
        (line.name, product.name),
        (line.category, product.category_id),
        (line.price_minor, variant.price_minor),
        (line.variant, variant.name),
        (line.description, product.description),
        (line.weight_grams, variant.weight_grams),
        (line.gtin, product.gtin),
        (line.status, product.status),
    )
    return any(wanted is not None and wanted != stored for wanted, stored in pairs)


def _apply(plan: Plan, business_id: UUID, *, actor: Actor, at: datetime) -> None:
    new = [_new_product(business_id, lines) for lines in plan.products.values() if lines]
    bulk_create_products(actor=actor, products=new, at=at)
    additions = [(product.id, business_id, _new_variant(line)) for line, product in plan.additions]
    insert_variants(variants=additions, actor=actor, at=at, first_position=VARIANTS_MAX)
    _change([*plan.updates], at=at)
    _change_stock(plan, actor=actor, at=at)
    touched = {variant.product_id for _, variant in plan.updates} | {product.id for _, product in plan.additions}
    _keep_from_prices(touched)
    index_products(touched)
    changed(business_id)


def _new_product(business_id: UUID, lines: list[ImportLine]) -> NewProduct:
    first = lines[0]
    return NewProduct(
        id=ids.uuid7(),
        business_id=business_id,
        name=first.name,
        category=first.category,
        variants=tuple(_new_variant(line) for line in lines),
        description=first.description or "",
        gtin=first.gtin or "",
        status=first.status or ProductStatus.DRAFT,
    )


def _new_variant(line: ImportLine) -> NewVariant:
    return NewVariant(
        id=ids.uuid7(),
        sku=line.sku,
        price_minor=line.price_minor,
        name=line.variant or "",
        weight_grams=line.weight_grams or 0,
        stock=line.stock or 0,
    )


def _change(updates: list[tuple[ImportLine, models.Variant]], *, at: datetime) -> None:
    products: dict[UUID, models.Product] = {}
    for line, variant in updates:
        variant.price_minor = line.price_minor
        variant.name = variant.name if line.variant is None else line.variant
        variant.weight_grams = variant.weight_grams if line.weight_grams is None else line.weight_grams
        product = products.setdefault(variant.product_id, variant.product)
        product.name, product.category_id, product.updated_at = line.name, line.category, at
        product.description = product.description if line.description is None else line.description
        product.gtin = product.gtin if line.gtin is None else line.gtin
        if line.status is not None:
            product.status = line.status if product.published_at is None else (line.status.replace("draft", "archived"))
            product.published_at = product.published_at or (None if product.status == ProductStatus.DRAFT else at)
    models.Variant.objects.bulk_update(
        sorted((variant for _, variant in updates), key=lambda row: row.id), ["price_minor", "name", "weight_grams"]
    )
    models.Product.objects.bulk_update(
        sorted(products.values(), key=lambda row: row.id),
        ["name", "category", "description", "gtin", "status", "published_at", "updated_at"],
    )


def _change_stock(plan: Plan, *, actor: Actor, at: datetime) -> None:
    variants = {variant.id: variant for _, variant in plan.updates}
    movements = [
        movement_row(variants[variant_id], ids.uuid7(), units, StockReason.COUNTED, actor=actor, at=at)
        for variant_id, units in plan.stock.items()
    ]
    entries = [
        movement_entry(
            movement_id=row.id,
            business_id=row.business_id,
            variant_id=row.variant_id,
            quantity=row.quantity,
            at=at,
        )
        for row in movements
    ]
    for answer in ledger.post_many(entries) if entries else []:
        if isinstance(answer, ledger.Refused):
            if isinstance(answer.refusal, ledger.InsufficientBalance):
                raise StockBelowZero(available=answer.refusal.data["available"])
            raise answer.refusal
    record_movements(movements)


def _keep_from_prices(product_ids: set[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update commerce_product p set price_from_minor = v.lowest from ("
            "select product_id, min(price_minor) as lowest from commerce_variant "
            "where product_id = any(%s) and archived_at is null group by product_id) v where p.id = v.product_id",
            [sorted(product_ids)],
        )


def _report(plan: Plan) -> dict[str, object]:
    return {
        "rows": plan.rows,
        "creates": plan.creates,
        "updates": len(plan.updates),
        "unchanged": plan.unchanged,
        "problems": [
            {
                "line": bad.line,
                "column": bad.column,
                "code": bad.refusal.code,
                "title": bad.refusal.title,
                "detail": bad.refusal.detail,
                "data": to_json(bad.refusal.data),
            }
            for bad in plan.problems[:PROBLEMS_MAX]
        ],
    }
