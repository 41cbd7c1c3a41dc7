"""The room's part of the JSON API: rates of the day, quotes."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.responses import NinjaJSONEncoder
from pydantic import Field

from kawasan.core import clock, ids
from kawasan.core.errors import BadField
from kawasan.core.money import Money, minor_digits
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.exchange import api as exchange

router = Router(tags=["exchange"])


class RateOut(Schema):
    """A currency's rate: how much of it one euro buys, and its middle price in rupiah; decimals as text, exact."""

    currency: str
    per_euro: str
    rupiah: str
    minor_digits: int
    is_offered: bool
    spread_basis_points: int


class RatesOut(Schema):
    """The newest rates that the zone knows."""

    day: date
    source: str
    items: list[RateOut]


class AmountOut(Schema):
    """An amount in the smallest unit of a currency (ISO 4217: 100 for one yuan or rupiah, 1 for one yen)."""

    amount_minor: int
    currency: str

    @classmethod
    def of(cls, amount: Money) -> AmountOut:
        """Return an amount as programs see it."""
        return cls(amount_minor=amount.minor, currency=amount.currency)


class QuoteOut(Schema):
    """A promise to exchange ``source`` for ``target`` until ``expires_at``, once."""

    id: str
    status: str
    source: AmountOut
    target: AmountOut
    rate: str
    middle_rate: str
    spread_basis_points: int
    rates_day: date
    rates_source: str
    quoted_at: datetime
    expires_at: datetime
    used_at: datetime | None
    payment_id: str | None

    @classmethod
    def of(cls, found: exchange.Quote, at: datetime) -> QuoteOut:
        """Return a quote as programs see it."""
        return cls(
            id=found.public_id,
            status=found.state(at).value,
            source=AmountOut.of(found.source),
            target=AmountOut.of(found.target),
            rate=str(found.shown_rate),
            middle_rate=str(found.shown_middle_rate),
            spread_basis_points=found.spread_points,
            rates_day=found.rates_day,
            rates_source=found.rates_source,
            quoted_at=found.quoted_at,
            expires_at=found.expires_at,
            used_at=found.used_at,
            payment_id=ids.public("pay", found.purpose_id) if found.purpose_id else None,
        )


class QuoteIn(Schema):
    """What is to be exchanged: ``amount_minor`` of ``amount_currency``, which is one of the two."""

    source: str = Field(max_length=3)
    target: str = Field(max_length=3)
    amount_minor: int = Field(ge=1, le=2**62)
    amount_currency: str = Field(max_length=3)


@router.get("/rates", response=RatesOut, auth=None)
def rates(request: HttpRequest) -> Any:
    """Return the newest rates, their day and source. Problems ``rates-missing``, ``rates-stale``."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        found = exchange.newest_rates(at=at)
        known = {one.code: one for one in exchange.currencies(at=at)}
    return RatesOut(
        day=found.day,
        source=found.source,
        items=[
            RateOut(
                currency=code,
                per_euro=format(found.per_euro[code].normalize(), "f"),
                rupiah=format(found.rupiah(code), "f"),
                minor_digits=minor_digits(code),
                is_offered=code in known and known[code].is_offered,
                spread_basis_points=known[code].spread_points if code in known else 0,
            )
            for code in sorted(found.per_euro)
        ],
    )


@router.post("/quotes", response={201: QuoteOut})
def make_quote(request: HttpRequest, body: QuoteIn) -> HttpResponse:
    """Promise an exchange for a minute (needs an Idempotency-Key; a repeat returns the same promise)."""
    actor, at = actor_of(request), clock.now()
    actor.need_person()
    actor.need_scope("payments:write")
    if body.amount_currency not in (body.source, body.target):
        raise BadField(field="amount_currency", problem="one of source and target")

    def run() -> tuple[int, dict[str, Any]]:
        made = exchange.give_quote(
            actor=actor,
            quote_id=ids.uuid7(),
            given=Money(body.amount_minor, body.amount_currency),
            source=body.source,
            target=body.target,
            at=at,
        )
        return 201, json.loads(json.dumps(QuoteOut.of(made, at).model_dump(), cls=NinjaJSONEncoder))

    with transaction(actor):
        return once(request, run)


@router.get("/quotes/{quote_id}", response=QuoteOut)
def quote(request: HttpRequest, quote_id: str) -> Any:
    """Return a quote of the caller, and whether it is open, used or expired."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        return QuoteOut.of(exchange.quote(quote_id=ids.parse("quo", quote_id), actor=actor), clock.now())
