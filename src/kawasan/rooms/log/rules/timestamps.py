"""
Timestamps of checkpoints as RFC 3161 defines them: what is asked of an authority, and whether its answer holds.

What the library leaves open is checked here: that the signed attributes name the certificate that signed (RFC 5035),
and that this certificate is for timestamps and for nothing else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

import rfc3161_client as tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

RECEIPT_BYTES_MAX = 64_000
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_SEQUENCE, _SET, _OCTETS, _OID, _TAGGED = 0x30, 0x31, 0x04, 0x06, 0xA0
_SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910020c")  # 1.2.840.113549.1.9.16.2.12: SHA-1 (RFC 2634)
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")  # 1.2.840.113549.1.9.16.2.47 (RFC 5035)
_HASHES = {
    bytes.fromhex("0609608648016503040201"): hashlib.sha256,
    bytes.fromhex("0609608648016503040202"): hashlib.sha384,
    bytes.fromhex("0609608648016503040203"): hashlib.sha512,
}


class NotAStamp(ValueError):
    """An answer that is no valid timestamp of these bytes, and why."""


def request(data: bytes) -> tuple[bytes, int]:
    """Return what to send to an authority to have these bytes stamped, and the nonce that its answer must repeat."""
    made = tsp.TimestampRequestBuilder(data=data, hash_algorithm=tsp.HashAlgorithm.SHA256).build()
    return made.as_bytes(), made.nonce or 0


def certificates(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, at least one of them a root. Raises NotAStamp."""
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise NotAStamp("no certificates to trust") from error
    if not any(_is_root(one) for one in found):
        raise NotAStamp("no root among the certificates to trust")
    return found


def time_of(receipt: bytes, *, data: bytes) -> datetime:
    """Return when an answer says that it saw these bytes; ``check`` says whether to believe it. Raises NotAStamp."""
    answer = _read(receipt)
    info = answer.tst_info
    imprint = info.message_imprint
    if imprint.hash_algorithm != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise NotAStamp("a timestamp of something else")
    return info.gen_time


def check(receipt: bytes, *, data: bytes, trusted: list[x509.Certificate], nonce: int | None = None) -> datetime:
    """
    Return when an authority, whose certificate leads to a trusted root, saw these bytes. Raises NotAStamp.

    Certificates have to be valid at that time, not today: a receipt outlives them.
    """
    at = time_of(receipt, data=data)
    answer = _read(receipt)
    verifier = tsp.VerifierBuilder(
        roots=[one for one in trusted if _is_root(one)],
        intermediates=[one for one in trusted if not _is_root(one)],
        nonce=nonce,
    ).build()
    try:
        verifier.verify_message(answer, data)
        _check_signer(answer)
    except (tsp.VerificationError, ValueError, IndexError) as error:
        raise NotAStamp(_in_short(str(error))) from error
    return at


def _read(receipt: bytes) -> tsp.TimeStampResponse:
    if len(receipt) > RECEIPT_BYTES_MAX:
        raise NotAStamp("an answer far too long")
    try:
        answer = tsp.decode_timestamp_response(receipt)
    except ValueError as error:
        raise NotAStamp("not a timestamp response") from error
    if answer.status not in (tsp.PKIStatus.GRANTED, tsp.PKIStatus.GRANTED_WITH_MODS):
        raise NotAStamp(f"refused: status {answer.status} {' '.join(answer.status_string)}".strip()[:150])
    try:
        answer.tst_info  # noqa: B018 (reads it)
    except ValueError as error:
        raise NotAStamp("no token in the response") from error
    return answer


def _in_short(problem: str) -> str:
    """Return what went wrong without OpenSSL's files and line numbers."""
    if "ErrorStack" not in problem:
        return problem
    said = re.search(r'Verify error: ([^"]+)"', problem) or re.search(r'reason: "([^"]+)"', problem)
    return f"signature or certificates do not hold ({said[1] if said else 'no reason given'})"


def _is_root(one: x509.Certificate) -> bool:
    return one.issuer == one.subject


def _check_signer(answer: tsp.TimeStampResponse) -> None:
    """See that the certificate which the signature names is the one that was signed along, and only for this use."""
    signer = _signer(answer)
    if not is_for_stamps_alone(signer):
        raise NotAStamp("the certificate is for other uses too")
    named = list(_named_certificates(answer.time_stamp_token()))
    if len(named) != 1 or not named[0]:
        raise NotAStamp("the signature does not name its certificate")
    whole = signer.public_bytes(Encoding.DER)
    if not all(_names(value, whole) for value in named[0]):
        raise NotAStamp("the signature names another certificate")


def is_for_stamps_alone(certificate: x509.Certificate) -> bool:
    """Say whether a certificate may sign timestamps and nothing else, as RFC 3161 (2.3) wants it."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _signer(answer: tsp.TimeStampResponse) -> x509.Certificate:
    signed = answer.signed_data
    infos = list(signed.signer_infos)
    for raw in signed.certificates:
        one = x509.load_der_x509_certificate(raw)
        if len(infos) == 1 and (one.issuer, one.serial_number) == (infos[0].issuer, infos[0].serial_number):
            return one
    raise NotAStamp("the signer's certificate is missing")


def _named_certificates(token: bytes) -> Iterator[list[tuple[bytes, bytes]]]:
    """Give, for each signer, the attributes in which it names its certificate: the attribute's id, its value."""
    (_, info, _), *_rest = _parts(token)
    signed_data = _parts(_parts(_parts(info)[1][1])[0][1])
    for _, signer, _ in _parts(signed_data[-1][1]):
        attributes = next((content for tag, content, _ in _parts(signer) if tag == _TAGGED), b"")
        pairs = [_parts(content) for _, content, _ in _parts(attributes)]
        wanted = (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2)
        yield [(pair[0][2], _parts(pair[1][1])[0][1]) for pair in pairs if pair[0][2] in wanted]


def _names(attribute: tuple[bytes, bytes], certificate: bytes) -> bool:
    """Say whether the first name in an attribute is this certificate's."""
    kind, value = attribute
    first = _parts(_parts(_parts(value)[0][1])[0][1])
    if kind == _SIGNING_CERTIFICATE:
        algorithm = hashlib.sha1  # the attribute of 1999 has no other; the v2 beside it is checked where there is one
    elif first[0][0] == _SEQUENCE:
        algorithm = _HASHES.get(_parts(first.pop(0)[1])[0][2], hashlib.sha256)
    else:
        algorithm = hashlib.sha256
    return first[0][0] == _OCTETS and first[0][1] == algorithm(certificate).digest()


def _parts(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return the values that DER holds one after another: tag, content, all of it. Raises NotAStamp."""
    found, place = [], 0
    while place < len(data):
        start, body, length = place, place + 2, int.from_bytes(data[place + 1 : place + 2], "big")
        if length & 0x80:
            body += length & 0x7F
            length = int.from_bytes(data[start + 2 : body], "big")
        place = body + length
        if place > len(data):
            raise NotAStamp("cut off")
        found.append((data[start], data[body:place], data[start:place]))
    if not found:
        raise NotAStamp("empty where something must be")
    return found
