"""
QRIS codes that a payer shows and a shop scans (CPM): base64 of BER-TLV.

Source: EMVCo QR Code Specification for Payment Systems, Consumer-Presented Mode v1.1; fixtures of
github.com/astrapay/spring-qris (MIT).
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from kawasan.rooms.payments.rules.qris import InvalidQris

TEXT_LENGTH_MAX = 700  # base64 of the 512 bytes that EMVCo allows
_FORMAT = "85"
_VERSION = b"CPV01"
_BEGINNING = "hQVDUFYwM"  # of every such code: its first object in base64
_PAN = "5A"
_LABEL = "50"
_AMOUNT, _CURRENCY = "9F02", "5F2A"
_RUPIAH = "0360"
_NAME = "5F20"
_DEPTH_MAX = 4


@dataclass(frozen=True, slots=True)
class Node:
    """One BER-TLV object: a value, or children where the tag says so."""

    tag: str
    value: bytes
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yield this object and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class ConsumerCode:
    """What a consumer-presented code says; the issuer's token stays inside ``nodes``."""

    raw: bytes
    nodes: tuple[Node, ...]
    pan: str | None
    name: str | None
    label: str | None = None
    amount_minor: int | None = None


def is_consumer_code(text: str) -> bool:
    """Return whether a text begins as a code that a payer shows; the rest may still be broken."""
    return text.strip().startswith(_BEGINNING)


def decode_consumer_code(text: str) -> ConsumerCode:
    """Read a code that a payer shows. Raises InvalidQris for broken base64 or TLV, or another kind of code."""
    if len(text) > TEXT_LENGTH_MAX:
        raise InvalidQris(reason="too_long")
    try:
        raw = b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidQris(reason="not_base64") from None
    nodes = _nodes(raw)
    if not nodes or (nodes[0].tag, nodes[0].value) != (_FORMAT, _VERSION):
        raise InvalidQris(reason="not_a_consumer_code")
    pan = _first(nodes, _PAN)
    name = _first(nodes, _NAME)
    return ConsumerCode(
        raw=raw,
        nodes=nodes,
        pan=_pan_text(pan) if pan is not None else None,
        name=_text(name),
        label=_text(_first(nodes, _LABEL)),
        amount_minor=_rupiah(nodes),
    )


def pan_object(pan: str) -> str:
    """Return tag 5A with a PAN in hex, padded with F to whole bytes. Raises InvalidQris."""
    if not re.fullmatch(r"[0-9]{8,19}", pan):
        raise InvalidQris(reason="pan")
    packed = pan + "F" * (len(pan) % 2)
    return f"{_PAN}{len(packed) // 2:02X}{packed}"


def _first(nodes: tuple[Node, ...], tag: str) -> bytes | None:
    return next((node.value for top in nodes for node in top.walk() if node.tag == tag), None)


def _pan_text(value: bytes) -> str:
    text = value.hex().upper().removesuffix("F")
    if not text.isdigit():
        raise InvalidQris(reason="pan")
    return text


def _text(value: bytes | None) -> str | None:
    if value is None:
        return None
    return "".join(letter for letter in value.decode("ascii", "replace") if letter.isprintable())


def _rupiah(nodes: tuple[Node, ...]) -> int | None:
    """Return the amount of a code that names one in rupiah: twelve digits, the last two of them after the comma."""
    amount, currency = _first(nodes, _AMOUNT), _first(nodes, _CURRENCY)
    if amount is None or (currency is not None and currency.hex() != _RUPIAH):
        return None
    digits = amount.hex()
    if len(digits) != 12 or not digits.isdigit():
        raise InvalidQris(reason="amount_syntax")
    return int(digits) or None


def _nodes(data: bytes, depth: int = 1) -> tuple[Node, ...]:
    if depth > _DEPTH_MAX:
        raise InvalidQris(reason="truncated_tlv")
    nodes, place = [], 0
    while place < len(data):
        tag, place = _tag(data, place)
        length, place = _length(data, place)
        value = data[place : place + length]
        if len(value) != length:
            raise InvalidQris(reason="truncated_tlv")
        is_constructed = bool(tag[0] & 0x20)
        nodes.append(Node(tag.hex().upper(), value, _nodes(value, depth + 1) if is_constructed else ()))
        place += length
    return tuple(nodes)


def _tag(data: bytes, place: int) -> tuple[bytes, int]:
    end = place + 1
    if data[place] & 0x1F == 0x1F:  # more bytes follow while their high bit is set
        while end < len(data) and data[end] & 0x80:
            end += 1
        end += 1
    if end > len(data):
        raise InvalidQris(reason="truncated_tlv")
    return data[place:end], end


def _length(data: bytes, place: int) -> tuple[int, int]:
    if place >= len(data):
        raise InvalidQris(reason="truncated_tlv")
    first = data[place]
    if first < 0x80:
        return first, place + 1
    size = first & 0x7F
    if not 1 <= size <= 2 or place + 1 + size > len(data):
        raise InvalidQris(reason="truncated_tlv")
    return int.from_bytes(data[place + 1 : place + 1 + size], "big"), place + 1 + size
