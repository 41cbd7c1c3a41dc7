"""A paper drawn as PDF in its own language."""

from __future__ import annotations

import segno
from django.template.loader import render_to_string
from django.utils import translation

from kawasan.rooms.invoices.rules.amounts import unit_name
from kawasan.rooms.invoices.rules.china import china_split
from kawasan.rooms.invoices.types.documents import Paper
from kawasan.rooms.invoices.types.money import Method


def pdf_of(paper: Paper, link: str) -> bytes:
    """Return a paper as PDF, with the QRIS code that pays it and a code of its page; ``link`` is the whole address."""
    from weasyprint import HTML  # loads a text layout library: only where a PDF is asked for

    with translation.override(paper.document.terms.language):
        page = render_to_string("invoices/paper_pdf.html", context_of(paper, link))
    pdf: bytes = HTML(string=page).write_pdf()
    return pdf


def context_of(paper: Paper, link: str) -> dict[str, object]:
    """Return what a paper shows, on a page and in a PDF alike."""
    found, language = paper.document, paper.document.terms.language
    return {
        "paper": paper,
        "document": found,
        "link": link,
        "language": language,
        "lines": [(line, shown_unit(line.unit, language)) for line in found.lines],
        "other_base_minor": sum(line.other_base_minor for line in found.lines),
        "china": china_split(found),
        "qr_link": qr(link) if link else "",
        "qr_qris": qr(paper.qris) if paper.qris else "",
        "shows_pay": found.can_be_paid,
        "order_minor": sum(abs(item.amount_minor) for item in paper.payments if item.method is Method.ORDER),
        "voucher_minor": abs(sum(item.amount_minor for item in paper.payments if item.method is Method.VOUCHER)),
    }


def shown_unit(code: str, language: str) -> str:
    """Return a unit's name; the one for everything else says nothing."""
    return "" if code == "UM.0033" else unit_name(code, language)


def qr(text: str) -> str:
    """Return a code as a picture in an address."""
    drawn: str = segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2, light="#fff")
    return drawn
