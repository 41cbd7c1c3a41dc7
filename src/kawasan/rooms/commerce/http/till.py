"""The till over JSON: what a device sells from, and what it did while nobody was looking."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.api import BUSINESS_PREFIX, moment_out

router = Router(tags=["till"])
DOCUMENTS_MAX = commerce.SYNC_DOCUMENTS_MAX
MINOR_MAX = 2**53  # what JavaScript counts exactly


class LineIn(Schema):
    """A line; without a variant it is something typed by hand."""

    variant_id: str | None = Field(default=None, max_length=60)
    name: str = Field(max_length=300)
    quantity: int = Field(lt=MINOR_MAX)
    unit_price_minor: int = Field(lt=MINOR_MAX, description="Rp1 = 100")

    def line(self) -> commerce.TillLine:
        """Return the line. A malformed variant is kept as something typed by hand: the sale had happened."""
        return commerce.TillLine(_variant(self.variant_id), self.name, self.quantity, self.unit_price_minor)


class ShiftIn(Schema):
    """A shift, opened or opened and closed."""

    id: UUID
    till: str = Field(max_length=200, description="What the people call this till")
    opened_at: datetime
    opening_minor: int = Field(lt=MINOR_MAX, description="Cash in the drawer at the beginning")
    closed_at: datetime | None = None
    counted_minor: int | None = Field(default=None, lt=MINOR_MAX, description="Cash counted at the end")
    note: str = Field(default="", max_length=2_000)


class SaleIn(Schema):
    """A sale under an id made by the device."""

    id: UUID
    shift_id: UUID
    number: str = Field(max_length=100, description="The number on the receipt")
    sold_at: datetime
    method: commerce.TillMethod
    lines: list[LineIn] = Field(max_length=1_000)
    discount_minor: int = Field(default=0, lt=MINOR_MAX)
    tendered_minor: int | None = Field(default=None, lt=MINOR_MAX, description="Cash handed over by the buyer")
    payment_id: UUID | None = None

    def sale(self) -> commerce.NewSale:
        """Return the sale."""
        given = self.model_dump(exclude={"lines"})
        return commerce.NewSale(**given, lines=tuple(line.line() for line in self.lines))


class ReturnIn(Schema):
    """Goods taken back, and the cash given for them."""

    id: UUID
    shift_id: UUID
    sale_id: UUID | None = None
    number: str = Field(max_length=100)
    at: datetime
    lines: list[LineIn] = Field(max_length=1_000)
    refund_minor: int = Field(lt=MINOR_MAX)
    reason: str = Field(default="", max_length=2_000)
    restock: bool = True

    def taken_back(self) -> commerce.NewTillReturn:
        """Return the return."""
        given = self.model_dump(exclude={"lines"})
        return commerce.NewTillReturn(**given, lines=tuple(line.line() for line in self.lines))


class SyncIn(Schema):
    """Everything a device wants to have in the books; sending it again changes nothing."""

    shifts: list[ShiftIn] = Field(default=[], max_length=DOCUMENTS_MAX)
    sales: list[SaleIn] = Field(default=[], max_length=DOCUMENTS_MAX)
    returns: list[ReturnIn] = Field(default=[], max_length=DOCUMENTS_MAX)


@router.post("/tills/{business_id}/sync", summary="Bring what a till did into the books")
def sync(request: HttpRequest, business_id: str, body: SyncIn) -> dict[str, Any]:
    """
    Each document is answered for itself: `taken` (with what did not fit) or not (with why; keep it on the device).

    Needs no Idempotency-Key: every document has an id of its own, made by the device.
    """
    actor = actor_of(request)
    actor.need_scope("orders:write")
    with transaction(actor):
        answers = commerce.sync_till(
            actor=actor,
            business_id=ids.parse(BUSINESS_PREFIX, business_id),
            shifts=[commerce.NewShift(**shift.model_dump()) for shift in body.shifts],
            sales=[sale.sale() for sale in body.sales],
            returns=[back.taken_back() for back in body.returns],
            at=clock.now(),
        )
    return {"answers": [answer_out(answer) for answer in answers]}


@router.get("/tills/{business_id}/items", summary="What a till sells, to be kept on the device")
def items(request: HttpRequest, business_id: str) -> dict[str, Any]:
    """Prices, the special prices that lie ahead, barcodes and units left, as of `at`."""
    actor, at = actor_of(request), clock.now()
    actor.need_scope("products:read")
    with transaction(actor):
        found = commerce.till_items(actor=actor, business_id=ids.parse(BUSINESS_PREFIX, business_id), at=at)
    return {"at": moment_out(at), "items": [item_out(item) for item in found]}


@router.get("/tills/{business_id}/shifts", summary="List shifts, newest first")
def shifts(
    request: HttpRequest, business_id: str, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Each with what was sold by cash, QRIS and wallet, and what was counted."""
    actor = actor_of(request)
    actor.need_scope("orders:read")
    with transaction(actor):
        page = commerce.shifts(
            actor=actor, business_id=ids.parse(BUSINESS_PREFIX, business_id), cursor=cursor, limit=limit
        )
    return {"items": [shift_out(shift) for shift in page.items], "next_cursor": page.next_cursor}


@router.get("/tills/{business_id}/sales", summary="List sales and returns of the tills, newest first")
def sales(
    request: HttpRequest,
    business_id: str,
    search: str = "",
    conflicts: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """With `conflicts`, those that did not fit and that nobody has looked at."""
    actor = actor_of(request)
    actor.need_scope("orders:read")
    with transaction(actor):
        page = commerce.till_sales(
            actor=actor,
            business_id=ids.parse(BUSINESS_PREFIX, business_id),
            search=search,
            conflicts_only=conflicts,
            cursor=cursor,
            limit=limit,
        )
    return {"items": [sale_out(sale) for sale in page.items], "next_cursor": page.next_cursor}


def answer_out(answer: commerce.Taken | commerce.NotTaken) -> dict[str, Any]:
    """Return the answer for one document as JSON."""
    if isinstance(answer, commerce.NotTaken):
        return {
            "id": str(answer.id),
            "taken": False,
            "code": answer.code,
            "title": answer.title,
            "detail": answer.detail,
        }
    conflicts = [conflict_out(conflict) for conflict in answer.conflicts]
    return {"id": str(answer.id), "taken": True, "repeated": answer.repeated, "conflicts": conflicts}


def conflict_out(conflict: commerce.TillConflict) -> dict[str, Any]:
    """Return something that did not fit as JSON."""
    return {
        "kind": conflict.kind.value,
        "name": conflict.name,
        "sold": conflict.sold,
        "missing": conflict.missing,
        "then_minor": conflict.then_minor,
        "now_minor": conflict.now_minor,
    }


def item_out(item: commerce.TillItem) -> dict[str, Any]:
    """Return a variant as a device keeps it."""
    return {
        "variant_id": ids.public("var", item.variant_id),
        "name": item.name,
        "sku": item.sku,
        "gtin": item.gtin,
        "category": item.category,
        "price_minor": item.price_minor,
        "windows": [
            {
                "price_minor": window.price_minor,
                "starts_at": moment_out(window.starts_at),
                "ends_at": moment_out(window.ends_at),
            }
            for window in item.windows
        ],
        "stock": item.stock,
    }


def shift_out(shift: commerce.Shift) -> dict[str, Any]:
    """Return a shift as JSON."""
    return {
        "id": str(shift.id),
        "till": shift.till,
        "opened_at": moment_out(shift.opened_at),
        "closed_at": moment_out(shift.closed_at),
        "opening_minor": shift.opening_minor,
        "cash_minor": shift.cash_minor,
        "qris_minor": shift.qris_minor,
        "wallet_minor": shift.wallet_minor,
        "returned_minor": shift.returned_minor,
        "expected_minor": shift.expected_minor,
        "counted_minor": shift.counted_minor,
        "difference_minor": shift.difference_minor,
        "sales": shift.sales,
        "conflicts": shift.conflicts,
        "note": shift.note,
    }


def sale_out(sale: commerce.TillSale) -> dict[str, Any]:
    """Return a sale or return as JSON."""
    return {
        "id": str(sale.id),
        "shift_id": str(sale.shift_id),
        "number": sale.number,
        "is_return": sale.is_return,
        "sale_id": str(sale.sale_id) if sale.sale_id else None,
        "sold_at": moment_out(sale.sold_at),
        "received_at": moment_out(sale.received_at),
        "method": sale.method.value,
        "total_minor": sale.total_minor,
        "discount_minor": sale.discount_minor,
        "tendered_minor": sale.tendered_minor,
        "returned_minor": sale.returned_minor,
        "reason": sale.reason,
        "lines": [
            {
                "variant_id": ids.public("var", line.variant_id) if line.variant_id else None,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price_minor": line.unit_price_minor,
            }
            for line in sale.lines
        ],
        "conflicts": [conflict_out(conflict) for conflict in sale.conflicts],
        "seen_at": moment_out(sale.seen_at),
    }


def _variant(public: str | None) -> UUID | None:
    try:
        return ids.parse("var", public) if public else None
    except NotFound:
        return None
