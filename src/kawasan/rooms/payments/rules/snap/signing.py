"""
Signatures of SNAP BI, both sides.

A token is asked for with RSA-SHA256 (PKCS#1 v1.5) over ``clientId|timestamp``. A call carries HMAC-SHA512 over
``METHOD:relativeUrl:accessToken:bodyHash:timestamp``; a callback, which has no token, RSA-SHA256 over the same without
it. The hash is the lower-case hex SHA-256 of the minified body, and always of the bytes that travel. Source: ASPI's
SNAP standard as shown by github.com/Midtrans/SNAP-BI-Signature-Demo (its published examples are test vectors here).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS = 2048
_SPACE = frozenset(b" \t\r\n")
_QUOTE, _BACKSLASH = ord('"'), ord("\\")


class BadKey(ValueError):
    """Not an RSA key in PEM, or one that is too short to be trusted."""


def minify(body: bytes) -> bytes:
    """Return JSON without the white space outside its strings; order, numbers, nulls and escapes stay as they are."""
    kept = bytearray()
    in_text = escaped = False
    for byte in body:
        if in_text:
            kept.append(byte)
            if escaped:
                escaped = False
            elif byte == _BACKSLASH:
                escaped = True
            elif byte == _QUOTE:
                in_text = False
        elif byte not in _SPACE:
            kept.append(byte)
            in_text = byte == _QUOTE
    return bytes(kept)


def body_hash(body: bytes) -> str:
    """Return the lower-case hex SHA-256 of the minified body; of an empty body, that of nothing."""
    return hashlib.sha256(minify(body)).hexdigest()


def call_text(*, method: str, url: str, token: str, body: bytes, timestamp: str) -> str:
    """Return what the signature of a call covers; ``url`` is the relative one, as the provider's profile wants it."""
    return f"{method.upper()}:{url}:{token}:{body_hash(body)}:{timestamp}"


def callback_text(*, method: str, url: str, body: bytes, timestamp: str) -> str:
    """Return what the signature of a callback, or of any message without a token, covers."""
    return f"{method.upper()}:{url}:{body_hash(body)}:{timestamp}"


def token_text(*, client_id: str, timestamp: str) -> str:
    """Return what the signature of a request for a token covers."""
    return f"{client_id}|{timestamp}"


def sign_hmac(secret: str, text: str) -> str:
    """Return the signature of a call, in Base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha512).digest()).decode()


def is_hmac(secret: str, text: str, signature: str) -> bool:
    """Return whether a call's signature is right, in a time that tells nothing about where it differs."""
    return hmac.compare_digest(sign_hmac(secret, text).encode(), signature.encode("utf-8", "replace"))


def sign_rsa(private_pem: str, text: str) -> str:
    """Return an RSA-SHA256 signature, in Base64. Raises BadKey."""
    signed = _private(private_pem).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signed).decode()


def is_rsa(public_pem: str, text: str, signature: str) -> bool:
    """
    Return whether an RSA-SHA256 signature is right. Raises BadKey for a key that is none.

    Verifying uses no secret, so its time tells nothing. The Base64 must be the one and only form of its bytes: two
    texts for one signature would let a changed header pass.
    """
    try:
        raw = base64.b64decode(signature.encode("ascii"), validate=True)
    except (ValueError, UnicodeEncodeError, binascii.Error):
        return False
    if base64.b64encode(raw).decode() != signature:
        return False
    try:
        _public(public_pem).verify(raw, text.encode("utf-8", "replace"), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def is_rsa_of_any(public_pems: tuple[str, ...], text: str, signature: str) -> bool:
    """Return whether one of several keys made a signature: two are valid at once while keys are changed."""
    return any(is_rsa(pem, text, signature) for pem in public_pems)


def new_private_key() -> str:
    """Return a new RSA key in PEM (PKCS#8)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public_of(private_pem: str) -> str:
    """Return the public half of a private key, in PEM. Raises BadKey."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _private(private_pem).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def fingerprint(public_pem: str) -> str:
    """Return a short name of a public key that people can compare: 16 hex digits of its SHA-256. Raises BadKey."""
    der = serialization.Encoding.DER
    raw = _public(public_pem).public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(raw).hexdigest()[:16]


@lru_cache(maxsize=64)
def _private(pem: str) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadKey("private key") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < KEY_BITS:
        raise BadKey("private key")
    return key


@lru_cache(maxsize=64)
def _public(pem: str) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError) as error:
        raise BadKey("public key") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < KEY_BITS:
        raise BadKey("public key")
    return key
