"""What captures do in a quicker way comes out as the plain way has it: digests, names of things, columns all alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.builders.trace import an_event, captured
from tests.builders.zone import a_business

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models
from kawasan.rooms.trace.rules import columns
from kawasan.rooms.trace.rules.columns import content_of, content_of_read
from kawasan.rooms.trace.rules.identifiers import canonical, known_as
from kawasan.rooms.trace.rules.reading import read_event

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=6) | st.text("ab/: ", max_size=6)
_VALUES = st.recursive(
    st.none() | st.booleans() | _TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_TEXTS | st.just("recordTime"), _VALUES, max_size=5), st.booleans(), st.sampled_from((None, 1)))
@example({"b": "1", "a": [True, None, {}]}, False, None)
@example({"a": "\x7f", "b": 'say "1"'}, False, None)
@example({"a": "\\", "b": 10**30}, True, None)
def test_an_event_that_was_just_read_has_the_digest_of_what_it_says(
    body: dict[str, Any], escapes: bool, indent: int | None
) -> None:
    event = read_event(json.dumps(body, ensure_ascii=escapes, indent=indent).encode())
    assert content_of_read(event) == content_of(body)


def test_plain_events_take_the_quick_way_and_deep_ones_come_out_right(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = "end"
    for _ in range(400):
        deep = [deep]
    event = read_event(json.dumps({"a": deep}).encode())
    assert content_of_read(event) == content_of({"a": deep})
    plain, wanted = read_event(json.dumps(an_event(7)).encode()), content_of(an_event(7))
    monkeypatch.setattr(columns, "content_of", lambda _: b"the slow way")
    assert len(content_of_read(plain)) == len(wanted)
    assert content_of_read(read_event(b'{"a": 1}')) == b"the slow way"


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(("https://id.gs1.org", "http://id.gs1.org", "https://dl.firm.example/shop")),
    st.sampled_from(("00", "01", "414", "417", "8004", "gtin")),
    st.text("0123456789", min_size=12, max_size=18),
    st.sampled_from(("", "/10", "/21", "/254", "/10/A/21", "/22/X/21")),
    st.text("09AZaz-_.'=;()%/+ ٣", max_size=22),
    st.sampled_from(("", "?x=1", "\n")),
)
def test_a_thing_is_filed_under_its_canonical_name_if_it_has_one(
    host: str, key: str, value: str, qualifier: str, serial: str, tail: str
) -> None:
    uri = f"{host}/{key}/{value}{qualifier}{'/' + serial if qualifier else ''}{tail}"
    assert known_as(uri) == (canonical(uri) or uri)
    assert known_as(known_as(uri)) == known_as(uri)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_what_all_events_of_a_document_say_alike_is_kept_with_each(count: int) -> None:
    error = {"declarationTime": "2026-11-21T03:00:00Z", "reason": "did_not_occur"}
    alike: dict[str, Any] = {
        "epcList": ["urn:a:'x',(y);z", "urn:b:NULL"],
        "quantityList": [{"epcClass": "urn:lot:1", "quantity": 2.5}],
        "errorDeclaration": error,
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 4}]}],
    }
    same = [an_event(n, **alike) for n in range(count)]
    mixed = [an_event(1, **alike), an_event(2), an_event(3, **alike | {"errorDeclaration": None})]
    assert [captured(a_business(), *events).events for events in (same, mixed)] == [count, 3]
    see_as(SYSTEM)
    assert list(trace.verify_events()) == []
    rows = list(models.Event.objects.order_by("number"))
    assert [row.error_at is None for row in rows] == [False] * count + [False, True, True]
    assert {tuple(row.epcs) for row in rows[:count]} == {tuple(alike["epcList"])}
    assert rows[0].quantities == [2.5]
