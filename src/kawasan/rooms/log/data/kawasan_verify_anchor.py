"""
Check an anchor of a zone's log without trusting the zone. One file; Python 3.9+ and `pip install cryptography`.

    python kawasan_verify_anchor.py stamp RECEIPT.tsr CHECKPOINT.txt --roots TSA.pem [--key VKEY]
    python kawasan_verify_anchor.py chain RECEIPT.json CHECKPOINT.txt --contract 0x... --rpc URL [--chain N] [--key ...]

`stamp` checks, without a network, that a timestamp authority (RFC 3161) saw exactly these bytes, when it says it did:
hash, signature, the certificate that the signature names, its use, its chain to a root that you trust.
`chain` asks a node of an EVM chain that you choose whether the transaction is there, and what the contract holds now;
without --rpc it says only what the receipt claims, since a receipt alone proves nothing.
With --key, also that the zone's log signed the checkpoint. To see that a log still begins with it:
`python kawasan_verify.py log ADDRESS --key VKEY --older CHECKPOINT.txt`.
Exit code 0: everything holds; 1: something does not, and it says what.
Licence: Apache-2.0. Formats: RFC 3161, 5652 (CMS), 5035, 5280; C2SP's signed-note, tlog-checkpoint; JSON-RPC of EVM.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import urllib.request
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME, FIRST = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18, 0xA0
SIGNED_DATA, STAMP_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
NAMES_SHA1, NAMES = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
RSA_PSS = "1.2.840.113549.1.1.10"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
# Signature algorithms that say their hash themselves; "rsaEncryption" alone leaves it to the digest beside it.
SIGNS_WITH: dict[str, hashes.HashAlgorithm] = {
    "1.2.840.113549.1.1.11": hashes.SHA256(),
    "1.2.840.113549.1.1.12": hashes.SHA384(),
    "1.2.840.113549.1.1.13": hashes.SHA512(),
    "1.2.840.10045.4.3.2": hashes.SHA256(),
    "1.2.840.10045.4.3.3": hashes.SHA384(),
    "1.2.840.10045.4.3.4": hashes.SHA512(),
}
# The event Anchored(bytes32,uint64,bytes32) and the call heads(bytes32) of the contract, by Keccak-256.
ANCHORED = "0xbea4d11b910aad40d2df2a90d97a3329219b6389f85777c99daad7eb5fafd439"
HEADS = "0x0d97b0ff"
CHAIN_MAX, RECEIPT_MAX = 6, 64_000


class Wrong(Exception):
    """Something does not hold."""


def need(holds: bool, what: str) -> None:
    """Go on only where something holds."""
    if not holds:
        raise Wrong(what)


class Value:
    """A value in DER: its tag, its content, all of its bytes."""

    def __init__(self, tag: int, content: bytes, whole: bytes) -> None:
        self.tag, self.content, self.whole = tag, content, whole

    def parts(self, *tags: int) -> list[Value]:
        """Return the values inside, of which the first ones have these tags."""
        found = values(self.content)
        need([one.tag for one in found[: len(tags)]] == list(tags), "not built as the standard says")
        return found

    def oid(self) -> str:
        """Read an object identifier."""
        need(self.tag == OID, "an object identifier is missing")
        numbers, value = [], 0
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))

    def number(self) -> int:
        """Read an integer."""
        need(self.tag == INTEGER and bool(self.content), "a number is missing")
        return int.from_bytes(self.content, "big", signed=True)


def values(data: bytes) -> list[Value]:
    """Return the values that DER holds one after another."""
    found, place = [], 0
    while place < len(data):
        start, body = place, place + 2
        need(body <= len(data), "cut off")
        length = data[place + 1]
        if length & 0x80:
            body += length & 0x7F
            need(1 <= length & 0x7F <= 4, "a length that DER does not have")
            length = int.from_bytes(data[start + 2 : body], "big")
        place = body + length
        need(place <= len(data), "cut off")
        found.append(Value(data[start], data[body:place], data[start:place]))
    return found


def hash_named(algorithm: Value) -> hashes.HashAlgorithm:
    """Return the hash that an AlgorithmIdentifier names."""
    return HASHES[algorithm.parts(OID)[0].oid()]


def digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    """Return the hash of bytes."""
    value = hashes.Hash(algorithm)
    value.update(data)
    return value.finalize()


class Stamp:
    """A timestamp taken apart; nothing about it is believed yet."""

    def __init__(self, receipt: bytes) -> None:
        need(0 < len(receipt) <= RECEIPT_MAX, "not a timestamp response")
        (response,) = values(receipt)
        status, *token = response.parts(SEQUENCE)
        need(status.parts(INTEGER)[0].number() in (0, 1), "the authority refused")
        need(len(token) == 1, "no token in the response")
        kind, wrapped = token[0].parts(OID, FIRST)
        need(kind.oid() == SIGNED_DATA, "not signed data")
        _, _, content, *rest = wrapped.parts(SEQUENCE)[0].parts(INTEGER, SET, SEQUENCE)
        kind, held = content.parts(OID, FIRST)
        need(kind.oid() == STAMP_INFO, "not a timestamp")
        self.info = held.parts(OCTETS)[0].content
        self.carried = [one for part in rest if part.tag == FIRST for one in values(part.content)]
        signers = [one for part in rest if part.tag == SET for one in values(part.content)]
        need(len(signers) == 1, "not exactly one signature")
        self._read_signer(signers[0])
        _, _, imprint, _, when = values(self.info)[0].parts(INTEGER, OID, SEQUENCE, INTEGER, TIME)[:5]
        algorithm, hashed = imprint.parts(SEQUENCE, OCTETS)
        self.algorithm, self.hashed = hash_named(algorithm), hashed.content
        self.at = moment(when.content)

    def _read_signer(self, signer: Value) -> None:
        _, self.named, hashed_with, attributes, signed_with, signature = signer.parts(INTEGER)[:6]
        need(attributes.tag == FIRST, "a signature without signed attributes")
        self.digest = hash_named(hashed_with)
        self.signed_with, self.signature = signed_with, signature.content
        self.signed = bytes([SET]) + attributes.whole[1:]  # as a SET, RFC 5652 (5.4)
        pairs = [one.parts(OID, SET) for one in values(attributes.content)]
        self.attributes = {kind.oid(): values(value.content) for kind, value in pairs}
        need(len(self.attributes) == len(pairs), "an attribute stands twice")

    def one(self, name: str) -> Value:
        """Return the only value of a signed attribute."""
        found = self.attributes.get(name, [])
        need(len(found) == 1, "a signed attribute is missing: %s" % name)
        return found[0]


def moment(content: bytes) -> datetime:
    """Read a GeneralizedTime as RFC 3161 writes it, with or without parts of a second."""
    match = re.fullmatch(rb"([0-9]{14})(?:\.[0-9]{1,9})?Z", content)
    if match is None:
        raise Wrong("a time that is not in UTC")
    return datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)


def check_stamp(receipt: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> list[str]:
    """Check a timestamp of bytes; return what was found true, in words."""
    stamp = Stamp(receipt)
    need(digest(stamp.algorithm, data) == stamp.hashed, "a timestamp of something else")
    need(stamp.one(CONTENT_TYPE).oid() == STAMP_INFO, "the signature is of something else")
    need(stamp.one(MESSAGE_DIGEST).content == digest(stamp.digest, stamp.info), "what was signed was changed")
    carried = [x509.load_der_x509_certificate(one.whole) for one in stamp.carried if one.tag == SEQUENCE]
    signer = signer_of(stamp, [*carried, *roots])
    check_signature(signer.public_key(), stamp)
    check_named(stamp, signer)
    check_use(signer)
    names = chain_of(signer, carried, roots, stamp.at)
    return ["seen on %s by %s" % (stamp.at.isoformat(), " < ".join(names))]


def signer_of(stamp: Stamp, known: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that a signature names by issuer and number."""
    issuer, number = stamp.named.parts(SEQUENCE, INTEGER)
    for one in known:
        if (one.issuer.public_bytes(), one.serial_number) == (issuer.whole, number.number()):
            return one
    raise Wrong("the signer's certificate is missing")


def check_signature(key: Any, stamp: Stamp) -> None:
    """See that the key signed the attributes."""
    name = stamp.signed_with.parts(OID)[0].oid()
    algorithm = SIGNS_WITH.get(name, stamp.digest)
    if isinstance(key, rsa.RSAPublicKey) and name == RSA_PSS:
        way = padding.PSS(padding.MGF1(stamp.digest), padding.PSS.AUTO)
        check_signed(key, stamp.signature, stamp.signed, way, stamp.digest)
    elif isinstance(key, rsa.RSAPublicKey):
        check_signed(key, stamp.signature, stamp.signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        check_signed(key, stamp.signature, stamp.signed, ec.ECDSA(algorithm))
    else:
        raise Wrong("a kind of signature that is not taken here: %s" % name)


def check_signed(key: Any, *what: Any) -> None:
    """See that a signature is by a key."""
    try:
        key.verify(*what)
    except InvalidSignature as error:
        raise Wrong("the signature does not hold") from error


def check_named(stamp: Stamp, signer: x509.Certificate) -> None:
    """See that the signed attributes name the certificate that signed (RFC 5035)."""
    whole, found = signer.public_bytes(Encoding.DER), False
    for name in (NAMES, NAMES_SHA1):
        if name not in stamp.attributes:
            continue
        first = stamp.one(name).parts(SEQUENCE)[0].parts(SEQUENCE)[0].parts()
        if name == NAMES_SHA1:
            made = hashlib.sha1(whole).digest()
        else:
            made = digest(hash_named(first.pop(0)) if first[0].tag == SEQUENCE else hashes.SHA256(), whole)
        need(first[0].tag == OCTETS and first[0].content == made, "the signature names another certificate")
        found = True
    need(found, "the signature does not name its certificate")


def extension(one: x509.Certificate, kind: Any) -> Any:
    """Return an extension of a certificate, or None."""
    try:
        return one.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def check_use(signer: x509.Certificate) -> None:
    """See that a certificate is for timestamps and for nothing else (RFC 3161, 2.3)."""
    use = extension(signer, x509.ExtendedKeyUsage)
    alone = use is not None and use.critical and list(use.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    need(alone, "the certificate is for other uses too, or not for timestamps")


def chain_of(
    signer: x509.Certificate, carried: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> list[str]:
    """Return the names from a certificate up to a trusted one, each valid at that time (not today)."""
    here, names = signer, []
    for below in range(CHAIN_MAX):
        names.append(here.subject.rfc4514_string())
        need(here.not_valid_before_utc <= at <= here.not_valid_after_utc, "not valid then: %s" % names[-1])
        if here in roots:
            return names
        above = [one for one in [*roots, *carried] if one != here and may_issue(one, below) and issued(here, one)]
        need(bool(above), "does not lead to a certificate that you trust: %s" % names[-1])
        here = above[0]
    raise Wrong("a chain of certificates that is too long")


def may_issue(one: x509.Certificate, below: int) -> bool:
    """Say whether a certificate may issue others, with so many of issuers below it."""
    basic, usage = extension(one, x509.BasicConstraints), extension(one, x509.KeyUsage)
    if basic is None or not basic.value.ca or (usage is not None and not usage.value.key_cert_sign):
        return False
    return basic.value.path_length is None or below <= basic.value.path_length


def issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    """Say whether a certificate was issued with the key of another."""
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def checkpoint_of(note: bytes, key: str | None) -> tuple[str, int, bytes]:
    """Read a checkpoint: origin, size, root; with a verifier key, see that it signed."""
    text, found, tail = note.decode().rpartition("\n\n")
    lines = text.split("\n")
    need(bool(found) and len(lines) >= 3 and "" not in lines, "not a checkpoint")
    need(bool(re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])), "a checkpoint without a size")
    root = base64.b64decode(lines[2], validate=True)
    need(len(root) == 32, "a checkpoint without a root")
    if key is not None:
        name, told, body = key.split("+", 2)
        public = base64.b64decode(body, validate=True)
        mark = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        need(public[:1] == b"\x01" and mark.hex() == told and name == lines[0], "a key of another log")
        signed = [base64.b64decode(line.split(" ")[-1]) for line in tail.split("\n") if " %s " % name in line]
        need(any(one[:4] == mark for one in signed), "not signed with the key")
        value = next(one[4:] for one in signed if one[:4] == mark)
        check_signed(ed25519.Ed25519PublicKey.from_public_bytes(public[1:]), value, (text + "\n").encode())
    return lines[0], int(lines[1]), root


def check_chain(receipt: dict[str, Any], note: bytes, contract: str, ask: Callable[..., Any] | None) -> list[str]:
    """Check that a contract holds a checkpoint; return what was found true, in words."""
    origin, size, root = checkpoint_of(note, None)
    logged, told = hashlib.sha256(origin.encode()).hexdigest(), receipt["transaction"]
    check_logged(told, contract, logged, size, root)
    number = told["transactionHash"]
    if ask is None:
        return ["NOTE: the receipt claims it; only a node knows. Ask one with --rpc for transaction %s" % number]
    here = int(ask("eth_chainId"), 16)
    need(receipt.get("chain") in (None, here), "the node is of another chain: %d" % here)
    found = ask("eth_getTransactionReceipt", number)
    need(isinstance(found, dict), "the chain knows no such transaction")
    check_logged(found, contract, logged, size, root)
    block = ask("eth_getBlockByNumber", found["blockNumber"], False)
    need(block["hash"] == found["blockHash"], "the transaction's block is not in the chain")
    held = ask("eth_call", {"to": contract, "data": HEADS + logged}, "latest")
    need(isinstance(held, str) and len(held) == 2 + 128, "there is no such contract at the address")
    now, top = int(held[2:66], 16), bytes.fromhex(held[66:])
    need(now > size or (now == size and top == root), "the contract holds %d entries, or another root" % now)
    at = datetime.fromtimestamp(int(block["timestamp"], 16), timezone.utc).isoformat()
    where = (at, here, int(found["blockNumber"], 16))
    return ["written on %s, chain %d, block %d" % where, "it holds %d entries now" % now]


def check_logged(found: dict[str, Any], contract: str, logged: str, size: int, root: bytes) -> None:
    """See that a transaction's receipt says that the contract took a checkpoint."""
    need(bool(found.get("blockNumber") and found.get("blockHash")), "the transaction is not in a block yet")
    need(found["status"] == "0x1", "the contract refused")
    wanted = (contract.lower(), [ANCHORED, "0x" + logged], "0x%064x%s" % (size, root.hex()))
    told = [(one["address"].lower(), one["topics"], one["data"]) for one in found["logs"]]
    need(wanted in told, "a transaction about something else")


def node(address: str) -> Callable[..., Any]:
    """Return what asks a node."""

    def ask(method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                found = json.loads(answer.read())
        except OSError as error:
            raise Wrong("the node does not answer: %s" % error) from error
        return found["result"]

    need(address.startswith(("http://", "https://")), "a node's address begins with https://")
    return ask


def run(words: Sequence[str] | None) -> list[str]:
    """Do what the command line says."""
    lines = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    lines.add_argument("way", choices=["stamp", "chain"])
    lines.add_argument("receipt", type=Path)
    lines.add_argument("checkpoint", type=Path)
    lines.add_argument("--roots", type=Path, help="certificates of authorities that you trust, in PEM")
    lines.add_argument("--contract", help="the contract's address, from somewhere you trust")
    lines.add_argument("--rpc", help="a node of the chain that you trust")
    lines.add_argument("--chain", type=int, help="the chain's number, from somewhere you trust")
    lines.add_argument("--key", help="the log's verifier key, from somewhere you trust")
    given = lines.parse_args(words)
    note, receipt = given.checkpoint.read_bytes(), given.receipt.read_bytes()
    origin, size, root = checkpoint_of(note, given.key)
    told = ["%s: %d entries, root %s" % (origin, size, root.hex())]
    told += ["signed by the log's key"] if given.key else ["NOTE: whether the log signed it is not checked (--key)"]
    if given.way == "stamp":
        need(given.roots is not None, "name certificates that you trust with --roots")
        return told + check_stamp(receipt, note, x509.load_pem_x509_certificates(given.roots.read_bytes()))
    need(bool(given.contract), "name the contract with --contract")
    kept = json.loads(receipt)
    need(given.chain in (None, kept.setdefault("chain", given.chain)), "a receipt of chain %s" % kept["chain"])
    return told + check_chain(kept, note, given.contract, node(given.rpc) if given.rpc else None)


def main(words: Sequence[str] | None = None) -> int:
    """Check, say what was found, and return 0 where everything holds."""
    try:
        told, code = [*run(words), "OK"], 0
    except Wrong as error:
        told, code = ["WRONG: %s" % error], 1
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OSError) as error:
        told, code = ["WRONG: cannot be read as one of these: %s: %s" % (type(error).__name__, error)], 1
    print("\n".join(told))
    return code


if __name__ == "__main__":
    sys.exit(main())
