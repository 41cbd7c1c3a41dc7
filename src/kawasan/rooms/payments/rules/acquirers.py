"""Providers behind QRIS account numbers: the first eight digits of a PAN are the provider's number (NNS)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kawasan.core.checkdigits import luhn

NNS_LENGTH = 8
_PAN = re.compile(r"9360[0-9]{10,15}")


@dataclass(frozen=True, slots=True)
class Acquirer:
    """A provider of Bank Indonesia's National Numbering System."""

    nns: str
    name: str
    organization: str
    product: str


def acquirer_of(pan: str) -> Acquirer | None:
    """Return the provider of a merchant's or payer's PAN; None where the list does not have it."""
    return _acquirers().get(pan[:NNS_LENGTH]) if _PAN.fullmatch(pan) else None


def has_luhn_digit(pan: str) -> bool:
    """
    Return whether a 19-digit PAN ends in the Luhn digit of its 18.

    Most issuers add one, DANA (93600915) does not: never refuse a payment for it.
    """
    return len(pan) == 19 and bool(_PAN.fullmatch(pan)) and luhn(pan)


@cache
def _acquirers() -> dict[str, Acquirer]:
    text = files("kawasan.rooms.payments").joinpath("data", "qris_nns.csv").read_text(encoding="utf-8")
    return {row["nns"]: Acquirer(**row) for row in csv.DictReader(text.splitlines())}
