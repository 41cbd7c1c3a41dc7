"""Pure decisions about money that is paid directly to a shop: what it is, who paid, which transfers it moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.ledger.types import NewTransfer
from kawasan.rooms.payments.rules import accounts, mdr, qris, qris_consumer
from kawasan.rooms.payments.rules.acquirers import NNS_LENGTH, acquirer_of
from kawasan.rooms.payments.rules.masking import masked
from kawasan.rooms.payments.rules.qris_abroad import abroad_of
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.types import Outcome, PaymentCode
from kawasan.rooms.payments.types.shop import CodeReading, CounterStatus, PayerCodeReading

COUNTER_LIFETIME = timedelta(minutes=10)
INVOICE_LIFETIME = timedelta(hours=24)  # the longest that providers keep a code; it stands in the invoice's PDF
PAYER_LENGTH_MAX = 60


def counter_status(
    *, paid_at: datetime | None, closed_at: datetime | None, expires_at: datetime, at: datetime
) -> CounterStatus:
    """Return how far a payment at the counter has come at a moment."""
    if paid_at is not None:
        return CounterStatus.PAID
    if closed_at is not None:
        return CounterStatus.CANCELLED
    return CounterStatus.EXPIRED if at >= expires_at else CounterStatus.REQUESTED


def outcome_of_shop_money(
    *,
    asked_minor: int | None,
    came_minor: int,
    status: CounterStatus | None,
    expires_at: datetime | None,
    happened_at: datetime,
) -> Outcome:
    """
    Decide what money is that came to a shop's code; all of it is the shop's, since nobody else is known.

    A static code (nothing asked) takes any amount at any time. At the counter anything but the amount asked, once and
    in time, is told to the shop and to staff, so that the buyer gets it back by hand.
    """
    if asked_minor is None:
        return Outcome.PAID
    if status is CounterStatus.PAID:
        return Outcome.AGAIN
    if came_minor != asked_minor:
        return Outcome.OTHER_AMOUNT
    is_late = expires_at is not None and happened_at >= expires_at
    return Outcome.LATE if status is not CounterStatus.REQUESTED or is_late else Outcome.PAID


def shop_transfers(
    *,
    provider: str,
    money_id: str,
    business_id: UUID,
    amount_minor: int,
    fee_minor: int,
    reference: UUID,
    invoice_id: UUID | None = None,
) -> tuple[NewTransfer, ...]:
    """
    Return the transfers provider -> seller's balance and seller's balance -> acquirers of one payment.

    What was paid for an invoice says so: the books settle what the customer owed instead of counting a sale again.
    """
    whole = NewTransfer(
        id=ids.derived("payments.shop", provider, money_id),
        debit=accounts.provider(),
        credit=accounts.balance(business_id),
        amount=amount_minor,
        code=int(PaymentCode.INVOICE_QRIS if invoice_id else PaymentCode.QRIS_SHOP),
        reference=invoice_id or reference,
    )
    if not fee_minor:
        return (whole,)
    fee = mdr.fee_of_business(
        provider=provider, money_id=money_id, business_id=business_id, fee_minor=fee_minor, reference=reference
    )
    return whole, fee


def payer_of(body: bytes) -> str:
    """Return what a message lets a shop know about the payer: the app, and the end of a masked number."""
    try:
        told = wire.read(body) if body else {}
    except (wire.BadField, wire.MissingField):
        return ""
    app = wire.text_at(told, "additionalInfo.issuerName")
    number = wire.text_at(told, "customerNumber")[-4:]
    shown = " ".join(part for part in (app, f"•••{number}" if number else "") if part)
    return "".join(letter for letter in shown if letter.isprintable())[:PAYER_LENGTH_MAX]


def acquirer_number(payload: str) -> str:
    """Return the number (NNS) of the provider that a code's account is at, for "printed by" on a placard."""
    return next((one.pan[:NNS_LENGTH] for one in qris.parse(payload).accounts if one.pan), "")


def reading_of(payload: str, *, own: str) -> CodeReading:
    """Return what a code says. Raises InvalidQris."""
    code = qris.parse(payload)
    abroad = abroad_of(code)
    pan = next((account.pan for account in code.accounts if account.pan), None)
    acquirer = acquirer_of(pan) if pan else None
    return CodeReading(
        is_own=bool(own) and code.payload == own,
        is_static=code.initiation is qris.Initiation.STATIC,
        merchant_name=code.merchant_name,
        merchant_city=code.merchant_city,
        country=code.country,
        nmid=code.nmid or "",
        postcode=code.postcode or "",
        criteria=code.criteria,
        acquirer=acquirer.name if acquirer else "",
        amount_minor=code.money.minor if code.money else None,
        currency=abroad.currency,
        networks=abroad.networks,
        is_foreign=abroad.is_foreign,
        is_person=abroad.is_person,
        second_name=abroad.name or "",
        tip=code.tip.kind.name.lower() if code.tip else "",
        warnings=tuple(warning.value for warning in code.warnings),
    )


def payer_reading_of(text: str) -> PayerCodeReading:
    """Return what a code says that a payer shows. Raises InvalidQris."""
    code = qris_consumer.decode_consumer_code(text)
    issuer = acquirer_of(code.pan) if code.pan else None
    return PayerCodeReading(
        issuer=issuer.name if issuer else "",
        masked_account=masked(code.pan or ""),
        scheme=code.label or "",
        amount_minor=code.amount_minor,
    )
