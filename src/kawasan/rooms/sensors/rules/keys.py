"""A device's key: how it looks, what is kept of it, and what a broker is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.zone.types import ZONE_OWNER

PREFIX = "kd_"
PREFIX_LENGTH = 11
CITY_TOPIC = "kota"  # in the place of a business's id, for devices of the zone's own city service
TOPIC_ROOT = "zone/v1"
STATE_TOPIC = "$state"  # in the place of a stream, as in Homie 4: "ready" at birth, "lost" as the last will
# Mosquitto's own format and default number of rounds; our keys are 256 random bits, which need no slow hash.
_MOSQUITTO_ROUNDS = 101
_FORM = re.compile(r"kd_[A-Za-z0-9]{8}[A-Za-z0-9_\-]{43}")


def new_secret() -> str:
    """Return a new key: a prefix to find it by, then 256 random bits."""
    start = secrets.token_urlsafe(6).replace("-", "A").replace("_", "B")
    return PREFIX + start + secrets.token_urlsafe(32)


def is_well_formed(secret: str) -> bool:
    """Whether a text can be a device's key at all."""
    return bool(_FORM.fullmatch(secret))


def hash_of(secret: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_key(secret: str, kept: str) -> bool:
    """Whether a key is the one whose hash is kept."""
    return hmac.compare_digest(hash_of(secret), kept)


def mosquitto_hash(secret: str) -> str:
    """Return the hash of a key as mosquitto's password file holds it (PBKDF2 with SHA-512)."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, _MOSQUITTO_ROUNDS)
    written = [base64.b64encode(part).decode() for part in (salt, digest)]
    return f"$7${_MOSQUITTO_ROUNDS}${written[0]}${written[1]}"


def is_mosquitto_hash(secret: str, kept: str) -> bool:
    """Whether a password file's hash is that of a secret."""
    try:
        _, _, rounds, salt, digest = kept.split("$")
        again = hashlib.pbkdf2_hmac("sha512", secret.encode(), base64.b64decode(salt), int(rounds))
        return hmac.compare_digest(again, base64.b64decode(digest))
    except ValueError:
        return False


def topic_owner(owner_id: UUID) -> str:
    """Return what stands for an owner in a topic."""
    return CITY_TOPIC if owner_id == ZONE_OWNER else ids.public("biz", owner_id)


def topic_of(owner_id: UUID, device_id: UUID, stream: str = "") -> str:
    """Return the topic to which a device publishes a stream (all of them where none is named)."""
    return f"{TOPIC_ROOT}/{topic_owner(owner_id)}/{ids.public('dev', device_id)}/{stream}"
