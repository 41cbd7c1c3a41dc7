"""Introducing a zone to the sandbox bank: keys and secrets go over HTTP, as they go by mail in a real onboarding."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import api as payments

NAME = "sandbox"
BEFORE = "belum-tersambung"  # the client id while no bank runs yet
VA_PREFIX, ACCOUNT, OWN_BANK, TERMINAL = "77777", "888801000003301", "002", "A01"
NOTIFICATIONS = "/v1/payments/snap/sandbox"
TIMEOUT_SECONDS = 20
ATTEMPTS_MAX = 6
WAIT_SECONDS = 0.2


class NoAnswer(Exception):
    """The bank did not answer, however often it was asked."""


def expect_sandbox() -> None:
    """Tell the present zone about a bank that is not there yet, so that payments can be asked for already."""
    with transaction(SYSTEM):
        try:
            payments.provider_settings(name=NAME)
        except payments.UnknownProvider:
            payments.connect_provider(
                actor=SYSTEM,
                name=NAME,
                profile=NAME,
                base_url="http://127.0.0.1:1",
                client_id=BEFORE,
                client_secret=secrets.token_urlsafe(24),
                their_keys=(),
                at=clock.now(),
            )


def introduce_sandbox(*, bank: str, zone: str, name: str) -> payments.ProviderSettings:
    """Make the bank at ``bank`` and the present zone, served at ``zone``, known to each other. Raises NoAnswer."""
    expect_sandbox()
    with transaction(SYSTEM):
        known = payments.provider_settings(name=NAME)
        (keys,) = [one for one in payments.provider_keys(actor=SYSTEM) if one.name == NAME]
    client_id = known.client_id if known.client_id != BEFORE else f"kawasan-{secrets.token_hex(6)}"
    told = ask(
        bank,
        "/sandbox/partners",
        {
            "clientId": client_id,
            "clientSecret": known.client_secret,
            "publicKeys": [keys.our_public_pem],
            "partnerId": client_id,
            "name": name,
            "notifyUrl": zone.rstrip("/") + NOTIFICATIONS,
        },
    )
    with transaction(SYSTEM):
        settings = payments.connect_provider(
            actor=SYSTEM,
            name=NAME,
            profile=NAME,
            base_url=bank,
            client_id=client_id,
            client_secret=known.client_secret,
            their_keys=told["publicKeys"],
            partner_id=client_id,
            merchant_id=told["merchantId"],
            terminal_id=TERMINAL,
            va_prefix=VA_PREFIX,
            account_no=ACCOUNT,
            own_bank=OWN_BANK,
            at=clock.now(),
        )
    log.info("bank-introduced", bank=bank, client=client_id)
    return settings


def ask(bank: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    """Ask the sandbox bank something; what it answers is an object. Raises NoAnswer."""
    parts = urlsplit(bank)
    for attempt in range(ATTEMPTS_MAX):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        try:
            content = json.dumps(body).encode() if body is not None else None
            connection.request("GET" if body is None else "POST", path, body=content)
            told = json.loads(connection.getresponse().read())
            return told if isinstance(told, dict) else {}
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(WAIT_SECONDS * 2**attempt)
        finally:
            connection.close()
    raise NoAnswer(bank + path)
