"""Checking an application as a whole: every wrong field is told at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from kawasan.core.errors import Invalid, InvalidInput, Refusal
from kawasan.rooms.zone.rules import reference
from kawasan.rooms.zone.rules.identity import check_nib, check_nik, check_npwp, normalize_phone
from kawasan.rooms.zone.rules.size import size_class
from kawasan.rooms.zone.types import (
    Application,
    InvalidEmail,
    InvalidName,
    InvalidSize,
    Kbli,
    LegalForm,
    MissingReason,
    MissingTaxIdentity,
    SizeBasis,
    SizeClass,
    TooLong,
    UnknownLegalForm,
    UnknownRegion,
)

NAME_MIN, NAME_MAX = 2, 120
ADDRESS_MAX = 300
DESCRIPTION_MAX = 2_000
REASON_MAX = 1_000
EMAIL_MAX = 254
SIZE_MINOR_MAX = 10**17  # a thousand trillion rupiah
MINOR_PER_RUPIAH = 100

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_SLUG_PARTS = re.compile(r"[a-z0-9]+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """An application whose every field is right."""

    name: str
    legal_form: LegalForm
    nib: str
    npwp: str
    nik: str
    kbli: Kbli
    regency_code: str
    district_code: str
    address: str
    phone: str
    size_basis: SizeBasis
    size_amount_minor: int
    size_class: SizeClass
    description: str


def check_application(given: Application, *, on: date) -> Checked:
    """Return the application in its stored form. Raises InvalidInput with one refusal for each wrong field."""
    errors: list[Refusal] = []

    def attempt(check: Callable[[], T]) -> T:
        try:
            return check()
        except Invalid as refusal:
            errors.append(refusal)
            return None  # type: ignore[return-value]  # never used: errors are raised below

    checked = Checked(
        name=attempt(lambda: check_name(given.name)),
        legal_form=attempt(lambda: check_legal_form(given.legal_form)),
        nib=attempt(lambda: check_nib(given.nib)),
        npwp=attempt(lambda: _npwp(given)),
        nik=attempt(lambda: _nik(given, on)),
        kbli=attempt(lambda: reference.kbli(given.kbli_code.strip(), given.kbli_edition)),
        regency_code=attempt(lambda: _regency(given.regency_code)),
        district_code=attempt(lambda: _district(given.district_code, given.regency_code)),
        address=attempt(lambda: check_text(given.address, most=ADDRESS_MAX, field="address")),
        phone=attempt(lambda: normalize_phone(given.phone)),
        size_basis=attempt(lambda: _basis(given.size_basis)),
        size_amount_minor=attempt(lambda: _amount(given.size_amount_minor)),
        size_class=SizeClass.MICRO if errors else _size(given, on),
        description=attempt(lambda: check_text(given.description, most=DESCRIPTION_MAX, field="description")),
    )
    if errors:
        raise InvalidInput(errors)
    return checked


def wrong_fields(given: Application, *, on: date) -> list[Refusal]:
    """Return what ``check_application`` would refuse, a refusal for each wrong field."""
    try:
        check_application(given, on=on)
    except InvalidInput as refusal:
        return refusal.errors
    return []


def check_name(text: str, *, field: str = "name") -> str:
    """Return a name with single spaces. Raises InvalidName."""
    name = " ".join(text.split())
    if not NAME_MIN <= len(name) <= NAME_MAX or not name.isprintable():
        raise InvalidName(field=field, most=NAME_MAX)
    return name


def check_text(text: str, *, most: int, field: str) -> str:
    """Return a text without control characters at its ends. Raises TooLong."""
    kept = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C").strip()
    if len(kept) > most:
        raise TooLong(field=field, most=most)
    return kept


def check_reason(text: str) -> str:
    """Return a reason. Raises MissingReason when empty or too long."""
    reason = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C").strip()
    if not 3 <= len(reason) <= REASON_MAX:
        raise MissingReason(field="reason", most=REASON_MAX)
    return reason


def check_email(text: str) -> str:
    """Return an e-mail address in lower case. Raises InvalidEmail."""
    email = text.strip().lower()
    if len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        raise InvalidEmail(field="email")
    return email


def check_legal_form(text: str) -> LegalForm:
    """Return a legal form. Raises UnknownLegalForm."""
    try:
        return LegalForm(text)
    except ValueError:
        raise UnknownLegalForm(field="legal_form") from None


def slug_of(name: str) -> str:
    """Return the beginning of a business's address: ``Batik Bu Sri`` -> ``batik-bu-sri``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(_SLUG_PARTS.findall(plain))[:60].strip("-") or "usaha"


def _npwp(given: Application) -> str:
    if not given.npwp.strip():
        if not given.nik.strip():
            raise MissingTaxIdentity(field="npwp")
        return ""
    return check_npwp(given.npwp).number


def _nik(given: Application, on: date) -> str:
    codes = frozenset(province.code for province in reference.provinces())
    return check_nik(given.nik, on=on, provinces=codes) if given.nik.strip() else ""


def _regency(code: str) -> str:
    try:
        return reference.regency(code.strip()).code
    except UnknownRegion:
        raise UnknownRegion(field="regency_code") from None


def _district(code: str, regency_code: str) -> str:
    if not code.strip():
        return ""
    try:
        found = reference.district(code.strip())
    except UnknownRegion:
        raise UnknownRegion(field="district_code") from None
    if found.regency_code != regency_code.strip():
        raise UnknownRegion(field="district_code")
    return found.code


def _basis(text: str) -> SizeBasis:
    try:
        return SizeBasis(text)
    except ValueError:
        raise InvalidSize(field="size_basis") from None


def _amount(minor: int) -> int:
    if not 0 <= minor <= SIZE_MINOR_MAX:
        raise InvalidSize(field="size_amount")
    return minor


def _size(given: Application, on: date) -> SizeClass:
    return size_class(SizeBasis(given.size_basis), given.size_amount_minor // MINOR_PER_RUPIAH, on=on)
