"""What programs add: bank accounts, fixed assets, payments of debts, goods."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.books.http.bank import router  # one address, one router: it has the reading half
from kawasan.rooms.books.http.journal import EntryOut, reader, writer

AMOUNT_MAX = 10**17


class BankIn(Schema):
    """A bank account; its number is kept encrypted."""

    name: str = Field(max_length=60)
    number: str = Field(max_length=40)


class BankMadeOut(Schema):
    """The new account: of its number only the ending, and the account of the chart that stands for it."""

    id: UUID
    name: str
    ending: str
    account: str


class AssetIn(Schema):
    """A fixed asset; ``group`` is one of the fiscal groups, empty for land."""

    name: str = Field(max_length=120)
    account: str = Field(max_length=6)
    group: str = Field(default="", max_length=24)
    cost_minor: int = Field(gt=0, le=AMOUNT_MAX)
    day: date
    in_use_from: date | None = None
    paid_from: str = Field(max_length=6)


class DisposalIn(Schema):
    """How an asset ended; nothing was paid for it: 0."""

    day: date
    proceeds_minor: int = Field(default=0, ge=0, le=AMOUNT_MAX)
    money: str = Field(max_length=6)


class SettlementIn(Schema):
    """What was paid of a document, from or into which account."""

    source: str = Field(max_length=24)
    id: UUID
    day: date
    amount_minor: int = Field(gt=0, le=AMOUNT_MAX)
    money: str = Field(max_length=6)


class StockItemOut(Schema):
    """A product's units and value; below zero: sold without a known cost."""

    variant_id: UUID
    name: str
    sku: str
    left: int
    value_minor: int


class StockOut(Schema):
    """The stock on a day."""

    day: date
    method: books.StockMethod
    value_minor: int
    open_minor: int
    items: list[StockItemOut]


@router.post("/books/{business_id}/banks", response={201: BankMadeOut}, summary="Add a bank account")
def add_bank(request: HttpRequest, business_id: str, body: BankIn) -> HttpResponse:
    """Add a bank account (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)

    def run() -> tuple[int, dict[str, Any]]:
        made = books.add_bank(
            actor=actor, business_id=found_id, bank_id=ids.uuid7(), name=body.name, number=body.number, at=clock.now()
        )
        found = BankMadeOut(id=made.id, name=made.name, ending=made.ending, account=made.account)
        return 201, found.model_dump(mode="json")

    with transaction(actor):
        return once(request, run)


@router.post("/books/{business_id}/assets", response={201: EntryOut}, summary="Acquire a fixed asset")
def acquire(request: HttpRequest, business_id: str, body: AssetIn) -> HttpResponse:
    """Put an asset into the register and book its cost (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)
    asset = books.NewAsset(body.name, body.account, body.group, body.cost_minor, body.in_use_from or body.day)

    def run() -> tuple[int, dict[str, Any]]:
        made = books.acquire_asset(
            actor=actor, business_id=found_id, entry_id=ids.uuid7(), day=body.day, asset=asset,
            paid_from=body.paid_from, at=clock.now(),
        )  # fmt: skip
        return 201, EntryOut.of(made).model_dump(mode="json")

    with transaction(actor):
        return once(request, run)


@router.post("/books/{business_id}/assets/{asset_id}/disposal", response={201: EntryOut}, summary="An asset's end")
def dispose(request: HttpRequest, business_id: str, asset_id: UUID, body: DisposalIn) -> HttpResponse:
    """Take an asset out and book the gain or loss (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)

    def run() -> tuple[int, dict[str, Any]]:
        made = books.dispose_asset(
            actor=actor, business_id=found_id, asset_id=asset_id, entry_id=ids.uuid7(), day=body.day,
            proceeds_minor=body.proceeds_minor, money=body.money, at=clock.now(),
        )  # fmt: skip
        return 201, EntryOut.of(made).model_dump(mode="json")

    with transaction(actor):
        return once(request, run)


@router.post("/books/{business_id}/settlements", response={201: EntryOut}, summary="A debt was paid")
def settle(request: HttpRequest, business_id: str, body: SettlementIn) -> HttpResponse:
    """Book that an open document was paid, whole or in part (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)

    def run() -> tuple[int, dict[str, Any]]:
        made = books.settle_document(
            actor=actor, business_id=found_id, entry_id=ids.uuid7(), source=body.source, document_id=body.id,
            day=body.day, amount_minor=body.amount_minor, money=body.money, at=clock.now(),
        )  # fmt: skip
        return 201, EntryOut.of(made).model_dump(mode="json")

    with transaction(actor):
        return once(request, run)


@router.get("/books/{business_id}/stock", response=StockOut, summary="Units and value of goods on a day")
def stock(request: HttpRequest, business_id: str, on: date | None = None) -> StockOut:
    """Return each product's units and value by its stock card."""
    actor, found_id = reader(request, business_id)
    day = on or clock.business_day(clock.now())
    with transaction(actor):
        found = books.stock_report(actor=actor, business_id=found_id, day=day)
    items = [
        StockItemOut(
            variant_id=item.variant_id, name=item.name, sku=item.sku, left=item.left, value_minor=item.value_minor
        )
        for item in found.items
    ]
    return StockOut(
        day=day, method=found.method, value_minor=found.value_minor, open_minor=found.open_minor, items=items
    )


__all__ = ["router"]
