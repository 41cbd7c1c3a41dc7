"""
A time-stamp authority for the sample alone: it runs beside the zone, so its stamps show how an anchor works, no more.

It answers as RFC 3161 says, with certificates of its own making. The zone's pages say where it stands (its address is
of this machine), and `kawasan check-config` does not take it for an outside one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PATH = "/sample-authority"
QUESTION_BYTES_MAX = 4_096
YEARS = timedelta(days=3_650)
_SEQUENCE, _SET, _INTEGER, _OCTETS, _TIME, _TAGGED = 0x30, 0x31, 0x02, 0x04, 0x18, 0xA0
_SHA256, _ECDSA = "0609608648016503040201", "06082a8648ce3d040302"
_SIGNED_DATA, _TST_INFO = "06092a864886f70d010702", "060b2a864886f70d0109100104"
_CONTENT_TYPE, _DIGEST, _CERTIFICATE = "06092a864886f70d010903", "06092a864886f70d010904", "060b2a864886f70d010910022f"
_POLICY = "06032a0304"  # 1.2.3.4: of nobody, for trials


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        return bytes([tag, length]) + body
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 128 | size]) + length.to_bytes(size, "big") + body


def _number(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(name: str) -> bytes:
    return bytes.fromhex(name)


def _algorithm(name: str) -> bytes:
    return _der(_SEQUENCE, _oid(name))


def _parts(data: bytes) -> list[bytes]:
    """Return the whole values that DER holds one after another. Raises ValueError."""
    found, place = [], 0
    while place < len(data):
        body, length = place + 2, data[place + 1]
        if length & 128:
            body += length & 127
            length = int.from_bytes(data[place + 2 : body], "big")
        if body + length > len(data) or body - place > 5:
            raise ValueError("not DER")
        found.append(data[place : body + length])
        place = body + length
    return found


def _inside(value: bytes) -> bytes:
    return value[2 + (value[1] & 127 if value[1] & 128 else 0) :]


class Authority:
    """Two certificates made anew, and answers signed by the second."""

    def __init__(self, roots: Path) -> None:
        # Each run's root has a name of its own: stamps of earlier runs find theirs among all that are kept.
        root, root_key = _certificate(f"Kawasan sample root {secrets.token_hex(4)}", None, None)
        self._signer, self._key = _certificate("Kawasan sample time stamps", root, root_key)
        earlier = roots.read_bytes() if roots.exists() else b""
        roots.write_bytes(earlier + root.public_bytes(Encoding.PEM))

    def answer(self, question: bytes, *, at: datetime) -> bytes:
        """Return the answer to a time-stamp request (RFC 3161, 2.4). Raises ValueError, IndexError."""
        _, imprint, *rest = _parts(_inside(_parts(question)[0]))
        nonce = next((part for part in rest if part[0] == _INTEGER), b"")
        at_text = at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()
        info = _der(
            _SEQUENCE, _number(1), _oid(_POLICY), imprint, _number(secrets.randbits(63)), _der(_TIME, at_text), nonce
        )
        return _der(_SEQUENCE, _der(_SEQUENCE, _number(0)), self._signed(info))

    def _signed(self, info: bytes) -> bytes:
        certificate = self._signer.public_bytes(Encoding.DER)
        named = _der(_SEQUENCE, _der(_SEQUENCE, _der(_SEQUENCE, _der(_OCTETS, hashlib.sha256(certificate).digest()))))
        attributes = sorted([
            _der(_SEQUENCE, _oid(_CONTENT_TYPE), _der(_SET, _oid(_TST_INFO))),
            _der(_SEQUENCE, _oid(_DIGEST), _der(_SET, _der(_OCTETS, hashlib.sha256(info).digest()))),
            _der(_SEQUENCE, _oid(_CERTIFICATE), _der(_SET, named)),
        ])  # fmt: skip
        signature = self._key.sign(_der(_SET, *attributes), ec.ECDSA(hashes.SHA256()))
        issuer = self._signer.issuer.public_bytes()
        signer = _der(
            _SEQUENCE, _number(1), _der(_SEQUENCE, issuer, _number(self._signer.serial_number)), _algorithm(_SHA256),
            _der(_TAGGED, *attributes), _algorithm(_ECDSA), _der(_OCTETS, signature),
        )  # fmt: skip
        data = _der(
            _SEQUENCE, _number(3), _der(_SET, _algorithm(_SHA256)),
            _der(_SEQUENCE, _oid(_TST_INFO), _der(_TAGGED, _der(_OCTETS, info))),
            _der(_TAGGED, certificate), _der(_SET, signer),
        )  # fmt: skip
        return _der(_SEQUENCE, _oid(_SIGNED_DATA), _der(_TAGGED, data))


def _certificate(
    name: str, issuer: x509.Certificate | None, issuer_key: ec.EllipticCurvePrivateKey | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(
        issuer.subject if issuer else subject, subject, key.public_key(), x509.random_serial_number()
    )
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + YEARS)
    made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    if issuer is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return made.sign(issuer_key or key, hashes.SHA256()), key


class _Handler(BaseHTTPRequestHandler):
    authority: Authority

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != PATH or not length.isdigit() or int(length) > QUESTION_BYTES_MAX:
            self.send_error(404)
            return
        try:
            body = self.authority.answer(self.rfile.read(int(length)), at=datetime.now(UTC))
        except (ValueError, IndexError):
            self.send_error(400)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
        """Keep quiet."""


def serve(roots: Path) -> tuple[ThreadingHTTPServer, str]:
    """Answer in a thread of this process; return the server and its address. The roots are written to a file."""
    handler = type("AuthorityHandler", (_Handler,), {"authority": Authority(roots)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    run(server, name="sample-authority")
    return server, f"http://127.0.0.1:{server.server_port}{PATH}"


def run(server: ThreadingHTTPServer, *, name: str) -> None:
    """Let a server answer in a thread of this process until it is shut down."""
    Thread(target=server.serve_forever, name=name, daemon=True).start()
