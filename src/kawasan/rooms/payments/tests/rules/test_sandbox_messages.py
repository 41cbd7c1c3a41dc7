"""The sandbox provider's signed messages: written, read back, and refused when anything is not right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kawasan.rooms.payments.rules import sandbox
from kawasan.rooms.payments.rules.references import LENGTH, id_of, reference_of
from kawasan.rooms.payments.types import BadNotification, Notification, NotificationKind

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
SECRET = b"between the bank and us"
TOLD = Notification(
    provider="sandbox",
    event_id="event-1",
    kind=NotificationKind.PAID,
    reference="R" * 25,
    money_id="money-1",
    amount_minor=49_500_50,
    happened_at=AT,
)


@given(amount=st.integers(1, 10**15), name=st.text("abcXYZ019-_!", min_size=1, max_size=100))
def test_a_message_reads_back_as_it_was_told(amount: int, name: str) -> None:
    told = Notification("sandbox", name, NotificationKind.FAILED, name, name, amount, AT)
    headers, body = sandbox.message(told, secret=SECRET, at=AT)
    read = sandbox.read(headers, body, secret=SECRET, at=AT)
    assert (read.event_id, read.amount_minor, read.happened_at, read.kind) == (name, amount, AT, told.kind)
    assert read.body == body


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_message_is_accepted_within_five_minutes(minutes: int) -> None:
    headers, body = sandbox.message(TOLD, secret=SECRET, at=AT)
    assert sandbox.read(headers, body, secret=SECRET, at=AT + timedelta(minutes=minutes)).event_id == "event-1"


def refused(headers: dict[str, str], body: bytes, at: datetime = AT, secret: bytes = SECRET) -> str:
    with pytest.raises(BadNotification) as refusal:
        sandbox.read(headers, body, secret=secret, at=at)
    return str(refusal.value.data["problem"])


def test_a_message_of_another_secret_time_or_content_is_refused() -> None:
    headers, body = sandbox.message(TOLD, secret=SECRET, at=AT)
    assert refused(headers, body, secret=b"other") == "signature"
    assert refused(headers, body.replace(b"49500.50", b"99500.50")) == "signature"
    assert refused({**headers, "X-Timestamp": "2026-11-11T03:00:01+00:00"}, body) == "signature"
    assert refused({**headers, "X-Signature": "é" * 64}, body) == "signature"
    assert refused({}, body) == "signature"
    assert refused(headers, body, at=AT + timedelta(minutes=5, seconds=1)) == "time"
    assert refused(headers, b"x" * 16_385) == "too long"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"nonsense",
        b"\xff",
        b'{"eventId":1}',
        b"[" * 5000,
    ],
)
def test_signed_nonsense_is_refused(body: bytes) -> None:
    stamp = AT.isoformat()
    headers = {"X-Timestamp": stamp, "X-Signature": sandbox.sign(SECRET, timestamp=stamp, body=body)}
    assert refused(headers, body) == "content"


@pytest.mark.parametrize("value", ["1", "1.0", "-1.00", "0.00", "1e3.00", "1.5x", "٣.00", "9" * 16 + ".00"])
def test_amounts_that_are_not_two_decimals_above_zero_are_refused(value: str) -> None:
    _, body = sandbox.message(TOLD, secret=SECRET, at=AT)
    body = body.replace(b"49500.50", value.encode())
    stamp = AT.isoformat()
    headers = {"X-Timestamp": stamp, "X-Signature": sandbox.sign(SECRET, timestamp=stamp, body=body)}
    assert refused(headers, body) == "content"


@given(st.uuids())
def test_a_reference_is_25_letters_and_reads_back(number: UUID) -> None:
    assert len(reference_of(number)) == LENGTH == 25
    assert id_of(reference_of(number)) == number


@pytest.mark.parametrize("text", ["", "Z" * 25, "a" * 25, "0" * 24, "-" * 25])
def test_what_is_no_reference_is_nobodys(text: str) -> None:
    assert id_of(text) is None
