"""The SNAP BI client: a token kept until shortly before its end, calls signed over the bytes sent, typed answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from kawasan.core import clock, ids
from kawasan.platform import outgoing
from kawasan.platform.telemetry import log
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.rules.snap.answers import AWAY, Answer, answer_of
from kawasan.rooms.payments.rules.snap.codes import Service, SnapOutcome
from kawasan.rooms.payments.rules.snap.profiles import profile_named
from kawasan.rooms.payments.rules.snap.requests import TOKEN_BODY
from kawasan.rooms.payments.types.snap import ProviderSettings, ProviderSettingsInvalid

TIMEOUTS = httpx.Timeout(10.0, connect=3.0, pool=3.0)
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30.0)
TOKEN_MARGIN_SECONDS = 30  # a token is not used in its last seconds: the provider's clock decides when it ends
TOKEN_SECONDS_USUAL = 900
ANSWER_BYTES_MAX = 2 * 1024 * 1024
CLIENTS_MAX = 64
MISSED_MAX = 8  # calls in a row that nobody answers; then the provider is away
AWAY_SECONDS = 5.0  # and only asked again after so long; until then nobody spends time on waiting for it


class SnapClient:
    """
    One zone's connection to one provider. Threads share it; call it outside any transaction.

    ``transport`` and ``now`` are for tests, which put faults into the network and set the clock.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        profile = profile_named(settings.profile)
        if profile is None:
            raise ProviderSettingsInvalid(field="profile", problem="profile")
        self.settings, self.profile, self.now = settings, profile, now
        trusted = outgoing.trusted(as_environment_says=False)
        self._http = httpx.Client(timeout=TIMEOUTS, limits=LIMITS, transport=transport, verify=trusted, trust_env=False)
        self._tokens = Tokens(self)
        self._missed, self._away_until = 0, 0.0

    def call(self, service: Service, body: Mapping[str, Any], *, query: str = "") -> Answer:
        """
        Ask a service and return its answer; nothing is repeated but a call that a worn-out token kept from being read.

        A network that never took the call gives RETRY; one that took it and gave no answer, UNKNOWN.
        """
        for is_last in (False, True):
            token, problem = self._tokens.get()
            if problem is not None:
                return problem
            answer = self._signed(service, body, token, query)
            if answer.category != "invalid_token_b2b" or is_last:
                break
            self._tokens.forget(token)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def token_answer(self) -> Answer:
        """Ask for a new token, signed with our key, and return the answer as it came."""
        stamp = wire.timestamp_text(self.now(), self.profile.token_timestamp)
        text = signing.token_text(client_id=self.settings.client_id, timestamp=stamp)
        headers = {
            "Content-Type": "application/json",
            "X-CLIENT-KEY": self.settings.client_id,
            "X-TIMESTAMP": stamp,
            "X-SIGNATURE": signing.sign_rsa(self.settings.our_keys[0], text),
        }
        answer = self._sent("POST", self.profile.path(Service.TOKEN), wire.written(dict(TOKEN_BODY)), headers)
        # To ask for a token changes nothing there, so it may always be repeated.
        return answer if answer.outcome is not SnapOutcome.UNKNOWN else Answer(SnapOutcome.RETRY, answer.code)

    def _signed(self, service: Service, body: Mapping[str, Any], token: str, query: str) -> Answer:
        content = wire.written(dict(body))
        url = self.profile.path(service) + (f"?{query}" if query else "")
        stamp = wire.timestamp_text(self.now(), self.profile.timestamp)
        text = signing.call_text(
            method=service.method,
            url=self.profile.signed_url(self._base_path() + url),
            token=token,
            body=content,
            timestamp=stamp,
        )
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
            "X-TIMESTAMP": stamp,
            "X-SIGNATURE": signing.sign_hmac(self.settings.client_secret, text),
            "X-PARTNER-ID": self.settings.partner_id,
            "X-EXTERNAL-ID": wire.external_id(ids.uuid7()),
            "CHANNEL-ID": self.settings.channel_id or self.profile.channel_id,
        }
        return self._sent(service.method, url, content, headers)

    def _sent(self, method: str, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        start = time.monotonic()
        if start < self._away_until:
            return Answer(SnapOutcome.RETRY, category=AWAY)
        answer = self._tried(method, url, content, headers)
        log.info(
            "provider-called",
            provider=self.settings.name,
            path=url.partition("?")[0],
            outcome=answer.outcome,
            code=answer.code,
            category=answer.category,
            milliseconds=round((time.monotonic() - start) * 1000),
        )
        return answer

    def _tried(self, method: str, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        address = self.settings.base_url.rstrip("/") + url
        try:
            with self._http.stream(method, address, content=content, headers=dict(headers)) as response:
                answer = answer_of(response.status_code, _limited(response))
        except httpx.PoolTimeout as error:  # we were too many at once: it says nothing about them
            return Answer(SnapOutcome.RETRY, category=type(error).__name__)
        except (httpx.HTTPError, ValueError) as error:
            was_sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            self._note_reach(is_reached=not isinstance(error, httpx.TransportError))
            return Answer(SnapOutcome.UNKNOWN if was_sent else SnapOutcome.RETRY, category=type(error).__name__)
        self._note_reach(is_reached=True)
        return answer

    def _note_reach(self, *, is_reached: bool) -> None:
        """
        Count the calls in a row that nobody answered. Threads may count one less: it is a matter of some more tries.

        One call decides after a pause: as soon as it is answered, all are sent again.
        """
        self._missed = 0 if is_reached else self._missed + 1
        self._away_until = time.monotonic() + AWAY_SECONDS if self._missed >= MISSED_MAX else 0.0

    def _base_path(self) -> str:
        return urlsplit(self.settings.base_url).path.rstrip("/")


class Tokens:
    """The token of one connection: kept until shortly before its end, and asked for by one thread at a time."""

    def __init__(self, client: SnapClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def get(self) -> tuple[str, Answer | None]:
        """Return a token, or why there is none. Threads that come meanwhile wait for the one that asks."""
        with self._lock:
            if self._token and self._client.now().timestamp() < self._good_until:
                return self._token, None
            answer = self._client.token_answer()
            token = str(answer.body.get("accessToken") or "")
            if answer.outcome is not SnapOutcome.SUCCESS or not token:
                problem = answer if answer.outcome is not SnapOutcome.SUCCESS else Answer(SnapOutcome.REFUSED)
                return "", problem
            seconds = _seconds(answer.body.get("expiresIn"))
            margin = min(TOKEN_MARGIN_SECONDS, seconds / 2)
            self._token, self._good_until = token, self._client.now().timestamp() + seconds - margin
            return self._token, None

    def forget(self, token: str) -> None:
        """Drop a token that the provider no longer takes, unless another one was asked for meanwhile."""
        with self._lock:
            if self._token == token:
                self._token = ""


_clients: dict[object, SnapClient] = {}
_clients_lock = threading.Lock()


def client_of(settings: ProviderSettings) -> SnapClient:
    """Return this process's client of a connection; changed settings give a new one."""
    with _clients_lock:
        known = _clients.get(settings)
        if known is None:
            while len(_clients) >= CLIENTS_MAX:
                _clients.pop(next(iter(_clients))).close()
            known = _clients[settings] = SnapClient(settings)
        return known


def _seconds(told: object) -> float:
    try:
        return max(1.0, float(str(told)))
    except ValueError:
        return TOKEN_SECONDS_USUAL


def _limited(response: httpx.Response) -> bytes:
    found = bytearray()
    for part in response.iter_bytes():
        found += part
        if len(found) > ANSWER_BYTES_MAX:
            raise ValueError("an answer that is too long")
    return bytes(found)
