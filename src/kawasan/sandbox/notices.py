"""How the sandbox bank tells its partners: signed messages over HTTP, repeated until somebody takes them."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from kawasan.core import clock, ids
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service
from kawasan.sandbox.abroad import abroad_info
from kawasan.sandbox.state import Bill, Money, Partner

ATTEMPTS_MAX = 8
WAIT_SECONDS = 0.5  # before the first repeat, twice as long before each further one
TIMEOUT_SECONDS = 10.0
SENDERS = 4
WAITING_MAX = 10_000
TOLD_MAX = 1_000
ISSUER = "Bank Latihan"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: its id stays the same however often it is sent."""

    partner: Partner
    service: Service
    body: dict[str, Any]
    external_id: str
    is_forged: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a partner answered to a message."""

    service: str
    reference: str
    external_id: str
    http: int
    code: str
    attempt: int


def notice_of(partner: Partner, bill: Bill, money: Money, *, is_forged: bool = False) -> Notice:
    """Return the message about a movement of money into a bill."""
    service = Service.QR_NOTIFY if bill.kind == "qris" else Service.VA_PAYMENT
    body = _qr_body(bill, money) if bill.kind == "qris" else _va_body(bill, money)
    return Notice(partner, service, body, wire.external_id(ids.uuid7()), is_forged)


class Sender:
    """A queue of messages by the time they are due, and a few threads that send them."""

    def __init__(self, private_key: Callable[[], str]) -> None:
        self.told: list[Told] = []
        self._key = private_key
        self._forged_key = ""
        self._queue: list[tuple[float, int, int, Notice]] = []
        self._number = itertools.count()
        self._busy = 0
        self._ready = threading.Condition()
        self._stopping = False
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._threads = [threading.Thread(target=self._work, daemon=True, name=f"notices-{n}") for n in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def send(self, notice: Notice, *, after_seconds: float = 0.0) -> None:
        """Queue a message; one for a partner without an address goes nowhere."""
        if notice.partner.notify_url:
            self._put(time.monotonic() + after_seconds, 0, notice)

    @property
    def waiting(self) -> int:
        """How many messages are still to be sent or under way."""
        with self._ready:
            return len(self._queue) + self._busy

    def stop(self) -> None:
        """Send nothing more."""
        with self._ready:
            self._stopping = True
            self._queue.clear()
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(2)
        self._http.close()

    def ask(self, partner: Partner, service: Service, body: dict[str, Any]) -> dict[str, Any] | None:
        """Ask a partner something now (what a virtual account stands for) and return what it says, if anything."""
        notice = Notice(partner, service, body, wire.external_id(ids.uuid7()))
        try:
            response = self._post(notice)
            return response.json() if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    def _work(self) -> None:
        while (item := self._next()) is not None:
            attempt, notice = item
            try:
                self._attempt(notice, attempt)
            finally:
                with self._ready:
                    self._busy -= 1

    def _next(self) -> tuple[int, Notice] | None:
        with self._ready:
            while not self._stopping:
                now = time.monotonic()
                if self._queue and self._queue[0][0] <= now:
                    _, _, attempt, notice = heapq.heappop(self._queue)
                    self._busy += 1
                    return attempt, notice
                self._ready.wait(self._queue[0][0] - now if self._queue else None)
        return None

    def _attempt(self, notice: Notice, attempt: int) -> None:
        try:
            response = self._post(notice)
            http, code = response.status_code, _code(response)
        except (httpx.HTTPError, ValueError):
            http, code = 0, ""
        reference = _reference(notice.body)
        with self._ready:
            self.told.append(Told(notice.service.value, reference, notice.external_id, http, code, attempt + 1))
            del self.told[:-TOLD_MAX]
        # 409: the partner says that it has had this message. A forged one is not worth a second try.
        is_over = http in (200, 409) or notice.is_forged or attempt + 1 >= ATTEMPTS_MAX
        if not is_over:
            self._put(time.monotonic() + WAIT_SECONDS * 2**attempt, attempt + 1, notice)

    def _put(self, due: float, attempt: int, notice: Notice) -> None:
        with self._ready:
            if not self._stopping and len(self._queue) < WAITING_MAX:
                heapq.heappush(self._queue, (due, next(self._number), attempt, notice))
                self._ready.notify()

    def _post(self, notice: Notice) -> httpx.Response:
        url = f"{notice.partner.notify_url.rstrip('/')}/v1.0/{notice.service.value}"
        content, stamp = wire.written(notice.body), wire.timestamp_text(clock.now())
        text = signing.callback_text(method="POST", url=urlsplit(url).path, body=content, timestamp=stamp)
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": stamp,
            "X-SIGNATURE": signing.sign_rsa(self._signing_key(notice), text),
            "X-PARTNER-ID": notice.partner.partner_id or notice.partner.client_id,
            "X-EXTERNAL-ID": notice.external_id,
            "CHANNEL-ID": "95221",
        }
        return self._http.post(url, content=content, headers=headers)

    def _signing_key(self, notice: Notice) -> str:
        if not notice.is_forged:
            return self._key()
        if not self._forged_key:
            self._forged_key = signing.new_private_key()
        return self._forged_key


def _reference(body: dict[str, Any]) -> str:
    return next(
        (str(body[name]) for name in ("originalPartnerReferenceNo", "externalStoreId", "trxId") if body.get(name)), ""
    )


def _code(response: httpx.Response) -> str:
    told = response.json()
    return str(told.get("responseCode", "")) if isinstance(told, dict) else ""


def _qr_body(bill: Bill, money: Money) -> dict[str, Any]:
    # What is paid into a static code answers no request: it has a number of its own and names the store.
    told = (
        {"originalReferenceNo": money.id, "externalStoreId": bill.store, "destinationAccountName": bill.name}
        if bill.is_static
        else {"originalReferenceNo": bill.id, "originalPartnerReferenceNo": bill.reference}
    )
    return told | {
        "latestTransactionStatus": money.status,
        "transactionStatusDesc": "Success" if money.status == "00" else "Failed",
        "customerNumber": "62812•••7890",
        "amount": wire.amount_of(money.amount_minor),
        "paidTime": wire.timestamp_text(money.at),
        "additionalInfo": {"paymentReferenceNo": money.id, "issuerName": ISSUER} | abroad_info(money),
    }


def _va_body(bill: Bill, money: Money) -> dict[str, Any]:
    return {
        "partnerServiceId": bill.content[: wire.PREFIX_LENGTH],
        "customerNo": bill.customer_no,
        "virtualAccountNo": bill.content,
        "virtualAccountName": bill.name,
        "trxId": bill.reference,
        "paymentRequestId": money.id,
        "paidAmount": wire.amount_of(money.amount_minor),
        "trxDateTime": wire.timestamp_text(money.at),
    }


def inquiry_body(bill: Bill, at: datetime) -> dict[str, Any]:
    """Return the question to a partner what a virtual account stands for."""
    return {
        "partnerServiceId": bill.content[: wire.PREFIX_LENGTH],
        "customerNo": bill.customer_no,
        "virtualAccountNo": bill.content,
        "inquiryRequestId": wire.external_id(ids.uuid7()),
        "trxDateInit": wire.timestamp_text(at),
    }
