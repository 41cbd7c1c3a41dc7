"""What the pages share: whose papers, in which language, what things are called."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import msg
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.zone import api as zone

STATES = {
    invoices.State.DRAFT: msg("Draft"),
    invoices.State.ISSUED: msg("Issued"),
    invoices.State.SENT: msg("Sent"),
    invoices.State.ACCEPTED: msg("Agreed"),
    invoices.State.BILLED: msg("Billed"),
    invoices.State.EXPIRED: msg("Expired"),
    invoices.State.DECLINED: msg("Declined"),
    invoices.State.PARTLY_PAID: msg("Partly paid"),
    invoices.State.PAID: msg("Paid"),
    invoices.State.OVERDUE: msg("Overdue"),
    invoices.State.CANCELLED: msg("Cancelled"),
}
COLORS = {
    invoices.State.PAID: "good",
    invoices.State.ACCEPTED: "good",
    invoices.State.OVERDUE: "bad",
    invoices.State.DECLINED: "bad",
    invoices.State.PARTLY_PAID: "warm",
    invoices.State.EXPIRED: "warm",
}
KINDS = {
    invoices.DocumentKind.QUOTATION: msg("Quotation"),
    invoices.DocumentKind.INVOICE: msg("Invoice"),
    invoices.DocumentKind.CREDIT: msg("Credit note"),
}
METHODS = {
    invoices.Method.CASH: msg("Cash"),
    invoices.Method.BANK: msg("Bank account"),
    invoices.Method.QRIS: msg("QRIS"),
    invoices.Method.WALLET: msg("Wallet"),
    invoices.Method.ORDER: msg("Paid with the order"),
    invoices.Method.VOUCHER: msg("Paid by the zone's voucher"),
    invoices.Method.BOOKS: msg("Written in the books"),
}
BACK = {
    invoices.Method.ORDER: msg("Given back to the buyer"),
    invoices.Method.VOUCHER: msg("Given back to the zone's voucher"),
}
STATES_OF = {
    invoices.DocumentKind.QUOTATION: (
        invoices.State.DRAFT, invoices.State.ISSUED, invoices.State.SENT, invoices.State.ACCEPTED,
        invoices.State.DECLINED, invoices.State.EXPIRED, invoices.State.BILLED,
    ),
    invoices.DocumentKind.INVOICE: (
        invoices.State.DRAFT, invoices.State.ISSUED, invoices.State.SENT, invoices.State.PARTLY_PAID,
        invoices.State.OVERDUE, invoices.State.PAID, invoices.State.CANCELLED,
    ),
    invoices.DocumentKind.CREDIT: (invoices.State.ISSUED, invoices.State.SENT),
}  # fmt: skip


def language() -> str:
    """Return the language of the screen."""
    return get_language() or "id"


def document_id(text: str) -> UUID:
    """Read a document's id from an address. Raises NotFound."""
    return ids.parse(invoices.DOCUMENT_PREFIX, text)


def new_key(prefix: str = invoices.DOCUMENT_PREFIX) -> str:
    """Return an id for a form that is shown."""
    return ids.public(prefix, ids.uuid7())


def state(found: invoices.Document) -> dict[str, str]:
    """Return a document's state as a page shows it."""
    return {"name": gettext(STATES[found.state]), "color": COLORS.get(found.state, "")}


def row(found: invoices.Document, slug: str) -> dict[str, Any]:
    """Return a document as lists show it."""
    href = reverse("invoices:document", args=[slug, found.public_id])
    return {"document": found, "state": state(found), "href": href, "kind": gettext(KINDS[found.kind])}


def context(request: HttpRequest, actor: Actor, business: zone.Business, tab: str, **more: Any) -> dict[str, Any]:
    """Return what every page of the room shows."""
    keeps_books = actor.businesses.get(business.id) in (BusinessRole.OWNER, BusinessRole.ACCOUNTANT)
    return {"business": business, "seller_nav": "invoices", "tab": tab, "keeps_books": keeps_books, **more}


def link_address(request: HttpRequest, link: str) -> str:
    """Return the whole address at which a customer sees a paper."""
    return request.build_absolute_uri(reverse("invoices:public", args=[link]))


def how(item: invoices.InvoicePayment) -> str:
    """Return how money of an invoice came or went, in the reader's language."""
    names = BACK if item.amount_minor < 0 and item.method in BACK else METHODS
    return gettext(names[item.method])
