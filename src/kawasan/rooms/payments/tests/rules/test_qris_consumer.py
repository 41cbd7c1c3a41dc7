"""Codes that a payer shows and a shop scans (CPM): the vectors, amounts, and any bytes."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import each

from kawasan.rooms.payments.rules.qris import InvalidQris
from kawasan.rooms.payments.rules.qris_consumer import Node, decode_consumer_code, is_consumer_code, pan_object


def tree(nodes: tuple[Node, ...]) -> list[dict[str, object]]:
    found = []
    for node in nodes:
        content = {"children": tree(node.children)} if node.children else {"hex": node.value.hex().upper()}
        found.append({"tag": node.tag, **content})
    return found


@each("qris", "cpm_decode")
def test_codes_of_payers_are_read_as_the_vectors_say(given, expected):
    if not expected["valid"]:
        with pytest.raises(InvalidQris) as refusal:
            decode_consumer_code(given)
        assert refusal.value.data == {"reason": "truncated_tlv"}
        return
    code = decode_consumer_code(given)
    assert code.raw.hex().upper() == expected["hex"]
    assert tree(code.nodes) == expected["tree"]
    assert code.pan == expected["pan"]


@each("qris", "cpm_pan_tlv")
def test_account_numbers_are_packed_as_the_vectors_say(given, expected):
    assert pan_object(given) == expected


@pytest.mark.parametrize(
    ("objects", "amount"),
    [
        ("9F0206000001500000", 15_000_00),
        ("9F02060000015000005F2A020360", 15_000_00),
        ("9F02060000015000005F2A020702", None),  # Singapore's dollars are not rupiah
        ("9F0206000000000000", None),
        ("", None),
    ],
)
def test_a_payers_code_names_an_amount_only_in_rupiah(objects, amount):
    text = b64encode(b"\x85\x05CPV01" + bytes.fromhex(objects)).decode()
    assert is_consumer_code(f" {text}")
    assert decode_consumer_code(text).amount_minor == amount


def test_an_amount_that_is_none_is_refused():
    with pytest.raises(InvalidQris) as refusal:
        decode_consumer_code(b64encode(b"\x85\x05CPV01" + bytes.fromhex("9F0206A00000150000")).decode())
    assert refusal.value.data == {"reason": "amount_syntax"}


@forall(st.binary(max_size=60))
def test_any_bytes_after_a_payers_header_are_read_or_refused(tail):
    text = b64encode(b"\x85\x05CPV01" + tail).decode()
    try:
        code = decode_consumer_code(text)
    except InvalidQris:
        return
    assert code.raw[7:] == tail
