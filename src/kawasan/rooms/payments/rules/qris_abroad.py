"""
Whose network, currency and language a code is for: codes of other countries are recognised and named, not paid here.

Sources: EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode v1.1, table 4.1 (templates 02-25);
ISO 4217 and ISO 3166-1; the globally unique identifiers that the national schemes publish.
"""

from __future__ import annotations

from dataclasses import dataclass

from kawasan.rooms.payments.rules import qris

HOME = "ID"
TRANSFER_ACCOUNT, TRANSFER_MCC = "40", "4829"  # a person's account, not a merchant's (QRIS TTS)
_SCHEMES = {  # first and last template -> the scheme that it is reserved for
    ("02", "03"): "Visa",
    ("04", "05"): "Mastercard",
    ("09", "10"): "Discover",
    ("11", "12"): "American Express",
    ("13", "14"): "JCB",
    ("15", "16"): "UnionPay",
}
_NETWORKS = {  # what begins the globally unique identifier (00) of a template, in lower case
    qris.NATIONAL_REPOSITORY.lower(): "QRIS",
    "id.or.gpnqr.www": "QRIS",  # in codes from before 2020
    "a000000677010111": "PromptPay",  # Thailand
    "sg.paynow": "PayNow",  # Singapore
    "sg.com.nets": "NETS",
    "a0000006150001": "DuitNow",  # Malaysia
    "com.p2pqrpay": "QR Ph",  # Philippines
    "a000000727": "VietQR",  # Viet Nam
    "hk.com.hkicl": "FPS",  # Hong Kong
    "a000000333": "UnionPay",  # China
    "d156": "UnionPay",  # China: EMVCo's own example
}
# ISO 4217 numeric -> letters, of the countries that QRIS is linked with or will be, and of those around.
_CURRENCIES = {
    "360": "IDR", "156": "CNY", "702": "SGD", "458": "MYR", "764": "THB", "392": "JPY", "410": "KRW", "344": "HKD",
    "608": "PHP", "704": "VND", "356": "INR", "784": "AED", "682": "SAR", "036": "AUD", "840": "USD", "978": "EUR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Abroad:
    """
    What of a code is not Indonesian. ``currency`` is its three letters, or the number where it is none we know.

    ``networks`` are the payment networks that can pay it, by name, as far as they are known.
    """

    country: str
    currency: str
    networks: tuple[str, ...]
    is_foreign: bool
    is_person: bool
    language: str | None
    name: str | None
    city: str | None


def abroad_of(code: qris.QrisCode) -> Abroad:
    """Return the country, currency, networks and second language of a code."""
    objects = dict(qris.split(code.payload))
    second = dict(qris.split(objects.get("64", "")))
    found = [name for tag, value in objects.items() if (name := _network(tag, value))]
    return Abroad(
        country=code.country,
        currency=_CURRENCIES.get(code.currency, code.currency),
        networks=tuple(dict.fromkeys(found)),
        is_foreign=code.country != HOME or code.currency != qris.RUPIAH,
        is_person=TRANSFER_ACCOUNT in objects and code.mcc == TRANSFER_MCC,
        language=second.get("00"),
        name=second.get("01"),
        city=second.get("02"),
    )


def _network(tag: str, value: str) -> str:
    for (first, last), name in _SCHEMES.items():
        if first <= tag <= last:
            return name
    if not "26" <= tag <= "51":
        return ""
    guid = dict(qris.split(value)).get("00", "").lower()
    return next((name for start, name in _NETWORKS.items() if guid.startswith(start)), "")
