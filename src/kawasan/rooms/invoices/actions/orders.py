"""An order of the marketplace becomes an invoice, when its buyer (or the seller) asks for one."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.actions.customers import add_customer, lock_habits
from kawasan.rooms.invoices.actions.drafts import write_draft
from kawasan.rooms.invoices.actions.issuing import book, issue_row
from kawasan.rooms.invoices.actions.paying import add_order_money
from kawasan.rooms.invoices.queries.desk import is_pkp
from kawasan.rooms.invoices.queries.documents import as_documents, link_of, locked
from kawasan.rooms.invoices.queries.orders import name_of, sold_of
from kawasan.rooms.invoices.rules import posting
from kawasan.rooms.invoices.types.customers import CustomerData
from kawasan.rooms.invoices.types.documents import Document, DocumentKind, NewLine, Terms
from kawasan.rooms.invoices.types.refusals import OrderNotBilled


@requires_transaction
def bill_order(*, actor: Actor, order_id: UUID, data: CustomerData, at: datetime) -> tuple[Document, str]:
    """
    Issue the invoice of a paid order to its buyer, once; return it and its link. A repeat returns the first.

    Its sale was booked by the ledger: only the PPN within it is booked here, where the seller collects PPN. Raises
    OrderNotFound, OrderNotBilled, CustomerInvalid, CustomerNumberInvalid.
    """
    order = commerce.order(actor=actor, order_id=order_id)
    with seeing_everything():  # the paper is the seller's; the buyer gets its link
        lock_habits(order.business_id)  # a refund that is only just told waits, or is seen
        earlier = models.Document.objects.filter(order_id=order_id).first()
        if earlier is None:
            order = commerce.order(actor=actor, order_id=order_id)
            earlier = _issued(order, data, actor.person_id, at)
        return as_documents([earlier], at=at)[0], link_of(earlier.id, earlier.link_version)


def _issued(order: commerce.Order, data: CustomerData, made_by: UUID | None, at: datetime) -> models.Document:
    if order.paid_at is None or order.cancelled_at is not None or order.net_minor <= 0:
        raise OrderNotBilled
    customer = add_customer(
        actor=SYSTEM,  # who asks may be the buyer, who has no role at the seller's
        business_id=order.business_id,
        customer_id=ids.derived("invoices.order-customer", order.id),
        data=data,
        at=at,
    )
    terms = Terms(due_days=0, language=data.language, note=order.number, prices_include_ppn=is_pkp(order.business_id))
    made = write_draft(
        order.business_id,
        ids.derived("invoices.order-document", order.id),
        DocumentKind.INVOICE,
        customer.id,
        _lines(order),
        terms,
        made_by=made_by,
        at=at,
        order_id=order.id,
    )
    row = locked(order.business_id, made.id)
    issue_row(row, clock.business_day(at), made_by=made_by, at=at)
    key, day = ids.derived("invoices.order-payment", order.id), clock.business_day(at)
    add_order_money(row, key, row.total_minor, order.subsidy_minor, day=day, note=order.number, made_by=made_by, at=at)
    book(row, posting.of_tax_within(row.ppn_minor), made_by=made_by, at=at)
    row.sent_at = at
    row.save(update_fields=["sent_at"])
    return row


# A shop's voucher and what was given back before stand as a discount: the invoice says what the seller got in the end.
# The zone's voucher is no discount of the seller's (UU PPN art. 1 no. 18: only one on the invoice lowers the price): it
# is money of somebody else, and stands among the payments.
def _lines(order: commerce.Order) -> list[NewLine]:
    return [
        NewLine(name_of(line), Decimal(line.quantity), line.unit_price_minor, line.gross_minor - sold, unit="UM.0021")
        for line in order.lines
        if (sold := sold_of(line, order)) > 0
    ]
