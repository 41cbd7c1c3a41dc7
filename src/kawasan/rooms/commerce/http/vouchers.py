"""Vouchers over JSON: made, listed, closed, and tried on lines before anything is ordered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.http import shapes

router = Router(tags=["vouchers"])
READ, WRITE, STAFF = "products:read", "products:write", "zone:admit"


class VoucherIn(Schema):
    """A voucher: either basis points (1000 is 10 %) or an amount. Amounts are whole rupiah in minor units."""

    business_id: str | None = Field(default=None, description="The shop's; without it, the zone's, for its staff")
    code: str = Field(max_length=40, examples=["LEBARAN25"])
    name: str = Field(max_length=400)
    percent_basis_points: int = 0
    amount_minor: int = 0
    most_minor: int | None = Field(default=None, description="The highest discount of a percentage")
    least_minor: int = Field(description="From which purchase on it holds")
    per_buyer: int = 1
    budget_minor: int = Field(description="All discounts together never come to more")
    starts_at: datetime
    ends_at: datetime
    is_promotion: bool = Field(default=False, description="The zone's: paid from promotion money, not from its fees")

    def voucher(self) -> commerce.NewVoucher:
        """Return the voucher to be made."""
        given = self.dict()
        business, points = given.pop("business_id"), given.pop("percent_basis_points")
        return commerce.NewVoucher(id=ids.uuid7(), percent_bp=points, business_id=_business(business), **given)


class TrialIn(Schema):
    """Lines that a voucher is tried on."""

    voucher: str = Field(max_length=40)
    lines: list[shapes.WantedIn] = Field(max_length=200)


@router.post("/vouchers", summary="Make a voucher")
def make(request: HttpRequest, body: VoucherIn) -> HttpResponse:
    """Needs Idempotency-Key. A shop's: its owner, scope products:write. The zone's: its staff, scope zone:admit."""
    actor = actor_of(request)
    actor.need_scope(STAFF if body.business_id is None else WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        return 201, voucher_out(commerce.make_voucher(actor=actor, voucher=body.voucher(), at=clock.now()))

    with transaction(actor):
        return once(request, run)


@router.get("/vouchers", summary="List vouchers, the newest first")
def listing(
    request: HttpRequest, business: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """With `business` (the id of one of yours) its vouchers, otherwise the zone's, for zone roles."""
    actor = actor_of(request)
    actor.need_scope(READ)
    with transaction(actor):
        page = commerce.vouchers(
            actor=actor, business_id=_business(business), at=clock.now(), cursor=cursor, limit=limit
        )
    return {"items": [voucher_out(item) for item in page.items], "next_cursor": page.next_cursor}


@router.post("/vouchers/{voucher_id}/closing", summary="Close a voucher now")
def close(request: HttpRequest, voucher_id: str) -> HttpResponse:
    """Needs Idempotency-Key. Orders placed with it keep their discount. Scopes as for making it."""
    actor, key = actor_of(request), ids.parse(commerce.VOUCHER_PREFIX, voucher_id)
    with transaction(actor):
        found = commerce.voucher(actor=actor, voucher_id=key, at=clock.now())
    actor.need_scope(STAFF if found.terms.is_paid_by_zone else WRITE)

    def run() -> tuple[int, dict[str, Any]]:
        return 200, voucher_out(commerce.close_voucher(actor=actor, voucher_id=key, at=clock.now()))

    with transaction(actor):
        return once(request, run)


@router.post("/vouchers/trial", summary="Ask what a voucher takes off")
def trial(request: HttpRequest, body: TrialIn) -> dict[str, Any]:
    """Orders nothing. Budget and limit are decided when it is ordered. Scope orders:read."""
    actor = actor_of(request)
    actor.need_scope("orders:read")
    with transaction(actor):
        lines = [line.wanted() for line in body.lines]
        found = commerce.try_voucher(actor=actor, code=body.voucher, lines=lines, at=clock.now())
    return {
        "voucher": found.code,
        "discount_minor": found.discount_minor,
        "total_minor": found.total_minor,
        "currency": "IDR",
    }


def voucher_out(item: commerce.Voucher) -> dict[str, Any]:
    """Return a voucher as JSON."""
    terms = item.terms
    return {
        "id": ids.public(commerce.VOUCHER_PREFIX, terms.id),
        "business_id": ids.public(shapes.BUSINESS_PREFIX, terms.business_id) if terms.business_id else None,
        "code": terms.code,
        "name": item.name,
        "state": item.state.value,
        "percent_basis_points": terms.percent_bp,
        "amount_minor": terms.amount_minor,
        "most_minor": terms.most_minor,
        "least_minor": terms.least_minor,
        "per_buyer": terms.per_buyer,
        "budget_minor": item.budget_minor,
        "is_promotion": item.is_promotion,
        "left_minor": item.left_minor,
        "held_minor": item.held_minor,
        "given_minor": item.given_minor,
        "orders": item.orders,
        "currency": "IDR",
        "starts_at": commerce.moment_out(terms.starts_at),
        "ends_at": commerce.moment_out(terms.ends_at),
    }


def _business(public: str | None) -> UUID | None:
    return ids.parse(shapes.BUSINESS_PREFIX, public) if public else None
