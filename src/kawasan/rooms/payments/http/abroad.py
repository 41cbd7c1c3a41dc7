"""Payments in other currencies over JSON: ask what one costs, and how it stands."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.responses import NinjaJSONEncoder

from kawasan.core import clock, ids
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import api as payments

router = Router(tags=["payments"])


class CurrencyIn(Schema):
    """In which currency the payer wants to pay."""

    currency: str = Field(max_length=3, examples=["CNY"])


class PaymentQuoteOut(Schema):
    """
    What a payment costs in another currency until ``expires_at``, once.

    A wallet abroad pays the code in ``qris`` with exactly this amount and hands ``id`` on to its network.
    """

    id: str
    payment_id: str
    status: str
    currency: str
    amount_minor: int
    target_currency: str
    target_amount_minor: int
    rate: str
    middle_rate: str
    spread_basis_points: int
    quoted_at: datetime
    expires_at: datetime
    used_at: datetime | None
    qris: str

    @classmethod
    def of(cls, found: exchange.Quote, payment: payments.Payment, at: datetime) -> PaymentQuoteOut:
        """Return a quote as programs see it."""
        return cls(
            id=found.public_id,
            payment_id=payment.public_id,
            status=found.state(at).value,
            currency=found.source.currency,
            amount_minor=found.source.minor,
            target_currency=found.target.currency,
            target_amount_minor=found.target.minor,
            rate=str(found.shown_rate),
            middle_rate=str(found.shown_middle_rate),
            spread_basis_points=found.spread_points,
            quoted_at=found.quoted_at,
            expires_at=found.expires_at,
            used_at=found.used_at,
            qris=payment.qris,
        )


class OwedBackOut(Schema):
    """Money that came in another currency and goes back as it came: why, and how far."""

    currency: str
    amount_minor: int
    reason: str
    state: str


class AbroadOut(Schema):
    """What became of a payment in other currencies: the newest quote, and what goes back."""

    quote: PaymentQuoteOut | None
    owed_back: list[OwedBackOut]


@router.post("/payments/{payment_id}/quotes", response={201: PaymentQuoteOut})
def make_quote(request: HttpRequest, payment_id: str, body: CurrencyIn) -> HttpResponse:
    """Promise the payer what an open payment costs in another currency, for a minute. Needs Idempotency-Key."""
    actor, at, key = actor_of(request), clock.now(), ids.parse("pay", payment_id)
    actor.need_scope("payments:write")

    def run() -> tuple[int, dict[str, Any]]:
        made = payments.quote_payment(actor=actor, payment_id=key, quote_id=ids.uuid7(), currency=body.currency, at=at)
        out = PaymentQuoteOut.of(made, payments.payment(actor=actor, payment_id=key), at)
        return 201, json.loads(json.dumps(out.model_dump(), cls=NinjaJSONEncoder))

    with transaction(actor):
        return once(request, run)


@router.get("/payments/{payment_id}/quotes", response=AbroadOut)
def read_quotes(request: HttpRequest, payment_id: str) -> Any:
    """Return the newest quote of a payment of the caller, and what goes back to the payer as it came."""
    actor, at, key = actor_of(request), clock.now(), ids.parse("pay", payment_id)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.payment(actor=actor, payment_id=key)
        if found.payer_id != actor.person_id:
            raise payments.PaymentNotFound
        newest = exchange.newest_quote_for(purpose_id=key)
        owed = exchange.owed_back_for(purpose_id=key)
    return AbroadOut(
        quote=PaymentQuoteOut.of(newest, found, at) if newest else None,
        owed_back=[
            OwedBackOut(
                currency=one.amount.currency, amount_minor=one.amount.minor, reason=one.reason, state=one.state.value
            )
            for one in owed
        ],
    )
