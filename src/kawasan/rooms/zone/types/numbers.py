"""Identifiers, sectors, regions, sizes, and the refusals about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kawasan.core.errors import Invalid, msg

KBLI_EDITIONS = ("2025", "2020")
KBLI_EDITION_NOW = "2025"


class InvalidNib(Invalid):
    """Not a business identification number."""

    code = "invalid-nib"
    title = msg("This NIB is not right")
    detail = msg("A NIB has exactly 13 digits. Copy it from your OSS certificate.")


class InvalidNpwp(Invalid):
    """Not a taxpayer number."""

    code = "invalid-npwp"
    title = msg("This NPWP is not right")
    detail = msg("An NPWP has 16 digits (15 on older cards). Copy it from your tax card.")


class InvalidNik(Invalid):
    """Not a citizen's number; ``reason`` says what gave it away, never the number itself."""

    code = "invalid-nik"
    title = msg("This NIK is not right")
    detail = msg("A NIK has 16 digits that carry a region, a birth date and a serial number. Compare it with the card.")


class InvalidUscc(Invalid):
    """Not a Chinese company's unified social credit code."""

    code = "invalid-uscc"
    title = msg("This company number is not right")
    detail = msg("A unified social credit code has 18 characters, and its last one must fit the others.")


class InvalidPhone(Invalid):
    """Not a telephone number."""

    code = "invalid-phone"
    title = msg("This phone number is not right")
    detail = msg("Write it like 0812 3456 7890, or with the country code like +62 812 3456 7890.")


class InvalidKbli(Invalid):
    """No such five-digit code in any edition."""

    code = "invalid-kbli"
    title = msg("There is no such KBLI code")
    detail = msg("A KBLI code has five digits. Search by what your business does and pick one.")


class WrongKbliEdition(Invalid):
    """The code exists, in another edition of the classification."""

    code = "wrong-kbli-edition"
    title = msg("This KBLI code is from another edition")
    detail = msg("{kbli} stands in KBLI {found}, not in KBLI {edition}. Search again and pick the matching code.")


class UnknownRegion(Invalid):
    """No such province, regency, city or district."""

    code = "unknown-region"
    title = msg("We do not know this region")
    detail = msg("Pick a regency or city from the list.")


class InvalidSize(Invalid):
    """Capital or sales below zero."""

    code = "invalid-size"
    title = msg("This amount cannot be right")
    detail = msg("Capital and yearly sales are zero or more.")


class Gender(StrEnum):
    """As a NIK tells it: L laki-laki (man), P perempuan (woman)."""

    MAN = "L"
    WOMAN = "P"


class NumberWarning(StrEnum):
    """Odd, but not refused: the tax office's own samples break these rules."""

    CHECK_DIGIT = "check-digit"
    NOT_A_NIK = "not-a-nik"


class BroadSector(StrEnum):
    """The three sectors that figures are grouped by, in every edition of KBLI."""

    AGRICULTURE = "agriculture"
    INDUSTRY = "industry"
    SERVICES = "services"


class SizeBasis(StrEnum):
    """What a size class is taken from: capital at founding, yearly sales for a firm already running."""

    CAPITAL = "capital"
    ANNUAL_SALES = "annual_sales"


class SizeClass(StrEnum):
    """Size of a business by PP 7/2021."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class RiskLevel(StrEnum):
    """Risk of an activity by PP 28/2025; one KBLI code can have several, so it is kept for each licence."""

    LOW = "low"
    MEDIUM_LOW = "medium_low"
    MEDIUM_HIGH = "medium_high"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Npwp:
    """A taxpayer number in its 16-digit form, with what is odd about it."""

    number: str
    warnings: tuple[NumberWarning, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """What a citizen's number says about its owner at the time of issue. Personal data: never log it."""

    number: str
    province_code: str
    regency_code: str
    district_code: str
    gender: Gender
    birth_date: date
    serial: str

    def __repr__(self) -> str:
        return "Nik(…)"


@dataclass(frozen=True, slots=True)
class Kbli:
    """A five-digit activity of one edition; ``section`` is a letter of that same edition."""

    code: str
    edition: str
    title: str
    description: str
    section: str
    division: str
    sector: BroadSector


@dataclass(frozen=True, slots=True)
class Province:
    """A province with its Kemendagri code (``32``)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Regency:
    """A regency or city with its Kemendagri code (``32.73``)."""

    code: str
    name: str
    province_code: str
    province_name: str


@dataclass(frozen=True, slots=True)
class District:
    """A district (kecamatan) with its Kemendagri code (``32.73.01``)."""

    code: str
    name: str
    regency_code: str
