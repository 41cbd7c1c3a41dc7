"""Documents, hashes and identifiers of others: what must be taken, what refused, what must come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kawasan.core.errors import Refusal
from kawasan.rooms.trace.rules.columns import columns_of, content_of
from kawasan.rooms.trace.rules.event_hash import event_hash, ignored_by
from kawasan.rooms.trace.rules.identifiers import (
    canonical,
    check_digit,
    gtin14,
    has_check_digit,
    is_rightly_checked,
    parse,
)
from kawasan.rooms.trace.rules.questions import read_query_document, read_question
from kawasan.rooms.trace.rules.reading import joined, read_document, read_event
from kawasan.rooms.trace.rules.validation import check_document, check_event

ROOT = Path(__file__).resolve().parents[5]
OURS = ROOT / "tests/vectors/epcis"
SHARED = ROOT.parent / "shared/vectors/epcis"


def files(*patterns: str, under: Path = OURS) -> list[Any]:
    return [pytest.param(file, id=file.stem) for pattern in patterns for file in sorted(under.glob(pattern))]


def take(raw: bytes) -> int:
    """Check a document or a single event as a capture does; return how many events it has."""
    if json.loads(raw)["type"] not in ("EPCISDocument", "EPCISQueryDocument"):
        event = read_event(raw)
        check_event(event.body)
        columns_of(event.body)
        return 1
    document = read_document(raw)
    assert joined(document.pieces, [event.raw for event in document.events]) == raw
    check_document(document.head)
    for event in document.events:
        assert json.loads(event.raw) == event.body
        check_event(event.body)
        columns_of(event.body)
    return len(document.events)


@pytest.mark.parametrize("file", files("openepcis/valid/*", "openepcis/single-events/*", "openepcis/query-documents/*"))
def test_valid_documents_are_taken_and_kept_byte_for_byte(file: Path) -> None:
    assert take(file.read_bytes()) > 0


@pytest.mark.parametrize("file", files("openepcis/invalid/*", "openepcis/query-documents-invalid/*"))
def test_invalid_documents_are_refused(file: Path) -> None:
    with pytest.raises(Refusal):
        take(file.read_bytes())


@pytest.mark.parametrize("file", files("openepcis/lenient/*"))
def test_documents_that_others_take_leniently_are_refused_cleanly(file: Path) -> None:
    with pytest.raises(Refusal) as refused:
        take(file.read_bytes())
    assert refused.value.code == "event-invalid"


def test_queries_of_others_are_read_or_refused() -> None:
    (valid,) = (OURS / "openepcis/queries").iterdir()
    question = read_question(read_query_document(json.loads(valid.read_text())))
    assert (len(question.conditions), question.most, question.is_descending) == (10, 100, True)
    (invalid,) = (OURS / "openepcis/queries-invalid").iterdir()
    with pytest.raises(Refusal):
        read_question(read_query_document(json.loads(invalid.read_text())))


@pytest.mark.skipif(not SHARED.exists(), reason="GS1's own examples may not be copied into the project")
def test_examples_of_gs1_are_taken() -> None:
    examples = files("gs1-documents/*", under=SHARED)
    assert len(examples) > 20
    for example in examples:
        assert take(example.values[0].read_bytes()) > 0, example.id


def events_in(document: dict[str, Any]) -> list[dict[str, Any]]:
    body = document["epcisBody"]
    body = body["queryResults"]["resultsBody"] if "queryResults" in body else body
    return body.get("eventList") or [body["event"]]


@pytest.mark.parametrize("file", files("event-hash/*.jsonld"))
def test_event_hashes_are_those_of_the_reference_program(file: Path) -> None:
    document = json.loads(file.read_text())
    context, ignored = document["@context"], ignored_by(document)
    made = [event_hash(event, context=context, ignored=ignored) for event in events_in(document)]
    assert made == file.with_suffix(".hashes").read_text().split()


PAIRS = json.loads((OURS / "same-event-hash-different-events.json").read_text())


@pytest.mark.parametrize("pair", [pytest.param(pair, id=pair["name"]) for pair in PAIRS["pairs"]])
def test_different_events_with_one_hash_are_told_apart_by_their_content(pair: dict[str, Any]) -> None:
    hashes = {event_hash(pair[side], context=PAIRS["context"]) for side in "ab"}
    assert hashes == {pair["reference_event_hash"]}
    assert content_of(pair["a"]) != content_of(pair["b"])


LINKS = json.loads((OURS / "digital-link-canonical.json").read_text())


@pytest.mark.parametrize("link", [pytest.param(link, id=link["input"]) for link in LINKS])
def test_identifiers_have_one_canonical_form(link: dict[str, Any]) -> None:
    assert canonical(link["input"]) == link["canonical"]
    if link["canonical"]:
        assert canonical(link["canonical"]) == link["canonical"]


def test_check_digits() -> None:
    assert check_digit("629104150021") == 3  # the example of GS1's own page
    assert has_check_digit("6291041500213")
    assert not has_check_digit("6291041500214")
    assert gtin14("6291041500213") == "06291041500213"
    assert gtin14("6291041500214") is None
    assert gtin14("12") is None
    link = parse("/01/06291041500213/10/TORAJA-1")
    assert link is not None
    assert (link.key, link.value, link.lot) == ("01", "06291041500213", "TORAJA-1")
    assert parse("/01/06291041500213/99/x") is None


@pytest.mark.parametrize(
    "path",
    [
        "00/095211410123456782", "01/09521141012345/21/7", "253/9521141123452DOC", "255/952114112345299",
        "402/95211411234567896", "414/9521141123452/254/x", "417/9521141123452", "8003/09521141123452S1",
        "8006/095211410123450102", "8018/952114112345678904",
    ],
)  # fmt: skip
def test_every_key_with_a_check_digit_has_it_checked(path: str) -> None:
    key, value, *rest = path.split("/")
    digits = {"253": 13, "255": 13, "8003": 14, "8006": 14}.get(key, len(value))
    right = value[: digits - 1] + str(check_digit(value[: digits - 1])) + value[digits:]
    wrong = value[: digits - 1] + str((check_digit(value[: digits - 1]) + 1) % 10) + value[digits:]
    links = [parse("/" + "/".join((key, number, *rest))) for number in (right, wrong)]
    assert [link is not None and is_rightly_checked(link) for link in links] == [True, False]
    assert None not in links
