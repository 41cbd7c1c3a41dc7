"""The JSON routes of the payout desk: batches that one person makes and another checks, and the bank's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.http.money import plain
from kawasan.rooms.zone import api as zone

router = Router(tags=["payout batches"])
PREFIX, PAYOUT_PREFIX = "bat", "out"
READ, WRITE = "zone:read", "payments:write"


class BatchPayoutOut(Schema):
    """One payout of a batch; the account's number is masked (the file has it whole)."""

    id: str
    business_id: str
    amount_minor: int
    status: str
    bank: str
    masked_number: str
    holder: str
    bank_reference: str
    reason: str
    settled_at: datetime | None

    @classmethod
    def of(cls, found: payments.Payout) -> BatchPayoutOut:
        """Return a payout as programs see it."""
        return cls(
            id=found.public_id,
            business_id=ids.public("biz", found.business_id),
            amount_minor=found.amount_minor,
            status=found.status,
            bank=found.bank,
            masked_number=found.masked_number,
            holder=found.holder,
            bank_reference=found.bank_reference,
            reason=found.reason,
            settled_at=found.settled_at,
        )


class BatchOut(Schema):
    """A batch: ``draft`` waits for a second person, ``sent`` for the bank's answers; lists leave ``payouts`` out."""

    id: str
    number: str
    status: str
    value_date: date
    total_minor: int
    currency: str = "IDR"
    count: int
    paid_count: int
    returned_count: int
    made_by: str
    made_at: datetime
    checked_by: str
    checked_at: datetime | None
    closed_at: datetime | None
    note: str
    payouts: list[BatchPayoutOut]

    @classmethod
    def of(cls, found: payments.Batch) -> BatchOut:
        """Return a batch as programs see it."""
        return cls(
            id=found.public_id,
            number=found.number,
            status=found.status,
            value_date=found.value_date,
            total_minor=found.total_minor,
            count=found.count,
            paid_count=found.paid_count,
            returned_count=found.returned_count,
            made_by=found.made_by_name,
            made_at=found.made_at,
            checked_by=found.checked_by_name,
            checked_at=found.checked_at,
            closed_at=found.closed_at,
            note=found.note,
            payouts=[BatchPayoutOut.of(one) for one in found.payouts],
        )


class BatchesOut(Schema):
    """One page of batches, newest first."""

    items: list[BatchOut]
    next_cursor: str | None


class RejectIn(Schema):
    """Why a batch is rejected; its businesses read it."""

    reason: str = Field(max_length=payments.REASON_LENGTH_MAX)


class PaidIn(Schema):
    """The bank's own number, where it gave one."""

    bank_reference: str = Field("", max_length=60)


class AnswerIn(Schema):
    """What the bank did with one payout; returned needs a reason, which its business reads."""

    paid: bool
    reason: str = Field("", max_length=payments.REASON_LENGTH_MAX)
    bank_reference: str = Field("", max_length=60)


@router.get("/payout-batches", response=BatchesOut)
def batches(request: HttpRequest, cursor: str | None = None, limit: int | None = None) -> Any:
    """Return payout batches, newest first, for zone roles and keys with ``zone:read``."""
    actor = _reader(request)
    with transaction(actor):
        page = payments.batches(actor=actor, cursor=cursor, limit=limit)
    return BatchesOut(items=[BatchOut.of(item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/payout-batches", response={201: BatchOut})
def make(request: HttpRequest) -> HttpResponse:
    """
    Collect what is due into a batch and reserve the money (staff and operators; needs an Idempotency-Key).

    Keys need ``zone:read`` and ``payments:write``, as for everything here that changes something.
    """
    return _once(request, 201, lambda actor, at: payments.make_batch(actor=actor, batch_id=ids.uuid7(), at=at))


@router.get("/payout-batches/{batch_id}", response=BatchOut)
def batch(request: HttpRequest, batch_id: str) -> Any:
    """Return one batch with its payouts."""
    actor = _reader(request)
    with transaction(actor):
        return BatchOut.of(payments.batch(actor=actor, batch_id=ids.parse(PREFIX, batch_id)))


@router.post("/payout-batches/{batch_id}/approval", response=BatchOut)
def approve(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Approve a batch that somebody else made (needs an Idempotency-Key): its money is in transit, its file can go."""
    number = ids.parse(PREFIX, batch_id)
    return _once(request, 200, lambda actor, at: payments.approve_batch(actor=actor, batch_id=number, at=at))


@router.post("/payout-batches/{batch_id}/rejection", response=BatchOut)
def reject(request: HttpRequest, batch_id: str, body: RejectIn) -> HttpResponse:
    """Cancel a batch that somebody else made (needs an Idempotency-Key): its money is free in the balances again."""
    number = ids.parse(PREFIX, batch_id)
    return _once(
        request,
        200,
        lambda actor, at: payments.reject_batch(actor=actor, batch_id=number, note=body.reason, at=at),
    )


@router.get("/payout-batches/{batch_id}/file")
def file(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Return the file of an approved batch for the bank, as CSV with whole account numbers (staff and operators)."""
    actor = _reader(request)
    actor.need_scope(WRITE)
    with transaction(actor):
        number = ids.parse(PREFIX, batch_id)
        name, text = payments.batch_file(actor=actor, batch_id=number)
        paid = {one.business_id for one in payments.batch(actor=actor, batch_id=number).payouts}
        zone.note_looks(actor=actor, business_ids=paid, what=zone.Look.BANK_ACCOUNT, at=clock.now(), text=name)
    response = HttpResponse(text, content_type="text/csv; charset=us-ascii")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@router.post("/payout-batches/{batch_id}/paid", response=BatchOut)
def rest_paid(request: HttpRequest, batch_id: str, body: PaidIn) -> HttpResponse:
    """Note that the bank paid every payout that nothing else was said about (needs an Idempotency-Key)."""
    number = ids.parse(PREFIX, batch_id)
    return _once(
        request,
        200,
        lambda actor, at: payments.note_rest_paid(
            actor=actor, batch_id=number, bank_reference=body.bank_reference, at=at
        ),
    )


@router.post("/payout-batches/{batch_id}/payouts/{payout_id}/answer", response=BatchOut)
def answer(request: HttpRequest, batch_id: str, payout_id: str, body: AnswerIn) -> HttpResponse:
    """Note what the bank did with one payout of a batch (needs an Idempotency-Key); the answer is the whole batch."""
    number, payout = ids.parse(PREFIX, batch_id), ids.parse(PAYOUT_PREFIX, payout_id)

    def act(actor: Actor, at: datetime) -> payments.Batch:
        found = payments.batch(actor=actor, batch_id=number)
        if payout not in {one.id for one in found.payouts}:
            raise payments.PayoutNotFound
        payments.note_bank_answer(
            actor=actor, payout_id=payout, paid=body.paid, reason=body.reason, bank_reference=body.bank_reference, at=at
        )
        return payments.batch(actor=actor, batch_id=number)

    return _once(request, 200, act)


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need_zone()
    actor.need_scope(READ)
    return actor


def _once(request: HttpRequest, status: int, act: Callable[[Actor, datetime], payments.Batch]) -> HttpResponse:
    """Do something as staff, once for its Idempotency-Key, and answer with the batch."""
    actor, at = _reader(request), clock.now()
    actor.need_zone(ZoneRole.STAFF)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        return status, plain(BatchOut.of(act(actor, at)))

    with transaction(actor):
        return once(request, run)
