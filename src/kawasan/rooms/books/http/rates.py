"""Taxes for programs: what the law says from which day on, and noting what was paid."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.books import api as books
from kawasan.rooms.books.http.journal import writer

router = Router(tags=["books"])


class TaxRowOut(Schema):
    """A confirmed row; rates are fractions, amounts whole rupiah, ``*`` is without end."""

    id: str
    kind: str
    valid_from: date
    law: str
    figures: dict[str, str]
    holds: bool


class TaxRowsOut(Schema):
    """Every confirmed row, by kind, newest first."""

    items: list[TaxRowOut]


@router.get("/taxes/rates", response=TaxRowsOut, summary="Rates and regimes of taxes as dated rows", auth=None)
def rates(request: HttpRequest) -> TaxRowsOut:
    """Return what the law says from which day on; ``holds`` marks what holds today. The law is public."""
    with transaction(actor_of(request)):
        rows = books.tax_rows(at=clock.now())
    return TaxRowsOut(
        items=[
            TaxRowOut(
                id=row.public_id,
                kind=row.kind.value,
                valid_from=row.valid_from,
                law=row.law,
                figures=dict(row.figures),
                holds=row.holds,
            )
            for row in rows
            if row.state is books.RowState.CONFIRMED
        ]
    )


class DutyIn(Schema):
    """When it was paid or filed, with the NTPN or the number of the return; ``paid_from`` is an account of money."""

    day: date
    reference: str = ""
    paid_from: str = ""


class DutyNotedOut(Schema):
    """Something due, and what was noted about it."""

    kind: str
    month: date
    due: date
    amount_minor: int
    account_code: str
    deposit_code: str
    reference: str
    paid_on: date | None

    @classmethod
    def of(cls, duty: books.Duty) -> DutyNotedOut:
        """Return a duty as programs read it."""
        done = duty.done
        return cls(
            kind=duty.kind.value,
            month=duty.month,
            due=duty.due,
            amount_minor=duty.amount_minor,
            account_code=duty.account_code,
            deposit_code=duty.deposit_code,
            reference=done.reference if done else "",
            paid_on=done.day if done else None,
        )


@router.post(
    "/books/{business_id}/duties/{kind}/{month}/done", response={201: DutyNotedOut}, summary="Note that a tax was paid"
)
def note_duty(request: HttpRequest, business_id: str, kind: books.DutyKind, month: str, body: DutyIn) -> HttpResponse:
    """Note that something due was paid or filed, and book the payment (needs an Idempotency-Key)."""
    actor, found_id = writer(request, business_id)
    wanted = books.parse_month(month)

    def run() -> tuple[int, dict[str, Any]]:
        duty = books.note_duty(
            actor=actor,
            business_id=found_id,
            done_id=ids.uuid7(),
            kind=kind,
            month=wanted,
            day=body.day,
            reference=body.reference,
            paid_from=body.paid_from,
            at=clock.now(),
        )
        return 201, DutyNotedOut.of(duty).model_dump(mode="json")

    with transaction(actor):
        return once(request, run)
