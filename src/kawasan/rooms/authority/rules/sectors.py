"""What the sections of both editions of KBLI are called, short enough for a table."""

from __future__ import annotations

from collections.abc import Mapping

from kawasan.core.errors import msg

# Sections A to V of KBLI 2025 (BPS Reg. 7/2025) and A to U of KBLI 2020 (BPS Reg. 2/2020), which follow ISIC Rev. 5 and
# Rev. 4: from J on, the same letter means another sector, so a section is never shown without its edition.
_SAME: Mapping[str, str] = {
    "A": msg("Agriculture, forestry and fishing"),
    "B": msg("Mining and quarrying"),
    "C": msg("Manufacturing"),
    "D": msg("Electricity and gas"),
    "E": msg("Water and waste"),
    "F": msg("Construction"),
    "G": msg("Wholesale and retail trade"),
    "H": msg("Transport and storage"),
    "I": msg("Accommodation and food"),
}
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "2025": {
        **_SAME,
        "J": msg("Publishing, broadcasting and content"),
        "K": msg("Telecommunications and computing"),
        "L": msg("Finance and insurance"),
        "M": msg("Real estate"),
        "N": msg("Professional and technical services"),
        "O": msg("Administrative and support services"),
        "P": msg("Public administration"),
        "Q": msg("Education"),
        "R": msg("Health and social work"),
        "S": msg("Arts, sports and recreation"),
        "T": msg("Other services"),
        "U": msg("Households"),
        "V": msg("International organisations"),
    },
    "2020": {
        **_SAME,
        "J": msg("Information and communication"),
        "K": msg("Finance and insurance"),
        "L": msg("Real estate"),
        "M": msg("Professional and technical services"),
        "N": msg("Administrative and support services"),
        "O": msg("Public administration"),
        "P": msg("Education"),
        "Q": msg("Health and social work"),
        "R": msg("Arts, sports and recreation"),
        "S": msg("Other services"),
        "T": msg("Households"),
        "U": msg("International organisations"),
    },
}


def sector_name(key: str) -> str:
    """Return the English text of a sector's key (``2025-C``), for the edge to translate; empty for an unknown one."""
    edition, _, section = key.partition("-")
    return SECTIONS.get(edition, {}).get(section, "")
