"""A timestamp authority of somebody else's make for tests: OpenSSL's, behind a small HTTP server."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """
[tsa]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


KEYS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "RSA, certified with PSS": lambda: rsa.generate_private_key(65537, 2048),
}
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


class Authority:
    """Certificates in a folder, and answers made by ``openssl ts``."""

    def __init__(self, folder: Path, *, kind: str = "P-256") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("there is no openssl, whose timestamp authority these tests ask")
        self.folder, self.asked, self.garbled = folder, 0, b""
        folder.mkdir(parents=True, exist_ok=True)
        root, root_key = certificate("Root", None, None, kind=kind)
        signer, key = certificate("Stamps", root, root_key, uses=(ExtendedKeyUsageOID.TIME_STAMPING,), kind=kind)
        self.roots = folder / "root.pem"
        self.roots.write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
        (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "serial").write_text("01\n")

    def answer(self, question: bytes, *, ess: str = "sha256") -> bytes:
        """Stamp what is asked."""
        self.asked += 1
        (self.folder / "config").write_text(_CONFIG.format(folder=self.folder, ess=ess))
        (self.folder / "question").write_bytes(question)
        words = "openssl ts -reply -config config -section tsa -queryfile question -signer signer.pem -inkey key.pem"
        made = subprocess.run([*words.split(), "-out", "answer"], cwd=self.folder, capture_output=True)
        assert made.returncode == 0, made.stderr.decode()
        return (self.folder / "answer").read_bytes()

    @contextmanager
    def serving(self):
        """Answer over HTTP; with ``garbled`` set, with that."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                is_asked = self.headers["Content-Type"] == "application/timestamp-query"
                body = authority.garbled or authority.answer(question)
                self.send_response(200 if is_asked else 415)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://someone:secret@127.0.0.1:{server.server_port}/tsa?key=hidden"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def certificate(name: str, issuer: x509.Certificate | None, issuer_key, *, uses=(), kind: str = "P-256"):
    """Return a certificate and its key; without an issuer a root."""
    key = KEYS[kind]()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if uses:
        made = made.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=True)
    way = PSS if kind.endswith("PSS") else None
    return made.sign(issuer_key or key, hashes.SHA256(), rsa_padding=way), key
