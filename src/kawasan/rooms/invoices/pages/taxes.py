"""A month of tax invoices: the list, what to mend, the files for Coretax, the numbers that come back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound, Refusal, msg
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices.pages.desk import context, document_id
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

REASONS = {
    "seller_tin_not_16_digits": msg("Your business has no NPWP of 16 digits (or NIK)"),
    "date_not_iso": msg("The day is missing"),
    "option_not_normal": msg("It is not an ordinary tax invoice"),
    "unknown_trx_code": msg("The kind of supply is not one of Coretax"),
    "month_not_MMYYYY": msg("The month of the customs document is not right"),
    "seller_place_not_of_seller": msg("Your place of business (NITKU) does not belong to your NPWP"),
    "no_lines": msg("It has no lines"),
    "unknown_buyer_document": msg("The customer is known by no number"),
    "buyer_tin_not_16_digits": msg("The customer's NPWP does not have 16 digits"),
    "country_not_three_letters": msg("The customer's country is missing"),
    "buyer_name_missing": msg("The customer's name is missing"),
    "buyer_tin_missing": msg("The customer's NPWP is missing"),
    "document_number_must_be_dash": msg("A customer with NPWP has no other number"),
    "buyer_place_not_22_digits": msg("The customer's place of business (NITKU) does not have 22 digits"),
    "buyer_tin_must_be_zeros": msg("A customer without NPWP has zeros in its place"),
    "document_number_missing": msg("The number of the customer's paper is missing"),
    "buyer_place_must_be_000000": msg("A customer without NPWP has no place of business"),
    "facility_fields_missing_for_07": msg("Code 07 needs its additional information and facility stamp"),
    "facility_fields_missing_for_08": msg("Code 08 needs its additional information and facility stamp"),
    "facility_field_unknown": msg("Additional information begins with TD.005, a facility stamp with TD.011"),
    "facility_field_only_for_07_and_08": msg("Only codes 07 and 08 have additional information and a facility stamp"),
    "opt_not_A_or_B": msg("A line is neither goods nor a service"),
    "code_not_6_digits": msg("A line's code does not have six digits"),
    "name_missing": msg("A line has no name"),
    "unknown_unit": msg("A line's unit is not one of Coretax"),
    "price_and_quantity_must_be_positive": msg("A line's price or quantity is not above zero"),
    "discount_not_within_price": msg("A line's discount is more than its price"),
    "tax_base_not_price_times_quantity_less_discount": msg("A line's base is not price times quantity less discount"),
    "other_tax_base_not_of_tax_base": msg("A line's DPP nilai lain does not follow from its base"),
    "vat_not_rate_times_other_tax_base": msg("A line's PPN does not follow from its base"),
    "luxury_not_rate_times_other_tax_base": msg("A line's luxury tax does not follow from its base"),
}
_OF_CUSTOMER = frozenset(
    {"BuyerTin", "BuyerDocument", "BuyerCountry", "BuyerDocumentNumber", "BuyerName", "BuyerIDTKU"}
)
_AT_CUSTOMER = {"BuyerIDTKU": "place", "BuyerCountry": "country", "BuyerName": "name", "BuyerDocument": "proof"}


@signed_in
@require_GET
def month(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a month's tax invoices; without PKP, how near the business is to having to register."""
    return _page(request, slug)


def _page(request: HttpRequest, slug: str, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
    actor, now, asked = actor_of(request), clock.now(), month_asked(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        year = books.tax_year(actor=actor, business_id=business.id, year=asked.year, at=now)
        try:
            found = invoices.tax_month(actor=actor, business_id=business.id, month=asked)
        except invoices.NotPkp:
            found = None
        withheld = payments.withholding_on(min(books.month_of(asked).last, clock.business_day(now)))
    span, today = books.month_of(asked), clock.business_day(now)
    shown = context(
        request, actor, business, "taxes", found=found, year=year, month=asked, before=span.prior.first,
        after=_after(span.last) if span.last < today else None, is_over=span.last < today,
        rows=[_row(row, slug) for row in found.rows] if found else [],
        seller_mends=[_said(item) for item in found.seller_mends] if found else [],
        parts=list(range(1, found.files + 1)) if found else [], refusal=texts(refusal) if refusal else None,
        withheld=withheld, withheld_percent=Decimal(withheld.permille) / 10 if withheld else None,
        share=min(100, year.turnover_minor * 100 // year.pkp_threshold_minor) if year.pkp_threshold_minor else 0,
    )  # fmt: skip
    return render(request, "invoices/taxes.html", shown, status=status)


def month_asked(request: HttpRequest) -> date:
    """Return the month in the address, or the present one. Raises BadMonth, BookPeriodInvalid."""
    asked = request.GET.get("bulan") or request.POST.get("bulan")
    found = books.parse_month(asked) if asked else clock.business_day(clock.now()).replace(day=1)
    books.checked_year(found.year)
    return found


def _after(last: date) -> date:
    return date(last.year + last.month // 12, last.month % 12 + 1, 1)


def _row(row: invoices.TaxRow, slug: str) -> dict[str, Any]:
    found = row.document
    mends = {(mend := _mend(item, found, slug))["text"]: mend for item in row.mends}  # two fields may ask for one thing
    return {"row": row, "document": found, "mends": list(mends.values())}


def _mend(item: invoices.Mend, found: invoices.Document, slug: str) -> dict[str, str]:
    """Return what to mend in words, and the field where it is mended."""
    if item.field in _OF_CUSTOMER:
        customer = ids.public(invoices.CUSTOMER_PREFIX, found.customer_id)
        anchor = _AT_CUSTOMER.get(item.field, "number")
        href = f"{reverse('invoices:customer', args=[slug, customer])}#id_{anchor}"
    elif item.field == "SellerIDTKU":
        href = f"{reverse('invoices:habits', args=[slug])}#id_place"
    else:
        href = reverse("invoices:document", args=[slug, found.public_id])
    return {"text": _said(item), "href": href}


def _said(item: invoices.Mend) -> str:
    text = gettext(REASONS.get(item.reason, item.reason))
    return f"{gettext('Line {number}').format(number=item.line)}: {text}" if item.line else text


@signed_in
@require_GET
def month_file(request: HttpRequest, slug: str, part: int) -> HttpResponse:
    """Download one file of a month for Coretax."""
    actor, asked = actor_of(request), month_asked(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        text = invoices.tax_file(actor=actor, business_id=business.id, month=asked, part=part)
    response = HttpResponse(text, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="efaktur-{slug}-{asked:%Y%m}-{part}.xml"'
    return response


@signed_in
@require_GET
def returns_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Download a month's credit notes of uploaded tax invoices: what Coretax' page for returns asks for."""
    actor, asked = actor_of(request), month_asked(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = invoices.tax_month(actor=actor, business_id=business.id, month=asked)
    header = [
        gettext("Number"), gettext("Day"), gettext("Customer"), gettext("Invoice"), gettext("Tax invoice"),
        gettext("Without PPN"), gettext("Tax base (DPP nilai lain)"), gettext("PPN"),
    ]  # fmt: skip
    rows = [
        (
            item.document.number, str(item.document.issued_on), item.document.customer_name, item.origin_number,
            item.origin_nsfp, Money(item.document.sums.base_minor).amount,
            Money(sum(line.other_base_minor for line in item.document.lines)).amount,
            Money(item.document.sums.ppn_minor).amount,
        )
        for item in found.returns
    ]  # fmt: skip
    return csv_response(f"retur-{slug}-{asked:%Y%m}.csv", header, rows)


@signed_in
@require_POST
def mark(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Note the number that Coretax gave an invoice."""
    return _done(
        request,
        slug,
        lambda **call: invoices.mark_uploaded(
            **call, document_id=document_id(document), nsfp=request.POST.get("nsfp", ""), at=clock.now()
        ),
        gettext("Noted."),
    )


@signed_in
@require_POST
def replace(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """Name the customer as it stands now, and say that an uploaded tax invoice is to be replaced."""
    return _done(
        request,
        slug,
        lambda **call: invoices.replace_tax_invoice(**call, document_id=document_id(document), at=clock.now()),
        gettext("The invoice names the customer as it stands now."),
    )


@signed_in
@require_POST
def retail(request: HttpRequest, slug: str) -> HttpResponse:
    """Book the PPN of a month's retail sales."""
    asked = month_asked(request)
    return _done(
        request,
        slug,
        lambda **call: invoices.book_retail(**call, month=asked, at=clock.now()),
        gettext("The PPN of the month's retail sales is booked."),
    )


def _done(request: HttpRequest, slug: str, run: Any, said: str) -> HttpResponse:
    actor = actor_of(request)
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            run(actor=actor, business_id=business.id)
    except NotFound:
        raise
    except (
        invoices.TaxNumberInvalid, invoices.TaxNumberTaken, invoices.NothingOpen, invoices.DocumentNotIssued,
        books.PeriodClosed,
    ) as refusal:  # fmt: skip
        return _page(request, slug, 422, refusal)
    messages.success(request, said)
    response = redirect("invoices:taxes", slug=slug)
    response["Location"] += f"?bulan={month_asked(request):%Y-%m}"
    return response
