"""Money for an invoice: written by hand, paid by a code made for it, or from a wallet. Each counts once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.actions.issuing import book
from kawasan.rooms.invoices.queries.desk import need_sales
from kawasan.rooms.invoices.queries.documents import as_documents, by_link, locked, voucher_key
from kawasan.rooms.invoices.queries.public import live_code
from kawasan.rooms.invoices.rules import posting
from kawasan.rooms.invoices.types.documents import Document, DocumentKind
from kawasan.rooms.invoices.types.money import BY_HAND, Method
from kawasan.rooms.invoices.types.refusals import (
    DocumentNotIssued,
    InvoiceAmountInvalid,
    InvoicePaymentIdReused,
    NothingOpen,
)
from kawasan.rooms.payments import api as payments

_NOTE_LENGTH_MAX = 200


@requires_transaction
def record_payment(
    *,
    actor: Actor,
    business_id: UUID,
    document_id: UUID,
    payment_id: UUID,
    amount_minor: int,
    method: Method,
    day: date,
    note: str = "",
    at: datetime,
) -> Document:
    """
    Write down money that came in cash or to a bank account outside the zone, once; below zero: given back.

    Not more than is open, and given back not more than was paid too much. Raises Unauthenticated, NotFound,
    DocumentNotFound, DocumentNotIssued, InvoiceAmountInvalid, InvoicePaymentIdReused, PeriodClosed.
    """
    need_sales(actor, business_id)
    row = locked(business_id, document_id)
    if row.issued_at is None or row.issued_on is None or row.kind != DocumentKind.INVOICE:
        raise DocumentNotIssued
    earlier = models.Payment.objects.filter(pk=payment_id).first()
    if earlier is not None:
        same = (row.id, amount_minor, method.value) == (earlier.document_id, earlier.amount_minor, earlier.method)
        if not same:
            raise InvoicePaymentIdReused
        return as_documents([row], at=at)[0]
    left = row.total_minor - row.credited_minor - row.paid_minor
    is_right = 0 < amount_minor <= left or (left < 0 and left <= amount_minor < 0)
    if method not in BY_HAND or not is_right or len(note) > _NOTE_LENGTH_MAX or "\0" in note:
        raise InvoiceAmountInvalid(field="amount", largest=Money(abs(left)))
    if not row.issued_on <= day <= clock.business_day(at):
        raise InvoiceAmountInvalid(field="day", largest=Money(abs(left)))
    add_payment(row, payment_id, amount_minor, method, day, note, actor.person_id, at)
    entry_id = ids.derived("invoices.payment-entry", payment_id)
    lines = posting.of_payment(method, amount_minor)
    book(row, lines, made_by=actor.person_id, at=at, entry_id=entry_id, day=day)
    return as_documents([row], at=at)[0]


@requires_transaction
def request_code(*, link: str, payment_id: UUID, amount_minor: int | None, at: datetime) -> payments.CounterPayment:
    """
    Ask for a QRIS code that pays an invoice, whole or in part, for whoever has its link. Edge: see as SYSTEM.

    A code of the same amount that is still good is returned instead of a new one. Raises DocumentNotFound, NothingOpen,
    InvoiceAmountInvalid, PaymentAmountInvalid, UnknownProvider.
    """
    found = by_link(link)
    row = locked(found.business_id, found.id)
    amount = _amount(row, amount_minor, at)
    known = live_code(row.id, at)
    if known is not None and not known.problem and known.amount_minor == amount:
        return known
    models.Attempt.objects.get_or_create(
        id=payment_id,
        defaults={"business_id": row.business_id, "document": row, "amount_minor": amount, "at": at},
    )
    return payments.request_invoice_payment(
        business_id=row.business_id, payment_id=payment_id, invoice_id=row.id, amount=Money(amount), at=at
    )


@requires_transaction
def pay_from_wallet(
    *, actor: Actor, link: str, payment_id: UUID, amount_minor: int | None = None, at: datetime
) -> Document:
    """
    Pay an invoice from the caller's wallet, once. Raises Unauthenticated, DocumentNotFound, NothingOpen,
    InvoiceAmountInvalid, WalletCannotPay, BuyersWalletFrozen.
    """
    actor.need_person()
    with seeing_everything():  # the invoice is its business's; who has the link may pay it
        found = by_link(link)
        row = locked(found.business_id, found.id)
        if not models.Payment.objects.filter(pk=payment_id).exists():
            amount = _amount(row, amount_minor, at)
            payments.pay_invoice_from_wallet(
                actor=actor,
                business_id=row.business_id,
                payment_id=payment_id,
                invoice_id=row.id,
                amount=Money(amount),
                at=at,
            )
            add_payment(row, payment_id, amount, Method.WALLET, clock.business_day(at), "", actor.person_id, at)
        return as_documents([row], at=at)[0]


@requires_transaction
def take_money(*, invoice_id: UUID, shop_payment_id: UUID, amount_minor: int, at: datetime) -> None:
    """
    Note money that came to an invoice's code and is in the business's balance, once however often it is told.

    Too late or twice it is the business's all the same: the invoice then shows what was paid too much.
    """
    row = models.Document.objects.select_for_update().filter(pk=invoice_id).first()
    if row is None or models.Payment.objects.filter(pk=shop_payment_id).exists():
        return
    add_payment(row, shop_payment_id, amount_minor, Method.QRIS, clock.business_day(at), "", None, at)


def _amount(row: models.Document, wanted: int | None, at: datetime) -> int:
    left = row.total_minor - row.credited_minor - row.paid_minor
    if row.kind != DocumentKind.INVOICE or left <= 0:
        raise NothingOpen
    largest = min(left, payments.largest_payment(clock.business_day(at)).minor)
    amount = largest if wanted is None else wanted
    if not 0 < amount <= left:
        raise InvoiceAmountInvalid(field="amount", largest=Money(left))
    return amount


def add_payment(
    row: models.Document,
    payment_id: UUID,
    amount_minor: int,
    method: Method,
    day: date,
    note: str,
    made_by: UUID | None,
    at: datetime,
) -> None:
    """Store money for a locked invoice and count it."""
    models.Payment.objects.create(
        id=payment_id,
        business_id=row.business_id,
        document=row,
        amount_minor=amount_minor,
        method=method.value,
        day=day,
        note=note.strip(),
        made_by=made_by,
        made_at=at,
    )
    row.paid_minor += amount_minor
    row.save(update_fields=["paid_minor"])


def add_order_money(
    row: models.Document,
    key: UUID,
    total_minor: int,
    voucher_minor: int,
    *,
    day: date,
    note: str,
    made_by: UUID | None,
    at: datetime,
) -> None:
    """Store an order's money for its locked invoice, below zero where it went back: the buyer's, and the zone's."""
    parts = ((key, total_minor - voucher_minor, Method.ORDER), (voucher_key(key), voucher_minor, Method.VOUCHER))
    for payment_id, amount_minor, method in parts:
        if amount_minor:
            add_payment(row, payment_id, amount_minor, method, day, note, made_by, at)


@requires_transaction
def hear_settled(business_id: UUID, document_id: UUID, settled_minor: int, at: datetime) -> None:
    """
    Hear from the books how much of an invoice their entries have paid altogether (a bank statement, say).

    The difference to what was heard before is noted (below zero: a payment was undone), once.
    """
    row = locked(business_id, document_id)
    heard = models.Payment.objects.filter(document_id=row.id, method=Method.BOOKS).aggregate(sum=Sum("amount_minor"))
    if change := settled_minor - (heard["sum"] or 0):
        add_payment(row, ids.uuid7(), change, Method.BOOKS, clock.business_day(at), "", None, at)
