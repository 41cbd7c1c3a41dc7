"""
Codes of SNAP BI: services, response codes and what they mean for whoever asked, states of a transaction.

A response code is seven digits: HTTP status (3), service (2), case (2). Sources: docs.durianpay.id, AstraPay's SNAP
documents, docs.midtrans.com, developer.bca.co.id, crates.io kamu-snap-response. What a caller should *do* with each is
our own reading; where money may have moved it is never "send again" but "ask first".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """The services that we speak; the value is the last part of the standard's path."""

    TOKEN = "access-token/b2b"  # noqa: S105 - the name of a service
    BALANCE = "balance-inquiry"
    HISTORY = "transaction-history-list"
    HISTORY_DETAIL = "transaction-history-detail"
    ACCOUNT_INTERNAL = "account-inquiry-internal"
    ACCOUNT_EXTERNAL = "account-inquiry-external"
    TRANSFER_INTRABANK = "transfer-intrabank"
    TRANSFER_INTERBANK = "transfer-interbank"
    TRANSFER_RTGS = "transfer-rtgs"
    TRANSFER_SKN = "transfer-skn"
    TRANSFER_STATUS = "transfer/status"
    VA_INQUIRY = "transfer-va/inquiry"
    VA_PAYMENT = "transfer-va/payment"
    VA_STATUS = "transfer-va/status"
    VA_CREATE = "transfer-va/create-va"
    VA_UPDATE = "transfer-va/update-va"
    VA_DELETE = "transfer-va/delete-va"
    QR_GENERATE = "qr/qr-mpm-generate"
    QR_DECODE = "qr/qr-mpm-decode"
    QR_PAYMENT = "qr/qr-mpm-payment"
    QR_QUERY = "qr/qr-mpm-query"
    QR_NOTIFY = "qr/qr-mpm-notify"
    QR_CANCEL = "qr/qr-mpm-cancel"
    QR_REFUND = "qr/qr-mpm-refund"

    @property
    def number(self) -> str:
        """The two digits of the service inside a response code."""
        return _NUMBERS[self]

    @property
    def method(self) -> str:
        """The HTTP method of the service."""
        return {Service.VA_DELETE: "DELETE", Service.VA_UPDATE: "PUT"}.get(self, "POST")


_NUMBERS = {
    Service.BALANCE: "11",
    Service.HISTORY: "12",
    Service.HISTORY_DETAIL: "13",
    Service.ACCOUNT_INTERNAL: "15",
    Service.ACCOUNT_EXTERNAL: "16",
    Service.TRANSFER_INTRABANK: "17",
    Service.TRANSFER_INTERBANK: "18",
    Service.TRANSFER_RTGS: "22",
    Service.TRANSFER_SKN: "23",
    Service.VA_INQUIRY: "24",
    Service.VA_PAYMENT: "25",
    Service.VA_STATUS: "26",
    Service.VA_CREATE: "27",
    Service.VA_UPDATE: "28",
    Service.VA_DELETE: "31",
    Service.TRANSFER_STATUS: "36",
    Service.QR_GENERATE: "47",
    Service.QR_DECODE: "48",
    Service.QR_PAYMENT: "50",
    Service.QR_QUERY: "51",
    Service.QR_NOTIFY: "52",
    Service.TOKEN: "73",
    Service.QR_CANCEL: "77",
    Service.QR_REFUND: "78",
}


class SnapOutcome(StrEnum):
    """What an answer means for whoever asked."""

    SUCCESS = "success"
    PENDING = "pending"  # taken, not finished: ask for its state later
    REFUSED = "refused"  # for good: the same request will never be taken
    RETRY = "retry"  # nothing was done, so it may be sent again
    UNKNOWN = "unknown"  # something may have been done: ask for its state before sending again


class NotAResponseCode(ValueError):
    """Not seven digits."""


@dataclass(frozen=True, slots=True)
class ResponseCode:
    """A response code in its parts."""

    http: int
    service: str
    case: str

    @property
    def text(self) -> str:
        """The seven digits."""
        return f"{self.http:03d}{self.service}{self.case}"

    @property
    def category(self) -> str:
        """What the case means, in one word for programs."""
        return _CATEGORIES.get((self.http, self.case)) or _CATEGORIES_OF_STATUS.get(self.http, "other")

    @property
    def outcome(self) -> SnapOutcome:
        """What it means for whoever asked."""
        return _OUTCOMES.get((self.http, self.case)) or _OUTCOMES_OF_STATUS.get(self.http, SnapOutcome.UNKNOWN)


_CATEGORIES = {
    (200, "00"): "success",
    (202, "00"): "in_progress",
    (400, "00"): "bad_request",
    (400, "01"): "invalid_field_format",
    (400, "02"): "missing_mandatory_field",
    (401, "00"): "unauthorized",
    (401, "01"): "invalid_token_b2b",
    (403, "00"): "expired",
    (403, "02"): "exceeds_limit",
    (403, "09"): "dormant_account",
    (403, "14"): "insufficient_funds",
    (403, "18"): "inactive_account",
    (404, "00"): "invalid_status",
    (404, "01"): "transaction_not_found",
    (404, "08"): "invalid_merchant",
    (404, "11"): "invalid_account",
    (404, "12"): "bill_not_found",
    (404, "13"): "invalid_amount",
    (404, "14"): "bill_paid",
    (404, "16"): "partner_not_found",
    (404, "17"): "invalid_terminal",
    (404, "19"): "bill_expired",
    (409, "00"): "duplicate_external_id",
    (409, "01"): "duplicate_partner_reference",
    (429, "00"): "too_many_requests",
    (500, "00"): "general_error",
    (500, "01"): "internal_error",
    (504, "00"): "timeout",
}
_CATEGORIES_OF_STATUS = {
    200: "success",
    202: "in_progress",
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    429: "too_many_requests",
    500: "general_error",
    504: "timeout",
}
_OUTCOMES = {(401, "01"): SnapOutcome.RETRY}  # the token is over: nothing was looked at
_OUTCOMES_OF_STATUS = {
    200: SnapOutcome.SUCCESS,
    202: SnapOutcome.PENDING,
    400: SnapOutcome.REFUSED,
    401: SnapOutcome.REFUSED,
    403: SnapOutcome.REFUSED,
    404: SnapOutcome.REFUSED,
    # An id or a number that is taken means that an earlier request got through: ask what became of it.
    409: SnapOutcome.UNKNOWN,
    429: SnapOutcome.RETRY,
}
_CODE = re.compile(r"[0-9]{7}")


def response_code(text: object) -> ResponseCode:
    """Read a response code. Raises NotAResponseCode."""
    if not isinstance(text, str) or not _CODE.fullmatch(text):
        raise NotAResponseCode(str(text)[:20])
    return ResponseCode(http=int(text[:3]), service=text[3:5], case=text[5:])


def code_of(http: int, service: Service | str, case: str = "00") -> str:
    """Return a response code as text."""
    number = service.number if isinstance(service, Service) else service
    return ResponseCode(http=http, service=number, case=case).text


def service_of_path(path: str) -> Service | None:
    """Return the service of a path, whatever prefix and version stand before it."""
    return next((service for service in Service if path.endswith("/" + service.value)), None)


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """A ``latestTransactionStatus``; one that is not final must be asked about again."""

    code: str
    name: str
    is_final: bool


_STATUSES = {
    code: TransactionStatus(code, name, is_final)
    for code, name, is_final in (
        ("00", "success", True),
        ("01", "initiated", False),
        ("02", "paying", False),
        ("03", "pending", False),
        ("04", "refunded", True),
        ("05", "cancelled", True),
        ("06", "failed", True),
        ("07", "not_found", True),
    )
}


def transaction_status(code: str) -> TransactionStatus:
    """Return what a state means; one that nobody documented is not final."""
    return _STATUSES.get(code, TransactionStatus(code, "unknown", False))
