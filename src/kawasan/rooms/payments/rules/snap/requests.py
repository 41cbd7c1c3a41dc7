"""Bodies of the services that we call, and the check of a body that somebody sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kawasan.core.money import Money
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.codes import Service, code_of
from kawasan.rooms.payments.rules.snap.profiles import Profile
from kawasan.rooms.payments.types.snap import ProviderSettings

TOKEN_BODY = {"grantType": "client_credentials"}
REASON_LENGTH_MAX = 256
NAME_LENGTH_MAX = 100
HISTORY_PAGE = 100


def problem_of(profile: Profile, service: Service, body: Mapping[str, Any]) -> str | None:
    """Return the response code that a body deserves (a field missing, or of a wrong form), or None for a right one."""
    try:
        profile.check(service, body)
        for name in ("amount", "totalAmount", "paidAmount"):
            if name in body:
                wire.minor_of(body[name], name)
        if "refundAmount" in body:  # what came in another currency goes back in it
            wire.money_of(body["refundAmount"], "refundAmount")
    except wire.MissingField:
        return code_of(400, service, "02")
    except wire.BadField:
        return code_of(400, service, "01")
    return None


def qr_generate(
    settings: ProviderSettings, profile: Profile, *, reference: str, amount_minor: int, expires_at: datetime
) -> dict[str, Any]:
    """Return the request for a dynamic QRIS code of one bill."""
    body: dict[str, Any] = {
        "partnerReferenceNo": reference,
        "amount": wire.amount_of(amount_minor),
        "validityPeriod": wire.timestamp_text(expires_at),
    }
    return body | _own_numbers(settings, profile, Service.QR_GENERATE)


def qr_generate_static(settings: ProviderSettings, profile: Profile, *, reference: str) -> dict[str, Any]:
    """Return the request for a code without an amount: payments into it come back with ``storeId``, which is ours."""
    body: dict[str, Any] = {"partnerReferenceNo": reference, "storeId": reference}
    return body | _own_numbers(settings, profile, Service.QR_GENERATE)


def qr_query(
    settings: ProviderSettings, profile: Profile, *, reference: str, provider_reference: str = ""
) -> dict[str, Any]:
    """Return the question what became of a code."""
    body = {"originalPartnerReferenceNo": reference, "serviceCode": Service.QR_GENERATE.number}
    if provider_reference:
        body["originalReferenceNo"] = provider_reference
    return body | _own_numbers(settings, profile, Service.QR_QUERY)


def qr_cancel(
    settings: ProviderSettings, profile: Profile, *, reference: str, provider_reference: str, reason: str
) -> dict[str, Any]:
    """Return the request to close a code that was not paid."""
    body = {"originalPartnerReferenceNo": reference, "originalReferenceNo": provider_reference, "reason": reason}
    return body | _own_numbers(settings, profile, Service.QR_CANCEL)


def qr_refund(
    settings: ProviderSettings,
    profile: Profile,
    *,
    reference: str,
    provider_reference: str,
    refund_no: str,
    amount: Money,
    reason: str,
    money_id: str = "",
) -> dict[str, Any]:
    """Return the request to send paid money back to where it came from, in the currency that it came in."""
    body: dict[str, Any] = {
        "originalPartnerReferenceNo": reference,
        "originalReferenceNo": provider_reference,
        "partnerRefundNo": refund_no,
        "refundAmount": wire.money_object(amount),
        "reason": reason[:REASON_LENGTH_MAX],
    }
    if money_id:  # one bill may have been paid more than once
        body["additionalInfo"] = {"paymentReferenceNo": money_id}
    return body | _own_numbers(settings, profile, Service.QR_REFUND)


def va_create(
    settings: ProviderSettings, *, customer_no: str, name: str, reference: str, amount_minor: int, expires_at: datetime
) -> dict[str, Any]:
    """Return the request for a virtual account of one bill, to be paid with exactly its amount."""
    return _va(settings, customer_no) | {
        "virtualAccountName": name[:NAME_LENGTH_MAX],
        "trxId": reference,
        "totalAmount": wire.amount_of(amount_minor),
        "virtualAccountTrxType": "C",  # closed: exactly this amount
        "expiredDate": wire.timestamp_text(expires_at),
    }


def va_status(settings: ProviderSettings, *, customer_no: str, reference: str) -> dict[str, Any]:
    """Return the question whether a virtual account was paid."""
    return _va(settings, customer_no) | {"inquiryRequestId": reference, "paymentRequestId": reference}


def va_delete(settings: ProviderSettings, *, customer_no: str, reference: str) -> dict[str, Any]:
    """Return the request to close a virtual account."""
    return _va(settings, customer_no) | {"trxId": reference}


def transfer(
    settings: ProviderSettings,
    *,
    is_interbank: bool,
    reference: str,
    amount_minor: int,
    bank: str,
    number: str,
    holder: str,
    at: datetime,
) -> dict[str, Any]:
    """Return the request to send money to a bank account, of the provider's own bank or of another one."""
    body: dict[str, Any] = {
        "partnerReferenceNo": reference,
        "amount": wire.amount_of(amount_minor),
        "beneficiaryAccountNo": number,
        "sourceAccountNo": settings.account_no,
        "transactionDate": wire.timestamp_text(at),
        "remark": reference,
    }
    if is_interbank:
        body |= {"beneficiaryAccountName": holder[:NAME_LENGTH_MAX], "beneficiaryBankCode": bank}
    return body


def account_inquiry(
    profile: Profile, *, is_interbank: bool, reference: str, bank: str, number: str, holder: str
) -> dict[str, Any]:
    """
    Return the question whose a bank account is, of the provider's own bank (service 15) or of another one (16).

    The name that we were told goes along to a practice bank only, where nobody has an account.
    """
    body: dict[str, Any] = {"partnerReferenceNo": reference, "beneficiaryAccountNo": number}
    service = Service.ACCOUNT_EXTERNAL if is_interbank else Service.ACCOUNT_INTERNAL
    if is_interbank:
        body["beneficiaryBankCode"] = bank
    if profile.needs(service, "beneficiaryAccountName"):
        body["additionalInfo"] = {"beneficiaryAccountName": holder[:NAME_LENGTH_MAX]}
    return body


def transfer_status(*, reference: str, is_interbank: bool) -> dict[str, Any]:
    """Return the question what became of a transfer."""
    service = Service.TRANSFER_INTERBANK if is_interbank else Service.TRANSFER_INTRABANK
    return {"originalPartnerReferenceNo": reference, "serviceCode": service.number}


def balance(settings: ProviderSettings, *, reference: str) -> dict[str, Any]:
    """Return the question how much the provider holds for us."""
    return {"partnerReferenceNo": reference, "accountNo": settings.account_no}


def history(*, starts_at: datetime, ends_at: datetime, page: int) -> dict[str, Any]:
    """Return the request for one page of the provider's list of movements."""
    return {
        "fromDateTime": wire.timestamp_text(starts_at),
        "toDateTime": wire.timestamp_text(ends_at),
        "pageSize": str(HISTORY_PAGE),
        "pageNumber": str(page),
    }


def _va(settings: ProviderSettings, customer_no: str) -> dict[str, Any]:
    return {
        "partnerServiceId": wire.partner_service_id(settings.va_prefix),
        "customerNo": customer_no,
        "virtualAccountNo": wire.va_number(settings.va_prefix, customer_no),
    }


def _own_numbers(settings: ProviderSettings, profile: Profile, service: Service) -> dict[str, Any]:
    numbers = {"merchantId": settings.merchant_id, "terminalId": settings.terminal_id}
    return {name: value for name, value in numbers.items() if value and profile.needs(service, name)}
