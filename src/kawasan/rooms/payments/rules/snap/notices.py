"""What a provider's messages and answers say about money, read into the shape that payments knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service, transaction_status
from kawasan.rooms.payments.rules.snap.profiles import Profile
from kawasan.rooms.payments.types import Abroad, Notification, NotificationKind, StatementLine
from kawasan.rooms.payments.types.snap import ProviderSettings

_ID_LENGTH_MAX = 100
_CHANNEL = re.compile(r"[A-Za-z0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to a provider: the HTTP status, and the standard's body."""

    status: int
    body: Mapping[str, Any]


class NotTaken(Exception):
    """A message that is not taken; HTTP status, case, and what is wrong with it."""

    def __init__(self, http: int, case: str, message: str) -> None:
        super().__init__(message)
        self.http, self.case, self.message = http, case, message


def check_callback(
    settings: ProviderSettings,
    profile: Profile,
    *,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
    is_token: Any = None,
) -> str:
    """
    Check who sent a message, and return its id: the day in Jakarta and the X-EXTERNAL-ID, which together come once.

    The signature over the raw bytes comes first and every key that is valid is tried; then the time, the partner, the
    id. A provider that asks us for a token before (``callback_auth`` token) signs as in a call. Raises NotTaken.
    """
    if len(body) > wire.BODY_BYTES_MAX:
        raise NotTaken(400, "01", "Invalid Field Format body")
    stamp, signature = _header(headers, "X-TIMESTAMP"), _header(headers, "X-SIGNATURE")
    if not _is_signed(settings, profile, url, headers, body, stamp, signature, is_token):
        raise NotTaken(401, "00", "Unauthorized. Signature")
    try:
        moment = wire.timestamp_of(stamp)
    except wire.BadField:
        raise NotTaken(400, "01", "Invalid Field Format X-TIMESTAMP") from None
    if abs(moment - at) > timedelta(seconds=profile.window_seconds):
        raise NotTaken(401, "00", "Unauthorized. Timestamp")
    if _header(headers, "X-PARTNER-ID") != settings.partner_id:
        raise NotTaken(401, "00", "Unauthorized. Unknown partner")
    external_id = _header(headers, "X-EXTERNAL-ID")
    if not wire.is_external_id(external_id, digits_only=profile.external_id_digits):
        raise NotTaken(400, "01", "Invalid Field Format X-EXTERNAL-ID")
    return f"{wire.external_day(moment).isoformat()}:{external_id}"


def _is_signed(
    settings: ProviderSettings,
    profile: Profile,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    stamp: str,
    signature: str,
    is_token: Any,
) -> bool:
    signed = profile.signed_url(url)
    if profile.callback_auth == "token":
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or is_token is None or not is_token(token):
            raise NotTaken(401, "01", "Invalid Token (B2B)")
        text = signing.call_text(method="POST", url=signed, token=token, body=body, timestamp=stamp)
        return signing.is_hmac(settings.client_secret, text, signature)
    text = signing.callback_text(method="POST", url=signed, body=body, timestamp=stamp)
    return signing.is_rsa_of_any(settings.their_keys, text, signature)


def read_body(profile: Profile, service: Service, body: bytes) -> dict[str, Any]:
    """Return a message's body once its mandatory fields are there. Raises NotTaken."""
    try:
        told = wire.read(body)
        profile.check(service, told)
    except wire.MissingField as error:
        raise NotTaken(400, "02", f"Missing Mandatory Field {error}") from None
    except wire.BadField as error:
        raise NotTaken(400, "01", f"Invalid Field Format {error}") from None
    return told


def qr_money(
    profile: Profile,
    told: Mapping[str, Any],
    *,
    provider: str,
    event_id: str,
    at: datetime,
    provider_reference: str = "",
) -> Notification | None:
    """
    Return what a message or an answer says about a QRIS payment; None while it is not decided. Raises NotTaken.

    ``money_id`` is the same in a message and in the answer to a question: the profile says which field it is, and the
    provider's own number of the bill stands in where that field is not sent.
    """
    body = dict(told)
    status = transaction_status(wire.text_at(body, "latestTransactionStatus"))
    if not status.is_final or status.name not in ("success", "failed"):
        return None
    own = wire.text_at(body, "originalReferenceNo") or provider_reference
    return _notification(
        body,
        provider=provider,
        event_id=event_id,
        kind=NotificationKind.PAID if status.name == "success" else NotificationKind.FAILED,
        reference=_named(body),
        money_id=wire.text_at(body, profile.money_id) or own,
        amount=body.get("amount"),
        moment=wire.text_at(body, "paidTime") or wire.text_at(body, "transactionDate"),
        at=at,
    )


def va_money(
    told: Mapping[str, Any], *, provider: str, event_id: str, reference: str, at: datetime
) -> Notification | None:
    """Return what a message or an answer says about a paid virtual account; None where it is not paid."""
    body = dict(told)
    if body.get("paymentFlagStatus", "00") != "00" or not wire.text_at(body, "paymentRequestId"):
        return None
    return _notification(
        body,
        provider=provider,
        event_id=event_id,
        kind=NotificationKind.PAID,
        reference=reference,
        money_id=wire.text_at(body, "paymentRequestId"),
        amount=body.get("paidAmount"),
        moment=wire.text_at(body, "trxDateTime"),
        at=at,
    )


def statement_line(profile: Profile, line: Mapping[str, Any]) -> StatementLine | None:
    """Return a line of the provider's list of movements; None for one that cannot be read."""
    body = dict(line)
    own = wire.text_at(body, "originalReferenceNo")
    try:
        return StatementLine(
            money_id=(wire.text_at(body, profile.money_id) or own)[:_ID_LENGTH_MAX],
            reference=_named(body)[:_ID_LENGTH_MAX],
            amount_minor=wire.minor_of(body.get("amount")),
            happened_at=wire.timestamp_of(wire.text_at(body, "additionalInfo.paidTime") or body.get("dateTime")),
            kind=_movement(body),
            abroad=_abroad(body),
        )
    except (wire.BadField, wire.MissingField):
        return None


def _movement(body: dict[str, Any]) -> str:
    if wire.text_at(body, "type") != "CREDIT":
        return "out"
    return "abroad" if _abroad(body) else "in"


# A payment into a static code answers no request of ours: it names the store that the code was made for.
def _named(body: dict[str, Any]) -> str:
    places = ("originalPartnerReferenceNo", "externalStoreId", "additionalInfo.externalStoreId")
    return next((found for place in places if (found := wire.text_at(body, place))), "")


def _notification(
    body: dict[str, Any],
    *,
    provider: str,
    event_id: str,
    kind: NotificationKind,
    reference: str,
    money_id: str,
    amount: object,
    moment: str,
    at: datetime,
) -> Notification:
    try:
        return Notification(
            provider=provider,
            event_id=event_id,
            kind=kind,
            reference=_name(reference, "originalPartnerReferenceNo"),
            money_id=_name(money_id, "originalReferenceNo"),
            amount_minor=_positive(amount),
            happened_at=wire.timestamp_of(moment) if moment else at,
            body=wire.written(body),
            abroad=_abroad(body),
        )
    except wire.MissingField as error:
        raise NotTaken(400, "02", f"Missing Mandatory Field {error}") from None
    except wire.BadField as error:
        raise NotTaken(400, "01", f"Invalid Field Format {error}") from None


# Across borders the standard's amount stays what the bill says, in rupiah; what the payer's wallet took and which quote
# it agreed to stand beside it. Field names are ours: no provider's cross-border messages are public yet.
def _abroad(body: dict[str, Any]) -> Abroad | None:
    info = body.get("additionalInfo")
    told = info.get("originalAmount") if isinstance(info, dict) else None
    if told is None:
        return None
    paid = wire.money_of(told, "additionalInfo.originalAmount")
    if paid.currency == "IDR" or paid.minor <= 0:
        raise wire.BadField("additionalInfo.originalAmount")
    try:
        return Abroad(paid, ids.parse("quo", wire.text_at(body, "additionalInfo.quoteId")))
    except NotFound:
        return Abroad(paid, None)


def _positive(amount: object) -> int:
    minor = wire.minor_of(amount)
    if minor <= 0:
        raise wire.BadField("amount")
    return minor


def _name(text: str, field: str) -> str:
    if not text:
        raise wire.MissingField(field)
    if len(text) > _ID_LENGTH_MAX or not text.isascii() or not text.isprintable():
        raise wire.BadField(field)
    return text


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise NotTaken(400, "02", f"Missing Mandatory Field {name}")
    return value
