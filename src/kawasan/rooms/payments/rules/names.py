"""Names of people on bank accounts and in transfers: do two mean the same, and how is one shown to others."""

from __future__ import annotations

import re
import unicodedata

# Titles and company forms that a bank writes or leaves out as it likes.
_FIRMS = ("PT", "CV", "UD", "TBK", "KOPERASI")
_TITLES = ("H", "HJ", "DR", "DRS", "IR", "SE", "SH", "ST", "SKOM", "MM")
_ADDRESSES = ("BAPAK", "IBU", "BPK", "SDR", "SDRI", "TN", "NY", "NN")
_LEFT_OUT = frozenset((*_FIRMS, *_TITLES, *_ADDRESSES))
_DOT = "•"


def is_same_name(one: str, other: str) -> bool:
    """
    Whether two names may be the same person or firm: the words of the shorter are all in the longer, titles aside.

    Banks cut long names and drop titles; they do not change words.
    """
    fewer, more = sorted((_words(one), _words(other)), key=len)
    return bool(fewer) and fewer <= more


def mask_name(name: str) -> str:
    """Show the first letter of each word: B•••• S••••. Enough for a sender to recognise whom they know."""
    return " ".join(f"{word[0]}{_DOT * 4}" for word in name.split()) or _DOT * 4


def _words(name: str) -> set[str]:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)
    ).upper()
    return {word for word in re.findall(r"[^\W\d_]+", plain) if word not in _LEFT_OUT}
