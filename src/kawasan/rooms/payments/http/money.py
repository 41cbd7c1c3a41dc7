"""The JSON routes of payments."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.responses import NinjaJSONEncoder, Status

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.core.paging import Page
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.rooms.zone import api as zone

router = Router(tags=["payments"])


class SplitOut(Schema):
    """A part of a payment."""

    amount_minor: int
    business_id: str | None
    order_id: str | None


class PaymentOut(Schema):
    """A payment by QRIS."""

    id: str
    purpose: str
    status: str
    amount_minor: int
    currency: str = "IDR"
    qris: str
    merchant_name: str
    merchant_city: str
    nmid: str
    requested_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    failed_attempts: int
    returned_minor: int
    splits: list[SplitOut]

    @classmethod
    def of(cls, found: payments.Payment) -> PaymentOut:
        """Return a payment as programs see it."""
        return cls(
            id=found.public_id,
            purpose=found.purpose,
            status=found.status,
            amount_minor=found.amount_minor,
            qris=found.qris,
            merchant_name=found.merchant_name,
            merchant_city=found.merchant_city,
            nmid=found.nmid,
            requested_at=found.requested_at,
            expires_at=found.expires_at,
            paid_at=found.paid_at,
            failed_attempts=found.failed_attempts,
            returned_minor=found.returned_minor,
            splits=[
                SplitOut(
                    amount_minor=part.amount_minor,
                    business_id=ids.public("biz", part.business_id) if part.business_id else None,
                    order_id=ids.public("ord", part.order_id) if part.order_id else None,
                )
                for part in found.splits
            ],
        )


class PaymentsOut(Schema):
    """One page of payments."""

    items: list[PaymentOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[payments.Payment]) -> PaymentsOut:
        """Return a page as programs see it."""
        return cls(items=[PaymentOut.of(item) for item in page.items], next_cursor=page.next_cursor)


class LineOut(Schema):
    """One line of a statement: ``change_minor`` is signed."""

    at: datetime
    kind: str
    change_minor: int
    balance_minor: int
    reference: str


class StatementOut(Schema):
    """One page of a statement, newest line first."""

    items: list[LineOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[payments.Line]) -> StatementOut:
        """Return a page as programs see it."""
        lines = [
            LineOut(
                at=line.at,
                kind=line.code.name.lower(),
                change_minor=line.change_minor,
                balance_minor=line.balance_minor,
                reference=line.shown_reference,
            )
            for line in page.items
        ]
        return cls(items=lines, next_cursor=page.next_cursor)


class WalletOut(Schema):
    """What a person may spend now."""

    balance_minor: int
    currency: str = "IDR"


class TopUpIn(Schema):
    """How much shall come into the wallet."""

    amount_minor: int


class SellerMoneyOut(Schema):
    """What a business has: free, on its way to the bank, waiting for delivery."""

    available_minor: int
    on_its_way_minor: int
    escrow_minor: int
    currency: str = "IDR"


class PayoutIn(Schema):
    """How much shall go to the account that is confirmed."""

    amount_minor: int


class PayoutOut(Schema):
    """A payout; the account's number is masked."""

    id: str
    status: str
    amount_minor: int
    bank: str
    masked_number: str
    holder: str
    requested_at: datetime
    settled_at: datetime | None
    bank_reference: str

    @classmethod
    def of(cls, found: payments.Payout) -> PayoutOut:
        """Return a payout as programs see it."""
        return cls(
            id=found.public_id,
            status=found.status,
            amount_minor=found.amount_minor,
            bank=found.bank,
            masked_number=found.masked_number,
            holder=found.holder,
            requested_at=found.requested_at,
            settled_at=found.settled_at,
            bank_reference=found.bank_reference,
        )


class PayoutsOut(Schema):
    """One page of payouts."""

    items: list[PayoutOut]
    next_cursor: str | None


@router.get("/wallet", response=WalletOut)
def wallet(request: HttpRequest) -> Any:
    """Return what the caller may spend now."""
    actor = actor_of(request)
    person_id = actor.need_person()
    actor.need_scope("payments:read")
    with transaction(actor):
        return WalletOut(balance_minor=payments.wallet_balance(person_id=person_id))


@router.get("/wallet/statement", response=StatementOut)
def wallet_statement(request: HttpRequest, cursor: str | None = None, limit: int | None = None) -> Any:
    """Return the movements of the caller's wallet, newest first."""
    actor = actor_of(request)
    person_id = actor.need_person()
    actor.need_scope("payments:read")
    with transaction(actor):
        return StatementOut.of(payments.wallet_statement(person_id=person_id, cursor=cursor, limit=limit))


@router.get("/wallet/top-ups", response=PaymentsOut)
def top_ups(request: HttpRequest, cursor: str | None = None, limit: int | None = None) -> Any:
    """Return the caller's top-ups, newest first."""
    actor = actor_of(request)
    person_id = actor.need_person()
    actor.need_scope("payments:read")
    with transaction(actor):
        page = payments.payments_of(payer_id=person_id, purpose=payments.Purpose.TOP_UP, cursor=cursor, limit=limit)
    return PaymentsOut.of(page)


@router.post("/wallet/top-ups", response={201: PaymentOut})
def top_up(request: HttpRequest, body: TopUpIn) -> HttpResponse:
    """Ask for money into the caller's wallet (needs an Idempotency-Key); pay the QRIS code of the answer."""
    actor, at = actor_of(request), clock.now()
    person_id = actor.need_person()
    actor.need_scope("payments:write")

    def run() -> tuple[int, dict[str, Any]]:
        made = payments.top_up(payment_id=ids.uuid7(), person_id=person_id, amount=Money(body.amount_minor), at=at)
        return 201, plain(PaymentOut.of(made))

    with transaction(actor):
        return once(request, run)


@router.get("/payments", response=PaymentsOut)
def own_payments(request: HttpRequest, cursor: str | None = None, limit: int | None = None) -> Any:
    """Return the payments that the caller was asked for, newest first."""
    actor = actor_of(request)
    person_id = actor.need_person()
    actor.need_scope("payments:read")
    with transaction(actor):
        return PaymentsOut.of(payments.payments_of(payer_id=person_id, cursor=cursor, limit=limit))


@router.get("/payments/{payment_id}", response=PaymentOut)
def payment(request: HttpRequest, payment_id: str) -> Any:
    """Return a payment to its payer, the paid businesses and the zone."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        return PaymentOut.of(payments.payment(payment_id=ids.parse("pay", payment_id), actor=actor))


@router.post("/payments/{payment_id}/cancellation", response=PaymentOut)
def cancel(request: HttpRequest, payment_id: str) -> Any:
    """Close a payment of the caller that shall not be paid any more. Repeating it changes nothing."""
    actor = actor_of(request)
    actor.need_person()
    actor.need_scope("payments:write")
    with transaction(actor):
        found = payments.cancel_payment(payment_id=ids.parse("pay", payment_id), actor=actor, at=clock.now())
    return PaymentOut.of(found)


@router.post("/payments/{payment_id}/check", response={202: PaymentOut})
def check(request: HttpRequest, payment_id: str) -> Any:
    """Let us ask the provider about a payment now; look at the payment again in a moment."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.payment(payment_id=ids.parse("pay", payment_id), actor=actor)
        tasks.check_payment.defer(payment_id=str(found.id))
    return Status(202, PaymentOut.of(found))


def note_money_look(actor: Actor, business_id: str) -> None:
    """Write down that somebody of the zone read a business's money; its own people leave no row."""
    zone.note_looks(
        actor=actor, business_ids=[ids.parse("biz", business_id)], what=zone.Look.MONEY, at=clock.now()
    )  # fmt: skip


@router.get("/businesses/{business_id}/money", response=SellerMoneyOut)
def seller_money(request: HttpRequest, business_id: str) -> Any:
    """Return what a business has."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.seller_money(actor=actor, business_id=ids.parse("biz", business_id))
        note_money_look(actor, business_id)
    return SellerMoneyOut(
        available_minor=found.available_minor,
        on_its_way_minor=found.on_its_way_minor,
        escrow_minor=found.escrow_minor,
    )


@router.get("/businesses/{business_id}/money/statement", response=StatementOut)
def seller_statement(
    request: HttpRequest, business_id: str, cursor: str | None = None, limit: int | None = None, escrow: bool = False
) -> Any:
    """Return the movements of a business's balance (or of its escrow), newest first."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        page = payments.business_statement(
            actor=actor, business_id=ids.parse("biz", business_id), cursor=cursor, limit=limit, escrow=escrow
        )
        note_money_look(actor, business_id)
    return StatementOut.of(page)


@router.get("/businesses/{business_id}/payouts", response=PayoutsOut)
def payouts(request: HttpRequest, business_id: str, cursor: str | None = None, limit: int | None = None) -> Any:
    """Return a business's payouts, newest first."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        page = payments.payouts_of(actor=actor, business_id=ids.parse("biz", business_id), cursor=cursor, limit=limit)
        note_money_look(actor, business_id)
    return PayoutsOut(items=[PayoutOut.of(item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/businesses/{business_id}/payouts", response={201: PayoutOut})
def request_payout(request: HttpRequest, business_id: str, body: PayoutIn) -> HttpResponse:
    """Send money of a business's balance to its confirmed bank account (owners only; needs an Idempotency-Key)."""
    actor, at = actor_of(request), clock.now()
    actor.need_scope("payments:write")
    business = ids.parse("biz", business_id)

    def run() -> tuple[int, dict[str, Any]]:
        made = payments.request_payout(
            actor=actor,
            business_id=business,
            payout_id=ids.uuid7(),
            amount=Money(body.amount_minor),
            at=at,
        )
        return 201, plain(PayoutOut.of(made))

    with transaction(actor):
        return once(request, run)


# A stored answer is written as a fresh one is, so that a repeat is equal to the last letter.
def plain(found: Schema) -> dict[str, Any]:
    """Return an answer as it is stored with its Idempotency-Key."""
    stored: dict[str, Any] = json.loads(json.dumps(found.model_dump(), cls=NinjaJSONEncoder))
    return stored
