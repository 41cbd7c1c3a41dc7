"""Issued invoices as the tax office's import file wants them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kawasan.rooms.books.rules.efaktur import NO_PLACE, facility_problems, files_of, problems_of
from kawasan.rooms.books.rules.numbers import NO_NPWP
from kawasan.rooms.books.types.efaktur import INVOICES_PER_FILE_MAX, InvoiceLine, TaxInvoice
from kawasan.rooms.books.types.tax import PpnRate
from kawasan.rooms.invoices.rules.amounts import mode_of
from kawasan.rooms.invoices.types.customers import Proof
from kawasan.rooms.invoices.types.documents import Document, Line, Party
from kawasan.rooms.invoices.types.tax import Mend

_CENT, _HUNDRED = Decimal("0.01"), 100
_DOCUMENTS = {
    Proof.TIN.value: "TIN",
    Proof.NATIONAL_ID.value: "National ID",
    Proof.PASSPORT.value: "Passport",
    Proof.OTHER.value: "Other ID",
    Proof.USCC.value: "Other ID",
}
_OF_FILE = frozenset({"TIN", "ListOfTaxInvoice"})


def tax_invoice(found: Document, rate: PpnRate) -> TaxInvoice:
    """Return an issued invoice as one of the file."""
    buyer, seller = found.buyer or Party(""), found.seller or Party("")
    is_tin = buyer.proof == Proof.TIN.value
    return TaxInvoice(
        date=found.issued_on.isoformat() if found.issued_on else "",
        trx_code=found.terms.trx_code,
        seller_place=seller.place,
        buyer_tin=buyer.number if is_tin else NO_NPWP,
        buyer_name=buyer.name,
        buyer_address=" ".join(buyer.address.split()),
        buyer_place=(buyer.place or buyer.number + NO_PLACE) if is_tin else NO_PLACE,
        lines=tuple(_line(line, found.terms.trx_code, rate) for line in found.lines),
        add_info=found.terms.add_info,
        facility_stamp=found.terms.facility_stamp,
        reference=found.number,
        buyer_document=_DOCUMENTS.get(buyer.proof, ""),
        buyer_country=buyer.country,
        buyer_document_number="-" if is_tin else buyer.number,
        buyer_email=buyer.email,
    )


def _line(line: Line, trx_code: str, rate: PpnRate) -> InvoiceLine:
    return InvoiceLine(
        kind="B" if line.is_service else "A",
        code=line.code,
        name=line.name,
        unit=line.unit,
        price=line.price_minor * _CENT,
        quantity=line.quantity,
        discount=line.discount_minor * _CENT,
        tax_base=line.base_minor * _CENT,
        other_tax_base=line.other_base_minor * _CENT,
        rate_percent=rate.rate * _HUNDRED,
        vat=line.ppn_minor * _CENT,
        luxury_percent=Decimal(0),
        luxury=Decimal(0),
        mode=mode_of(trx_code, rate),
    )


def mends_of(seller_tin: str, invoice: TaxInvoice, rates: Sequence[PpnRate]) -> tuple[Mend, ...]:
    """Return what Coretax would refuse about one invoice."""
    found = problems_of(seller_tin, [invoice], rates=rates)
    return tuple(Mend(item.reason, item.field, item.line) for item in found if item.field not in _OF_FILE)


def lacks_facility(trx_code: str, add_info: str, facility_stamp: str) -> str:
    """Return the field in which a facility is missing, unknown, or named without a code that has one; else nothing."""
    found = facility_problems(trx_code, add_info, facility_stamp)
    return next(("add_info" if name == "AddInfo" else "facility_stamp" for _, name in found), "")


def seller_mends(seller_tin: str) -> tuple[Mend, ...]:
    """Return what Coretax would refuse about the seller."""
    found = problems_of(seller_tin, [], rates=())
    return tuple(Mend(item.reason, item.field) for item in found if item.field == "TIN")


def parts(count: int) -> int:
    """Return how many files so many invoices need."""
    return -(-count // INVOICES_PER_FILE_MAX)


__all__ = ["TaxInvoice", "files_of", "lacks_facility", "mends_of", "parts", "seller_mends", "tax_invoice"]
