"""
QRIS codes that a merchant shows: what they say, read leniently; ``qris_writing`` writes them, strictly.

An object is a two-digit id, a two-digit length in characters, and a value. Sources: EMVCo QR Code Specification for
Payment Systems, Merchant-Presented Mode v1.1; QRIS specification 4.7.x as encoded in github.com/astrapay/spring-qris.
A code proves nothing about who owns it: show name, city and NMID before anybody pays.
"""

from __future__ import annotations

import re
import unicodedata
from binascii import crc_hqx
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from kawasan.core.errors import Invalid, msg
from kawasan.core.money import Money

PAYLOAD_LENGTH_MAX = 512
NAME_LENGTH_MAX = 25
CITY_LENGTH_MAX = 15
REFERENCE_LENGTH_MAX = 25
RUPIAH = "360"
NATIONAL_REPOSITORY = "ID.CO.QRIS.WWW"
OLD_REPOSITORY = "ID.OR.GPNQR.WWW"  # in codes from before 2020


class InvalidQris(Invalid):
    """Not a QRIS code, or one that must not be made; ``reason`` says why in one word for programs."""

    code = "invalid-qris"
    title = msg("This is not a usable QRIS code")
    detail = msg("Scan the whole code again, or ask the merchant for a new one.")


class Initiation(StrEnum):
    """Whether a code is for many payments or made for one bill."""

    STATIC = "static"
    DYNAMIC = "dynamic"


class TipKind(StrEnum):
    """How a tip is asked for (object 55)."""

    PROMPT = "01"
    FIXED = "02"
    PERCENT = "03"


class QrisWarning(StrEnum):
    """Odd, but real codes do it: shown to support staff, not refused."""

    CRC_LOWER_CASE = "crc-lower-case"
    NAME_TOO_LONG = "name-too-long"
    CITY_TOO_LONG = "city-too-long"
    MCC_NOT_4_DIGITS = "mcc-not-4-digits"
    NMID_UNUSUAL = "nmid-unusual"
    NO_NATIONAL_ACCOUNT = "no-national-account"
    STATIC_WITH_AMOUNT = "static-with-amount"


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip or fee: asked for, fixed in rupiah, or a percentage. ``value`` is text as the code carries it."""

    kind: TipKind
    value: str | None = None


@dataclass(frozen=True, slots=True)
class MerchantAccount:
    """One acquirer's account (objects 26-45), or the national repository's (51)."""

    tag: str
    guid: str | None
    pan: str | None
    merchant_id: str | None
    criteria: str | None


@dataclass(frozen=True, slots=True)
class QrisCode:
    """What a merchant-presented code says."""

    payload: str
    tags: tuple[str, ...]
    crc: str
    initiation: Initiation
    accounts: tuple[MerchantAccount, ...]
    mcc: str
    currency: str
    amount: str | None
    tip: Tip | None
    country: str
    merchant_name: str
    merchant_city: str
    postcode: str | None
    additional: dict[str, str]
    warnings: tuple[QrisWarning, ...]

    @property
    def nmid(self) -> str | None:
        """The national merchant id, where the code has one."""
        return next((account.merchant_id for account in self.accounts if account.tag == "51"), None)

    @property
    def criteria(self) -> str:
        """The merchant's criteria (UMI, UKE, ...); absent means URE."""
        national_first = sorted(self.accounts, key=lambda account: account.tag != "51")
        return next((account.criteria for account in national_first if account.criteria), "URE")

    @property
    def money(self) -> Money | None:
        """The amount of a rupiah code; None where the payer types it, or in another currency."""
        if self.amount is None or self.currency != RUPIAH:
            return None
        return Money.of(Decimal(self.amount))


def crc(text: str) -> str:
    """Return the CRC-16 of a text's UTF-8 bytes: polynomial 1021, start FFFF, four upper-case hex digits."""
    return f"{crc_hqx(text.encode(), 0xFFFF):04X}"


NMID = re.compile(r"ID[0-9]{13}")
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]{0,2})?")
_AMOUNT_LENGTH_MAX = 13
_PERCENT = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})?")


def is_amount(text: str) -> bool:
    """Return whether a text is an amount: up to 13 digits with at most one dot and two decimals, above zero."""
    return len(text) <= _AMOUNT_LENGTH_MAX and bool(_AMOUNT.fullmatch(text)) and Decimal(text) > 0


def amount_text(amount: Money) -> str:
    """Write rupiah as a code carries them: 49500, or 49500.50 where there are sen. Raises InvalidQris."""
    if amount.currency != "IDR":
        raise InvalidQris(reason="currency")
    whole, sen = divmod(amount.minor, 100)
    text = f"{whole}.{sen:02d}" if sen else f"{whole}"
    if not is_amount(text):
        raise InvalidQris(reason="amount")
    return text


def fit(text: str, length_max: int) -> str:
    """Return a name as a code can carry it: plain ASCII letters, single spaces, cut to length. May come out empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())[:length_max].rstrip()


def parse(payload: str) -> QrisCode:
    """
    Read a code as a bank's app would. Raises InvalidQris with a ``reason``.

    Objects may come in any order but only once each; the checksum must fit, in either case of letters. What real codes
    get wrong without harm (a long name, an odd NMID) becomes a warning.
    """
    objects = _objects(payload.strip())
    found = dict(objects)
    _check_crc(payload.strip(), objects)
    _check_meaning(found)
    accounts = tuple(_account(tag, value) for tag, value in objects if "26" <= tag <= "45" or tag == "51")
    code = QrisCode(
        payload=payload.strip(),
        tags=tuple(tag for tag, _ in objects),
        crc=found["63"],
        initiation=Initiation.DYNAMIC if found.get("01") == "12" else Initiation.STATIC,
        accounts=accounts,
        mcc=found["52"],
        currency=found["53"],
        amount=found.get("54"),
        tip=_tip(found),
        country=found["58"],
        merchant_name=found["59"],
        merchant_city=found["60"],
        postcode=found.get("61"),
        additional=dict(split(found.get("62", ""))),
        warnings=(),
    )
    return _with_warnings(code)


def static_to_dynamic(payload: str, amount: Money, tip: Tip | None = None) -> str:
    """
    Return a printed code made for one amount: 01 becomes 12, 54 (and 55-57) enter in id order, all else stays as it is.

    Refuses codes already made for one bill (InvalidQris). Some issuers refuse such codes, and nobody is notified of the
    payment: reconcile by hand, or let the acquirer make the code. Source: lokal-id 0.7.2, which gives the same.
    """
    code = parse(payload)
    if code.initiation is Initiation.DYNAMIC:
        raise InvalidQris(reason="already_dynamic")
    if code.currency != RUPIAH:
        raise InvalidQris(reason="currency")
    added = [("54", amount_text(amount)), *tip_objects(tip)]
    replaced = {"00", "01", "54", "63", *(("55", "56", "57") if tip else ())}
    kept = [(tag, value) for tag, value in _objects(code.payload) if tag not in replaced]
    place = next((index for index, (tag, _) in enumerate(kept) if tag > "54"), len(kept))
    return sealed((("00", "01"), ("01", "12"), *kept[:place], *added, *kept[place:]))


_HEAD = re.compile(r"[0-9]{4}")


def split(text: str) -> tuple[tuple[str, str], ...]:
    """Cut a text into its objects, in order. Raises InvalidQris for a broken length or an id that comes twice."""
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        head = text[place : place + 4]
        if not _HEAD.fullmatch(head):
            raise InvalidQris(reason="malformed_tlv")
        tag, length = head[:2], int(head[2:])
        value = text[place + 4 : place + 4 + length]
        if len(value) != length or length == 0:
            raise InvalidQris(reason="malformed_tlv")
        if tag in found:
            raise InvalidQris(reason="duplicate_tag", tag=tag)
        found[tag] = value
        place += 4 + length
    return tuple(found.items())


def _objects(payload: str) -> tuple[tuple[str, str], ...]:
    # isprintable also keeps out lone surrogates, which have no UTF-8 bytes to check.
    if len(payload) > PAYLOAD_LENGTH_MAX or not payload.isprintable():
        raise InvalidQris(reason="malformed_tlv")
    objects = split(payload)
    if not objects or objects[0] != ("00", "01"):
        raise InvalidQris(reason="not_a_payment_code")
    return objects


def _check_crc(payload: str, objects: tuple[tuple[str, str], ...]) -> None:
    tag, value = objects[-1]
    if tag != "63" or len(value) != 4:
        raise InvalidQris(reason="crc_missing")
    if crc(payload[:-4]) != value.upper():
        raise InvalidQris(reason="crc_mismatch")


def _check_meaning(found: dict[str, str]) -> None:
    if missing := {"52", "53", "58", "59", "60"} - found.keys():
        raise InvalidQris(reason="field_missing", tag=min(missing))
    if not any("02" <= tag <= "51" for tag in found):
        raise InvalidQris(reason="account_missing")
    if found.get("01", "11") not in ("11", "12"):
        raise InvalidQris(reason="point_of_initiation_not_11_or_12")
    if found["58"] == "ID" and found["53"] != RUPIAH:
        raise InvalidQris(reason="currency_not_360_for_ID")
    if "54" in found and not is_amount(found["54"]):
        raise InvalidQris(reason="amount_syntax")


def _tip(found: dict[str, str]) -> Tip | None:
    if "55" not in found:
        return None
    if found["55"] not in list(TipKind):
        raise InvalidQris(reason="tip_indicator_not_01_02_03")
    kind = TipKind(found["55"])
    value = {TipKind.FIXED: found.get("56"), TipKind.PERCENT: found.get("57")}.get(kind)
    return _checked_tip(Tip(kind=kind, value=value))


def _checked_tip(tip: Tip) -> Tip:
    if tip.kind is TipKind.FIXED and not is_amount(tip.value or ""):
        raise InvalidQris(reason="fixed_fee_missing")
    percent = _PERCENT.fullmatch(tip.value or "")
    if tip.kind is TipKind.PERCENT and not (percent and Decimal(percent[0]) > 0):
        raise InvalidQris(reason="percent_fee_missing")
    return tip


def tip_objects(tip: Tip | None) -> list[tuple[str, str]]:
    """Return the objects 55 to 57 of a tip. Raises InvalidQris for one without a sensible value."""
    if tip is None:
        return []
    tag = {TipKind.FIXED: "56", TipKind.PERCENT: "57"}.get(_checked_tip(tip).kind)
    return [("55", tip.kind.value), *([(tag, tip.value)] if tag and tip.value else [])]


def _account(tag: str, value: str) -> MerchantAccount:
    parts = dict(split(value))
    return MerchantAccount(tag, parts.get("00"), parts.get("01"), parts.get("02"), parts.get("03"))


def _with_warnings(code: QrisCode) -> QrisCode:
    odd = {
        QrisWarning.CRC_LOWER_CASE: code.crc != code.crc.upper(),
        QrisWarning.NAME_TOO_LONG: len(code.merchant_name) > NAME_LENGTH_MAX,
        QrisWarning.CITY_TOO_LONG: len(code.merchant_city) > CITY_LENGTH_MAX,
        QrisWarning.MCC_NOT_4_DIGITS: not re.fullmatch(r"[0-9]{4}", code.mcc),
        QrisWarning.NMID_UNUSUAL: bool(code.nmid) and not NMID.fullmatch(code.nmid or ""),
        QrisWarning.NO_NATIONAL_ACCOUNT: code.country == "ID" and code.nmid is None,
        QrisWarning.STATIC_WITH_AMOUNT: code.initiation is Initiation.STATIC and code.amount is not None,
    }
    return replace(code, warnings=tuple(warning for warning, is_odd in odd.items() if is_odd))


def joined(objects: Iterable[tuple[str, str]]) -> str:
    """Return objects as one text; those without a value are left out. Raises InvalidQris for one that is too long."""
    return "".join(f"{tag}{_length(value)}{value}" for tag, value in objects if value)


def _length(value: str) -> str:
    if len(value) > 99:
        raise InvalidQris(reason="too_long")
    return f"{len(value):02d}"


def sealed(objects: Iterable[tuple[str, str]]) -> str:
    """Return a whole code of its objects, with the checksum. Raises InvalidQris for more than a code may hold."""
    body = joined(objects) + "6304"
    if len(body) + 4 > PAYLOAD_LENGTH_MAX:
        raise InvalidQris(reason="too_long")
    return body + crc(body)
