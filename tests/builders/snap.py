"""A sandbox bank over real HTTP, a partner of it, and clients whose network can be broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx

from kawasan.core import clock, ids
from kawasan.platform import outgoing
from kawasan.rooms.payments.actions.snap.calls import Wanted
from kawasan.rooms.payments.actions.snap.client import SnapClient
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.types.snap import ProviderSettings
from kawasan.sandbox.server import Sandbox

SECRET = "a secret of the tests, known to everybody"


@cache
def a_key(number: int = 0) -> str:
    """Return a private key; the same number gives the same one for a whole run."""
    return signing.new_private_key()


@contextmanager
def a_sandbox(file: Any = None) -> Iterator[Sandbox]:
    """Run a sandbox bank on a free port."""
    running = Sandbox(file=file).start()
    try:
        yield running
    finally:
        running.stop()


def a_partner(sandbox: Sandbox, **changes: Any) -> ProviderSettings:
    """Make a partner known to a sandbox; return how it knows the bank."""
    given = {"client_id": f"client-{ids.uuid7()}", "our_keys": (a_key(),), "profile": "sandbox"} | changes
    told = sandbox.bank.register(
        {
            "clientId": given["client_id"],
            "clientSecret": SECRET,
            "publicKeys": [signing.public_of(key) for key in given["our_keys"]],
            "partnerId": "mitra-uji",
            "profile": given["profile"],
            "notifyUrl": given.pop("notify_url", ""),
        }
    )
    return some_settings(
        base_url=sandbox.address, merchant_id=told["merchantId"], their_keys=tuple(told["publicKeys"]), **given
    )


def some_settings(**changes: Any) -> ProviderSettings:
    """Return settings of a connection."""
    given: dict[str, Any] = {
        "id": ids.uuid7(),
        "name": "sandbox",
        "profile": "sandbox",
        "base_url": "http://127.0.0.1:1",
        "client_id": "client",
        "client_secret": SECRET,
        "partner_id": "mitra-uji",
        "channel_id": "",
        "merchant_id": "KW0000000001",
        "terminal_id": "A01",
        "va_prefix": "77777",
        "account_no": "888801000003301",
        "own_bank": "002",
        "is_active": True,
        "connected_at": clock.now(),
        "our_keys": (a_key(),),
        "their_keys": (signing.public_of(a_key(9)),),
    }
    return ProviderSettings(**(given | changes))


def a_bill(reference: str = "", **changes: Any) -> Wanted:
    """Return a bill that a code is wanted for."""
    given: dict[str, Any] = {
        "reference": reference or f"INV{ids.uuid7().hex[-20:]}",
        "amount_minor": 50_000_00,
        "expires_at": clock.now() + timedelta(minutes=15),
        "name": "Toko Batik",
        "city": "BANDUNG",
        "customer_no": str(ids.uuid7().int % 10**12).zfill(12),
    }
    return Wanted(**(given | changes))


class Network(httpx.BaseTransport):
    """A network that does what ``rule`` says with a request: raise, answer, or None to let it through; it counts."""

    def __init__(self, rule: Callable[[httpx.Request, int], httpx.Response | None] = lambda *_: None) -> None:
        self.rule = rule
        self.requests: list[httpx.Request] = []
        self._real = httpx.HTTPTransport(verify=outgoing.trusted())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        made_up = self.rule(request, len(self.requests))
        return made_up if made_up is not None else self._real.handle_request(request)

    def count(self, part: str) -> int:
        """Return how many requests went to a path that holds ``part``."""
        return sum(part in str(request.url) for request in self.requests)


def a_client(settings: ProviderSettings, network: Network | None = None, **changes: Any) -> SnapClient:
    """Return a client of a connection over a network that counts."""
    return SnapClient(settings, transport=network or Network(), **changes)


def a_callback(
    body: dict[str, Any],
    *,
    url: str,
    key: str,
    at: datetime,
    external_id: str = "",
    **headers: str,
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a message that a bank signed with ``key``."""
    content, stamp = wire.written(body), wire.timestamp_text(at)
    text = signing.callback_text(method="POST", url=url, body=content, timestamp=stamp)
    made = {
        "Content-Type": "application/json",
        "X-TIMESTAMP": stamp,
        "X-SIGNATURE": signing.sign_rsa(key, text),
        "X-PARTNER-ID": "mitra-uji",
        "X-EXTERNAL-ID": external_id or wire.external_id(ids.uuid7()),
        "CHANNEL-ID": "95221",
    }
    return made | headers, content
