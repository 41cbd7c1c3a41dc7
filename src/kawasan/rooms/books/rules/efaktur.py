"""
The bulk import file of tax invoices for Coretax: its fields in order, and every check we know before upload.

Source: DJP's converter for Coretax imports v1.6.1 (pajak.go.id node 112031) and PER-11/PJ/2025. The XSD is not public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from kawasan.rooms.books.rules.lists import trx_codes, unit_codes
from kawasan.rooms.books.rules.numbers import NO_NPWP, is_nitku, is_npwp
from kawasan.rooms.books.rules.ppn import HUNDRED, cents, ppn_line
from kawasan.rooms.books.rules.tax_tables import on
from kawasan.rooms.books.types.efaktur import INVOICES_PER_FILE_MAX, InvoiceLine, InvoiceProblem, TaxInvoice
from kawasan.rooms.books.types.tax import NoSuchRate, PpnRate

BUYER_DOCUMENTS = frozenset({"TIN", "National ID", "Passport", "Other ID"})
NO_PLACE = "000000"  # of a buyer without NPWP
_FACILITY_CODES = frozenset({"07", "08"})
_ADD_INFO, _STAMP = re.compile(r"TD\.005[0-9]{2}"), re.compile(r"TD\.011[0-9]{2}")
_COUNTRY, _MONTH_YEAR = re.compile(r"[A-Z]{3}"), re.compile(r"(0[1-9]|1[0-2])[0-9]{4}")
_OPEN = (
    '<?xml version="1.0" encoding="utf-8" ?>\n<TaxInvoiceBulk xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:noNamespaceSchemaLocation="TaxInvoice.xsd">'
)


def files_of(seller_tin: str, invoices: Sequence[TaxInvoice]) -> list[str]:
    """Return the files to upload, at most 1,000 invoices each. Check them before: ``problems_of``."""
    parts = range(0, len(invoices), INVOICES_PER_FILE_MAX)
    return [file_of(seller_tin, invoices[start : start + INVOICES_PER_FILE_MAX]) for start in parts]


def file_of(seller_tin: str, invoices: Sequence[TaxInvoice]) -> str:
    """Return one file, its fields in the order in which the tax office reads them."""
    lines = [_OPEN, f"\t<TIN>{escape(seller_tin)}</TIN>", "\t<ListOfTaxInvoice>"]
    for invoice in invoices:
        lines.append("\t\t<TaxInvoice>")
        lines += [_element(name, text, 3) for name, text in header_fields(invoice)]
        lines.append("\t\t\t<ListOfGoodService>")
        for line in invoice.lines:
            lines.append("\t\t\t\t<GoodService>")
            lines += [_element(name, text, 5) for name, text in line_fields(line)]
            lines.append("\t\t\t\t</GoodService>")
        lines += ["\t\t\t</ListOfGoodService>", "\t\t</TaxInvoice>"]
    return "\n".join([*lines, "\t</ListOfTaxInvoice>", "</TaxInvoiceBulk>"])


def header_fields(invoice: TaxInvoice) -> list[tuple[str, str]]:
    """Return the header's fields in order; "BuyerAdress" is spelt as the tax office spells it."""
    return [
        ("TaxInvoiceDate", invoice.date),
        ("TaxInvoiceOpt", invoice.option),
        ("TrxCode", invoice.trx_code),
        ("AddInfo", invoice.add_info),
        ("CustomDoc", invoice.custom_doc),
        ("CustomDocMonthYear", invoice.custom_doc_month),
        ("RefDesc", invoice.reference),
        ("FacilityStamp", invoice.facility_stamp),
        ("SellerIDTKU", invoice.seller_place),
        ("BuyerTin", invoice.buyer_tin),
        ("BuyerDocument", invoice.buyer_document),
        ("BuyerCountry", invoice.buyer_country),
        ("BuyerDocumentNumber", invoice.buyer_document_number),
        ("BuyerName", invoice.buyer_name),
        ("BuyerAdress", invoice.buyer_address),
        ("BuyerEmail", invoice.buyer_email),
        ("BuyerIDTKU", invoice.buyer_place),
    ]


def line_fields(line: InvoiceLine) -> list[tuple[str, str]]:
    """Return a line's fields in order."""
    return [
        ("Opt", line.kind),
        ("Code", line.code),
        ("Name", line.name),
        ("Unit", line.unit),
        ("Price", figure(line.price)),
        ("Qty", figure(line.quantity)),
        ("TotalDiscount", figure(line.discount)),
        ("TaxBase", figure(line.tax_base)),
        ("OtherTaxBase", figure(line.other_tax_base)),
        ("VATRate", figure(line.rate_percent)),
        ("VAT", figure(line.vat)),
        ("STLGRate", figure(line.luxury_percent)),
        ("STLG", figure(line.luxury)),
    ]


def figure(number: Decimal) -> str:
    """Write a number as the file wants it: no exponent, no zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _element(name: str, text: str, depth: int) -> str:
    tabs = "\t" * depth
    return f"{tabs}<{name}>{escape(text)}</{name}>" if text else f"{tabs}<{name}/>"


def problems_of(seller_tin: str, invoices: Sequence[TaxInvoice], *, rates: Sequence[PpnRate]) -> list[InvoiceProblem]:
    """Return everything that has to be mended, invoice after invoice; ``rates`` are PPN's dated rows."""
    found = [] if is_npwp(seller_tin) else [InvoiceProblem("seller_tin_not_16_digits", "TIN")]
    if not invoices:
        found.append(InvoiceProblem("no_invoices", "ListOfTaxInvoice"))
    for number, invoice in enumerate(invoices, start=1):
        found += [InvoiceProblem(reason, name, number) for reason, name in _header_problems(invoice, seller_tin)]
        for place, line in enumerate(invoice.lines, start=1):
            wrong = _line_problems(line, _part(invoice, rates))
            found += [InvoiceProblem(reason, name, number, place) for reason, name in wrong]
    return found


def _part(invoice: TaxInvoice, rates: Sequence[PpnRate]) -> tuple[int, int]:
    """Return the part of a price that DPP nilai lain was on the invoice's day; a day without one is named elsewhere."""
    try:
        rate = on(rates, date.fromisoformat(invoice.date), "PPN")
    except (NoSuchRate, ValueError):
        rate = rates[-1]
    return rate.other_numerator, rate.other_denominator


def _header_problems(invoice: TaxInvoice, seller_tin: str) -> Iterator[tuple[str, str]]:
    if not _is_iso_day(invoice.date):
        yield "date_not_iso", "TaxInvoiceDate"
    if invoice.option != "Normal":
        yield "option_not_normal", "TaxInvoiceOpt"
    if invoice.trx_code not in trx_codes():
        yield "unknown_trx_code", "TrxCode"
    yield from facility_problems(invoice.trx_code, invoice.add_info, invoice.facility_stamp)
    if invoice.custom_doc_month and not _MONTH_YEAR.fullmatch(invoice.custom_doc_month):
        yield "month_not_MMYYYY", "CustomDocMonthYear"
    if not is_nitku(invoice.seller_place) or invoice.seller_place[:16] != seller_tin:
        yield "seller_place_not_of_seller", "SellerIDTKU"
    yield from _buyer_problems(invoice)
    if not invoice.lines:
        yield "no_lines", "ListOfGoodService"


def facility_problems(trx_code: str, add_info: str, facility_stamp: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the facility: codes 07 and 08 name one in both fields, the others in none."""
    for text, form, name in ((add_info, _ADD_INFO, "AddInfo"), (facility_stamp, _STAMP, "FacilityStamp")):
        if trx_code in _FACILITY_CODES:
            if not text:
                yield f"facility_fields_missing_for_{trx_code}", name
            elif not form.fullmatch(text):
                yield "facility_field_unknown", name
        elif text:
            yield "facility_field_only_for_07_and_08", name


def _buyer_problems(invoice: TaxInvoice) -> Iterator[tuple[str, str]]:
    if invoice.buyer_document not in BUYER_DOCUMENTS:
        yield "unknown_buyer_document", "BuyerDocument"
    if not is_npwp(invoice.buyer_tin):
        yield "buyer_tin_not_16_digits", "BuyerTin"
    if not _COUNTRY.fullmatch(invoice.buyer_country):
        yield "country_not_three_letters", "BuyerCountry"
    if not invoice.buyer_name.strip():
        yield "buyer_name_missing", "BuyerName"
    if invoice.buyer_document == "TIN":
        if invoice.buyer_tin == NO_NPWP:
            yield "buyer_tin_missing", "BuyerTin"
        if invoice.buyer_document_number != "-":
            yield "document_number_must_be_dash", "BuyerDocumentNumber"
        if not is_nitku(invoice.buyer_place):
            yield "buyer_place_not_22_digits", "BuyerIDTKU"
        return
    if invoice.buyer_tin != NO_NPWP:
        yield "buyer_tin_must_be_zeros", "BuyerTin"
    if invoice.buyer_document_number in ("", "-"):
        yield "document_number_missing", "BuyerDocumentNumber"
    if invoice.buyer_place != NO_PLACE:
        yield "buyer_place_must_be_000000", "BuyerIDTKU"


def _line_problems(line: InvoiceLine, part: tuple[int, int]) -> Iterator[tuple[str, str]]:
    if line.kind not in ("A", "B"):
        yield "opt_not_A_or_B", "Opt"
    if not re.fullmatch(r"[0-9]{6}", line.code):
        yield "code_not_6_digits", "Code"
    if not line.name.strip():
        yield "name_missing", "Name"
    if line.unit not in unit_codes():
        yield "unknown_unit", "Unit"
    if line.price <= 0 or line.quantity <= 0:
        yield "price_and_quantity_must_be_positive", "Price"
    if not 0 <= line.discount <= line.price * line.quantity:
        yield "discount_not_within_price", "TotalDiscount"
    yield from _figure_problems(line, part)


def _figure_problems(line: InvoiceLine, part: tuple[int, int]) -> Iterator[tuple[str, str]]:
    right = ppn_line(
        price=line.price,
        quantity=line.quantity,
        discount=line.discount,
        mode=line.mode,
        rate=line.rate_percent / HUNDRED,
        luxury_rate=line.luxury_percent / HUNDRED,
        part=part,
    )
    if line.tax_base != right.tax_base:
        yield "tax_base_not_price_times_quantity_less_discount", "TaxBase"
    if line.other_tax_base != right.other_tax_base:
        yield "other_tax_base_not_of_tax_base", "OtherTaxBase"
    if line.vat != cents(line.other_tax_base * line.rate_percent / HUNDRED):
        yield "vat_not_rate_times_other_tax_base", "VAT"
    if line.luxury != cents(line.other_tax_base * line.luxury_percent / HUNDRED):
        yield "luxury_not_rate_times_other_tax_base", "STLG"


def _is_iso_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
