"""A shop's own codes over JSON: its static code, payments at the counter, and what was paid to them."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.responses import Status

from kawasan.core import clock, ids
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks

router = Router(tags=["shop payments"])
MINOR_MAX = 10**15


class StaticCodeOut(Schema):
    """A shop's one code for any number of payments; ``payload`` is empty until the provider has made it."""

    id: str
    state: str
    problem: str
    payload: str
    nmid: str
    merchant_name: str
    merchant_city: str
    made_at: datetime | None
    criteria: str | None
    fee_rate: str | None = Field(description="Of one payment, such as 0.007")
    fee_free_up_to_minor: int | None

    @classmethod
    def of(cls, found: payments.StaticCode) -> StaticCodeOut:
        """Return a code as programs see it."""
        return cls(
            id=ids.public("qrs", found.id),
            state=found.state,
            problem=found.problem,
            payload=found.content,
            nmid=found.nmid,
            merchant_name=found.merchant_name,
            merchant_city=found.merchant_city,
            made_at=found.made_at,
            criteria=found.fee.criteria if found.fee else None,
            fee_rate=str(found.fee.rate) if found.fee else None,
            fee_free_up_to_minor=found.fee.free_up_to_minor if found.fee else None,
        )


class ShopPaymentOut(Schema):
    """Money that somebody paid to one of a shop's codes."""

    id: str
    kind: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str = "IDR"
    outcome: str
    payer: str
    paid_abroad: str  # by a payer abroad, such as "CNY 21.16"; empty where rupiah were paid
    money_id: str
    paid_at: datetime
    came_at: datetime

    @classmethod
    def of(cls, found: payments.ShopPayment) -> ShopPaymentOut:
        """Return a payment as programs see it."""
        return cls(
            id=found.public_id,
            kind=found.kind,
            amount_minor=found.amount_minor,
            fee_minor=found.fee_minor,
            net_minor=found.net_minor,
            outcome=found.outcome,
            payer=found.payer,
            paid_abroad=found.paid_abroad,
            money_id=found.money_id,
            paid_at=found.happened_at,
            came_at=found.at,
        )


class ShopPaymentsOut(Schema):
    """One page of payments, newest first."""

    items: list[ShopPaymentOut]
    next_cursor: str | None


class ReadingIn(Schema):
    """What a scanned code says."""

    payload: str = Field(max_length=600)


class ReadingOut(Schema):
    """What a code means, and whether it is the shop's own."""

    is_own: bool
    is_static: bool
    is_foreign: bool
    is_person: bool
    merchant_name: str
    second_name: str
    merchant_city: str
    postcode: str
    country: str
    nmid: str
    criteria: str
    acquirer: str
    amount_minor: int | None
    currency: str
    networks: list[str]
    tip: str
    warnings: list[str]


class PayerReadingIn(Schema):
    """What a payer's phone shows for a shop to scan (CPM): base64."""

    code: str = Field(max_length=700)


class PayerReadingOut(Schema):
    """What a payer's code says; no money moves. ``is_chargeable``: whether a provider of the zone charges it."""

    issuer: str
    masked_account: str
    scheme: str
    amount_minor: int | None
    currency: str = "IDR"
    is_chargeable: bool


class CounterIn(Schema):
    """A payment at the counter under an id made by the caller: sending it again is the same payment."""

    id: UUID
    business_id: str
    amount_minor: int = Field(lt=MINOR_MAX, description="Rp1 = 100")
    sale_id: UUID | None = None


class CounterOut(Schema):
    """A payment at the counter; ``qris`` is empty for the moment until the provider has made it."""

    id: str
    business_id: str
    amount_minor: int
    currency: str = "IDR"
    status: str
    qris: str
    merchant_name: str
    nmid: str
    problem: str
    requested_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    sale_id: UUID | None

    @classmethod
    def of(cls, found: payments.CounterPayment) -> CounterOut:
        """Return a payment as programs see it."""
        return cls(
            id=found.public_id,
            business_id=ids.public("biz", found.business_id),
            amount_minor=found.amount_minor,
            status=found.status,
            qris=found.qris,
            merchant_name=found.merchant_name,
            nmid=found.nmid,
            problem=found.problem,
            requested_at=found.requested_at,
            expires_at=found.expires_at,
            paid_at=found.paid_at,
            sale_id=found.sale_id,
        )


@router.get("/businesses/{business_id}/qris", response=StaticCodeOut)
def static_code(request: HttpRequest, business_id: str) -> Any:
    """Return a shop's static code to its people and the zone."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.static_code(actor=actor, business_id=ids.parse("biz", business_id), at=clock.now())
    return StaticCodeOut.of(found)


@router.post("/businesses/{business_id}/qris", response={202: StaticCodeOut})
def want_static_code(request: HttpRequest, business_id: str) -> Any:
    """Ask for a shop's static code (owners only). The one that is there or on its way is returned as it is."""
    actor = actor_of(request)
    actor.need_scope("payments:write")
    with transaction(actor):
        found = payments.want_static_code(actor=actor, business_id=ids.parse("biz", business_id), at=clock.now())
    return Status(202, StaticCodeOut.of(found))


@router.get("/businesses/{business_id}/qris/payments", response=ShopPaymentsOut)
def shop_payments(
    request: HttpRequest,
    business_id: str,
    first: date | None = None,
    last: date | None = None,
    amount_minor: int | None = None,
    kind: payments.ShopCodeKind | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Any:
    """Return what was paid to a shop's codes, newest first; ``first`` and ``last`` are days in Jakarta, included."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    wanted = payments.ShopPaymentFilter(first=first, last=last, amount_minor=amount_minor, kind=kind)
    with transaction(actor):
        page = payments.shop_payments(
            actor=actor, business_id=ids.parse("biz", business_id), wanted=wanted, cursor=cursor, limit=limit
        )
    return ShopPaymentsOut(items=[ShopPaymentOut.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/businesses/{business_id}/qris/readings", response=ReadingOut)
def read_code(request: HttpRequest, business_id: str, body: ReadingIn) -> Any:
    """Return what a QRIS code says and whether it is the shop's own. Nothing is stored."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.code_reading(
            actor=actor, business_id=ids.parse("biz", business_id), payload=body.payload, at=clock.now()
        )
    return ReadingOut.model_validate(found, from_attributes=True)


@router.post("/businesses/{business_id}/qris/payer-readings", response=PayerReadingOut)
def read_payers_code(request: HttpRequest, business_id: str, body: PayerReadingIn) -> Any:
    """Return what a code says that a payer shows (CPM). Nothing is stored or charged: no provider offers it yet."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.payer_code_reading(actor=actor, business_id=ids.parse("biz", business_id), code=body.code)
    return PayerReadingOut.model_validate(found, from_attributes=True)


@router.post("/counter-payments", response={201: CounterOut})
def request_counter_payment(request: HttpRequest, body: CounterIn) -> Any:
    """Ask for one payment of exactly this amount at a shop's counter; look at it again until it is paid."""
    actor = actor_of(request)
    actor.need_scope("payments:write")
    with transaction(actor):
        found = payments.request_counter_payment(
            actor=actor,
            business_id=ids.parse("biz", body.business_id),
            counter_id=body.id,
            amount=Money(body.amount_minor),
            sale_id=body.sale_id,
            at=clock.now(),
        )
    return Status(201, CounterOut.of(found))


class WalletPaymentIn(Schema):
    """A sum at the counter that a buyer's wallet shall pay, under an id made by the caller."""

    id: UUID
    business_id: str
    amount_minor: int = Field(lt=MINOR_MAX, description="Rp1 = 100")
    code: str = Field(max_length=40, description="What the buyer's wallet shows: twelve digits")


class WalletPaymentOut(Schema):
    """A sum at the counter that a wallet paid."""

    id: UUID
    business_id: str
    amount_minor: int
    currency: str = "IDR"
    buyer: str
    paid_at: datetime


@router.post("/counter-wallet-payments", response={201: WalletPaymentOut})
def pay_from_wallet(request: HttpRequest, body: WalletPaymentIn) -> Any:
    """Let the wallet that shows a code pay a sum at a counter, once; sending it again is the same payment."""
    actor = actor_of(request)
    actor.need_scope("payments:write")
    business_id, at = ids.parse("biz", body.business_id), clock.now()
    try:
        with transaction(actor):
            found = payments.pay_counter_from_wallet(
                actor=actor,
                business_id=business_id,
                payment_id=body.id,
                digits=body.code,
                amount=Money(body.amount_minor),
                at=at,
            )
    except payments.WalletCodeUnknown:
        with transaction(actor):  # what was refused changes nothing, but that it was tried counts
            payments.note_wrong_code(actor=actor, business_id=business_id, at=at)
        raise
    made = WalletPaymentOut(
        id=found.id,
        business_id=ids.public("biz", found.business_id),
        amount_minor=found.amount_minor,
        buyer=found.buyer,
        paid_at=found.at,
    )
    return Status(201, made)


@router.get("/counter-payments/{counter_id}", response=CounterOut)
def counter_payment(request: HttpRequest, counter_id: str) -> Any:
    """Return a payment at the counter to the business's people."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        return CounterOut.of(_counter(actor, counter_id))


@router.get("/counter-payments/{counter_id}/code.svg", include_in_schema=True, response={200: None})
def counter_drawing(request: HttpRequest, counter_id: str) -> Any:
    """Return the code of a payment at the counter as a picture to show on the till."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = _counter(actor, counter_id)
    if not found.qris:
        raise payments.CounterPaymentNotFound
    out = io.BytesIO()
    segno.make(found.qris, error="m", micro=False).save(out, kind="svg", scale=8, border=2, light="#fff")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@router.post("/counter-payments/{counter_id}/cancellation", response=CounterOut)
def cancel_counter_payment(request: HttpRequest, counter_id: str) -> Any:
    """Close a payment at the counter that nobody shall pay any more. Repeating it changes nothing."""
    actor = actor_of(request)
    actor.need_scope("payments:write")
    with transaction(actor):
        counter = ids.parse(_PREFIX, counter_id)
        found = payments.cancel_counter_payment(actor=actor, counter_id=counter, at=clock.now())
        tasks.close_counter.defer(counter_id=str(found.id))
    return CounterOut.of(found)


@router.post("/counter-payments/{counter_id}/check", response={202: CounterOut})
def check_counter_payment(request: HttpRequest, counter_id: str) -> Any:
    """Let us ask the provider about a payment at the counter now; look at it again in a moment."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = _counter(actor, counter_id)
        tasks.check_counter.defer(counter_id=str(found.id))
    return Status(202, CounterOut.of(found))


_PREFIX = "ctr"


def _counter(actor: Any, counter_id: str) -> payments.CounterPayment:
    return payments.counter_payment(actor=actor, counter_id=ids.parse(_PREFIX, counter_id), at=clock.now())
