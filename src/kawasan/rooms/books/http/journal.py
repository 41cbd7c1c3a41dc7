"""The books for programs: statements, the lines behind them, entries, closings, taxes."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.books import api as books

router = Router(tags=["books"])


class PeriodIn(Schema):
    """Whole days in WIB, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    def span(self) -> books.Span:
        """Return the period. Raises BookPeriodInvalid where it ends before it begins."""
        return books.checked_span(self.first, self.last)


class LedgerIn(PeriodIn):
    """Which accounts, which page."""

    accounts: str
    cursor: str | None = None
    limit: int | None = None


class FigureOut(Schema):
    """A row of a statement: its name in SAK EMKM, this period, the one before, the accounts that it is the sum of."""

    name: str
    amount_minor: int
    prior_minor: int
    accounts: list[str]
    is_total: bool


class StatementOut(Schema):
    """A statement of a period."""

    report: str
    first: date
    last: date
    prior_first: date
    prior_last: date
    rows: list[FigureOut]
    balances: bool
    currency: str = "IDR"


class TrialRowOut(Schema):
    """An account with everything it was debited and credited up to the period's end."""

    account: str
    name: str
    debit_minor: int
    credit_minor: int
    balance_minor: int


class TrialOut(Schema):
    """The trial balance; both sums are the same."""

    last: date
    rows: list[TrialRowOut]
    debit_minor: int
    credit_minor: int


class LedgerLineOut(Schema):
    """A line of the general ledger: ``source_id`` is a transfer of the ledger or an entry by hand."""

    day: date
    account: str
    amount_minor: int
    balance_minor: int
    kind: str
    rule: str
    memo: str
    source_id: str
    reference: str | None


class LedgerOut(Schema):
    """One page of the general ledger."""

    items: list[LedgerLineOut]
    next_cursor: str | None


class LineIn(Schema):
    """Debits are above zero, credits below."""

    account: str
    amount_minor: int


class EntryIn(Schema):
    """An entry; its lines add up to nothing."""

    day: date
    memo: str = Field(default="", max_length=300)
    lines: list[LineIn] = Field(max_length=200)


class EntryOut(Schema):
    """An entry by hand."""

    id: str
    day: date
    kind: str
    memo: str
    lines: list[LineIn]
    made_at: datetime
    corrects: str | None
    corrected_by: str | None

    @classmethod
    def of(cls, found: books.Entry) -> EntryOut:
        """Return an entry as programs see it."""
        return cls(
            id=found.public_id,
            day=found.day,
            kind=found.kind,
            memo=found.memo,
            lines=[LineIn(account=line.account, amount_minor=line.amount_minor) for line in found.lines],
            made_at=found.made_at,
            corrects=_entry_id(found.corrects),
            corrected_by=_entry_id(found.corrected_by),
        )


class EntriesOut(Schema):
    """One page of entries."""

    items: list[EntryOut]
    next_cursor: str | None


class CloseIn(Schema):
    """The month like 2026-11, and what the stock was worth at its end (left out: not counted)."""

    month: str
    stock_minor: int | None = Field(default=None, ge=0, le=10**17)


class ReopenIn(Schema):
    """The month like 2026-11, and why it is reopened."""

    month: str
    reason: str = Field(max_length=300)


class ClosedOut(Schema):
    """The last day on which nothing can be booked any more."""

    closed_through: date


class TaxMonthOut(Schema):
    """A month of the final tax."""

    month: date
    turnover_minor: int
    cumulative_minor: int
    free_minor: int
    taxed_minor: int
    tax_minor: int


class DutyDoneOut(Schema):
    """What was noted: the day, the amount, the NTPN or the number of the filed return."""

    day: date
    amount_minor: int
    reference: str


class DutyOut(Schema):
    """What is due; the codes are those of a deposit slip."""

    kind: str
    month: date
    due: date
    amount_minor: int
    account_code: str
    deposit_code: str
    done: DutyDoneOut | None = None


class TaxYearOut(Schema):
    """A year's turnover, final tax and duties."""

    year: int
    uses_final_tax: bool
    turnover_minor: int
    tax_minor: int
    must_register: bool
    nears_registration: bool
    months: list[TaxMonthOut]
    duties: list[DutyOut]


@router.get("/books/{business_id}/statements/{report}", response=StatementOut, summary="A statement of a period")
def statement(request: HttpRequest, business_id: str, report: books.Report, given: Query[PeriodIn]) -> dict[str, Any]:
    """Return laba-rugi, posisi-keuangan or arus-kas with the period before beside. For owner and accountant."""
    actor, found_id = reader(request, business_id)
    with transaction(actor):
        found = books.statement(actor=actor, business_id=found_id, report=report, span=given.span())
    return {
        "report": found.report,
        "first": found.span.first,
        "last": found.span.last,
        "prior_first": found.prior.first,
        "prior_last": found.prior.last,
        "rows": [
            {
                "name": row.name,
                "amount_minor": row.amount_minor,
                "prior_minor": row.prior_minor,
                "accounts": list(row.accounts),
                "is_total": row.is_total,
            }
            for row in found.rows
        ],
        "balances": found.balances,
    }


@router.get("/books/{business_id}/trial-balance", response=TrialOut, summary="Every account up to a day")
def trial_balance(request: HttpRequest, business_id: str, given: Query[PeriodIn]) -> dict[str, Any]:
    """Return debits, credits and balance of every account up to the period's end."""
    actor, found_id = reader(request, business_id)
    with transaction(actor):
        found = books.trial_balance(actor=actor, business_id=found_id, span=given.span())
    rows = [
        {
            "account": row.account.code,
            "name": row.account.name_id,
            "debit_minor": row.debit_minor,
            "credit_minor": row.credit_minor,
            "balance_minor": row.balance_minor,
        }
        for row in found.rows
    ]
    sums = {"debit_minor": found.debit_minor, "credit_minor": found.credit_minor}
    return {"last": found.span.last, "rows": rows, **sums}


@router.get("/books/{business_id}/ledger", response=LedgerOut, summary="The lines that a figure is the sum of")
def ledger(request: HttpRequest, business_id: str, given: Query[LedgerIn]) -> dict[str, Any]:
    """Return the lines of accounts (codes with commas between) in order, each with the balance after it."""
    actor, found_id = reader(request, business_id)
    span = given.span()
    with transaction(actor):
        page = books.general_ledger(
            actor=actor,
            business_id=found_id,
            codes=[code for code in re.split(r"[\s,]+", given.accounts) if code],
            first=span.first,
            last=span.last,
            cursor=given.cursor,
            limit=given.limit,
        )
    return {"items": [_line(line) for line in page.items], "next_cursor": page.next_cursor}


@router.get("/books/{business_id}/entries", response=EntriesOut, summary="Entries by hand, newest first")
def entries(request: HttpRequest, business_id: str, cursor: str | None = None, limit: int | None = None) -> EntriesOut:
    """Return what people wrote: expenses, opening balances, corrections."""
    actor, found_id = reader(request, business_id)
    with transaction(actor):
        page = books.entries(actor=actor, business_id=found_id, cursor=cursor, limit=limit)
    return EntriesOut(items=[EntryOut.of(item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/books/{business_id}/entries", response={201: EntryOut}, summary="Write an entry")
def add_entry(request: HttpRequest, business_id: str, body: EntryIn) -> HttpResponse:
    """Book an entry by hand (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)
    lines = tuple(books.JournalLine(line.account, line.amount_minor) for line in body.lines)
    entry = books.NewEntry(body.day, body.memo, lines)

    def run() -> tuple[int, dict[str, Any]]:
        made = books.add_entry(actor=actor, business_id=found_id, entry_id=ids.uuid7(), entry=entry, at=clock.now())
        return 201, EntryOut.of(made).model_dump(mode="json")

    with transaction(actor):
        return once(request, run)


@router.post("/books/{business_id}/closings", response=ClosedOut, summary="Close a month")
def close(request: HttpRequest, business_id: str, body: CloseIn) -> ClosedOut:
    """Close the books up to the end of a month. Repeating it changes nothing."""
    actor, found_id = writer(request, business_id)
    month = books.parse_month(body.month)
    with transaction(actor):
        through = books.close_month(
            actor=actor, business_id=found_id, month=month, stock_minor=body.stock_minor, at=clock.now()
        )
    return ClosedOut(closed_through=through)


@router.post("/books/{business_id}/reopenings", response=ClosedOut, summary="Reopen a month with a reason")
def reopen(request: HttpRequest, business_id: str, body: ReopenIn) -> ClosedOut:
    """Reopen a month and every later one."""
    actor, found_id = writer(request, business_id)
    month = books.parse_month(body.month)
    with transaction(actor):
        through = books.reopen_month(actor=actor, business_id=found_id, month=month, reason=body.reason, at=clock.now())
    return ClosedOut(closed_through=through)


@router.get("/books/{business_id}/taxes/{year}", response=TaxYearOut, summary="A year's turnover, tax and duties")
def taxes(request: HttpRequest, business_id: str, year: int) -> books.TaxYear:
    """Return the final tax month by month, what is due when, and how near the PKP threshold is."""
    actor, found_id = reader(request, business_id)
    with transaction(actor):
        return books.tax_year(actor=actor, business_id=found_id, year=books.checked_year(year), at=clock.now())


def reader(request: HttpRequest, business_id: str) -> tuple[Actor, UUID]:
    """Return who asks and whose books; the key may read them."""
    actor = actor_of(request)
    actor.need_scope("books:read")
    return actor, ids.parse("biz", business_id)


def writer(request: HttpRequest, business_id: str) -> tuple[Actor, UUID]:
    """Return who asks and whose books; the key may write them."""
    actor = actor_of(request)
    actor.need_scope("books:write")
    return actor, ids.parse("biz", business_id)


def _line(line: books.LedgerLine) -> dict[str, Any]:
    rule = books.rule_of(line.code)
    is_transfer = line.kind == "transfer"
    prefix = {"order": "ord", "sale": "sal", "payout": "out"}.get(rule.document)
    return {
        "day": line.day,
        "account": line.account,
        "amount_minor": line.amount_minor,
        "balance_minor": line.balance_minor,
        "kind": line.kind,
        "rule": rule.name if is_transfer else "",
        "memo": line.memo,
        "source_id": str(line.source_id) if is_transfer else _entry_id(line.source_id),
        "reference": ids.public(prefix, line.reference) if prefix and line.reference else None,
    }


def _entry_id(entry_id: UUID | None) -> str | None:
    return ids.public(books.ENTRY_PREFIX, entry_id) if entry_id else None
