"""Why an event is refused: a code that never changes, and a text in the reader's language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.builders.trace import Program, a_document, an_event

from kawasan.rooms.trace.types.reasons import REASONS

pytestmark = pytest.mark.django_db
PROBLEMS = Path(__file__).resolve().parents[5] / "docs" / "problems.md"
LANGUAGES = ("id", "en", "zh-hans")


def _refused(program: Program, event: dict[str, Any], language: str = "en") -> Any:
    return program.client.post(
        "/epcis/events", json.dumps(event), content_type="application/json", headers={"Accept-Language": language}
    ).json()


@pytest.mark.parametrize(
    ("wrong", "reason", "place"),
    [
        ({"type": None}, "member-missing", "event"),
        ({"colour": "red"}, "member-unknown", "event"),
        ({"ilmd": {"colour": "red"}, "action": "ADD"}, "member-unknown", "event/ilmd"),
        ({"epcList": "urn:a:b"}, "type-wrong", "event/epcList"),
        ({"action": "LOST"}, "value-unknown", "event/action"),
        ({"bizStep": "flying"}, "word-unknown", "event/bizStep"),
        ({"epcList": ["apple"]}, "no-uri", "event/epcList/0"),
        ({"eventTime": "yesterday"}, "no-moment", "event/eventTime"),
        ({"eventTimeZoneOffset": "7"}, "form-wrong", "event/eventTimeZoneOffset"),
        ({"persistentDisposition": {}}, "too-few", "event/persistentDisposition"),
        ({"epcList": ["urn:a:b", "urn:a:b"]}, "repeated", "event/epcList"),
        ({"epcList": None}, "says-too-little", "event"),
        ({"ilmd": {"x:y": 1}, "action": "OBSERVE"}, "ilmd-needs-add", "event/action"),
        ({"quantityList": [{"epcClass": "urn:a:b", "quantity": 10**400}]}, "number-too-large", "event"),
        ({"epcList": ["urn:a:" + "b" * 500]}, "identifier-unusable", "event"),
    ],
)
def test_a_refused_event_names_its_reason_and_its_place(wrong: dict[str, Any], reason: str, place: str) -> None:
    event = {name: value for name, value in (an_event(1) | wrong).items() if value is not None}
    program = Program()
    told = _refused(program, event)
    assert (told["code"], told["reason"], told["place"]) == ("event-invalid", reason, place), told
    assert told["detail"] == f"{place}: {told['problem']}"
    assert "{" not in told["detail"].replace("{}", "")
    assert len({_refused(program, event, language)["detail"] for language in LANGUAGES}) == 3


def test_errors_of_a_job_are_told_in_the_language_of_who_asks() -> None:
    program = Program()
    job = program.capture(a_document(an_event(1, eventTime="yesterday")))
    told = {
        language: program.client.get(
            f"/epcis/capture/{job['captureID']}", headers={"Accept-Language": language}
        ).json()["errors"][0]
        for language in LANGUAGES
    }
    assert told["en"]["detail"] == 'event 1/eventTime: "yesterday" is no moment such as 2026-11-22T10:00:00+07:00'
    assert told["id"]["detail"] == 'event 1/eventTime: "yesterday" bukan waktu seperti 2026-11-22T10:00:00+07:00'
    assert len({one["title"] for one in told.values()}) == 3
    assert {one["reason"] for one in told.values()} == {"no-moment"}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "berakhir terlalu cepat"),
        (b'{"type": "EPCISDocument"', "berakhir terlalu cepat"),
        (b'{"type":\n  NaN}', "bukan JSON"),
        (b'{"type": "a",\n "b": no}', "bukan JSON di baris 2, huruf ke-7"),
        (b'{"type": "a" "b": 1}', "bukan JSON di baris 1, huruf ke-14"),
        (b'{"a": 1, "a": 2}', "a ada dua kali"),
        (b'{"a":' * 100_000, "terlalu dalam"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(body: bytes, detail: str) -> None:
    answer = Program().client.post(
        "/epcis/capture", body, content_type="application/json", headers={"Accept-Language": "id"}
    )
    assert answer.json()["code"] == "document-unreadable"
    assert detail in answer.json()["detail"]


def test_every_reason_is_explained() -> None:
    told = PROBLEMS.read_text()
    assert [reason for reason in REASONS if f"`{reason}`" not in told] == []


def test_a_question_that_is_not_understood_is_answered_in_the_readers_language() -> None:
    answer = Program().client.get("/epcis/events?EQ_action=LOST", headers={"Accept-Language": "zh-CN"})
    assert answer.json()["detail"] == "EQ_action：以下之一：ADD, OBSERVE, DELETE"
    other = Program().client.patch("/epcis/events", headers={"Accept-Language": "id"})
    assert other.json()["title"] == "Metode ini tidak dikenal di sini"
