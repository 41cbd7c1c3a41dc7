"""A zone connected to a running sandbox bank, and what the bank tells it, posted as a provider posts it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.rules.snap import wire
from kawasan.sandbox.bank import MERCHANT_ID
from kawasan.sandbox.notices import notice_of
from kawasan.sandbox.scenarios import Pay
from kawasan.sandbox.server import Sandbox
from kawasan.sandbox.state import Money
from tests.builders.payments import a_payment
from tests.builders.snap import SECRET, a_callback, a_key
from tests.builders.zone import a_person

DOOR = "/v1/payments/snap/sandbox/v1.0/"
QR, VA, ASK = DOOR + "qr/qr-mpm-notify", DOOR + "transfer-va/payment", DOOR + "transfer-va/inquiry"


def connect(sandbox: Sandbox, *, notify_url: str = "", at: datetime | None = None) -> payments.ProviderSettings:
    """Make a sandbox bank and the zone of the tests known to each other, within the present transaction."""
    client_id = f"zone-{ids.uuid7()}"
    settings = payments.connect_provider(
        actor=SYSTEM,
        name="sandbox",
        profile="sandbox",
        base_url=sandbox.address,
        client_id=client_id,
        client_secret=SECRET,
        our_key=a_key(),
        their_keys=(),
        partner_id="mitra-uji",
        merchant_id=MERCHANT_ID,
        terminal_id="A01",
        va_prefix="77777",
        account_no="888801000003301",
        own_bank="002",
        at=at or clock.now(),
    )
    (keys,) = payments.provider_keys(actor=SYSTEM)
    told = sandbox.bank.register(
        {
            "clientId": client_id,
            "clientSecret": SECRET,
            "publicKeys": [keys.our_public_pem],
            "partnerId": "mitra-uji",
            "notifyUrl": notify_url,
        }
    )
    for key in told["publicKeys"]:
        settings = payments.add_their_key(actor=SYSTEM, name="sandbox", public_pem=key, at=clock.now())
    return settings


def make_codes() -> None:
    """Run the jobs that let the bank make every code that is wanted."""
    for code_id in models.Code.objects.filter(state="asked").values_list("pk", flat=True):
        tasks.make_code(code_id=str(code_id))


def a_bill(**changes: Any) -> payments.Payment:
    """Ask for a payment whose code the bank has made."""
    given = {"payer": a_person().pk, "at": clock.now(), "is_coded": False} | changes
    asked = a_payment(**given)
    make_codes()
    return payments.payment(payment_id=asked.id)


def our_name(sandbox: Sandbox) -> str:
    """Return how the bank knows the zone of the tests."""
    return payments.provider_settings().client_id


def pay_at(sandbox: Sandbox, payment_id: UUID, how: Pay = Pay.SILENT, *, kind: str = "qris") -> list[Money]:
    """Let somebody pay a payment at the bank, which tells nobody unless ``how`` says so; return what moved."""
    code = models.Code.objects.filter(payment_id=payment_id, kind=kind, state__in=["made", "closed"]).latest("pk")
    bill = sandbox.bank.bill_of_code(code.content if kind == "qris" else code.content.strip())
    assert bill is not None
    return sandbox.bank.pay(bill, how, visit=str(ids.uuid7()), at=clock.now())


def a_message(sandbox: Sandbox, money: Money, **changes: Any) -> tuple[str, dict[str, str], bytes]:
    """Return where the bank posts about a movement of money, with which headers and body."""
    bill, partner = sandbox.bank.store.bill(money.bill_id), sandbox.bank.store.partner(money.client_id)
    assert bill is not None
    assert partner is not None
    notice = notice_of(partner, bill, money)
    url = DOOR + notice.service.value
    given: dict[str, Any] = {"url": url, "key": sandbox.bank.store.private_key, "at": clock.now()}
    headers, body = a_callback(notice.body | changes.pop("body", {}), **(given | changes))
    return url, headers, body


def post(client: Any, url: str, headers: dict[str, str], body: bytes) -> Any:
    """Post a message as the bank does."""
    return client.post(url, body, content_type="application/json", headers=headers)


def tell(client: Any, sandbox: Sandbox, money: Money, **changes: Any) -> str:
    """Let the bank tell the zone about a movement of money; return the response code."""
    return str(post(client, *a_message(sandbox, money, **changes)).json()["responseCode"])


def the_bank_tells_everything(client: Any, sandbox: Sandbox, moved: list[Money]) -> None:
    """Tell every movement once."""
    for money in moved:
        with suppress(KeyError):
            tell(client, sandbox, money)


def external_id() -> str:
    """Return a new X-EXTERNAL-ID."""
    return wire.external_id(ids.uuid7())
