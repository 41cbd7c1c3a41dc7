"""What is asked of a provider, service by service. Each may call out for seconds: never inside a transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kawasan.core import ids
from kawasan.core.money import Money
from kawasan.rooms.payments.actions.snap.client import SnapClient
from kawasan.rooms.payments.rules.snap import requests, wire
from kawasan.rooms.payments.rules.snap.answers import FINAL_FAILURES, Answer, settled
from kawasan.rooms.payments.rules.snap.codes import Service, SnapOutcome
from kawasan.rooms.payments.types import BankAccount

HISTORY_PAGES_MAX = 500

Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A bill that a provider shall make a code for. ``was_told``: an earlier run may have asked for it already."""

    reference: str
    amount_minor: int
    expires_at: datetime
    name: str = ""
    city: str = ""
    customer_no: str = ""
    criteria: str = ""
    was_told: bool = False


@dataclass(frozen=True, slots=True)
class WantedStatic:
    """A shop that a provider shall make a code for which takes any amount."""

    reference: str
    name: str
    city: str
    criteria: str
    was_told: bool = False


def make_qr(client: SnapClient, wanted: Wanted, *, wait: Wait = time.sleep) -> Answer:
    """Let the provider make a dynamic QRIS code: ``qrContent`` and ``referenceNo`` are in the answer's body."""
    body = requests.qr_generate(
        client.settings,
        client.profile,
        reference=wanted.reference,
        amount_minor=wanted.amount_minor,
        expires_at=wanted.expires_at,
    )
    body |= _merchant(client, wanted)
    return settled(
        lambda: client.call(Service.QR_GENERATE, body),
        lambda: ask_qr(client, reference=wanted.reference),
        wait=wait,
        ask_first=wanted.was_told,
    )


def make_static_qr(client: SnapClient, wanted: WantedStatic, *, wait: Wait = time.sleep) -> Answer:
    """Let the provider make a static QRIS code: as ``make_qr``, without amount and end."""
    body = requests.qr_generate_static(client.settings, client.profile, reference=wanted.reference)
    body |= _merchant(client, wanted)
    return settled(
        lambda: client.call(Service.QR_GENERATE, body),
        lambda: ask_qr(client, reference=wanted.reference),
        wait=wait,
        ask_first=wanted.was_told,
    )


def _merchant(client: SnapClient, wanted: Wanted | WantedStatic) -> dict[str, Any]:
    if not client.profile.needs(Service.QR_GENERATE, "merchantName"):
        return {}
    more = {"merchantCriteria": wanted.criteria} if wanted.criteria else {}
    return {"additionalInfo": {"merchantName": wanted.name, "merchantCity": wanted.city} | more}


def ask_qr(client: SnapClient, *, reference: str, provider_reference: str = "") -> Answer:
    """Ask whether a code was paid."""
    body = requests.qr_query(
        client.settings, client.profile, reference=reference, provider_reference=provider_reference
    )
    return client.call(Service.QR_QUERY, body)


def cancel_qr(client: SnapClient, *, reference: str, provider_reference: str, reason: str) -> Answer:
    """Close a code that nobody paid. To repeat it changes nothing, so nothing is asked before."""
    body = requests.qr_cancel(
        client.settings, client.profile, reference=reference, provider_reference=provider_reference, reason=reason
    )
    return client.call(Service.QR_CANCEL, body)


def refund_qr(
    client: SnapClient,
    *,
    reference: str,
    provider_reference: str,
    refund_no: str,
    amount_minor: int,
    reason: str,
    currency: str = "IDR",
    money_id: str = "",
    was_told: bool = False,
    wait: Wait = time.sleep,
) -> Answer:
    """
    Send paid money back to where it came from, once for each ``refund_no``.

    The standard has no question about one refund; the query of its code lists them. A provider whose query does not
    leaves the refund UNKNOWN, for staff to ask about, and never sends it twice.
    """
    body = requests.qr_refund(
        client.settings,
        client.profile,
        reference=reference,
        provider_reference=provider_reference,
        refund_no=refund_no,
        amount=Money(amount_minor, currency),
        reason=reason,
        money_id=money_id,
    )

    def query() -> Answer:
        asked = ask_qr(client, reference=reference, provider_reference=provider_reference)
        return _of_refund(asked, refund_no)

    return settled(lambda: client.call(Service.QR_REFUND, body), query, wait=wait, ask_first=was_told)


def make_va(client: SnapClient, wanted: Wanted, *, wait: Wait = time.sleep) -> Answer:
    """Let the provider make a virtual account for one bill."""
    body = requests.va_create(
        client.settings,
        customer_no=wanted.customer_no,
        name=wanted.name,
        reference=wanted.reference,
        amount_minor=wanted.amount_minor,
        expires_at=wanted.expires_at,
    )
    return settled(
        lambda: client.call(Service.VA_CREATE, body),
        lambda: ask_va(client, customer_no=wanted.customer_no, reference=wanted.reference),
        wait=wait,
        ask_first=wanted.was_told,
    )


def ask_va(client: SnapClient, *, customer_no: str, reference: str) -> Answer:
    """Ask whether a virtual account was paid."""
    body = requests.va_status(client.settings, customer_no=customer_no, reference=reference)
    return client.call(Service.VA_STATUS, body)


def delete_va(client: SnapClient, *, customer_no: str, reference: str) -> Answer:
    """Close a virtual account that nobody paid."""
    return client.call(
        Service.VA_DELETE, requests.va_delete(client.settings, customer_no=customer_no, reference=reference)
    )


def send_money(
    client: SnapClient,
    *,
    reference: str,
    amount_minor: int,
    account: BankAccount,
    own_bank: str,
    at: datetime,
    was_told: bool = False,
    wait: Wait = time.sleep,
) -> Answer:
    """Send money to a bank account, once for each ``reference``: within the provider's own bank or to another one."""
    is_interbank = account.bank != own_bank
    service = Service.TRANSFER_INTERBANK if is_interbank else Service.TRANSFER_INTRABANK
    body = requests.transfer(
        client.settings,
        is_interbank=is_interbank,
        reference=reference,
        amount_minor=amount_minor,
        bank=account.bank,
        number=account.number,
        holder=account.holder,
        at=at,
    )
    return settled(
        lambda: client.call(service, body),
        lambda: ask_transfer(client, reference=reference, is_interbank=is_interbank),
        wait=wait,
        ask_first=was_told,
    )


def ask_transfer(client: SnapClient, *, reference: str, is_interbank: bool) -> Answer:
    """Ask what became of a transfer; a state that is not final is PENDING, one that failed REFUSED."""
    body = requests.transfer_status(reference=reference, is_interbank=is_interbank)
    return _by_status(client.call(Service.TRANSFER_STATUS, body))


def ask_account(client: SnapClient, *, account: BankAccount, own_bank: str) -> Answer:
    """Ask whose a bank account is: ``beneficiaryAccountName`` is in the answer's body. It moves nothing."""
    is_interbank = account.bank != own_bank
    body = requests.account_inquiry(
        client.profile,
        is_interbank=is_interbank,
        reference=wire.external_id(ids.uuid7()),
        bank=account.bank,
        number=account.number,
        holder=account.holder,
    )
    return client.call(Service.ACCOUNT_EXTERNAL if is_interbank else Service.ACCOUNT_INTERNAL, body)


def balance_minor(client: SnapClient) -> int | None:
    """Return what the provider says that it holds for us, or None where it does not say."""
    reference = wire.external_id(ids.uuid7())
    answer = client.call(Service.BALANCE, requests.balance(client.settings, reference=reference))
    infos = answer.body.get("accountInfos") if answer.outcome is SnapOutcome.SUCCESS else None
    if not isinstance(infos, list):
        return None
    for info in infos:
        held = info.get("availableBalance") or info.get("amount") if isinstance(info, dict) else None
        try:
            return wire.minor_of(held)
        except (wire.BadField, wire.MissingField):
            continue
    return None


def history(client: SnapClient, *, starts_at: datetime, ends_at: datetime) -> tuple[list[dict[str, Any]], Answer]:
    """Return the provider's movements of a period, all pages of them, and the last answer: SUCCESS where it is all."""
    found: list[dict[str, Any]] = []
    for page in range(1, HISTORY_PAGES_MAX + 1):
        answer = client.call(Service.HISTORY, requests.history(starts_at=starts_at, ends_at=ends_at, page=page))
        if answer.outcome is not SnapOutcome.SUCCESS:
            return found, answer
        lines = answer.body.get("detailData")
        found += [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
        if not isinstance(lines, list) or len(lines) < requests.HISTORY_PAGE:
            return found, answer
    return found, Answer(SnapOutcome.UNKNOWN, category="too_many_pages")


def _by_status(answer: Answer) -> Answer:
    """Return the answer to a question, with the state of what was asked about as its outcome."""
    if answer.outcome is not SnapOutcome.SUCCESS or answer.status is None or answer.is_not_there:
        return answer
    if not answer.status.is_final:
        return replace(answer, outcome=SnapOutcome.PENDING, category=answer.status.name)
    if answer.status.name in FINAL_FAILURES:
        return replace(answer, outcome=SnapOutcome.REFUSED, category=answer.status.name)
    return answer


def _of_refund(answer: Answer, refund_no: str) -> Answer:
    if answer.outcome is not SnapOutcome.SUCCESS:
        return answer if not answer.is_not_there else replace(answer, outcome=SnapOutcome.UNKNOWN, category="unknown")
    listed = (answer.body.get("additionalInfo") or {}).get("refunds", answer.body.get("refundHistory"))
    if not isinstance(listed, list):
        return Answer(SnapOutcome.UNKNOWN, answer.code, "refunds_not_listed")
    mine = [one for one in listed if isinstance(one, dict) and one.get("partnerRefundNo") == refund_no]
    if not mine:
        return Answer(SnapOutcome.REFUSED, answer.code, "transaction_not_found")
    is_done = mine[0].get("status", "00") == "00"
    return Answer(SnapOutcome.SUCCESS if is_done else SnapOutcome.PENDING, answer.code, "refund", answer.body)
