"""How the sandbox bank checks who calls: strictly, and answering in the standard's codes."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from kawasan.rooms.payments.rules.snap import requests, signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service, code_of
from kawasan.rooms.payments.rules.snap.profiles import Profile, profile_named
from kawasan.sandbox.state import Partner, Store

TOKEN_SECONDS = 900
TOKENS_MAX = 10_000
_CHANNEL = re.compile(r"[A-Za-z0-9]{1,5}")


class Refuse(Exception):
    """A call that is not taken: HTTP status, case, and what is wrong."""

    def __init__(self, http: int, case: str, message: str) -> None:
        super().__init__(message)
        self.http, self.case, self.message = http, case, message


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed every check."""

    partner: Partner
    profile: Profile
    service: Service
    body: dict[str, Any]
    scenario: str
    at: datetime


class Tokens:
    """Access tokens that were given out, each to one partner and for a while."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def new(self, client_id: str, at: datetime) -> str:
        """Return a new token of a partner."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._known) >= TOKENS_MAX:
                self._known = {name: one for name, one in self._known.items() if one[1] > at}
            self._known[token] = (client_id, at + timedelta(seconds=TOKEN_SECONDS))
        return token

    def owner(self, token: str, at: datetime) -> str | None:
        """Return whose token it is, or None for one that is unknown or over."""
        with self._lock:
            found = self._known.get(token)
        return found[0] if found and at < found[1] else None

    def end_all(self) -> None:
        """Let no token be good any more, as a bank does when it restarts."""
        with self._lock:
            self._known.clear()


def token_partner(store: Store, headers: Mapping[str, str], body: bytes, at: datetime) -> Partner:
    """Return the partner that rightly asks for a token. Raises Refuse."""
    client_id = _header(headers, "X-CLIENT-KEY")
    stamp, signature = _header(headers, "X-TIMESTAMP"), _header(headers, "X-SIGNATURE")
    partner = store.partner(client_id)
    if partner is None:
        raise Refuse(401, "00", "Unauthorized. Unknown client")
    _near(stamp, at, _profile(partner).window_seconds)
    text = signing.token_text(client_id=client_id, timestamp=stamp)
    if not signing.is_rsa_of_any(tuple(partner.public_keys), text, signature):
        raise Refuse(401, "00", "Unauthorized. Signature")
    try:
        if wire.read(body).get("grantType") != "client_credentials":
            raise Refuse(400, "01", "Invalid Field Format grantType")
    except wire.BadField:
        raise Refuse(400, "01", "Invalid Field Format body") from None
    return partner


def checked_call(
    store: Store, tokens: Tokens, *, method: str, url: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> Call:
    """Return a call that passed: token, partner, signature, time, channel, id, body, in this order. Raises Refuse."""
    partner = _partner_of_token(store, tokens, headers, at)
    profile = _profile(partner)
    service = profile.service(urlsplit(url).path)
    if service is None or service.method != method:
        raise Refuse(404, "00", "Invalid Transaction Status. No such service")
    stamp, signature = _header(headers, "X-TIMESTAMP"), _header(headers, "X-SIGNATURE")
    token = _header(headers, "Authorization").removeprefix("Bearer ")
    text = signing.call_text(method=method, url=profile.signed_url(url), token=token, body=body, timestamp=stamp)
    if not signing.is_hmac(partner.client_secret, text, signature):
        raise Refuse(401, "00", "Unauthorized. Signature")
    _near(stamp, at, profile.window_seconds)
    if _header(headers, "X-PARTNER-ID") != (partner.partner_id or partner.client_id):
        raise Refuse(401, "00", "Unauthorized. Unknown partner")
    if not _CHANNEL.fullmatch(_header(headers, "CHANNEL-ID")):
        raise Refuse(400, "01", "Invalid Field Format CHANNEL-ID")
    external_id = _header(headers, "X-EXTERNAL-ID")
    if not wire.is_external_id(external_id, digits_only=profile.external_id_digits):
        raise Refuse(400, "01", "Invalid Field Format X-EXTERNAL-ID")
    given = _body(profile, service, body)
    day = wire.external_day(wire.timestamp_of(stamp)).isoformat()
    if not store.is_new_external_id(partner.client_id, day, external_id):
        raise Refuse(409, "00", "Conflict")
    return Call(partner, profile, service, given, headers.get("X-SANDBOX-SCENARIO", ""), at)


def _partner_of_token(store: Store, tokens: Tokens, headers: Mapping[str, str], at: datetime) -> Partner:
    kind, _, token = _header(headers, "Authorization").partition(" ")
    owner = tokens.owner(token, at) if kind == "Bearer" else None
    partner = store.partner(owner) if owner else None
    if partner is None:
        raise Refuse(401, "01", "Invalid Token (B2B)")
    return partner


def _body(profile: Profile, service: Service, body: bytes) -> dict[str, Any]:
    try:
        given = wire.read(body)
        profile.check(service, given)
        _check_sum(service, given)
    except wire.MissingField as error:
        raise Refuse(400, "02", f"Missing Mandatory Field {error}") from None
    except wire.BadField as error:
        raise Refuse(400, "01", f"Invalid Field Format {error}") from None
    if problem := requests.problem_of(profile, service, given):
        raise Refuse(400, problem[-2:], "Invalid Field Format")
    return given


# A code of no sum is for a store's wall; every other one names its sum.
def _check_sum(service: Service, given: dict[str, Any]) -> None:
    if service is Service.QR_GENERATE and ("amount" in given or "storeId" not in given):
        for path in ("amount.value", "amount.currency"):
            if not wire.text_at(given, path):
                raise wire.MissingField(path)


def _near(stamp: str, at: datetime, window_seconds: int) -> None:
    try:
        moment = wire.timestamp_of(stamp)
    except wire.BadField:
        raise Refuse(400, "01", "Invalid Field Format X-TIMESTAMP") from None
    if abs(moment - at) > timedelta(seconds=window_seconds):
        raise Refuse(401, "00", "Unauthorized. Timestamp")


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise Refuse(400, "02", f"Missing Mandatory Field {name}")
    return value


def _profile(partner: Partner) -> Profile:
    profile = profile_named(partner.profile)
    if profile is None:
        raise Refuse(500, "00", "General Error")
    return profile


def refusal(service: Service | str, refused: Refuse) -> tuple[int, dict[str, Any]]:
    """Return a refusal as it travels."""
    code = code_of(refused.http, service, refused.case)
    return refused.http, {"responseCode": code, "responseMessage": refused.message}
