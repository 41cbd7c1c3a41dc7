"""Background work of payments: ask the provider, close what is over, send payouts, carry the sandbox's messages."""

from __future__ import annotations

import http.client
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job, periodic
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import api

DUE_MAX = 100  # payments closed in one round; the next one follows in seconds
PAYOUTS_MAX = 50
SEND_TIMEOUT_SECONDS = 10
NOTIFICATIONS_PATH = "/v1/payments/notifications/sandbox"


class NotDelivered(RuntimeError):
    """The sandbox bank could not deliver a notification; the job tries again."""


@job(queue="payments")
def check_payment(*, payment_id: str) -> None:
    """Ask the provider whether money came for a payment and do what it says. A repeat finds nothing new."""
    with transaction(SYSTEM):
        payment = api.payment(payment_id=UUID(payment_id))
    ask_about(payment)


@periodic("* * * * * */5")
def close_due_payments() -> None:
    """Close payments whose time is over; before that ask the provider, since a notification may have been lost."""
    with transaction(SYSTEM):
        due = api.due_payments(at=clock.now(), limit=DUE_MAX)
    for payment in due:
        try:
            ask_about(payment)
        except Refusal as refusal:  # of one provider or wallet: the others must not wait for it
            log.warning("payment-not-asked", payment=payment.public_id, code=refusal.code)
    if due:
        with transaction(SYSTEM):
            api.expire_payments(at=clock.now(), limit=DUE_MAX)


@periodic("* * * * * */5")
def send_payouts() -> None:
    """Tell the bank about requested payouts, and note what it did with each."""
    with transaction(SYSTEM):
        waiting = api.open_payouts(limit=PAYOUTS_MAX)
    for payout, account in waiting:
        answer = api.send_to_bank(payout=payout, account=account)
        with transaction(SYSTEM):
            api.settle_payout(payout_id=payout.id, sent=answer.sent, bank_reference=answer.reference, at=clock.now())


@job(queue="sandbox")
def send_notification(*, money_id: str, host: str, port: int) -> None:
    """Carry the sandbox bank's message to our own door over HTTP, as a provider does. Raises NotDelivered."""
    with transaction(SYSTEM):
        headers, body = api.sandbox_message(money_id=UUID(money_id), at=clock.now())
    # Always to this machine: the host name only says which zone is meant.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SEND_TIMEOUT_SECONDS)
    try:
        connection.request("POST", NOTIFICATIONS_PATH, body=body, headers=headers | {"Host": host})
        status = connection.getresponse().status
    except OSError as error:
        raise NotDelivered(str(error)) from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise NotDelivered(f"answered {status}")


def pay_at_sandbox(*, visit_id: UUID, payload: str, scenario: api.Scenario, host: str, port: int) -> api.SandboxReceipt:
    """
    Pay a code at the sandbox bank and queue its messages to ``host`` on this machine's ``port``, in one transaction.

    The same visit again pays nothing more. Raises SandboxOff, InvalidQris.
    """
    receipt = api.sandbox_pay(visit_id=visit_id, payload=payload, scenario=scenario, at=clock.now())
    if scenario is not api.Scenario.SILENT:
        for money_id in receipt.money_ids:
            send_notification.defer(money_id=str(money_id), host=host, port=port)
    return receipt


def ask_about(payment: api.Payment) -> None:
    """Ask the provider about one payment, outside any transaction, and do what it says."""
    for notification in api.ask_provider(reference=payment.reference):
        with transaction(SYSTEM):
            api.notify(notification=notification, at=clock.now())
