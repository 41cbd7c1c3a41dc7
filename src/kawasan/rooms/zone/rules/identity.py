"""Numbers that name a business or a person: their form, never whether the authority really gave them out."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date

import phonenumbers

from kawasan.core.checkdigits import luhn
from kawasan.core.errors import Refusal
from kawasan.rooms.zone.types import (
    Gender,
    InvalidNib,
    InvalidNik,
    InvalidNpwp,
    InvalidPhone,
    InvalidUscc,
    Nik,
    Npwp,
    NumberWarning,
)

# People copy numbers with the marks that cards print: 01.234.567.8-901.000.
_MARKS = re.compile(r"[\s.\-\N{NON-BREAKING HYPHEN}]+")
_DIGITS = re.compile(r"[0-9]+")
_TEXT_MAX = 40


def check_nib(text: str) -> str:
    """
    Return a NIB as its 13 digits, kept as text since it may begin with 0. Raises InvalidNib.

    Source: PP 5/2021 and the OSS guide; no public rule for a check digit.
    """
    return _digits(text, InvalidNib, 13)


def check_npwp(text: str) -> Npwp:
    """
    Return an NPWP in its 16-digit form, with warnings. Raises InvalidNpwp.

    Fifteen digits get a 0 in front; sixteen digits without it are a resident's NIK. The Luhn digit (ninth of the
    fifteen) and the form of a NIK only warn: the tax office's own sample files break both. Sixteen zeros mean "no NPWP"
    there and are refused here. Source: PMK 112/2022, PMK 136/2023; python-stdnum's id.npwp for the Luhn digit.
    """
    number = _digits(text, InvalidNpwp, 15, 16).rjust(16, "0")
    if not number.strip("0"):
        raise InvalidNpwp(field="npwp")
    if number[0] == "0":
        return Npwp(number, () if luhn(number[1:10]) else (NumberWarning.CHECK_DIGIT,))
    return Npwp(number, () if _is_nik(number) else (NumberWarning.NOT_A_NIK,))


def check_nik(text: str, *, on: date, provinces: Container[str]) -> str:
    """Return a NIK as its 16 digits. Raises InvalidNik as parse_nik does."""
    return parse_nik(text, on=on, provinces=provinces).number


# Provinces that are gone and live on in numbers: Timor Timur until 1999.
_PROVINCES_GONE = frozenset({"54"})


def parse_nik(text: str, *, on: date, provinces: Container[str]) -> Nik:
    """
    Read a NIK: PPRRDD + DDMMYY + serial, 40 added to the day for women. Raises InvalidNik with a ``reason``.

    No century is stored, so two-digit years up to that of ``on`` are read as 20xx. District codes are those of the day
    of issue and may be gone, so only the province is looked up. There is no check digit.
    """
    number = _digits(text, InvalidNik, 16, reason="not_16_digits")
    if number[:2] not in provinces and number[:2] not in _PROVINCES_GONE:
        raise InvalidNik(field="nik", reason="unknown_province")
    if "00" in (number[2:4], number[4:6]):
        raise InvalidNik(field="nik", reason="unknown_district")
    birth_date, gender = _birth(number, on)
    if number[12:] == "0000":
        raise InvalidNik(field="nik", reason="serial_zero")
    return Nik(
        number=number,
        province_code=number[:2],
        regency_code=f"{number[:2]}.{number[2:4]}",
        district_code=f"{number[:2]}.{number[2:4]}.{number[4:6]}",
        gender=gender,
        birth_date=birth_date,
        serial=number[12:],
    )


def _birth(number: str, on: date) -> tuple[date, Gender]:
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    gender, day = (Gender.WOMAN, day - 40) if day > 40 else (Gender.MAN, day)
    century = 2000 if year <= on.year % 100 else 1900
    if 1 <= day <= 31 and not 1 <= month <= 12:
        raise InvalidNik(field="nik", reason="month_out_of_range")
    try:
        return date(century + year, month, day), gender
    except ValueError:
        raise InvalidNik(field="nik", reason="day_out_of_range") from None


def _is_nik(number: str) -> bool:
    try:
        parse_nik(number, on=date(2099, 12, 31), provinces=_ANY_PROVINCE)
    except InvalidNik:
        return False
    return True


_ANY_PROVINCE = frozenset(f"{code:02d}" for code in range(11, 100))

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(f"[{_USCC_ALPHABET}]{{18}}")


def check_uscc(text: str) -> str:
    """
    Return a Chinese unified social credit code in upper case. Raises InvalidUscc.

    Eighteen characters without I, O, S, V and Z; the last makes the sum weighted by powers of 3 a multiple of 31.
    Source: GB 32100-2015.
    """
    number = _bare(text).upper()
    if not _USCC.fullmatch(number):
        raise InvalidUscc(field="uscc")
    weighted = sum(_USCC_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(number[:17]))
    if (weighted + _USCC_ALPHABET.index(number[17])) % 31:
        raise InvalidUscc(field="uscc")
    return number


_PHONE = re.compile(r"\+?[0-9 ().\-/]{4,30}")


def normalize_phone(text: str, *, country: str = "ID") -> str:
    """Return a phone number in E.164, by default of Indonesia: 0812... is +62812... Raises InvalidPhone."""
    if not _PHONE.fullmatch(text.strip()):
        raise InvalidPhone(field="phone")
    try:
        number = phonenumbers.parse(text.strip(), country)
    except phonenumbers.NumberParseException:
        raise InvalidPhone(field="phone") from None
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhone(field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _digits(text: str, refusal: type[Refusal], *lengths: int, reason: str | None = None) -> str:
    number = _bare(text)
    if not _DIGITS.fullmatch(number) or len(number) not in lengths:
        field = refusal.code.removeprefix("invalid-")
        raise refusal(field=field, **({"reason": reason} if reason else {}))
    return number


def _bare(text: str) -> str:
    return _MARKS.sub("", text) if len(text) <= _TEXT_MAX else ""
