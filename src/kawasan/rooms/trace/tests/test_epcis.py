"""EPCIS over HTTP: captured, found, paged, refused, and nobody else's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from tests.builders.trace import CONTEXT, Program, a_document, an_event
from tests.builders.zone import a_business, a_member, a_person, zone_staff

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.platform.roles import as_owner
from kawasan.rooms.log import api as log
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models

pytestmark = pytest.mark.django_db
OURS = Path(__file__).resolve().parents[5] / "tests/vectors/epcis"
OBSERVED = ["2026-11-20T01:00:00+00:00", "2026-11-20T02:00:00+00:00", "2026-11-20T03:00:00+00:00"]


def test_a_captured_document_is_kept_byte_for_byte_and_every_event_is_found() -> None:
    program = Program()
    body = (OURS / "openepcis/valid/Combination_of_different_event.json").read_bytes()
    job = program.capture(body)
    sent = json.loads(body)["epcisBody"]["eventList"]
    assert (job["success"], job["running"], job["events"], job["errors"]) == (True, False, len(sent), [])
    found = program.events(perPage=100)
    assert [{**event, "recordTime": 0, "@context": 0} for event in found] == [
        {**event, "eventID": kept["eventID"], "recordTime": 0, "@context": 0}
        for event, kept in zip(sent, found, strict=True)
    ]
    for event in found:
        assert [one["eventID"] for one in program.events(EQ_eventID=event["eventID"])] == [event["eventID"]]
    see_as(SYSTEM)
    assert bytes(models.Capture.objects.get().digest) == hashlib.sha256(body).digest()
    for row in models.Event.objects.all():
        assert len(log.leaves_of(kind=trace.LEAF_KIND, subject=str(row.id))) == 1
    assert list(trace.verify_captures()) == []
    assert list(trace.verify_events()) == []


def test_one_bad_event_keeps_all_out_or_only_itself() -> None:
    program, good, bad = Program(), an_event(1), an_event(2, eventTime="yesterday")
    job = program.capture(a_document(good, bad))
    assert (job["success"], job["events"], program.events()) == (False, 0, [])
    assert (job["errors"][0]["code"], job["errors"][0]["event"]) == ("event-invalid", 1)
    assert "event 2/eventTime" in job["errors"][0]["detail"]
    job = program.capture(a_document(good, bad), **{"GS1-Capture-Error-Behaviour": "proceed"})
    assert (job["success"], job["events"]) == (False, 1)
    assert [event["eventID"] for event in program.events()] == [good["eventID"]]
    see_as(SYSTEM)
    assert list(trace.verify_captures()) == []


def test_a_repeat_is_harmless_and_an_id_used_again_is_refused() -> None:
    program, event = Program(), an_event(1)
    assert program.capture(a_document(event))["events"] == 1
    again = program.capture(a_document(event))
    assert (again["success"], again["events"], again["repeated"]) == (True, 0, 1)
    changed = program.capture(a_document(an_event(2), event | {"disposition": "damaged"}))
    assert (changed["success"], changed["events"], changed["errors"][0]["code"]) == (False, 0, "event-id-taken")
    assert len(program.events()) == 1
    twice = an_event(3)
    inside = program.capture(a_document(twice, twice | {"bizStep": "receiving"}))
    assert inside["errors"][0]["code"] == "event-id-taken"
    see_as(SYSTEM)
    assert list(trace.verify_captures()) == []


@pytest.mark.parametrize("pair", json.loads((OURS / "same-event-hash-different-events.json").read_text())["pairs"])
def test_events_with_one_hash_are_told_apart(pair: dict) -> None:
    program = Program()
    context = json.loads((OURS / "same-event-hash-different-events.json").read_text())["context"]
    first, second = ({"@context": context, **pair[side]} for side in "ab")
    made = program.post("/events", first)
    assert (made.status_code, made.json()["eventID"]) == (201, pair["reference_event_hash"])
    assert program.post("/events", first).status_code == 201
    other = program.post("/events", second)
    assert (other.status_code, other.json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")
    assert (
        program.post("/events", second | {"eventID": "urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427"}).status_code
        == 201
    )
    assert len(program.events()) == 2


def test_questions_are_answered_exactly() -> None:
    program = Program()
    shipped = [an_event(number, eventTime=at) for number, at in enumerate(OBSERVED)]
    lot = "urn:epc:class:lgtin:4012345.012345.998877"
    made = an_event(
        9,
        type="TransformationEvent",
        epcList=None,
        action=None,
        bizStep="https://ref.gs1.org/cbv/BizStep-commissioning",
        inputQuantityList=[{"epcClass": lot, "quantity": 12.5, "uom": "KGM"}],
        outputEPCList=["https://id.gs1.org/01/09521141012345/21/made"],
        errorDeclaration={"declarationTime": "2026-11-21T00:00:00Z", "reason": "incorrect_data"},
    )
    assert program.capture(a_document(*shipped, made))["success"]

    def serials(**given: object) -> list[str]:
        return [
            (event.get("epcList") or event["outputEPCList"])[0].rsplit("/", 1)[1] for event in program.events(**given)
        ]

    assert serials(eventType="TransformationEvent") == ["made"]
    assert serials(GE_eventTime=OBSERVED[1], eventType="ObjectEvent") == ["1", "2"]
    assert serials(LT_eventTime=OBSERVED[1]) == ["0", "made"]
    assert serials(LT_eventTime=OBSERVED[1], EQ_action="OBSERVE") == ["0"]
    assert serials(EQ_bizStep="commissioning") == ["made"]
    assert serials(EQ_bizStep="urn:epcglobal:cbv:bizstep:shipping|receiving") == ["0", "1", "2"]
    assert serials(MATCH_epc="https://example.com/gtin/9521141012345/ser/1") == ["1"]
    assert serials(MATCH_anyEPC="https://id.gs1.org/01/09521141012345/21/made") == ["made"]
    assert serials(MATCH_epc="https://id.gs1.org/01/09521141012345/21/made") == []
    assert serials(MATCH_anyEPCClass=lot) == ["made"]
    assert serials(MATCH_inputEPCClass="https://id.gs1.org/01/04012345123456/10/998877") == ["made"]
    assert serials(EQ_bizLocation="https://example.org/gln/9521141123452") == ["0", "1", "2", "made"]
    assert serials(WD_bizLocation="https://id.gs1.org/414/9521141123452", EQ_action="OBSERVE") == ["0", "1", "2"]
    assert serials(EXISTS_errorDeclaration="true", EQ_errorReason="incorrect_data") == ["made"]
    assert serials(GE_quantity=12.5, LT_quantity=13) == ["made"]
    assert serials(orderBy="eventTime", orderDirection="DESC", EQ_action="OBSERVE") == ["2", "1", "0"]
    assert serials(eventCountLimit=2) == ["0", "1"]


def test_every_page_leads_to_the_next_and_none_twice() -> None:
    program = Program()
    assert program.capture(a_document(*[an_event(number) for number in range(7)]))["events"] == 7
    for order in ("recordTime", "eventTime"):
        answer, seen, pages = program.get("/events", perPage=3, orderBy=order), [], 0
        while True:
            pages += 1
            document = answer.json()
            seen += [one["eventID"] for one in document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]]
            if "Link" not in answer:
                break
            assert 'rel="next"' in answer["Link"]
            assert "nextPageToken=" in answer["Link"]
            answer = program.client.get(answer["Link"].split("<")[1].split(">")[0])
        assert (pages, len(set(seen)), len(seen)) == (3, 7, 7)


def test_resources_of_the_top_level_lead_to_their_events() -> None:
    program, event = Program(), an_event(1)
    program.capture(a_document(event, an_event(2, bizStep="receiving", disposition="damaged")))
    assert program.get("/bizSteps").json()["member"] == ["receiving", "shipping"]
    assert program.get("/eventTypes").json()["member"] == ["ObjectEvent"]
    assert len(program.get("/epcs").json()["member"]) == 2
    assert len(program.events("/bizSteps/receiving/events")) == 1
    assert len(program.events("/eventTypes/all/events")) == 2
    assert len(program.events("/dispositions/damaged/events")) == 1
    encoded = event["epcList"][0].replace(":", "%3A").replace("/", "%2F")
    assert [one["eventID"] for one in program.events(f"/epcs/{encoded}/events")] == [event["eventID"]]
    assert len(program.events("/bizLocations/https%3A%2F%2Fid.gs1.org%2F414%2F9521141123452/events")) == 2
    assert program.get(f"/events/{event['eventID']}").json()["@context"][0] == CONTEXT


def test_numbers_keep_their_digits_and_names_their_context() -> None:
    program = Program()
    context = [CONTEXT, {"ex": "https://ns.example.org/x/"}]
    body = a_document(an_event(1, **{"ex:serial": 98765432109876543210}), context=context)
    assert program.capture(body)["success"]
    (event,) = program.events()
    assert event["ex:serial"] == 98765432109876543210
    assert event["@context"] == [{"ex": "https://ns.example.org/x/"}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "document-unreadable"),
        (b"[]", "document-unreadable"),
        (b'{"type": NaN}', "document-unreadable"),
        (b"\xff", "document-unreadable"),
        (b"{}", "event-invalid"),
        (b'{"type":"EPCISDocument","epcisBody":{"eventList":[1]}}', "document-unreadable"),
        (a_document(an_event(1))[:-1], "document-unreadable"),
        (a_document(an_event(1)) + b"x", "document-unreadable"),
        (b'{"a":' * 100_000, "document-unreadable"),
        (a_document(*[{}] * (trace.EVENTS_MAX + 1)), "too-many-events"),
    ],
)
def test_what_is_no_document_is_refused_as_epcis_says(body: bytes, code: str) -> None:
    answer = Program().post("/capture", body)
    assert answer.status_code in (400, 413), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["type"][:15]) == (code, "epcisException:")
    see_as(SYSTEM)
    assert models.Capture.objects.count() == 0


@pytest.mark.parametrize(
    "given",
    [{"EQ_colour": "red"}, {"GE_eventTime": "now"}, {"orderBy": "x"}, {"EQ_action": "SHIPPED"}, {"perPage": "many"}],
)
def test_a_question_that_cannot_be_answered_is_refused(given: dict) -> None:
    answer = Program().get("/events", **given)
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:QueryParameterException")


def test_a_broken_page_token_is_refused() -> None:
    assert Program().get("/events", nextPageToken="x").status_code == 422


def test_nobody_reads_or_writes_for_somebody_else() -> None:
    program, other = Program(), Program()
    event = an_event(1)
    answer = program.post("/events", {"@context": CONTEXT, **event})
    job = program.client.post("/epcis/capture", a_document(an_event(2)), content_type="application/json")["Location"]
    assert answer.status_code == 201
    assert other.events() == []
    assert other.get(f"/events/{event['eventID']}").status_code == 404
    assert other.client.get(job).status_code == 404
    assert other.get("/epcs").json()["member"] == []
    theirs = f"/events?business={program.business.slug}"
    assert other.post(theirs, {"@context": CONTEXT, **an_event(3)}).status_code == 404
    # The same id at another business is that business's own affair.
    assert other.post("/events", {"@context": CONTEXT, **event, "disposition": "damaged"}).status_code == 201
    stranger = Client()
    assert stranger.get("/epcis/events").status_code == 401
    assert stranger.post("/epcis/capture", a_document(event), content_type="application/json").status_code == 401
    reader = Program(program.business, "trace:read")
    assert reader.post("/events", {"@context": CONTEXT, **an_event(4)}).status_code == 403
    assert Program(program.business, "products:read").get("/events").status_code == 403
    see_as(SYSTEM)
    assert models.Event.objects.count() == 3


def test_a_session_alone_writes_nothing_and_staff_reads_all() -> None:
    business, person = a_business(), a_person()
    a_member(business, person=person)
    client = Client()
    client.force_login(person)
    answer = client.post("/epcis/capture", a_document(an_event(1)), content_type="application/json")
    assert answer.status_code == 401
    assert client.get("/epcis/events").status_code == 200
    Program(business).capture(a_document(an_event(1)))
    client.force_login(zone_staff())
    found = client.get("/epcis/events").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert len(found) == 1


def test_methods_and_media_types_are_told() -> None:
    program = Program()
    assert program.client.options("/epcis/events")["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert program.client.delete("/epcis/events").status_code == 405
    assert program.client.post("/epcis/capture", b"<x/>", content_type="application/xml").status_code == 415
    assert program.get("/")["GS1-EPCIS-Version"] == "2.0.0"


def test_verify_finds_a_changed_byte_and_a_changed_column() -> None:
    Program().capture(a_document(an_event(1), an_event(2)))
    see_as(SYSTEM)
    first, second = models.Event.objects.order_by("number")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("update trace_event set biz_step = 'receiving' where id = %s", [first.id])
        changed = bytes(second.raw).replace(b"in_transit", b"in_transiT")
        cursor.execute("update trace_event set raw = %s where id = %s", [changed, second.id])
    codes = {(one.code, one.row) for one in [*trace.verify_events(), *trace.verify_captures()]}
    assert ("trace-event-biz-step", str(first.id)) in codes
    assert ("trace-event-content", str(second.id)) in codes
    assert any(code == "trace-capture-digest" for code, _ in codes)
