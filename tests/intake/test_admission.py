"""How many may wait follows from how long they do; who may not is told so unread, in the same words."""

from __future__ import annotations

import pytest

from kawasan.intake import answers, limits
from kawasan.intake.admission import Admission, refusal_to
from kawasan.intake.refusals import IntakeFull

BODY = b'{"lines": []}'


def asked(*more: bytes, first: bytes = b"POST /v1/orders HTTP/1.1", body: bytes = BODY) -> bytes:
    head = [first, b"Host: pasar.example", b"content-Length: %d" % len(BODY), b"Authorization: Bearer x", *more]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@pytest.mark.parametrize(("header", "language"), [(None, "id"), (b"Accept-Language: en-GB, id;q=0.5", "en")])
def test_a_whole_order_is_refused_in_the_words_of_every_other_refusal(header: bytes | None, language: str) -> None:
    expected = answers.problem(IntakeFull(), path="/v1/orders", language=language, keep_alive=True)
    assert refusal_to(asked(*([header] if header else []))) == expected
    assert refusal_to(asked(*([header] if header else []), b"Connection: keep-alive")) == expected


@pytest.mark.parametrize(
    "data",
    [
        asked(first=b"GET /v1/orders HTTP/1.1"),
        asked(first=b"POST /v1/orders/batch HTTP/1.1"),
        asked(first=b"POST /v1/orders HTTP/1.0"),
        asked(b"Connection: close"),
        asked(b"Transfer-Encoding: chunked"),
        asked(b"Expect: 100-continue"),
        asked(b"CONTENT-LENGTH: 13"),
        asked(body=BODY[:-1]),
        asked(body=BODY + b"P"),
        asked() + asked(),
        asked()[:60],
        b"",
    ],
)
def test_whatever_is_not_exactly_one_order_is_read_as_usual(data: bytes) -> None:
    assert refusal_to(data) is None


def test_fewer_may_wait_where_they_wait_too_long_and_more_again_where_they_do_not() -> None:
    admission = Admission(2_000)
    for _ in range(20):
        admission.note(3 * limits.WAIT_SECONDS)
    assert admission.room == limits.ROOM_MIN
    admission.note(limits.WAIT_SECONDS / 2)
    assert admission.room == limits.ROOM_MIN + limits.ROOM_STEP
    for _ in range(200):
        admission.note(0.01)
    assert admission.room == 2_000


def test_one_hiccup_turns_hardly_anybody_away() -> None:
    admission = Admission(2_000)
    admission.note(60.0)
    assert admission.room == int(2_000 * limits.ROOM_SHARE_MIN)


def test_the_number_settles_at_what_is_served_in_time() -> None:
    for served in (200, 1_000, 4_000):  # a second, by batches of a twentieth of a second
        admission = Admission(2_000)
        rooms = []
        for _ in range(400):
            admission.note(admission.room / served)  # so long the oldest of a full room has waited
            rooms.append(admission.room)
        wait = sum(rooms[-100:]) / 100 / served
        assert wait == pytest.approx(min(limits.WAIT_SECONDS, 2_000 / served), rel=0.25), (served, rooms[-20:])
