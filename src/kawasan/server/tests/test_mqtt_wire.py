"""Packets of MQTT: the same however a stream is cut, and nothing is taken that is not whole."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kawasan.server.mqtt_wire import (
    PUBACK,
    PUBLISH,
    Link,
    LinkLost,
    Message,
    Packets,
    acknowledging,
    connecting,
    message_of,
    publishing,
)

payloads = st.sampled_from([b"", b"[]", b"x" * 200])
messages = st.lists(
    st.builds(Message, st.sampled_from(["a/b", "é/kota"]), payloads, st.integers(1, 65_535)), max_size=8
)


@given(messages, st.data())
def test_what_was_published_is_read_wherever_the_stream_is_cut(sent, data):
    stream = b"".join(publishing(one.topic, one.payload, number=one.number) for one in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    packets, found = Packets(), []
    for low, high in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += packets.of(stream[low:high])
    assert [message_of(flags, body) for _, flags, body in found] == sent
    assert {kind for kind, _, _ in found} <= {PUBLISH}


def test_a_message_carries_properties_and_needs_no_number_at_qos_0():
    assert message_of(0b0000, b"\0\1t" + b"\2\1\0" + b"[]") == Message("t", b"[]")
    assert message_of(0b0010, b"\0\1t" + b"\0\7" + b"\0" + b"[]") == Message("t", b"[]", 7)


@pytest.mark.parametrize("stream", [b"\x30\xff\xff\xff\xff\x01", b"\x30\xff\xff\xff\x7f" + b"x"])
def test_what_is_not_mqtt_or_far_too_long_ends_the_connection(stream):
    with pytest.raises(LinkLost):
        Packets().of(stream)


@pytest.mark.parametrize("body", [b"", b"\0\1", b"\0\1t", b"\0\1t\0\1", b"\0\1t\0\1\5ab"])
def test_a_message_that_is_not_whole_is_no_message(body):
    with pytest.raises(LinkLost):
        message_of(0b0010, body)


def test_every_message_of_a_batch_is_acknowledged_in_one_write():
    assert Packets().of(acknowledging([1, 65_535])) == [(PUBACK, 0, b"\0\1"), (PUBACK, 0, b"\xff\xff")]


def test_the_session_lasts_and_the_broker_sends_no_more_than_is_taken():
    ((kind, _, body),) = Packets().of(connecting("me", "user", "secret", window=4_000))
    assert (kind, body[:7]) == (1, b"\0\4MQTT\5")
    assert body[7] & 0b10 == 0  # no clean start
    assert b"\x11\xff\xff\xff\xff" in body
    assert b"\x21" + (4_000).to_bytes(2, "big") in body


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"\x20\x03\x00\x87\x00", "0087"), (b"\xe0\x01\x8e", "8e"), (b"", "closed"),
        (b"\x20\x03\x00\x00\x00\x90\x04\0\1\0\x87", "87"),
    ],
)  # fmt: skip
def test_a_broker_that_refuses_is_left_and_says_why(answer, says):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(LinkLost, match=says):
            Link(ours).subscribe("zone/#")
