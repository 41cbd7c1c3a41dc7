"""What a provider tells by itself: who says it is checked over the raw bytes, then it is done once, and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core import signing as django_signing

from kawasan.core.errors import Refusal
from kawasan.platform.db import requires_transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.notifications import notify
from kawasan.rooms.payments.queries import providers as queries
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service, code_of
from kawasan.rooms.payments.rules.snap.notices import NotTaken, Reply, check_callback, qr_money, read_body, va_money
from kawasan.rooms.payments.rules.snap.profiles import Profile, profile_named
from kawasan.rooms.payments.rules.snap.requests import TOKEN_BODY
from kawasan.rooms.payments.types import Notification, Outcome, PaymentStatus, ProviderSettings, UnknownProvider

TOKEN_SECONDS = 900
_SALT = "payments.snap.token"
_ANSWERS = {  # what is not listed was taken in: 200/00
    Outcome.UNKNOWN_REFERENCE: (404, "01", "Transaction Not Found"),
    Outcome.CONTRADICTION: (409, "00", "Conflict"),
}
SERVICES = {
    "qr/qr-mpm-notify": Service.QR_NOTIFY,
    "transfer-va/inquiry": Service.VA_INQUIRY,
    "transfer-va/payment": Service.VA_PAYMENT,
    "access-token/b2b": Service.TOKEN,
}


@requires_transaction
def receive_snap(
    *, provider_name: str, service_path: str, url: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> Reply:
    """
    Check a provider's message, do what it says, once, and return the answer in the standard's codes.

    A message that is repeated gets the first answer again; the same id with other content, 409. Raises the ledger's
    refusals where money cannot be taken in at all: then nothing is kept, and the provider repeats.
    """
    service = SERVICES.get(service_path)
    if service is None:
        return _refused("00", NotTaken(404, "00", "Invalid Transaction Status. No such service"))
    try:
        settings = queries.provider_settings(name=provider_name)
    except UnknownProvider:
        return _refused(service, NotTaken(404, "16", "Partner Not Found"))
    profile = profile_named(settings.profile)
    try:
        if profile is None:
            raise NotTaken(500, "00", "General Error")
        if service is Service.TOKEN:
            return _token(settings, profile, headers, body, at)
        event_id = check_callback(
            settings, profile, url=url, headers=headers, body=body, at=at, is_token=_is_token_of(settings)
        )
        told = read_body(profile, service, body)
        if service is Service.VA_INQUIRY:
            return _inquiry(settings, told)
        return _money(settings, profile, service, told, event_id, body, at)
    except NotTaken as refused:
        log.info("provider-refused-here", provider=provider_name, path=service_path, problem=refused.message)
        return _refused(service, refused)


def failed_reply(service_path: str, refusal: Refusal) -> Reply:
    """Return the answer for a message that we could not take in now: the provider sends it again."""
    log.warning("notification-not-taken", path=service_path, code=refusal.code)
    return _refused(SERVICES.get(service_path, "00"), NotTaken(500, "00", "General Error"))


def _money(
    settings: ProviderSettings,
    profile: Profile,
    service: Service,
    told: dict[str, Any],
    event_id: str,
    body: bytes,
    at: datetime,
) -> Reply:
    notification: Notification | None
    if service is Service.QR_NOTIFY:
        notification = qr_money(profile, told, provider=settings.name, event_id=event_id, at=at)
    else:
        reference = wire.text_at(told, "trxId") or queries.reference_of_va(
            provider=settings.name, customer_no=wire.text_at(told, "customerNo")
        )
        reference = reference or wire.text_at(told, "virtualAccountNo").strip()
        notification = va_money(told, provider=settings.name, event_id=event_id, reference=reference, at=at)
    more = _va_echo(told) if service is Service.VA_PAYMENT else {}
    if notification is None:  # under way, or refunded: nothing that moves money here
        return _done(service, more)
    outcome = notify(notification=replace(notification, body=body), at=at).outcome
    if outcome in _ANSWERS:
        return _refused(service, NotTaken(*_ANSWERS[outcome]))
    return _done(service, more)


def _inquiry(settings: ProviderSettings, told: dict[str, Any]) -> Reply:
    reference = queries.reference_of_va(provider=settings.name, customer_no=wire.text_at(told, "customerNo"))
    payment_id = queries.payment_of_code(provider=settings.name, reference=reference) if reference else None
    payment = models.Payment.objects.filter(pk=payment_id).first() if payment_id else None
    if payment is None:
        raise NotTaken(404, "12", "Bill Not Found")
    if payment.status == PaymentStatus.PAID:
        raise NotTaken(404, "14", "Paid Bill")
    if payment.status != PaymentStatus.REQUESTED:
        raise NotTaken(404, "19", "Bill Expired")
    data = {
        "inquiryStatus": "00",
        "partnerServiceId": told.get("partnerServiceId"),
        "customerNo": told.get("customerNo"),
        "virtualAccountNo": told.get("virtualAccountNo"),
        "virtualAccountName": payment.merchant_name,
        "inquiryRequestId": told.get("inquiryRequestId"),
        "totalAmount": wire.amount_of(payment.amount_minor),
    }
    return _done(Service.VA_INQUIRY, {"virtualAccountData": data})


def _va_echo(told: dict[str, Any]) -> dict[str, Any]:
    names = (
        "partnerServiceId", "customerNo", "virtualAccountNo", "virtualAccountName", "trxId", "paymentRequestId",
        "paidAmount", "trxDateTime",
    )  # fmt: skip
    return {"virtualAccountData": {name: told[name] for name in names if name in told} | {"paymentFlagStatus": "00"}}


# A provider that signs its messages as calls (callback_auth "token") asks us for a token first.
def _token(
    settings: ProviderSettings, profile: Profile, headers: Mapping[str, str], body: bytes, at: datetime
) -> Reply:
    stamp, signature = headers.get("X-TIMESTAMP", ""), headers.get("X-SIGNATURE", "")
    if profile.callback_auth != "token" or headers.get("X-CLIENT-KEY") != settings.client_id:
        raise NotTaken(401, "00", "Unauthorized. Unknown client")
    text = signing.token_text(client_id=settings.client_id, timestamp=stamp)
    if not signing.is_rsa_of_any(settings.their_keys, text, signature):
        raise NotTaken(401, "00", "Unauthorized. Signature")
    try:
        is_near = abs(wire.timestamp_of(stamp) - at).total_seconds() <= profile.window_seconds
        wanted = wire.read(body).get("grantType")
    except wire.BadField as error:
        raise NotTaken(400, "01", f"Invalid Field Format {error}") from None
    if not is_near or wanted != TOKEN_BODY["grantType"]:
        raise NotTaken(401, "00", "Unauthorized. Timestamp")
    token = django_signing.TimestampSigner(salt=_SALT).sign(str(settings.id))
    return _done(Service.TOKEN, {"accessToken": token, "tokenType": "Bearer", "expiresIn": str(TOKEN_SECONDS)})


def _is_token_of(settings: ProviderSettings) -> Any:
    def is_token(token: str) -> bool:
        try:
            found = django_signing.TimestampSigner(salt=_SALT).unsign(token, max_age=TOKEN_SECONDS)
        except django_signing.BadSignature:
            return False
        return found == str(settings.id)

    return is_token


def _done(service: Service, more: dict[str, Any]) -> Reply:
    return Reply(200, {"responseCode": code_of(200, service), "responseMessage": "Successful", **more})


def _refused(service: Service | str, refused: NotTaken) -> Reply:
    code = code_of(refused.http, service, refused.case)
    return Reply(refused.http, {"responseCode": code, "responseMessage": refused.message})
