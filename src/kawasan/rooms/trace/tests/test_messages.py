"""Messages to subscribers: sent once and signed, tried again, and never into our own network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.receiver import DESTINATION, PUBLIC, Receiver, leads_to, listening, online, run
from tests.builders.trace import Program, a_document, an_event

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.platform.followers import catch_up
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models, tasks
from kawasan.rooms.trace.types.subscriptions import EVENTS_PER_MESSAGE

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + base64.b64encode(b"a secret of both sides, 32 bytes").decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def receiver(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    return online(server, monkeypatch)


def subscribed(program: Program, **query: object) -> str:
    """Name a query and subscribe to it; return the subscription's address."""
    named = program.post("/queries", {"name": "shipments", "query": {"EQ_bizStep": ["shipping"], **query}})
    assert named.status_code == 201, named.content
    made = program.post(
        "/queries/shipments/subscriptions", {"dest": DESTINATION, "signatureToken": SECRET, "stream": True}
    )
    assert made.status_code == 201, made.content
    return f"/queries/shipments/subscriptions/{made.json()['subscriptionID']}"


def test_new_events_that_a_query_asks_for_are_sent_once_and_signed(receiver: Receiver) -> None:
    program = Program()
    program.capture(a_document(an_event(1)))
    where = subscribed(program)
    shipped = [an_event(2), an_event(3)]
    program.capture(a_document(shipped[0], an_event(4, bizStep="receiving"), shipped[1]))
    Program().capture(a_document(an_event(5)))
    assert (run(), run()) == (1, 0)
    ((path, headers, body),) = receiver.seen
    assert (path, headers["host"], headers["content-type"]) == (
        "/hooks?from=kawasan", "erp.example.com:8443", "application/ld+json",
    )  # fmt: skip
    results = json.loads(body)["epcisBody"]["queryResults"]
    assert [one["eventID"] for one in results["resultsBody"]["eventList"]] == [one["eventID"] for one in shipped]
    assert (results["queryName"], results["subscriptionID"]) == ("shipments", where.rsplit("/", 1)[1])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == headers["gs1-signature"] == signature
    assert program.get(where).json()["deliveries"] == [
        {
            "events": 2, "test": False, "state": "sent", "attempts": 1, "statusCode": 204, "answer": "HTTP 204",
            "nextTryAt": None,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [500, 410, 302])
def test_what_was_not_taken_is_sent_again_as_the_same_message(receiver: Receiver, answer: int) -> None:
    program = Program()
    where = subscribed(program)
    program.capture(a_document(an_event(1)))
    receiver.answers += [answer, 200]
    see_as(SYSTEM)
    catch_up("trace.subscriptions")
    now = datetime.now(UTC)
    assert (run(now), run(now + timedelta(seconds=29)), run(now + timedelta(seconds=40))) == (1, 0, 1)
    (_, first, body), (_, second, again) = receiver.seen
    assert first["webhook-id"] == second["webhook-id"]
    assert (
        json.loads(body)["epcisBody"]["queryResults"]["resultsBody"]
        == (json.loads(again)["epcisBody"]["queryResults"]["resultsBody"])
    )
    assert program.get(where).json()["deliveries"][0] | {"events": 0} == {
        "events": 0, "test": False, "state": "sent", "attempts": 2, "statusCode": 200, "answer": "HTTP 200",
        "nextTryAt": None,
    }  # fmt: skip
    assert run(now + timedelta(days=2)) == 0


def test_a_message_is_given_up_after_nine_tries_over_more_than_a_day(receiver: Receiver) -> None:
    program = Program()
    where = subscribed(program)
    program.capture(a_document(an_event(1)))
    run()
    see_as(SYSTEM)
    (row,) = models.Delivery.objects.all()
    assert row.state == "sent"
    models.Delivery.objects.update(state="waiting", attempts=0, due_at=datetime(2026, 11, 22, tzinfo=UTC))
    at = start = datetime(2026, 11, 22, tzinfo=UTC)
    tries = []
    while at < start + timedelta(days=5):
        if due := trace.take_due_messages(at=at):
            tries.append(at - start)
            trace.note_answer(delivery_id=due[0], is_taken=False, answer="HTTP 503", at=at)
        at += timedelta(minutes=10) if tries and tries[-1] > timedelta(hours=1) else timedelta(seconds=30)
    assert len(tries) == 9
    assert timedelta(days=1) < tries[-1] < timedelta(days=2)
    assert program.get(where).json()["deliveries"][0]["state"] == "failed"


def test_what_waits_is_not_sent_after_the_end(receiver: Receiver) -> None:
    program = Program()
    where = subscribed(program)
    program.capture(a_document(an_event(1)))
    see_as(SYSTEM)
    catch_up("trace.subscriptions")
    (delivery,) = models.Delivery.objects.all()
    assert program.client.delete(f"/epcis{where}").status_code == 204
    assert run() == 0
    tasks.send_message(delivery_id=str(delivery.id))
    assert receiver.seen == []
    assert program.get(where).status_code == 404


def test_many_events_go_in_messages_of_limited_size(receiver: Receiver) -> None:
    program = Program()
    subscribed(program)
    program.capture(a_document(*[an_event(number) for number in range(EVENTS_PER_MESSAGE + 1)]))
    assert run() == 2
    assert sorted(len(row.numbers) for row in models.Delivery.objects.all()) == [1, EVENTS_PER_MESSAGE]
    told = [
        event["eventID"]
        for _, _, body in receiver.seen
        for event in json.loads(body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    ]
    assert len(set(told)) == len(told) == EVENTS_PER_MESSAGE + 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "::1", "fe80::1",
                "::ffff:127.0.0.1", "fd00::1", "64:ff9b::7f00:1", "224.0.0.1"]
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    program = Program()
    where = subscribed(program)
    program.capture(a_document(an_event(1)))
    leads_to(monkeypatch, PUBLIC, address)  # one good address beside does not help
    assert run() == 1
    assert receiver.seen == []
    (told,) = program.get(where).json()["deliveries"]
    assert (told["state"], told["attempts"]) == ("waiting", 1)
    assert "public address" in told["answer"]


@pytest.mark.parametrize(
    "destination",
    ["", "http://erp.example.com/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
     "https://localhost/", "https://erp/", "https://db.internal/", "https://me:secret@erp.example.com/",
     "https://erp.example.com:22/", "https://erp.example.com:99999/", "https://2130706433/", "https://0x7f.1/",
     "ftp://erp.example.com/", "https://erp.example.com\\@127.0.0.1/", "https://[::ffff:10.0.0.1]/"],
)  # fmt: skip
def test_an_address_inside_is_refused_at_once(destination: str) -> None:
    program = Program()
    program.post("/queries", {"name": "all", "query": {}})
    answer = program.post("/queries/all/subscriptions", {"dest": destination, "stream": True})
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:InvalidURIException"), answer.content
    see_as(SYSTEM)
    assert models.Subscription.objects.count() == 0


def test_nobody_sees_or_ends_the_subscription_of_another(receiver: Receiver) -> None:
    program, other = Program(), Program()
    where = subscribed(program)
    other.post("/queries", {"name": "shipments", "query": {}})
    assert other.get(where).status_code == 404
    assert other.client.delete(f"/epcis{where}").status_code == 404
    assert other.get("/queries/shipments/subscriptions").json() == []
    assert "signatureToken" not in program.get(where).json()
    see_as(SYSTEM)
    assert models.Subscription.objects.filter(ended_at__isnull=True).count() == 1
    assert models.Subscription.objects.get().id == ids.parse("sub", where.rsplit("/", 1)[1])
