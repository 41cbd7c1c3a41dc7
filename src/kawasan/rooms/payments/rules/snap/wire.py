"""How SNAP BI writes times, amounts and virtual account numbers, and the ids that a day may see only once."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kawasan.core.clock import WIB, business_day
from kawasan.core.money import MINOR_DIGITS, Money, UnreadableAmount

EXTERNAL_ID_LENGTH_MAX = 36
PREFIX_LENGTH = 8  # of a virtual account: the bank's number of the partner, padded with spaces on its left
VA_LENGTH_MAX = 28
CUSTOMER_NO_LENGTH_MAX = 20
BODY_BYTES_MAX = 65_536

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_TIMESTAMP_SEEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_AMOUNT = re.compile(r"[0-9]{1,16}\.[0-9]{2}")
_PLAIN_AMOUNT = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DIGITS = re.compile(r"[0-9]+")


class BadField(ValueError):
    """A field whose form the standard does not know; the text is the field's name or what is wrong with it."""


class MissingField(ValueError):
    """A mandatory field is not there; the text is its name."""


# Times


def timestamp_text(at: datetime, form: str = "offset") -> str:
    """Return a time as the standard writes it (WIB with its offset), or as a provider wants it (UTC, thousandths)."""
    if form == "utc":
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    exact = "milliseconds" if form == "offset-ms" else "seconds"
    return at.astimezone(WIB).isoformat(timespec=exact)


def is_timestamp(text: str) -> bool:
    """Return whether a text is a time as the standard writes it: date, T, time and offset, to the second."""
    return bool(_TIMESTAMP.fullmatch(text)) and _moment(text) is not None


def timestamp_of(text: object) -> datetime:
    """Read a time, also with Z or parts of a second as providers send it. Raises BadField."""
    moment = _moment(text) if isinstance(text, str) and _TIMESTAMP_SEEN.fullmatch(text) else None
    if moment is None:
        raise BadField("timestamp")
    return moment


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


# Amounts


def amount_object(text: str, currency: str = "IDR") -> dict[str, str]:
    """Return an amount written plainly (``10000`` or ``0.01``) as the standard carries it. Raises BadField."""
    if not _PLAIN_AMOUNT.fullmatch(text) or not _CURRENCY.fullmatch(currency):
        raise BadField("amount")
    return {"value": f"{Decimal(text):.2f}", "currency": currency}


def amount_of(minor: int) -> dict[str, str]:
    """Return rupiah in minor units as the standard carries them: two decimals, also for rupiah."""
    if minor < 0:
        raise BadField("amount")
    return {"value": f"{minor // 100}.{minor % 100:02d}", "currency": "IDR"}


def money_object(money: Money) -> dict[str, str]:
    """Return an amount of any currency as the standard carries it: two decimals, also where the currency has none."""
    if money.minor < 0 or MINOR_DIGITS[money.currency] > 2:
        raise BadField("amount")
    return amount_object(f"{money.amount:f}", money.currency)


def money_of(amount: object, name: str = "amount") -> Money:
    """Return an amount of any currency. Raises BadField for parts finer than it has, MissingField for nothing."""
    if not isinstance(amount, dict) or amount.get("value") is None or amount.get("currency") is None:
        raise MissingField(name)
    value, currency = amount["value"], amount["currency"]
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value) or currency not in MINOR_DIGITS:
        raise BadField(name)
    try:
        return Money.of(Decimal(value), currency)
    except UnreadableAmount:
        raise BadField(name) from None


def minor_of(amount: object, name: str = "amount") -> int:
    """Return rupiah in minor units. Raises BadField for another form or currency, MissingField for nothing."""
    if not isinstance(amount, dict):
        raise MissingField(name)
    value, currency = amount.get("value"), amount.get("currency")
    if value is None:
        raise MissingField(f"{name}.value")
    if currency is None:
        raise MissingField(f"{name}.currency")
    if currency != "IDR" or not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise BadField(name)
    return int(value.replace(".", ""))


# Virtual accounts


def partner_service_id(prefix: str) -> str:
    """Return the bank's number of a partner, padded on its left with spaces to eight. Raises BadField."""
    if not _DIGITS.fullmatch(prefix) or len(prefix) > PREFIX_LENGTH:
        raise BadField("partnerServiceId")
    return prefix.rjust(PREFIX_LENGTH)


def va_number(prefix: str, customer_no: str) -> str:
    """Return a virtual account's number: the padded prefix and the customer's number. Raises BadField."""
    if not _DIGITS.fullmatch(customer_no) or len(customer_no) > CUSTOMER_NO_LENGTH_MAX:
        raise BadField("customerNo")
    return partner_service_id(prefix) + customer_no


def customer_no(payment_id: UUID, *, length: int) -> str:
    """Return a customer's number that follows from a payment: ``length`` digits."""
    return str(payment_id.int % 10**length).zfill(length)


# Ids


def external_id(made: UUID) -> str:
    """Return an X-EXTERNAL-ID: digits only, at most 36, never used twice."""
    return str(made.int % 10**EXTERNAL_ID_LENGTH_MAX)


def is_external_id(text: str, *, digits_only: bool = True) -> bool:
    """Return whether a text can be an X-EXTERNAL-ID."""
    if not digits_only:
        return 1 <= len(text) <= 64 and text.isascii() and text.isprintable()
    return bool(_DIGITS.fullmatch(text)) and len(text) <= EXTERNAL_ID_LENGTH_MAX


def external_day(at: datetime) -> date:
    """Return the day on which an X-EXTERNAL-ID must be unique: the standard counts days in WIB."""
    return business_day(at)


# Bodies


def written(body: dict[str, Any]) -> bytes:
    """Return a body as it travels: minified, in UTF-8. What is hashed are these bytes and no others."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def read(body: bytes) -> dict[str, Any]:
    """Return a body as an object. Raises BadField for anything else."""
    if len(body) > BODY_BYTES_MAX:
        raise BadField("body")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadField("body") from None
    if not isinstance(given, dict):
        raise BadField("body")
    return given


def text_at(body: dict[str, Any], path: str) -> str:
    """Return the text at a dotted path, or nothing."""
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def need_text(body: dict[str, Any], path: str, length_max: int = 64) -> str:
    """Return the text at a dotted path. Raises MissingField, BadField."""
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None or found == "":
        raise MissingField(path)
    if not isinstance(found, str) or len(found) > length_max or not found.isprintable():
        raise BadField(path)
    return found
