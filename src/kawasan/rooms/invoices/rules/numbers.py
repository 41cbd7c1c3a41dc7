"""Numbers of documents, of customers and of tax invoices."""

from __future__ import annotations

import re

from kawasan.rooms.books.rules.numbers import NPWP_DIGITS, is_nitku, is_npwp, old_npwp
from kawasan.rooms.invoices.types.customers import (
    ADDRESS_LENGTH_MAX,
    CHINA,
    HOME,
    NAME_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    CustomerData,
    CustomerInvalid,
    CustomerNumberInvalid,
    Proof,
)
from kawasan.rooms.invoices.types.documents import DocumentKind

PREFIX = re.compile(r"[A-Z0-9]{1,8}")
NSFP = re.compile(r"[0-9]{16,17}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COUNTRY = re.compile(r"[A-Z]{3}")
_LANGUAGES = frozenset({"id", "en", "zh-hans"})
# GB 32100-2015: 31 characters without I, O, S, V and Z; the weights are the powers of 3 modulo 31.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_KINDS = {DocumentKind.QUOTATION: "Q", DocumentKind.INVOICE: "", DocumentKind.CREDIT: "CN"}


def number_of(prefix: str, kind: DocumentKind, year: int, count: int) -> str:
    """Return a document's number: INV/2026/0001; quotations and credit notes have series of their own."""
    return f"{prefix}{'-' if _KINDS[kind] else ''}{_KINDS[kind]}/{year}/{count:04d}"


def is_uscc(text: str) -> bool:
    """Return whether this is a Chinese company's number: 18 characters, the last a check character (GB 32100-2015)."""
    if len(text) != 18 or any(letter not in _USCC for letter in text):
        return False
    total = sum(_USCC.index(letter) * pow(3, place, 31) for place, letter in enumerate(text[:17]))
    return _USCC.index(text[17]) == (31 - total % 31) % 31


def clean(data: CustomerData) -> CustomerData:
    """Return a customer with numbers as they are kept. Raises CustomerInvalid, CustomerNumberInvalid."""
    name, address = " ".join(data.name.split()), data.address.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise CustomerInvalid(field="name")
    if len(address) > ADDRESS_LENGTH_MAX or "\0" in address:
        raise CustomerInvalid(field="address")
    email = data.email.strip()
    if email and (not _EMAIL.fullmatch(email) or len(email) > 254):
        raise CustomerInvalid(field="email")
    if not _COUNTRY.fullmatch(data.country) or data.language not in _LANGUAGES:
        raise CustomerInvalid(field="country")
    number, place = _number(data), _place(data)
    return CustomerData(name, data.proof, number, place, data.country, address, email, data.language)


def _number(data: CustomerData) -> str:
    number = "".join(letter for letter in data.number.upper() if letter.isalnum() or letter in "-/")
    if data.proof is Proof.NONE:
        return ""
    if data.proof is Proof.TIN:
        older = old_npwp(number)
        number = older.number if older else re.sub("[^0-9]", "", number)
        is_right = is_npwp(number)
    elif data.proof is Proof.NATIONAL_ID:
        is_right = len(number) == NPWP_DIGITS and number.isdecimal() and not number.endswith("0000")
    elif data.proof is Proof.USCC:
        is_right = data.country == CHINA and is_uscc(number)
    else:
        is_right = 0 < len(number) <= NUMBER_LENGTH_MAX
    if not is_right or (data.proof is Proof.TIN and data.country != HOME):
        raise CustomerNumberInvalid(field="number")
    return number


def _place(data: CustomerData) -> str:
    place = re.sub(r"[\s.]", "", data.place)
    if not place or data.proof is not Proof.TIN:
        return ""
    if not is_nitku(place):
        raise CustomerNumberInvalid(field="place")
    return place
