"""Column types: text that is encrypted at rest."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from kawasan.core import cipher


@cache
def _box() -> cipher.Box:
    """Return the cipher: the first secret encrypts, older ones (KAWASAN_SECRET_KEYS_OLD) still decrypt."""
    return cipher.Box([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])


def blind_index(value: str) -> str:
    """Return a keyed hash of a value, so that an encrypted column can be looked up for equality."""
    key = cipher.derived(settings.SECRET_KEY, b"kawasan blind index")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def decrypted(value: str) -> str:
    """Return the text of an encrypted column that was read past Django. Raises ValueError."""
    try:
        return _box().decrypt(value)
    except cipher.Undecipherable as error:
        raise ValueError("an encrypted column cannot be read: was the secret key changed?") from error


def encrypted(text: str) -> str:
    """Return a text as an encrypted column holds it, to be written past Django."""
    return _box().encrypt(text)


# Django's fields take type arguments only for the type checker.
if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class EncryptedText(_Text):
    """Text stored encrypted (AES-256-GCM, core/cipher.py); it cannot be searched, see ``blind_index``."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypted(str(value))

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return None if value is None else decrypted(value)
