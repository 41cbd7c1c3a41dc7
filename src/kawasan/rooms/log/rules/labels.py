"""What the names in documents mean, for people: a name that is not here is shown as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kawasan.core.errors import msg

_LABELS: Final = {
    # a ledger transfer
    "amount": msg("Amount in the smallest unit"),
    "asset": msg("What was moved"),
    "at": msg("When"),
    "code": msg("Kind of transfer (code)"),
    "credit": msg("Account that received"),
    "debit": msg("Account that gave"),
    "entry": msg("Ledger entry"),
    "expires_at": msg("Reserved until"),
    "id": msg("Number"),
    "kind": msg("Kind"),
    "pending_of": msg("Reservation"),
    "reference": msg("Belongs to"),
    "sequence": msg("Place in the ledger"),
    "count": msg("How many"),
    "first": msg("First"),
    "last": msg("Last"),
    "root": msg("Root of the batch"),
    # an invoice
    "number": msg("Invoice number"),
    "issued_on": msg("Issued on"),
    "total_minor": msg("Total in the smallest unit"),
    "ppn_minor": msg("PPN in the smallest unit"),
    "seller": msg("Seller"),
    "buyer": msg("Buyer"),
    "lines": msg("Lines"),
    "name": msg("Name"),
    "address": msg("Address"),
    "accepted_at": msg("Accepted at"),
    # a certificate
    "title": msg("Certificate"),
    "business": msg("Business"),
    "product": msg("Product"),
    "batch": msg("Batch of goods"),
    "issuer": msg("Issuer"),
    "certificate_number": msg("Number of the certificate"),
    "valid_from": msg("Valid from"),
    "valid_until": msg("Valid until"),
    "file_type": msg("Kind of file"),
    "file_sha256": msg("SHA-256 of the file"),
    "added_at": msg("Added at"),
    "withdrawn_at": msg("Taken off at"),
    # an entry of the access log
    "person": msg("Number of the person"),
    "note": msg("Note"),
    "by_program": msg("By a program"),
    # an EPCIS event
    "type": msg("Kind of event"),
    "eventID": msg("Event number"),
    "eventTime": msg("When it happened"),
    "eventTimeZoneOffset": msg("Time zone"),
    "recordTime": msg("When it was recorded"),
    "action": msg("Action"),
    "bizStep": msg("Step"),
    "disposition": msg("State"),
    "readPoint": msg("Where"),
    "bizLocation": msg("Place afterwards"),
    "epcList": msg("Goods"),
    "parentID": msg("Carrier"),
    "childEPCs": msg("Goods inside"),
    "inputEPCList": msg("Goods used"),
    "outputEPCList": msg("Goods made"),
    "quantityList": msg("Quantities"),
    "inputQuantityList": msg("Quantities used"),
    "outputQuantityList": msg("Quantities made"),
    "childQuantityList": msg("Quantities inside"),
    "epcClass": msg("Kind of goods"),
    "quantity": msg("Quantity"),
    "uom": msg("Unit"),
    "bizTransactionList": msg("Papers"),
    "bizTransaction": msg("Paper"),
    "sourceList": msg("From"),
    "source": msg("From"),
    "destinationList": msg("Sent to"),
    "destination": msg("Sent to"),
    "sensorElementList": msg("Sensors"),
    "sensorMetadata": msg("Sensor"),
    "sensorReport": msg("Measurements"),
    "deviceID": msg("Device"),
    "startTime": msg("From"),
    "endTime": msg("Until"),
    "value": msg("Measured value"),
    "minValue": msg("Lowest"),
    "maxValue": msg("Highest"),
    "meanValue": msg("Mean"),
    "errorDeclaration": msg("Correction"),
    "kawasan:step": msg("Step, more exactly"),
    "kawasan:note": msg("Note"),
    "kawasan:fill": msg("Filled, in percent"),
    "time": msg("When"),
}  # fmt: skip
_PART: Final = re.compile(r"([^.\[\]]+)((?:\[\d+\])*)")


def named(name: str, *, say: Callable[[str], str]) -> str:
    """Return a nested name (``lines[2].name``) as people read it, each part said in the reader's language."""
    parts = [
        (say(_LABELS[part]) if part in _LABELS else part)
        + "".join(f" {digits}" for digits in re.findall(r"\d+", place))
        for part, place in _PART.findall(name)
    ]
    return " › ".join(parts)


def labels(*, say: Callable[[str], str]) -> dict[str, str]:
    """Return every known name with what it means, for a page that puts names together by itself."""
    return {name: say(label) for name, label in _LABELS.items()}
