"""
Invoices and credit notes as UBL 2.1, for customers whose programs read it.

The order of elements is the schema's (OASIS UBL 2.1, UBL-Invoice-2.1.xsd and UBL-CreditNote-2.1.xsd); a test holds it.
PPN on DPP nilai lain is written as the tax office counts it: the taxable amount is that base, not the price.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from xml.etree import ElementTree as ET

from kawasan.core.money import Money
from kawasan.rooms.invoices.rules.amounts import unit_name
from kawasan.rooms.invoices.types.documents import Document, DocumentKind, Line, Party

_NS = "urn:oasis:names:specification:ubl:schema:xsd:"
CBC, CAC = f"{_NS}CommonBasicComponents-2", f"{_NS}CommonAggregateComponents-2"
ROOTS = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT: "CreditNote"}
_TYPES = {DocumentKind.INVOICE: ("InvoiceTypeCode", "380"), DocumentKind.CREDIT: ("CreditNoteTypeCode", "381")}
_CURRENCY = "IDR"
# UN/ECE Recommendation 20 for the tax office's units, Recommendation 21 with an X before it for packages (box, drum,
# carton, roll), C62 (one) for those without a code of their own.
UNITS = {
    "UM.0001": "TNE", "UM.0003": "KGM", "UM.0004": "GRM", "UM.0006": "K6", "UM.0007": "LTR", "UM.0008": "BLL",
    "UM.0012": "MTK", "UM.0013": "MTR", "UM.0014": "INH", "UM.0015": "CMT", "UM.0016": "YRD", "UM.0017": "DZN",
    "UM.0019": "SET", "UM.0021": "H87", "UM.0022": "XBX", "UM.0023": "ANN", "UM.0024": "MON", "UM.0025": "WEE",
    "UM.0026": "DAY", "UM.0027": "HUR", "UM.0028": "MIN", "UM.0034": "MTQ", "UM.0035": "CMK", "UM.0036": "XDR",
    "UM.0037": "XCT", "UM.0038": "KWH", "UM.0039": "XRO",
}  # fmt: skip
# ISO 3166-1: alpha-3, as the tax office wants it, to alpha-2, as UBL does.
COUNTRIES = {
    "IDN": "ID", "CHN": "CN", "SGP": "SG", "MYS": "MY", "THA": "TH", "VNM": "VN", "PHL": "PH", "TLS": "TL",
    "JPN": "JP", "KOR": "KR", "TWN": "TW", "HKG": "HK", "IND": "IN", "SAU": "SA", "ARE": "AE", "AUS": "AU",
    "USA": "US", "GBR": "GB", "NLD": "NL", "DEU": "DE", "FRA": "FR",
}  # fmt: skip


def text_of(found: Document, *, rate_percent: Decimal, origin: str = "") -> bytes:
    """Return an issued invoice or credit note; ``origin`` is the number of the invoice that is credited."""
    name = ROOTS[found.kind]
    ET.register_namespace("cbc", CBC)
    ET.register_namespace("cac", CAC)
    ET.register_namespace("", f"{_NS}{name}-2")
    root = ET.Element(f"{{{_NS}{name}-2}}{name}")
    _head(root, found)
    if origin:
        _put(_in(_in(root, "BillingReference"), "InvoiceDocumentReference"), ID=origin)
    _party(_in(root, "AccountingSupplierParty"), found.seller)
    _party(_in(root, "AccountingCustomerParty"), found.buyer)
    if found.kind is DocumentKind.INVOICE and found.terms.note:
        _put(_in(root, "PaymentTerms"), Note=found.terms.note)
    _tax(root, found.sums.ppn_minor, sum(line.other_base_minor for line in found.lines), found, rate_percent)
    _totals(root, found)
    for line in found.lines:
        _line(root, line, found, rate_percent)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _head(root: ET.Element, found: Document) -> None:
    issued, due = found.issued_on, found.due_on
    _put(root, UBLVersionID="2.1", ID=found.number, UUID=str(found.id), IssueDate=issued.isoformat() if issued else "")
    if found.kind is DocumentKind.INVOICE and due:
        _put(root, DueDate=due.isoformat())
    _put(root, **dict([_TYPES[found.kind]]))
    if found.kind is DocumentKind.CREDIT and found.terms.note:
        _put(root, Note=found.terms.note)
    _put(root, DocumentCurrencyCode=_CURRENCY, LineCountNumeric=str(len(found.lines)))


def _party(parent: ET.Element, found: Party | None) -> None:
    party, known = _in(parent, "Party"), found or Party("")
    if known.number:
        scheme = {"tin": "NPWP", "national-id": "NIK", "uscc": "USCC"}.get(known.proof, known.proof)
        _put(_in(party, "PartyIdentification"), ID=known.number).set("schemeID", scheme)
    _put(_in(party, "PartyName"), Name=known.name)
    address = _in(party, "PostalAddress")
    if known.address:
        _put(_in(address, "AddressLine"), Line=" ".join(known.address.split()))
    _put(_in(address, "Country"), IdentificationCode=COUNTRIES.get(known.country, known.country))
    if known.proof == "tin":
        scheme_of = _in(party, "PartyTaxScheme")
        _put(scheme_of, CompanyID=known.place or known.number)
        _put(_in(scheme_of, "TaxScheme"), ID="VAT")
    _put(_in(party, "PartyLegalEntity"), RegistrationName=known.name)
    if known.phone or known.email:
        _put(_in(party, "Contact"), Telephone=known.phone, ElectronicMail=known.email)


def _tax(parent: ET.Element, tax_minor: int, base_minor: int, found: Document, percent: Decimal) -> None:
    total = _in(parent, "TaxTotal")
    _money(total, "TaxAmount", tax_minor)
    part = _in(total, "TaxSubtotal")
    _money(part, "TaxableAmount", base_minor)
    _money(part, "TaxAmount", tax_minor)
    _category(_in(part, "TaxCategory"), found, percent)


def _category(category: ET.Element, found: Document, percent: Decimal) -> None:
    code = "S" if found.sums.ppn_minor else "E" if found.is_pkp else "O"
    _put(category, ID=code, Percent=f"{percent.normalize():f}" if code == "S" else "0")
    if code != "S":
        reason = f"PPN {found.terms.trx_code}" if found.is_pkp else "Not registered for PPN"
        _put(category, TaxExemptionReason=reason)
    _put(_in(category, "TaxScheme"), ID="VAT", Name="PPN")


def _totals(root: ET.Element, found: Document) -> None:
    totals = _in(root, "LegalMonetaryTotal")
    base, whole = found.sums.base_minor, found.sums.total_minor
    paid = min(max(found.paid_minor, 0), whole) if found.kind is DocumentKind.INVOICE else 0
    for name, minor in (("LineExtensionAmount", base), ("TaxExclusiveAmount", base), ("TaxInclusiveAmount", whole)):
        _money(totals, name, minor)
    if paid:
        _money(totals, "PrepaidAmount", paid)
    _money(totals, "PayableAmount", whole - paid)


def _line(root: ET.Element, line: Line, found: Document, percent: Decimal) -> None:
    is_credit = found.kind is DocumentKind.CREDIT
    item = _in(root, "CreditNoteLine" if is_credit else "InvoiceLine")
    _put(item, ID=str(line.place))
    quantity = ET.SubElement(item, f"{{{CBC}}}{'CreditedQuantity' if is_credit else 'InvoicedQuantity'}")
    quantity.text, unit = f"{line.quantity.normalize():f}", UNITS.get(line.unit, "C62")
    quantity.set("unitCode", unit)
    _money(item, "LineExtensionAmount", line.base_minor)
    ppn = line.ppn_minor if found.sums.ppn_minor else 0
    discount = [] if not line.discount_minor else [line.discount_minor]
    if is_credit:  # in a credit note's line the tax stands before the allowance
        _tax(item, ppn, line.other_base_minor, found, percent)
    for minor in discount:
        allowance = _in(item, "AllowanceCharge")
        _put(allowance, ChargeIndicator="false")
        _money(allowance, "Amount", minor)
    if not is_credit:
        _tax(item, ppn, line.other_base_minor, found, percent)
    good = _in(item, "Item")
    _put(good, Name=line.name)
    if unit == "C62":
        _put(_in(good, "AdditionalItemProperty"), Name="Unit", Value=unit_name(line.unit, "en"))
    _money(_in(item, "Price"), "PriceAmount", line.price_minor)


def _in(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def _put(parent: ET.Element, **texts: str) -> ET.Element:
    """Add texts in order and return the last; nothing for an empty one."""
    last = parent
    for name, text in texts.items():
        if text:
            last = ET.SubElement(parent, f"{{{CBC}}}{name}")
            last.text = text
    return last


def _money(parent: ET.Element, name: str, minor: int) -> None:
    amount = ET.SubElement(parent, f"{{{CBC}}}{name}")
    amount.text = f"{Money(minor).amount:.2f}"
    amount.set("currencyID", _CURRENCY)


def names_in(elements: Iterable[ET.Element]) -> list[str]:
    """Return the local names of elements in order."""
    return [element.tag.rpartition("}")[2] for element in elements]
