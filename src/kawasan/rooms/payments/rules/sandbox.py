"""The sandbox provider's messages: signed as a provider signs, so that the real one can take its place."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kawasan.rooms.payments.types import BadNotification, Notification, NotificationKind

NAME = "sandbox"
SIGNATURE_HEADER = "X-Signature"
TIMESTAMP_HEADER = "X-Timestamp"
WINDOW = timedelta(minutes=5)  # how far a message's time may be from ours
BODY_BYTES_MAX = 16_384
_ID_LENGTH_MAX = 100


def sign(secret: bytes, *, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 over the message's time and its raw bytes, in hex."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def message(notification: Notification, *, secret: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a signed message."""
    body = json.dumps(
        {
            "eventId": notification.event_id,
            "kind": notification.kind.value,
            "reference": notification.reference,
            "moneyId": notification.money_id,
            "amount": {
                "value": f"{notification.amount_minor // 100}.{notification.amount_minor % 100:02d}",
                "currency": "IDR",
            },
            "happenedAt": notification.happened_at.astimezone(UTC).isoformat(),
        },
        separators=(",", ":"),
    ).encode()
    stamp = at.astimezone(UTC).isoformat()
    headers = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: sign(secret, timestamp=stamp, body=body)}
    return headers | {"Content-Type": "application/json"}, body


def read(headers: Mapping[str, str], body: bytes, *, secret: bytes, at: datetime) -> Notification:
    """
    Return what a signed message says.

    The signature over the raw bytes is checked first and in constant time, then the time, then the content. Raises
    BadNotification.
    """
    if len(body) > BODY_BYTES_MAX:
        raise BadNotification(problem="too long")
    stamp = headers.get(TIMESTAMP_HEADER, "")
    given = headers.get(SIGNATURE_HEADER, "")
    if not hmac.compare_digest(sign(secret, timestamp=stamp, body=body).encode(), given.encode()):
        raise BadNotification(problem="signature")
    if abs(_moment(stamp) - at) > WINDOW:
        raise BadNotification(problem="time")
    return _content(body)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadNotification(problem="time") from None
    if moment.tzinfo is None:
        raise BadNotification(problem="time")
    return moment


def _content(body: bytes) -> Notification:
    try:
        given = json.loads(body)
        return Notification(
            provider=NAME,
            event_id=_name(given["eventId"]),
            kind=NotificationKind(given["kind"]),
            reference=_name(given["reference"]),
            money_id=_name(given["moneyId"]),
            amount_minor=_minor(given["amount"]),
            happened_at=_moment(given["happenedAt"]),
            body=body,
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        raise BadNotification(problem="content") from None


def _name(text: object) -> str:
    if (
        not isinstance(text, str)
        or not 1 <= len(text) <= _ID_LENGTH_MAX
        or not text.isascii()
        or not text.isprintable()
    ):
        raise ValueError(text)
    return text


# SNAP writes amounts as text with two decimals, {"value": "10000.00", "currency": "IDR"}, also for rupiah.
def _minor(amount: object) -> int:
    if not isinstance(amount, dict) or amount.get("currency") != "IDR":
        raise ValueError(amount)
    whole, dot, part = str(amount["value"]).partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 15) or dot != "." or len(part) != 2:
        raise ValueError(amount)
    if not (part.isascii() and part.isdigit()):
        raise ValueError(amount)
    minor = int(whole) * 100 + int(part)
    if minor <= 0:
        raise ValueError(amount)
    return minor
