"""Promotion money over JSON: what is left, what was entered, and the two steps that two people take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.money import Money
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.http.money import plain

router = Router(tags=["promotion money"])
READ, WRITE = "zone:read", "payments:write"


class PromotionEntryOut(Schema):
    """A transfer of the bank into the promotion money or out of it; ``entered`` waits for a second person."""

    id: str
    way: payments.PromotionWay
    amount_minor: int
    currency: str = "IDR"
    day: date
    bank_reference: str
    note: str
    state: payments.PromotionState
    entered_by: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None

    @classmethod
    def of(cls, found: payments.PromotionEntry) -> PromotionEntryOut:
        """Return an entry as programs see it."""
        return cls(
            id=found.public_id,
            way=found.way,
            amount_minor=found.amount_minor,
            day=found.day,
            bank_reference=found.bank_reference,
            note=found.note,
            state=found.state,
            entered_by=found.entered_by,
            entered_at=found.entered_at,
            decided_by=found.decided_by,
            decided_at=found.decided_at,
        )


class PromotionOut(Schema):
    """What is free for vouchers, what the zone earned in fees, and a page of entries, the newest first."""

    free_minor: int
    earned_minor: int
    currency: str = "IDR"
    items: list[PromotionEntryOut]
    next_cursor: str | None


class PromotionIn(Schema):
    """A transfer as the statement of the zone's bank account shows it."""

    way: payments.PromotionWay
    amount_minor: int = Field(description="Whole rupiah; Rp1 = 100")
    day: date
    bank_reference: str
    note: str = ""


class DecisionIn(Schema):
    """Whether the transfer stands on the bank's statement."""

    approve: bool


@router.get("/promotion-money", response=PromotionOut)
def promotion_money(request: HttpRequest, cursor: str | None = None, limit: int | None = None) -> Any:
    """Return what is left of the promotion money and what was entered, for zone roles and keys with ``zone:read``."""
    actor = _reader(request)
    with transaction(actor):
        free, earned = payments.promotion_money(actor=actor)
        page = payments.promotion_entries(actor=actor, cursor=cursor, limit=limit)
    items = [PromotionEntryOut.of(one) for one in page.items]
    return PromotionOut(free_minor=free, earned_minor=earned, items=items, next_cursor=page.next_cursor)


@router.post("/promotion-money", response={201: PromotionEntryOut})
def enter(request: HttpRequest, body: PromotionIn) -> HttpResponse:
    """
    Enter a transfer of the bank (staff and operators; needs an Idempotency-Key). Nothing moves until it is approved.

    Keys need ``zone:read`` and ``payments:write``. Each bank reference counts once.
    """

    def act(actor: Actor, at: datetime) -> payments.PromotionEntry:
        told = body.dict() | {"amount": Money(body.amount_minor)}
        del told["amount_minor"]
        return payments.enter_promotion(actor=actor, entry_id=ids.uuid7(), at=at, **told)

    return _once(request, 201, act)


@router.post("/promotion-money/{entry_id}/decision", response=PromotionEntryOut)
def decide(request: HttpRequest, entry_id: str, body: DecisionIn) -> HttpResponse:
    """Approve what somebody else entered, which books it, or reject it (needs an Idempotency-Key)."""
    number = ids.parse(payments.PROMOTION_PREFIX, entry_id)
    return _once(
        request,
        200,
        lambda actor, at: payments.decide_promotion(actor=actor, entry_id=number, is_approved=body.approve, at=at),
    )


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need_zone()
    actor.need_scope(READ)
    return actor


def _once(request: HttpRequest, status: int, act: Callable[[Actor, datetime], payments.PromotionEntry]) -> HttpResponse:
    """Do something as staff, once for its Idempotency-Key, and answer with the entry."""
    actor, at = _reader(request), clock.now()
    actor.need_zone(ZoneRole.STAFF)
    actor.need_scope(WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        return status, plain(PromotionEntryOut.of(act(actor, at)))

    with transaction(actor):
        return once(request, run)
