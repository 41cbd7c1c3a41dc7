"""Tax invoices as Coretax's import file wants them, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kawasan.rooms.books.types.tax import BaseMode

INVOICES_PER_FILE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One good (A) or service (B) of a tax invoice, with the figures that its seller counted."""

    kind: str
    code: str
    name: str
    unit: str
    price: Decimal
    quantity: Decimal
    discount: Decimal
    tax_base: Decimal
    other_tax_base: Decimal
    rate_percent: Decimal
    vat: Decimal
    luxury_percent: Decimal
    luxury: Decimal
    mode: BaseMode


@dataclass(frozen=True, slots=True)
class TaxInvoice:
    """A tax invoice; the tax office gives it its number. Texts are as they will stand in the file."""

    date: str
    trx_code: str
    seller_place: str
    buyer_tin: str
    buyer_name: str
    buyer_address: str
    buyer_place: str
    lines: tuple[InvoiceLine, ...]
    option: str = "Normal"
    add_info: str = ""
    custom_doc: str = ""
    custom_doc_month: str = ""
    reference: str = ""
    facility_stamp: str = ""
    buyer_document: str = "TIN"
    buyer_country: str = "IDN"
    buyer_document_number: str = "-"
    buyer_email: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceProblem:
    """What has to be mended before the file is uploaded: ``invoice`` and ``line`` count from 1, 0 is the whole."""

    reason: str
    field: str
    invoice: int = 0
    line: int = 0
