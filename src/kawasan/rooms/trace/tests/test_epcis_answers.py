"""What EPCIS answers beside events: headers, versions, refusals, jobs by the id that they tell; and resolvers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.builders.orders import something_for_sale
from tests.builders.trace import Program, a_batch, a_document, an_event
from tests.builders.zone import a_business

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.commerce.models import Product
from kawasan.rooms.trace import models

pytestmark = pytest.mark.django_db
GTIN = "6291041500213"


def test_a_job_is_found_by_the_id_that_it_tells() -> None:
    program = Program()
    job = program.capture(a_document(an_event(1)))
    assert job["captureID"].startswith("cap_")
    assert program.get(f"/capture/{job['captureID']}").json() == job
    assert program.get("/capture").json() == [job]


def test_what_becomes_of_bad_events_is_told_and_never_guessed() -> None:
    program, bad = Program(), a_document(an_event(1), an_event(2, action="LOST"))

    def sent(asked: str) -> Any:
        headers = {"GS1-Capture-Error-Behaviour": asked}
        return program.client.post("/epcis/capture", bad, content_type="application/json", headers=headers)

    for asked in ("rollback", "proceed"):
        answer = sent(asked)
        assert (answer.status_code, answer["GS1-Capture-Error-Behaviour"]) == (202, asked)
        assert program.client.get(answer["Location"])["GS1-Capture-Error-Behaviour"] == asked
    refused = sent("abort")
    assert (refused.status_code, refused.json()["code"]) == (400, "header-invalid")
    assert refused.json()["type"] == "epcisException:ValidationException"
    see_as(SYSTEM)
    assert models.Capture.objects.count() == 2
    assert program.client.options("/epcis/capture")["GS1-Capture-Error-Behaviour"] == "rollback"


def test_everybody_is_told_what_the_server_knows() -> None:
    told = Client().options("/epcis/")
    assert told.status_code == 204
    names = ("GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Min", "GS1-CBV-Max", "GS1-EPCIS-Capture-Limit")
    assert all(told[name] for name in names)
    assert (told["GS1-EPC-Format"], told["GS1-CBV-XML-Format"]) == ("Never_Translates", "Never_Translates")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"accept": "*/*"}, 200),
        ({"accept": "application/json"}, 200),
        ({"accept": "application/ld+json;q=0.9, text/html"}, 200),
        ({"accept": "application/xml"}, 406),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0"}, 200),
        ({"GS1-EPCIS-Max": "2"}, 200),
        ({"GS1-EPCIS-Min": "2.1"}, 406),
        ({"GS1-EPCIS-Max": "1.2"}, 406),
        ({"GS1-CBV-Max": "1.2.0"}, 406),
        ({"GS1-CBV-Min": "newest"}, 200),
    ],
)
def test_a_version_or_form_that_there_is_not_is_said_to_be_missing(headers: dict[str, str], status: int) -> None:
    answer = Program().client.get("/epcis/events", headers=headers)
    assert answer.status_code == status
    if status == 406:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["type"] == "epcisException:NotAcceptableException"


def test_other_methods_and_xml_are_answered_with_problems() -> None:
    program = Program()
    answer = program.client.delete("/epcis/events")
    assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (
        405, "method-not-allowed", "GET, HEAD, OPTIONS, POST",
    )  # fmt: skip
    answer = program.client.post("/epcis/capture", b"<x/>", content_type="application/xml")
    assert (answer.status_code, answer.json()["type"]) == (415, "epcisException:UnsupportedMediaTypeException")
    assert "XML" in answer.json()["detail"]


def test_an_event_is_answered_in_a_query_document() -> None:
    program, event = Program(), an_event(1)
    program.capture(a_document(event))
    told = program.get(f"/events/{event['eventID']}").json()
    assert told["type"] == "EPCISQueryDocument"
    assert [one["eventID"] for one in told["epcisBody"]["queryResults"]["resultsBody"]["eventList"]] == [
        event["eventID"]
    ]


def test_a_page_token_may_be_given_back_and_holds_nothing() -> None:
    program = Program()
    program.capture(a_document(*[an_event(number) for number in range(3)]))
    link = program.get("/events", perPage=2)["Link"].split("<")[1].split(">")[0]
    token = link.rsplit("nextPageToken=", 1)[1]
    assert program.client.delete(f"/epcis/nextPageToken/{token}").status_code == 204
    assert program.client.get(link).status_code == 200
    assert Client().delete(f"/epcis/nextPageToken/{token}").status_code == 401


def test_a_resolver_hands_on_what_the_label_says_besides_and_answers_scripts_of_any_site() -> None:
    product = something_for_sale(business=a_business())
    Product.objects.filter(pk=product.id).update(gtin=GTIN)
    batch = a_batch(product, lot="A.1")
    client = Client()
    answer = client.get(f"/01/{GTIN}/10/A.1?17=271231&linkType=gs1:traceability")
    assert answer.status_code == 307
    assert answer["Location"].endswith("?17=271231")
    assert answer["Access-Control-Allow-Origin"] == "*"
    for asked in ({"accept": "application/json"}, {"accept": "application/linkset+json"}):
        listed = client.get(f"/01/{GTIN}/10/A.1", headers=asked)
        assert listed["Content-Type"] == "application/linkset+json"
        assert listed.json()["linkset"][0]["anchor"] == batch.uri
        assert 'rel="http://www.w3.org/ns/json-ld#context"' in listed["Link"]
    assert client.get(f"/01/{GTIN}?linkType=all").json() == client.get(f"/01/{GTIN}?linkType=linkset").json()
    assert client.get(f"/01/{GTIN}", headers={"accept": "text/html, application/json;q=0.5"}).status_code == 307
    assert client.get(f"/01/{GTIN}?linkType=gs1:recipeInfo").status_code == 404
    asked_first = client.options(f"/01/{GTIN}")
    assert (asked_first.status_code, asked_first["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert client.get("/.well-known/gs1resolver")["Access-Control-Allow-Origin"] == "*"
    assert client.post(f"/01/{GTIN}").status_code == 405


@pytest.mark.parametrize(
    ("key", "value"),
    [("00", "095211410123456780"), ("01", "09521141012340"), ("253", "9521141123450DOC"), ("414", "9521141123450"),
     ("8003", "09521141012340S1"), ("8006", "095211410123400102"), ("8018", "952114112345678900")],
)  # fmt: skip
def test_a_wrong_check_digit_of_any_key_is_refused_and_an_unknown_one_is_not_found(key: str, value: str) -> None:
    client = Client()
    digits = {"253": 13, "8003": 14, "8006": 14}.get(key, len(value))
    answers = [client.get(f"/{key}/{value[: digits - 1]}{last}{value[digits:]}").status_code for last in range(10)]
    assert sorted(answers) == [400] * 9 + [404]
