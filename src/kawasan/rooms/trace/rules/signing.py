"""Signs messages to subscribers as Standard Webhooks says, and tells which addresses are called at all."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from kawasan.rooms.trace.types.refusals import DestinationRefused

SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks a secret
_LENGTH_MAX = 500
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64 (RFC 6052): the last four bytes are the IPv4 address
_LOCAL = ("localhost", "local", "internal", "lan", "home", "intranet")


def new_secret() -> str:
    """Return a secret that nobody can guess, as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(*, message_id: str, keys: Sequence[str], body: bytes, at: datetime) -> dict[str, str]:
    """
    Return the headers of a message (standardwebhooks.com, version 1), and the same signature under GS1's name.

    While a secret is renewed the old one signs too, so that a receiver may change over at any moment.
    """
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    signature = " ".join(f"v1,{_digest(secret, signed)}" for secret in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": signature,
        "GS1-Signature": signature,
        "GS1-EPCIS-Version": "2.0.0",
        "GS1-CBV-Version": "2.0.0",
    }


def destination_of(address: str) -> str:
    """Return an address that may be called: https, a public name, no sign-in in it. Raises DestinationRefused."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DestinationRefused(field="dest") from None
    is_odd = parts.scheme != "https" or parts.username is not None or len(address) > _LENGTH_MAX
    if is_odd or port not in (None, 443, 8443) or not address.isascii() or not is_public_name(host):
        raise DestinationRefused(field="dest")
    return address.strip()


def is_public_name(host: str) -> bool:
    """Whether a host's name, or the address it is, can be one of the open internet."""
    try:
        return is_public(host)
    except ValueError:
        last = host.rsplit(".", 1)[-1].lower()
        # No top-level name begins with a digit; what does is an address in an old spelling (0x7f.1).
        return "." in host and last not in _LOCAL and last[:1].isalpha()


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not to this machine, its network or a cloud's metadata."""
    found = ipaddress.ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if found in _TRANSLATED:
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def _digest(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        return base64.b64decode(text, validate=True) if secret.startswith(SECRET_PREFIX) else secret.encode()
    except binascii.Error:
        return secret.encode()
