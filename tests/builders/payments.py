"""Money and payments, made through the payments room's own door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.money import rupiah
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules.codes import code_of_bill
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import Merchant
from kawasan.rooms.zone import api as zone
from tests.builders.ledger import a_hold, a_source, an_account, an_entry
from tests.builders.zone import a_business, a_person, an_actor, zone_staff

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def a_payment(
    *,
    payer: UUID | None = None,
    amounts: tuple[int, ...] = (50_000_00,),
    holds: int | Sequence[UUID] = 0,
    at: datetime = AT,
    is_coded: bool = True,
    **changes: Any,
) -> payments.Payment:
    """Ask for a payment: one business and order for each amount, so many held things; with its code or without."""
    splits = [payments.Split(amount, a_business().id, ids.uuid7()) for amount in amounts]
    given: dict[str, Any] = {
        "payment_id": ids.uuid7(),
        "payer_id": payer or a_person().pk,
        "splits": splits,
        "holds": [a_held_thing(at) for _ in range(holds)] if isinstance(holds, int) else holds,
        "expires_at": at + QUARTER,
        "at": at,
    }
    asked = payments.request_payment(**(given | changes))
    return with_its_code(asked, at=at) if is_coded else asked


def with_its_code(payment: payments.Payment, *, at: datetime = AT) -> payments.Payment:
    """Let a made-up bank make the code of a payment, as a job lets the provider do after the commit."""
    code = models.Code.objects.get(payment_id=payment.id, kind="qris")
    merchant = Merchant(
        name=payment.merchant_name, city=payment.merchant_city, postcode="10110", nmid=payment.nmid,
        pan="936009990000000001", merchant_id="000000000001", mcc="5311", acquirer="ID.KAWASAN.WWW",
    )  # fmt: skip
    content = code_of_bill(merchant=merchant, amount_minor=payment.amount_minor, reference=payment.reference)
    told = {"responseCode": "2004700", "referenceNo": f"BANK{payment.reference}", "qrContent": content}
    payments.begin_code(code_id=code.pk, at=at)
    payments.note_code(code_id=code.pk, answer=Answer(SnapOutcome.SUCCESS, "2004700", "success", told), at=at)
    return payments.payment(payment_id=payment.id)


def a_held_thing(at: datetime = AT) -> UUID:
    """Hold one of something for a quarter of an hour, as a cart holds stock; return the pending transfer's id."""
    shelf = an_account(holding=5, code=20)
    hold = replace(a_hold(shelf, a_source(), 1, minutes=None), expires_at=at + QUARTER)
    ledger.post(replace(an_entry(hold), at=at))
    return hold.id


def money_for(payment: payments.Payment, **changes: Any) -> payments.Notification:
    """Return the provider's message that a payment's money came, new and in time unless told otherwise."""
    given: dict[str, Any] = {
        "provider": "sandbox",
        "event_id": f"event-{ids.uuid7()}",
        "kind": payments.NotificationKind.PAID,
        "reference": payment.reference,
        "money_id": f"money-{ids.uuid7()}",
        "amount_minor": payment.amount_minor,
        "happened_at": payment.requested_at + timedelta(minutes=1),
    }
    return payments.Notification(**(given | changes))


def a_funded_wallet(person_id: UUID, whole_rupiah: int, *, at: datetime = AT) -> None:
    """Put money into a person's wallet, by top-ups that are paid; for much of it the identity is checked first."""
    rest = rupiah(whole_rupiah)
    state = payments.wallet_state(person_id=person_id, at=at)
    if rest.minor + payments.wallet_balance(person_id=person_id) > state.balance_max.amount_minor:
        verify(person_id, at=at)
    while rest.minor:
        part = min(rest, payments.TOP_UP_MAX)
        asked = payments.top_up(payment_id=ids.uuid7(), person_id=person_id, amount=part, at=at)
        payments.notify(notification=money_for(asked), at=at + timedelta(minutes=1))
        rest -= part


def verify(person_id: UUID, *, at: datetime = AT) -> None:
    """Let staff have checked a person's identity."""
    payments.decide_wallet(
        actor=an_actor(zone_staff().pk),
        person_id=person_id,
        step_id=ids.uuid7(),
        level=payments.Level.VERIFIED,
        reason="KTP dilihat",
        at=at,
    )


def money_for_a_business(business_id: UUID, whole_rupiah: int, *, at: datetime = AT) -> None:
    """Sell something of a business and release its money into the balance, without a fee."""
    order_id, amount = ids.uuid7(), rupiah(whole_rupiah).minor
    split = payments.Split(amount, business_id, order_id)
    asked = a_payment(splits=[split], at=at)
    payments.notify(notification=money_for(asked), at=at + timedelta(minutes=1))
    parts = payments.release(business_id=business_id, order_id=order_id, gross_minor=amount, fee_minor=0)
    ledger.post(ledger.Entry(ids.uuid7(), at, parts))


def an_account_of(business_id: UUID, *, bank: str = "014", number: str = "1234567890", at: datetime = AT) -> None:
    """Save a bank account of a business that the bank says is the business's; money goes there when it is asked for."""
    member = zone.members(actor=SYSTEM, business_id=business_id)[0]
    payments.save_bank_account(
        actor=zone.actor_of_person(person_id=member.person_id), business_id=business_id, account_id=ids.uuid7(),
        bank=bank, number=number, holder="Sri Wahyuni", rhythm=payments.Rhythm.MANUAL, smallest=payments.PAYOUT_MIN,
        owner=payments.AccountOwner("SRI WAHYUNI"), at=at,
    )  # fmt: skip


def posted(account: UUID) -> int:
    """Return what has come into an account less what went out."""
    return ledger.balances([account]).get(account, ledger.Balance()).posted
