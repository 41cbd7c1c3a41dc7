"""Bank accounts, their statements, debts and assets for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Router, Schema
from ninja.files import UploadedFile

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.books.http.journal import reader, writer

router = Router(tags=["books"])


class BankOut(Schema):
    """A bank account against the books, up to its last statement's day."""

    id: UUID
    name: str
    ending: str
    account: str
    day: date | None
    statement_minor: int | None
    books_minor: int
    difference_minor: int | None
    open_lines: int

    @classmethod
    def of(cls, state: books.BankState) -> BankOut:
        """Return a bank account as programs see it: of its number only the ending."""
        return cls(
            id=state.bank.id,
            name=state.bank.name,
            ending=state.bank.ending,
            account=state.bank.account,
            day=state.day,
            statement_minor=state.statement_minor,
            books_minor=state.books_minor,
            difference_minor=state.difference_minor,
            open_lines=state.open_count,
        )


class BanksOut(Schema):
    """Every bank account of a business."""

    items: list[BankOut]


class BankLineOut(Schema):
    """A line of a statement; ``match`` is empty while nobody has said what it is."""

    id: UUID
    day: date
    amount_minor: int
    text: str
    party: str
    match: books.MatchKind | None
    source_id: UUID | None


class BankLinesOut(Schema):
    """One page of lines, newest first."""

    items: list[BankLineOut]
    next_cursor: str | None


class ImportedOut(Schema):
    """What an import did."""

    statement_id: UUID
    added: int
    repeated: int
    elsewhere: int


class ChoiceIn(Schema):
    """What a line is: an ``account`` by its code, or a ``line`` of the books or a ``document`` by its id."""

    kind: str = Field(default="account", pattern="^(account|line|document)$")
    account: str = Field(default="", max_length=6)
    source: str = Field(default="", max_length=24)
    id: UUID | None = None


class DebtOut(Schema):
    """A document that is not paid."""

    source: str
    id: UUID
    number: str
    counterparty: str
    day: date
    due: date
    open_minor: int
    age: books.Age


class DebtsOut(Schema):
    """What is owed on a day."""

    day: date
    items: list[DebtOut]


class AssetOut(Schema):
    """A fixed asset on a day."""

    id: UUID
    name: str
    account: str
    group: str
    cost_minor: int
    in_use_from: date
    depreciated_minor: int
    book_value_minor: int
    disposed_on: date | None


class AssetsOut(Schema):
    """The register on a day."""

    day: date
    items: list[AssetOut]


@router.get("/books/{business_id}/banks", response=BanksOut, summary="Bank accounts against the books")
def banks(request: HttpRequest, business_id: str) -> BanksOut:
    """Return each bank account with what the bank says, what the books say, and the difference."""
    actor, found_id = reader(request, business_id)
    with transaction(actor):
        found = books.banks(actor=actor, business_id=found_id)
    return BanksOut(items=[BankOut.of(state) for state in found])


@router.get("/books/{business_id}/banks/{bank_id}/lines", response=BankLinesOut, summary="Lines of statements")
def lines(
    request: HttpRequest,
    business_id: str,
    bank_id: UUID,
    only_open: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Return the lines of a bank account's statements, newest first; ``only_open``: those nobody has confirmed."""
    actor, found_id = reader(request, business_id)
    with transaction(actor):
        page = books.bank_lines(
            actor=actor, business_id=found_id, bank_id=bank_id, only_open=only_open, cursor=cursor, limit=limit
        )
    return {"items": [asdict(line) for line in page.items], "next_cursor": page.next_cursor}


@router.post("/books/{business_id}/banks/{bank_id}/statements", response=ImportedOut, summary="Take a statement in")
def take_in(
    request: HttpRequest, business_id: str, bank_id: UUID, file: File[UploadedFile], anyhow: bool = False
) -> dict[str, Any]:
    """
    Take in OFX, MT940, camt.053, or a CSV whose columns are known for this bank. The same lines count once.

    ``elsewhere`` lines were left out because a file of another format brought them; ``anyhow`` takes them in.
    """
    actor, found_id = writer(request, business_id)
    content = file.read(books.FILE_BYTES_MAX + 1)
    with transaction(actor):
        done = books.import_statement(
            actor=actor,
            business_id=found_id,
            bank_id=bank_id,
            statement_id=ids.uuid7(),
            name=file.name or "",
            content=content,
            anyhow=anyhow,
            at=clock.now(),
        )
    return asdict(done)


@router.post("/books/{business_id}/bank-lines/{line_id}/confirm", response=BankLineOut, summary="Say what a line is")
def confirm(request: HttpRequest, business_id: str, line_id: UUID, body: ChoiceIn) -> HttpResponse:
    """Book or match a line (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)
    choice = books.Choice(body.kind, body.account, body.source, body.id)

    def run() -> tuple[int, dict[str, Any]]:
        line = books.confirm_line(actor=actor, business_id=found_id, line_id=line_id, choice=choice, at=clock.now())
        return 200, BankLineOut(**asdict(line)).model_dump(mode="json")

    with transaction(actor):
        return once(request, run)


@router.post("/books/{business_id}/bank-lines/{line_id}/undo", response=BankLineOut, summary="Take a match back")
def undo(request: HttpRequest, business_id: str, line_id: UUID) -> dict[str, Any]:
    """Open a line again; what was booked for it is undone by a new entry. Repeating it changes nothing."""
    actor, found_id = writer(request, business_id)
    with transaction(actor):
        return asdict(books.undo_match(actor=actor, business_id=found_id, line_id=line_id, at=clock.now()))


@router.get("/books/{business_id}/debts/{side}", response=DebtsOut, summary="What is owed, by age")
def debts(request: HttpRequest, business_id: str, side: books.Side, on: date | None = None) -> dict[str, Any]:
    """Return open documents: ``piutang`` is what others owe the business, ``utang`` what it owes."""
    actor, found_id = reader(request, business_id)
    day = on or clock.business_day(clock.now())
    with transaction(actor):
        found = books.ageing(actor=actor, business_id=found_id, side=side, day=day)
    items = [asdict(item.document) | {"open_minor": item.open_minor, "age": item.age} for item in found.documents]
    return {"day": day, "items": items}


@router.get("/books/{business_id}/assets", response=AssetsOut, summary="The register of fixed assets")
def assets(request: HttpRequest, business_id: str, on: date | None = None) -> dict[str, Any]:
    """Return the assets on a day, oldest first, with those that are gone."""
    actor, found_id = reader(request, business_id)
    day = on or clock.business_day(clock.now())
    with transaction(actor):
        found = books.assets(actor=actor, business_id=found_id, day=day)
    return {"day": day, "items": [asdict(item) | {"book_value_minor": item.book_value_minor} for item in found]}
