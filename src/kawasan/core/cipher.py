"""The cipher of encrypted columns, made from the deployment's secrets."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

SECRET_FILE = "secret.key"  # noqa: S105 - a file name


def derived(secret: str, purpose: bytes) -> bytes:
    """Return a key for one purpose (32 bytes in base 64)."""
    return base64.urlsafe_b64encode(hmac.new(secret.encode(), purpose, hashlib.sha256).digest())


def box(secrets: Sequence[str]) -> MultiFernet:
    """Return the cipher of encrypted columns: the first secret encrypts, all of them decrypt."""
    return MultiFernet([Fernet(derived(secret, b"kawasan field encryption")) for secret in secrets])


def secrets_of(environ: Mapping[str, str], data: Path) -> list[str]:
    """
    Return this deployment's secrets, the present one first: given, or made once and kept in the data folder.

    The list is empty where there is none yet.
    """
    file = data / SECRET_FILE
    given = environ.get("KAWASAN_SECRET_KEY") or (file.read_text().strip() if file.exists() else "")
    old = [key for key in environ.get("KAWASAN_SECRET_KEYS_OLD", "").split(",") if key]
    return [given, *old] if given else []
