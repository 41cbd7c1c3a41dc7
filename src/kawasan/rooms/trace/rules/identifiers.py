"""GS1 identifiers: check digits, and the one canonical form in which things are found again."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

from kawasan.rooms.trace.types.identifiers import DigitalLink

CANONICAL = "https://id.gs1.org"

# The keys of GS1 Digital Link with their short names (GS1 Digital Link Standard 1.3, table of application identifiers).
KEYS = {
    "00": "sscc", "01": "gtin", "253": "gdti", "255": "gcn", "401": "ginc", "402": "gsin", "414": "gln",
    "417": "party", "8003": "grai", "8004": "giai", "8006": "itip", "8010": "cpid", "8017": "gsrnp", "8018": "gsrn",
}  # fmt: skip
QUALIFIERS = {"22": "cpv", "10": "lot", "21": "ser", "235": "tpx", "254": "glnx", "8011": "cpsn"}
_NUMBER_OF = {name: number for number, name in (*KEYS.items(), *QUALIFIERS.items())}

# What a value of each key looks like in the canonical form; a letter is one of GS1's 82 characters, escaped or not.
_LETTER = r"(?:%[0-9A-F]{2}|[\"'.\-0-9;<=>?A-Z_a-z])"
_SHAPES = {
    "00": r"\d{18}", "01": r"\d{14}", "253": rf"\d{{13}}{_LETTER}{{0,17}}", "255": r"\d{13}\d{0,12}",
    "401": rf"{_LETTER}{{1,30}}", "402": r"\d{17}", "414": r"\d{13}", "417": r"\d{13}",
    "8003": rf"\d{{14}}{_LETTER}{{0,16}}", "8004": rf"{_LETTER}{{1,30}}", "8006": r"\d{18}",
    "8010": r"(?:%23|%2F|[0-9A-Z\-]){1,30}", "8017": r"\d{18}", "8018": r"\d{18}",
}  # fmt: skip
# How many digits of a key end with their check digit; serials and pieces follow behind.
_CHECKED = {
    "00": 18, "01": 14, "253": 13, "255": 13, "402": 17, "414": 13, "417": 13, "8003": 14, "8006": 14, "8017": 18,
    "8018": 18,
}  # fmt: skip
_SHAPE_OF_KEY = {key: re.compile(shape) for key, shape in _SHAPES.items()}
# Qualifiers that a key may carry, the finest last: only the finest stays in the canonical form.
_FINER = {"01": ("22", "10", "21", "235"), "8006": ("22", "10", "21"), "414": ("254",), "8010": ("8011",)}
_SHAPE_OF_QUALIFIER = {
    number: re.compile(rf"{_LETTER}{{1,{longest}}}")
    for number, longest in {"22": 20, "10": 20, "21": 20, "235": 28, "254": 20}.items()
} | {"8011": re.compile(r"\d{1,12}")}

# EPC Tag Data Standard: scheme -> key, digits of company prefix and reference together, where the check digit belongs.
_EPC = re.compile(r"urn:epc:(id|idpat|class):([a-z]+):(.+)")
_LENGTH_MAX = 400
_PLAIN = re.compile(r"['.\-0-9;=A-Z_a-z]*")  # what stands for itself
_ESCAPES = {chr(code): chr(code) if _PLAIN.fullmatch(chr(code)) else f"%{code:02X}" for code in range(256)}
_HOST, _REST = re.compile(r"^https?://[^/]*"), re.compile(r"[?#].*", re.DOTALL)
# Things as most programs write them: in the canonical form already, with no letter that may be escaped.
_IS_CANONICAL = re.compile(
    rf"{re.escape(CANONICAL)}/(?:01/\d{{14}}/(?:10|21)/['.\-0-9;=A-Z_a-z]{{1,20}}|01/\d{{14}}|414/\d{{13}}|417/\d{{13}}|00/\d{{18}})",
    re.ASCII,
)
_KNOWN_MAX = 20_000  # names whose form is remembered: places and classes stand in event after event


def check_digit(digits: str) -> int:
    """Return the check digit of a GS1 key (GS1 General Specifications 7.9.1)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return digits.isascii() and digits.isdigit() and len(digits) > 1 and check_digit(digits[:-1]) == int(digits[-1])


def is_rightly_checked(link: DigitalLink) -> bool:
    """Whether the check digit of a key is right; a key that has none (a GIAI, a CPID) is."""
    digits = _CHECKED.get(link.key)
    return digits is None or has_check_digit(link.value[:digits])


def gtin14(digits: str) -> str | None:
    """Return a GTIN of 8, 12, 13 or 14 digits as one of 14; None for another number or a wrong check digit."""
    if len(digits) not in (8, 12, 13, 14) or not has_check_digit(digits):
        return None
    return digits.zfill(14)


def canonical(uri: str) -> str | None:
    """
    Return the canonical GS1 Digital Link of an EPC URI or a Digital Link: the finest identifier, without the rest.

    None for whatever names nothing of GS1's. As in the CBV's event hash, a check digit is not judged here: what was
    printed wrong must still find itself.
    """
    if len(uri) > _LENGTH_MAX:
        return None
    if uri.startswith("urn:epc:"):
        return _of_epc(uri)
    if uri.startswith(("http://", "https://")):
        link = parse(uri)
        return link.canonical if link else None
    return None


def known_as(uri: str) -> str:
    """Return the form under which a thing is filed: canonical where GS1 has one, else as it was written."""
    return _filed(uri) if len(uri) <= _LENGTH_MAX else uri  # whatever is longer is not worth remembering


@lru_cache(_KNOWN_MAX)
def _filed(uri: str) -> str:
    return uri if _IS_CANONICAL.fullmatch(uri) else canonical(uri) or uri


def parse(uri: str) -> DigitalLink | None:
    """Read a GS1 Digital Link (or its path alone): key, value and qualifiers. None where there is none in it."""
    parts = [part for part in _HOST.sub("", _REST.sub("", uri)).split("/") if part]
    for place, part in enumerate(parts):
        key = part if part in KEYS else _NUMBER_OF.get(part, "")
        if key in KEYS and (found := _read(key, parts[place + 1 :])):
            return found
    return None


def _read(key: str, rest: list[str]) -> DigitalLink | None:
    if not rest or len(rest) % 2 == 0:
        return None
    if key == "01":
        rest = [rest[0].zfill(14) if len(rest[0]) in (8, 12, 13) else rest[0], *rest[1:]]
    value, qualifiers = _escaped(rest[0]), {}
    for name, text in zip(rest[1::2], rest[2::2], strict=True):
        number = name if name in QUALIFIERS else _NUMBER_OF.get(name, "")
        if number not in _FINER.get(key, ()) or number in qualifiers:
            return None
        qualifiers[number] = _escaped(text)
    if not _SHAPE_OF_KEY[key].fullmatch(value):
        return None
    if not all(_SHAPE_OF_QUALIFIER[number].fullmatch(text) for number, text in qualifiers.items()):
        return None
    return DigitalLink(key, value, qualifiers, _written(key, value, qualifiers))


def _written(key: str, value: str, qualifiers: dict[str, str]) -> str:
    finest = [number for number in _FINER.get(key, ()) if number in qualifiers and number != "22"]
    tail = f"/{finest[-1]}/{qualifiers[finest[-1]]}" if finest else ""
    return f"{CANONICAL}/{key}/{value}{tail}"


def _escaped(text: str) -> str:
    """Write a value with the escapes that Digital Link asks for, whichever it came with."""
    return text if _PLAIN.fullmatch(text) else "".join(_ESCAPES.get(letter, "") for letter in unquote(text))


def _of_epc(uri: str) -> str | None:
    match = _EPC.fullmatch(uri)
    if match is None:
        return None
    kind, scheme, text = match.groups()
    parts = text.split(".")
    if len(parts) < 2 or not parts[0].isdigit() or not 6 <= len(parts[0]) <= 12:
        return None
    made = _SCHEMES.get((kind, scheme))
    try:
        link = made(parts[0], parts[1:]) if made else None
    except (IndexError, ValueError):
        return None
    found = parse(link) if link else None
    return found.canonical if found else None


def _whole(prefix: str, reference: str, digits: int) -> str:
    """Join company prefix and reference; together they have a fixed number of digits."""
    joined = prefix + reference
    if len(joined) != digits or not joined.isdigit():
        raise ValueError(reference)
    return joined


def _with_check(digits: str) -> str:
    return f"{digits}{check_digit(digits)}"


def _gtin(prefix: str, reference: str) -> str:
    joined = _whole(prefix, reference, 13)
    return _with_check(reference[:1] + prefix + reference[1:]) if joined else ""


def _serial(parts: list[str], start: int = 1) -> str:
    """A serial may itself hold dots."""
    text = ".".join(parts[start:])
    if not text:
        raise ValueError("a serial is missing")
    return text.replace("/", "%2F")


def _sgln(prefix: str, parts: list[str]) -> str:
    gln = _with_check(_whole(prefix, parts[0], 12))
    extension = _serial(parts)
    return f"/414/{gln}" if extension == "0" else f"/414/{gln}/254/{extension}"


def _sscc(prefix: str, parts: list[str]) -> str:
    (reference,) = parts
    _whole(prefix, reference, 17)
    return "/00/" + _with_check(reference[:1] + prefix + reference[1:])


def _single(key: str, digits: int, prefix: str, parts: list[str]) -> str:
    (reference,) = parts
    return f"/{key}/" + _with_check(_whole(prefix, reference, digits))


def _itip(prefix: str, parts: list[str], *, is_pattern: bool) -> str:
    if not all(re.fullmatch(r"\d\d", part) for part in parts[1:3]):
        raise ValueError("piece and total have two digits")
    whole = f"/8006/{_gtin(prefix, parts[0])}{parts[1]}{parts[2]}"
    return whole if is_pattern else f"{whole}/21/{_serial(parts, 3)}"


_SCHEMES: dict[tuple[str, str], Callable[[str, list[str]], str]] = {
    ("id", "sgtin"): lambda prefix, parts: f"/01/{_gtin(prefix, parts[0])}/21/{_serial(parts)}",
    ("id", "upui"): lambda prefix, parts: f"/01/{_gtin(prefix, parts[0])}/235/{_serial(parts)}",
    ("id", "itip"): lambda prefix, parts: _itip(prefix, parts, is_pattern=False),
    ("id", "sscc"): _sscc,
    ("id", "sgln"): _sgln,
    ("id", "pgln"): lambda prefix, parts: _single("417", 12, prefix, parts),
    ("id", "gsrn"): lambda prefix, parts: _single("8018", 17, prefix, parts),
    ("id", "gsrnp"): lambda prefix, parts: _single("8017", 17, prefix, parts),
    ("id", "gsin"): lambda prefix, parts: _single("402", 16, prefix, parts),
    ("id", "grai"): lambda prefix, parts: "/8003/" + _with_check("0" + _whole(prefix, parts[0], 12)) + _serial(parts),
    ("id", "gdti"): lambda prefix, parts: "/253/" + _with_check(_whole(prefix, parts[0], 12)) + _serial(parts),
    ("id", "sgcn"): lambda prefix, parts: "/255/" + _with_check(_whole(prefix, parts[0], 12)) + _serial(parts),
    ("id", "giai"): lambda prefix, parts: f"/8004/{prefix}{_serial(parts, 0)}",
    ("id", "ginc"): lambda prefix, parts: f"/401/{prefix}{_serial(parts, 0)}",
    ("id", "cpi"): lambda prefix, parts: f"/8010/{prefix}{parts[0]}/8011/{_serial(parts)}",
    ("class", "lgtin"): lambda prefix, parts: f"/01/{_gtin(prefix, parts[0])}/10/{_serial(parts)}",
    ("idpat", "sgtin"): lambda prefix, parts: f"/01/{_gtin(prefix, parts[0])}",
    ("idpat", "upui"): lambda prefix, parts: f"/01/{_gtin(prefix, parts[0])}",
    ("idpat", "itip"): lambda prefix, parts: _itip(prefix, parts, is_pattern=True),
    ("idpat", "grai"): lambda prefix, parts: "/8003/" + _with_check("0" + _whole(prefix, parts[0], 12)),
    ("idpat", "gdti"): lambda prefix, parts: "/253/" + _with_check(_whole(prefix, parts[0], 12)),
    ("idpat", "sgcn"): lambda prefix, parts: "/255/" + _with_check(_whole(prefix, parts[0], 12)),
    ("idpat", "cpi"): lambda prefix, parts: f"/8010/{prefix}{parts[0]}",
}
