"""Masks: how personal numbers look on screen, enough to recognise one's own and no more."""

from __future__ import annotations

_DOT = "•"
_DOTS_MIN = 4


def _mask(text: str, shown_first: int, shown_last: int) -> str:
    """Hide the middle; a text too short to hide at least four letters is hidden whole."""
    hidden = len(text) - shown_first - shown_last
    if hidden < _DOTS_MIN:
        return _DOT * max(len(text), _DOTS_MIN) if text else ""
    return text[:shown_first] + _DOT * hidden + text[len(text) - shown_last :]


def mask_nik(nik: str) -> str:
    """Show the regency and the serial: 3201••••••••0001. Day and month of birth stay hidden."""
    return _mask(nik, 4, 4)


def mask_npwp(npwp: str) -> str:
    """Show the same places as of a NIK, which a resident's NPWP is: two masks side by side tell nothing more."""
    return _mask(npwp, 4, 4)


def mask_account(number: str) -> str:
    """Show the last four digits of a bank account: ••••••7890."""
    return _mask(number, 0, 4)


def mask_phone(number: str) -> str:
    """Show country, operator and the last three digits: +62812••••••890."""
    return _mask(number, 6, 3)


def mask_email(email: str) -> str:
    """Show the first letter and the domain: b•••@example.com. The dots do not tell the length."""
    name, at, domain = email.rpartition("@")
    if not at or not name:
        return _mask(email, 0, 0)
    return f"{name[0] if len(name) > 1 else ''}{_DOT * 3}@{domain}"
