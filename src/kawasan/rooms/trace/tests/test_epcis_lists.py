"""EPCIS's lists: resources of the top level, capture jobs and named queries, page by page, and nobody else's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from tests.builders.trace import CONTEXT, Program, a_document, an_event

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.trace import models

pytestmark = pytest.mark.django_db
HALLS = [f"https://example.org/halls/{letter}" for letter in "abcde"]


def pages(program: Program, path: str, **given: Any) -> list[list[Any]]:
    """Return the members of each page of a list, as its links lead on."""
    answer, found = program.get(path, **given), []
    while True:
        assert answer.status_code == 200, answer.content
        told = answer.json()
        found.append(told if isinstance(told, list) else told["member"])
        if "Link" not in answer:
            return found
        assert answer["GS1-Next-Page-Token-Expires"] > "2026"
        answer = program.client.get(re.findall(r'<(.+)>; rel="next"', answer["Link"])[0])


def test_resources_are_told_page_by_page_in_order_and_only_ones_own() -> None:
    program = Program()
    events = [
        an_event(number, bizLocation={"id": hall}, readPoint={"id": f"{hall}/gate"})
        for number, hall in enumerate((*HALLS, HALLS[0]))
    ]
    assert program.capture(a_document(*events))["events"] == 6
    Program().capture(
        a_document(an_event(9, bizLocation={"id": "https://example.org/halls/zz"}, disposition="damaged"))
    )
    assert pages(program, "/bizLocations", perPage=2) == [HALLS[:2], HALLS[2:4], HALLS[4:]]
    assert pages(program, "/readPoints", perPage=3) == [
        [f"{hall}/gate" for hall in HALLS[:3]], [f"{hall}/gate" for hall in HALLS[3:]]
    ]  # fmt: skip
    assert pages(program, "/dispositions") == [["in_transit"]]
    assert [len(page) for page in pages(program, "/epcs", perPage=4)] == [4, 2]
    assert program.get(f"/bizLocations/{quote(HALLS[0], safe='')}").json()["member"] == ["events"]


def test_the_events_of_a_resource_can_be_narrowed_and_paged() -> None:
    program = Program()
    here = {"bizLocation": {"id": HALLS[0]}}
    program.capture(a_document(*[an_event(number, **here) for number in range(5)], an_event(7, bizStep="receiving")))
    path = f"/bizLocations/{quote(HALLS[0], safe='')}/events"
    first = program.get(path, perPage=3, EQ_bizStep="shipping")
    rest = program.client.get(re.findall(r"<(.+)>", first["Link"])[0])
    lists = [one.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"] for one in (first, rest)]
    assert [len(one) for one in lists] == [3, 2]
    assert len({event["eventID"] for one in lists for event in one}) == 5
    assert "Link" not in rest
    assert program.events(path, EQ_bizStep="receiving") == []
    assert len(program.events(f"/readPoints/{quote(HALLS[0], safe='')}/events")) == 0


def test_capture_jobs_are_listed_newest_first_page_by_page() -> None:
    program = Program()
    made = [program.capture(a_document(an_event(number)))["captureID"] for number in range(3)]
    failed = program.capture(a_document(an_event(4, action="LOST")))
    Program().capture(a_document(an_event(5)))
    listed = pages(program, "/capture", perPage=3)
    assert [[job["captureID"] for job in page] for page in listed] == [[failed["captureID"], *made[:0:-1]], made[:1]]
    assert listed[0][0] == failed
    assert (failed["errors"][0]["event"], failed["success"], failed["running"]) == (0, False, False)


def test_proceed_may_stand_in_the_address_too() -> None:
    program, good = Program(), an_event(1)
    body = a_document(good, an_event(2, action="LOST"))
    answer = program.post("/capture?captureErrorBehaviour=proceed", body)
    job = program.client.get(answer["Location"]).json()
    assert (job["captureErrorBehaviour"], job["events"], job["success"]) == ("proceed", 1, False)
    assert [event["eventID"] for event in program.events()] == [good["eventID"]]


def test_a_named_query_is_answered_page_by_page_until_it_is_forgotten() -> None:
    program, other = Program(), Program()
    program.capture(a_document(*[an_event(number) for number in range(3)], an_event(9, bizStep="receiving")))
    assert program.post("/queries", {"name": "out", "query": {"EQ_bizStep": ["shipping"]}}).status_code == 201
    again = program.post("/queries", {"name": "out", "query": {"EQ_bizStep": ["receiving"]}})
    assert (again.status_code, again.json()["type"]) == (409, "epcisException:DuplicateNameException")
    answer = program.get("/queries/out/events", perPage=2)
    results = answer.json()["epcisBody"]["queryResults"]
    assert (results["queryName"], len(results["resultsBody"]["eventList"])) == ("out", 2)
    following = program.client.get(re.findall(r"<(.+)>", answer["Link"])[0]).json()
    assert len(following["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 1
    assert other.get("/queries/out/events").status_code == 404
    assert other.client.delete("/epcis/queries/out").status_code == 404
    assert program.client.delete("/epcis/queries/out").status_code == 204
    gone = program.get("/queries/out")
    assert (gone.status_code, gone.json()["type"]) == (404, "epcisException:NoSuchNameException")


def test_an_event_without_an_id_is_named_by_its_hash_and_sent_again_it_is_the_same() -> None:
    program, nameless = Program(), an_event(1, eventID=None)
    assert program.capture(a_document(nameless))["events"] == 1
    assert program.capture(a_document(nameless))["repeated"] == 1
    (event,) = program.events()
    assert re.fullmatch(r"ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0", event["eventID"])
    assert program.get("/events", EQ_eventID=event["eventID"]).status_code == 200
    assert program.get(f"/events/{quote(event['eventID'], safe='')}").status_code == 200
    assert program.events(f"/events/{quote(event['eventID'], safe='')}")[0]["epcList"] == nameless["epcList"]
    answer = program.post("/events", {"@context": CONTEXT, **an_event(2, eventID=None)})
    assert (answer.status_code, answer.json()["eventID"][:13]) == (201, "ni:///sha-256")
    see_as(SYSTEM)
    assert models.Event.objects.filter(is_id_given=False).count() == 2


def test_a_stranger_is_told_nothing_of_any_list() -> None:
    Program().capture(a_document(an_event(1)))
    for path in ("/epcs", "/bizSteps", "/bizLocations", "/capture", "/queries", "/events", "/"):
        answer = Client().get(f"/epcis{path}")
        assert (answer.status_code, answer.json()["type"]) == (401, "epcisException:SecurityException"), path


def test_a_wrong_check_digit_leads_nowhere_and_is_said_to_be_wrong() -> None:
    client = Client()
    for path in ("/01/09521141012346", "/gtin/9521141012346/lot/A", "/414/9521141123453", "/00/095211410123456783"):
        assert client.get(path).status_code == 400, path
