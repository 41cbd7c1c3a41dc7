"""
QRIS codes that we write: strictly. What a field cannot carry is refused, never cut; use ``qris.fit`` on names before.

There is no expiry inside a code, so whoever makes one for a bill keeps the time.
"""

from __future__ import annotations

import re

from kawasan.core.money import Money
from kawasan.rooms.payments.rules.qris import (
    CITY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    NATIONAL_REPOSITORY,
    NMID,
    REFERENCE_LENGTH_MAX,
    RUPIAH,
    InvalidQris,
    Tip,
    amount_text,
    joined,
    sealed,
    tip_objects,
)
from kawasan.rooms.payments.types import Merchant

_PLAIN = r"[\x20-\x7e]"
_OWN = re.compile(rf"{_PLAIN}{{0,{REFERENCE_LENGTH_MAX}}}")
_OF_MERCHANTS = (
    ("acquirer", re.compile(rf"{_PLAIN}{{1,32}}")),
    ("pan", re.compile(r"9360[0-9]{10,15}")),
    ("merchant_id", re.compile(rf"{_PLAIN}{{1,15}}")),
    ("nmid", NMID),
    ("name", re.compile(rf"(?! ){_PLAIN}{{1,{NAME_LENGTH_MAX}}}")),
    ("city", re.compile(rf"(?! ){_PLAIN}{{1,{CITY_LENGTH_MAX}}}")),
    ("postcode", re.compile(r"[0-9]{5}")),
    ("mcc", re.compile(r"[0-9]{4}")),
    ("criteria", re.compile(r"UMI|UKE|UME|UBE|URE|PSO|BLU")),
)


def dynamic_payload(
    merchant: Merchant, *, amount: Money, tip: Tip | None = None, bill: str = "", reference: str = ""
) -> str:
    """Return the payload of a dynamic code: for one bill of one amount. Raises InvalidQris with the ``field``."""
    asked = (("54", amount_text(amount)), *tip_objects(tip))
    return _payload("12", merchant, asked, (("01", bill), ("05", reference)))


def static_payload(merchant: Merchant, *, store: str = "", reference: str = "", terminal: str = "") -> str:
    """
    Return the payload of a static code: printed once, for any number of payments, the payer types the amount.

    ``store`` (62.03) comes back in the provider's messages as externalStoreId. The same input always gives the same
    text. Raises InvalidQris with the ``field``.
    """
    return _payload("11", merchant, (), (("03", store), ("05", reference), ("07", terminal)))


_ADDITIONAL = {"01": "bill", "03": "store", "05": "reference", "07": "terminal"}


def _payload(
    initiation: str, merchant: Merchant, asked: tuple[tuple[str, str], ...], additional: tuple[tuple[str, str], ...]
) -> str:
    for name, form in _OF_MERCHANTS:
        _need(name, form, getattr(merchant, name))
    for tag, value in additional:
        _need(_ADDITIONAL[tag], _OWN, value)
    account = (("00", merchant.acquirer), ("01", merchant.pan), ("02", merchant.merchant_id), ("03", merchant.criteria))
    national = (("00", NATIONAL_REPOSITORY), ("02", merchant.nmid), ("03", merchant.criteria))
    return sealed(
        (
            ("00", "01"),
            ("01", initiation),
            ("26", joined(account)),
            ("51", joined(national)),
            ("52", merchant.mcc),
            ("53", RUPIAH),
            *asked,
            ("58", "ID"),
            ("59", merchant.name),
            ("60", merchant.city),
            ("61", merchant.postcode),
            ("62", joined(additional)),
        )
    )


def _need(field: str, form: re.Pattern[str], value: str) -> None:
    if not form.fullmatch(value):
        raise InvalidQris(field=field, reason=field)
