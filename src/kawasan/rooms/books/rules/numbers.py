"""Taxpayer numbers as invoices carry them: the parts of an NPWP, and the number of a place of business (NITKU)."""

from __future__ import annotations

from dataclasses import dataclass

from kawasan.core.checkdigits import luhn

NPWP_DIGITS, OLD_NPWP_DIGITS, NITKU_DIGITS = 16, 15, 22
NO_NPWP = "0" * NPWP_DIGITS


@dataclass(frozen=True, slots=True)
class OldNpwp:
    """An NPWP of fifteen digits taken apart."""

    digits: str

    @property
    def number(self) -> str:
        """The number of sixteen digits: a 0 in front (PMK 112/2022; individuals use their NIK instead)."""
        return "0" + self.digits

    @property
    def formatted(self) -> str:
        """As cards print it: 01.312.166.0-091.000."""
        d = self.digits
        return f"{d[:2]}.{d[2:5]}.{d[5:8]}.{d[8]}-{d[9:12]}.{d[12:]}"

    @property
    def office(self) -> str:
        """The tax office (KPP) that registered it."""
        return self.digits[9:12]

    @property
    def branch(self) -> str:
        """000 is the head office."""
        return self.digits[12:]

    @property
    def fits_check_digit(self) -> bool:
        """Whether the ninth digit is the Luhn digit; real sample files break it, so it only warns."""
        return luhn(self.digits[:9])


def old_npwp(text: str) -> OldNpwp | None:
    """Return an NPWP of fifteen digits, with or without its marks; None for anything else."""
    digits = text.translate({ord(mark): None for mark in ".- "})
    return OldNpwp(digits) if _is_digits(digits, OLD_NPWP_DIGITS) else None


def is_npwp(text: str) -> bool:
    """Return whether this has the form of an NPWP of sixteen digits; more must not be asked."""
    return _is_digits(text, NPWP_DIGITS)


def nitku(npwp: str, place: int = 0) -> str:
    """Return the number of a place of business: NPWP and six digits, 000000 for the head office (PER-6/PJ/2024)."""
    return f"{npwp}{place:06d}"


def is_nitku(text: str) -> bool:
    """Return whether this has the form of a NITKU: exactly 22 digits."""
    return _is_digits(text, NITKU_DIGITS)


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
