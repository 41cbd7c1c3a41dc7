"""The keys of the log and its name."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import Q

from kawasan.platform.schemas import current_schema, zones
from kawasan.rooms.log import models
from kawasan.rooms.log.rules import notes
from kawasan.rooms.log.types import KeyInfo


def default_origin() -> str:
    """Return the name that a zone's log gets with its first key: a host name of the zone, and ``/log``."""
    here = current_schema() or ""
    hosts = next((zone.hosts for zone in zones() if zone.schema == here), ())
    named = [host for host in hosts if host != "*"]
    return f"{named[0] if named else here.removeprefix('zone_') + '.kawasan.invalid'}/log"


def keys() -> list[KeyInfo]:
    """Return the keys of the log, newest first."""
    return [_info(row) for row in models.Key.objects.order_by("-made_at", "-id")]


def signers(at: datetime) -> list[tuple[str, Ed25519PrivateKey]]:
    """Return name and private key of every key that signs now, newest first."""
    rows = models.Key.objects.filter(Q(signs_until__isnull=True) | Q(signs_until__gt=at)).order_by("-made_at", "-id")
    return [(row.name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(row.private))) for row in rows]


def verifier_key(row: models.Key) -> notes.VerifierKey:
    """Return the public side of a key."""
    return notes.VerifierKey(row.name, notes.ED25519, bytes(row.public))


def _info(row: models.Key) -> KeyInfo:
    return KeyInfo(row.pk, str(verifier_key(row)), row.made_at, row.signs_until)
