"""Column types: text that is encrypted at rest."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _box() -> MultiFernet:
    """Return the cipher: the first secret encrypts, older ones (KAWASAN_SECRET_KEYS_OLD) still decrypt."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, b"kawasan field encryption")) for key in keys])


def _derived(secret: str, purpose: bytes) -> bytes:
    return base64.urlsafe_b64encode(hmac.new(secret.encode(), purpose, hashlib.sha256).digest())


def blind_index(value: str) -> str:
    """Return a keyed hash of a value, so that an encrypted column can be looked up for equality."""
    key = _derived(settings.SECRET_KEY, b"kawasan blind index")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


# Django's fields take type arguments only for the type checker.
if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class EncryptedText(_Text):
    """Text stored encrypted (Fernet: AES-128-CBC and HMAC-SHA256); it cannot be searched, see ``blind_index``."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else _box().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        if value is None:
            return None
        try:
            return _box().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ValueError("an encrypted column cannot be read: was the secret key changed?") from error
