"""Background work: mails with papers, reminders, invoices that come again, money that came to a code."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.addresses import zone_address
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job, periodic
from kawasan.platform.telemetry import log
from kawasan.rooms.commerce.facts import OrderCancelled, OrderRefunded
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.facts import ShopPaid
from kawasan.rooms.zone import api as zone


@job(queue="mail", retries=8)
def mail_document(*, business_id: str, document_id: str, origin: str, days: int | None = None) -> None:
    """
    Mail a paper with its link and PDF in the customer's language; ``days`` after the due day it is a reminder.

    What was paid or cancelled meanwhile is not reminded of.
    """
    with transaction(SYSTEM):
        paper = invoices.paper_of(business_id=UUID(business_id), document_id=UUID(document_id), at=clock.now())
        place = zone.zone_settings().name
    if not paper.customer_email or (days is not None and not paper.document.can_be_paid):
        return
    found = paper.document
    with translation.override(found.terms.language):
        link = (origin or paper.origin or zone_address()).rstrip("/") + reverse("invoices:public", args=[paper.link])
        context = {
            "paper": paper,
            "document": found,
            "days": days,
            "ahead": -days if days is not None and days < 0 else 0,
            "zone": place,
            "link": link,
        }
        subject = " ".join(render_to_string("invoices/mail/subject.txt", context).split())
        body = render_to_string("invoices/mail/body.txt", context)
        pdf = invoices.pdf_of(paper, link)
    mail = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [paper.customer_email])
    mail.attach(f"{found.number.replace('/', '-')}.pdf", pdf, "application/pdf")
    mail.send()


@periodic("20 1,4,7 * * *")
def remind() -> None:
    """Mail what is due or overdue, in the morning; another round finds everything noted."""
    with transaction(SYSTEM):
        for business_id, document_id, days in invoices.take_reminders(at=clock.now()):
            mail_document.defer(business_id=str(business_id), document_id=str(document_id), origin="", days=days)


@periodic("5 * * * *")
def make_recurring() -> None:
    """Make the invoices whose day has come, each in a transaction of its own."""
    at = clock.now()
    with transaction(SYSTEM):
        waiting = invoices.due_series(at=at)
    for series_id in waiting:
        make_next(series_id=series_id, at=at)


def make_next(*, series_id: UUID, at: datetime) -> None:
    """Make one invoice that is due; what is refused is noted beside its series."""
    try:
        with transaction(SYSTEM):
            made = invoices.make_due(series_id=series_id, at=at)
            if made is not None:
                mail_document.defer(business_id=str(made[0]), document_id=str(made[1]), origin="")
    except Refusal as refusal:
        log.warning("recurring-invoice-refused", series=str(series_id), code=refusal.code)
        with transaction(SYSTEM):
            invoices.note_problem(series_id=series_id, refusal=refusal)


def on_shop_paid(fact: ShopPaid, *, at: datetime) -> None:
    """Note money that came to an invoice's code."""
    if fact.invoice_id is not None:
        invoices.take_money(
            invoice_id=fact.invoice_id, shop_payment_id=fact.shop_payment_id, amount_minor=fact.amount_minor, at=at
        )


def on_order_refunded(fact: OrderRefunded, *, at: datetime) -> None:
    """Credit what went back of an order that has an invoice."""
    invoices.credit_refund(
        business_id=fact.business_id,
        order_id=fact.order_id,
        refund_id=fact.return_id,
        amount_minor=fact.refunded_minor + fact.discount_back_minor,
        voucher_minor=fact.discount_back_minor,
        at=at,
    )


def on_order_cancelled(fact: OrderCancelled, *, at: datetime) -> None:
    """Credit all of the invoice of an order that was paid, billed and then cancelled."""
    if fact.refunded_minor:
        invoices.credit_refund(
            business_id=fact.business_id,
            order_id=fact.order_id,
            refund_id=fact.order_id,
            amount_minor=None,
            voucher_minor=None,
            at=at,
        )


@job(queue="payments")
def check_code(*, code_id: str) -> None:
    """Ask the provider whether an invoice's code was paid. A repeat finds nothing new."""
    for told in payments.ask_about_counter(counter_id=UUID(code_id), at=clock.now()):
        with transaction(SYSTEM):
            payments.notify(notification=told, at=clock.now())
