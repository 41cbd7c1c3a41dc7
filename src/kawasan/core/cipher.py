"""The cipher of encrypted columns, made from the deployment's secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_FILE = "secret.key"  # noqa: S105 - a file name

VERSION = "2."  # what a text encrypted today begins with; those of the first version are Fernet's
_SALT_BYTES, _NONCE_BYTES = 12, 12
TEXTS_A_SALT = 2**20
_KEYS_MAX = 4_096  # kept for reading: one for each salt met lately


def derived(secret: str, purpose: bytes) -> bytes:
    """Return a key for one purpose (32 bytes in base 64)."""
    return base64.urlsafe_b64encode(hmac.new(secret.encode(), purpose, hashlib.sha256).digest())


class Undecipherable(ValueError):
    """None of the secrets encrypted this text, or somebody has changed it."""


# Note [How a text is encrypted]
# AES-256 in GCM under a key of HMAC-SHA256(secret, purpose and salt): one call for each text: 2.4 microseconds where
# Fernet took 8.3. GCM must never meet a nonce twice under one key, and random nonces of 96 bits
# may be drawn about 2^32 times; so every process draws a salt, and a new one after TEXTS_A_SALT texts. Two processes
# that share a salt (one forked from the other) still draw different nonces.
# Written as VERSION and, in base 64, salt, nonce, text and tag. The version is authenticated along with the text.
class Box:
    """Encrypts with the first of the secrets and decrypts with all of them; for any number of threads."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [hmac.new(secret.encode(), b"kawasan field encryption 2", hashlib.sha256) for secret in secrets]
        self._first_version = MultiFernet([Fernet(derived(secret, b"kawasan field encryption")) for secret in secrets])
        self._key_of = lru_cache(maxsize=_KEYS_MAX)(self._derive)
        self._lock = threading.Lock()
        self._salt, self._present, self._left = self._new_salt()

    def encrypt(self, text: str) -> str:
        """Return a text as it is stored."""
        salt, key = self._drawn()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = salt + nonce + key.encrypt(nonce, text.encode(), VERSION.encode())
        return VERSION + binascii.b2a_base64(sealed, newline=False).decode()

    def decrypt(self, stored: str) -> str:
        """Return the text of what ``encrypt`` returned now or in any earlier version. Raises Undecipherable."""
        if not stored.startswith(VERSION):
            return self._of_first_version(stored)
        try:
            sealed = binascii.a2b_base64(stored[len(VERSION) :], strict_mode=True)
        except ValueError as error:
            raise Undecipherable from error
        salt, nonce = sealed[:_SALT_BYTES], sealed[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
        for index in range(len(self._secrets)):
            try:
                text = self._key_of(index, salt).decrypt(nonce, sealed[_SALT_BYTES + _NONCE_BYTES :], VERSION.encode())
            except (InvalidTag, ValueError):
                continue
            return text.decode()
        raise Undecipherable

    def _drawn(self) -> tuple[bytes, AESGCM]:
        with self._lock:
            if self._left == 0:
                self._salt, self._present, self._left = self._new_salt()
            self._left -= 1
            return self._salt, self._present

    def _new_salt(self) -> tuple[bytes, AESGCM, int]:
        salt = os.urandom(_SALT_BYTES)
        return salt, self._derive(0, salt), TEXTS_A_SALT

    def _derive(self, index: int, salt: bytes) -> AESGCM:
        mac = self._secrets[index].copy()
        mac.update(salt)
        return AESGCM(mac.digest())

    def _of_first_version(self, stored: str) -> str:
        try:
            return self._first_version.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            raise Undecipherable from error


def secrets_of(environ: Mapping[str, str], data: Path) -> list[str]:
    """
    Return this deployment's secrets, the present one first: given, or made once and kept in the data folder.

    The list is empty where there is none yet.
    """
    file = data / SECRET_FILE
    given = environ.get("KAWASAN_SECRET_KEY") or (file.read_text().strip() if file.exists() else "")
    old = [key for key in environ.get("KAWASAN_SECRET_KEYS_OLD", "").split(",") if key]
    return [given, *old] if given else []
