"""Subscriptions rest, follow a schedule, get new secrets and are tried; each message is one worker's alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from tests.builders.receiver import DESTINATION, Receiver, listening, online, run
from tests.builders.trace import Program, a_document, an_event, captured, member_of
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, NotFound
from kawasan.platform.db import see_as, transaction
from kawasan.platform.followers import catch_up
from kawasan.platform.schemas import current_schema, in_zone
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def receiver(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    return online(server, monkeypatch)


def subscribed(program: Program, **asked: Any) -> dict[str, Any]:
    """Subscribe to everything; return what was answered."""
    program.post("/queries", {"name": "all", "query": {}})
    made = program.post("/queries/all/subscriptions", {"dest": DESTINATION, "stream": True} | asked)
    assert made.status_code == 201, made.content
    return made.json()


def named(program: Program, made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what every act on a subscription is told."""
    which = ids.parse("sub", made["subscriptionID"])
    told = {"business_id": program.business.id, "name": "all", "subscription_id": which}
    return told | {"actor": member_of(program.business), "at": datetime.now(UTC)} | more


def events_in(body: bytes) -> list[str]:
    results = json.loads(body)["epcisBody"]["queryResults"]["resultsBody"]
    return [event["eventID"] for event in results["eventList"]]


def test_what_happens_in_a_pause_is_kept_in_one_message_and_sent_afterwards(receiver: Receiver) -> None:
    program = Program()
    made = subscribed(program)
    trace.pause(**named(program, made))
    events = [an_event(number) for number in range(3)]
    for event in events:
        program.capture(a_document(event))
        assert run() == 0
    assert program.get(f"/queries/all/subscriptions/{made['subscriptionID']}").json()["paused"] is True
    see_as(SYSTEM)
    (kept,) = models.Delivery.objects.all()
    tasks.send_message(delivery_id=str(kept.id))  # a job that was queued before the pause
    assert receiver.seen == []
    trace.resume(**named(program, made))
    trace.resume(**named(program, made))
    assert (run(), run()) == (1, 0)
    assert events_in(receiver.seen[0][2]) == [event["eventID"] for event in events]


def test_a_scheduled_subscription_sends_all_together_when_its_moment_comes(receiver: Receiver) -> None:
    program = Program()
    made = subscribed(program, stream=False, schedule={"minute": "0"})
    assert made["schedule"] == {"minute": "0"}
    assert "stream" not in made
    events = [an_event(number) for number in range(2)]
    for event in events:
        program.capture(a_document(event))
        assert run() == 0
    later = datetime.now(UTC) + timedelta(hours=1)
    assert (run(later), run(later)) == (1, 0)
    assert events_in(receiver.seen[0][2]) == [event["eventID"] for event in events]
    told = program.get(f"/queries/all/subscriptions/{made['subscriptionID']}").json()
    assert told["lastExecutedAt"]
    assert run(later + timedelta(hours=1)) == 0  # nothing happened, and nobody wants to hear it


def test_who_wants_to_hear_that_nothing_happened_gets_an_empty_message(receiver: Receiver) -> None:
    program = Program()
    subscribed(program, stream=False, schedule={"minute": "0"}, reportIfEmpty=True)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert (run(), run(later), run(later), run(later + timedelta(hours=1))) == (0, 1, 0, 1)
    assert [events_in(body) for _, _, body in receiver.seen] == [[], []]


def test_initial_record_time_brings_what_was_captured_since(receiver: Receiver) -> None:
    program = Program()
    old, new = an_event(1), an_event(2)
    program.capture(a_document(old))
    run()
    made = subscribed(program, initialRecordTime="2026-01-01T00:00:00Z")
    assert made["initialRecordTime"] == "2026-01-01T00:00:00.000Z"
    program.capture(a_document(new))
    run()
    run()
    told = [name for _, _, body in receiver.seen for name in events_in(body)]
    assert told == [old["eventID"], new["eventID"]]


@pytest.mark.parametrize(
    "asked",
    [{"stream": False}, {"schedule": {"minute": "0"}}, {"stream": False, "schedule": {"hour": "25"}},
     {"stream": False, "schedule": "daily"}, {"initialRecordTime": "yesterday"},
     {"initialRecordTime": "2026-01-01T00:00:00"}],
)  # fmt: skip
def test_neither_both_or_a_wrong_schedule_is_refused(asked: dict[str, Any]) -> None:
    program = Program()
    program.post("/queries", {"name": "all", "query": {}})
    answer = program.post("/queries/all/subscriptions", {"dest": DESTINATION, "stream": True} | asked)
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:SubscriptionControlsException")
    see_as(SYSTEM)
    assert models.Subscription.objects.count() == 0


def test_a_secret_of_ours_is_told_once_and_one_of_theirs_never() -> None:
    program = Program()
    made = subscribed(program)
    assert made["signatureToken"].startswith("whsec_")
    assert "signatureToken" not in program.get(f"/queries/all/subscriptions/{made['subscriptionID']}").json()
    assert "signatureToken" not in subscribed(program, signatureToken="of theirs")


def test_a_renewed_secret_signs_and_the_old_one_beside_it_for_a_day(receiver: Receiver) -> None:
    program = Program()
    made = subscribed(program)
    new = trace.renew_secret(seen=None, **named(program, made))
    with pytest.raises(trace.SecretRenewed):
        trace.renew_secret(seen=None, **named(program, made))
    program.capture(a_document(an_event(1)))
    assert run() == 1
    _, headers, body = receiver.seen[0]
    assert headers["webhook-signature"] == " ".join(
        signature(key, headers, body) for key in (new, made["signatureToken"])
    )
    (delivery,) = models.Delivery.objects.all()
    models.Delivery.objects.update(state="waiting")
    message = trace.message(delivery_id=delivery.id, at=datetime.now(UTC) + timedelta(days=2))
    assert message is not None
    assert message.secrets == (new,)


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_a_test_is_sent_once_also_in_a_pause_and_only_one_at_a_time(receiver: Receiver) -> None:
    program = Program()
    made = subscribed(program)
    trace.pause(**named(program, made))
    trace.send_test(**named(program, made))
    with pytest.raises(trace.TrialUnderWay):
        trace.send_test(**named(program, made))
    receiver.answers += [500]
    assert (run(), run(datetime.now(UTC) + timedelta(days=2))) == (1, 0)
    (told,) = program.get(f"/queries/all/subscriptions/{made['subscriptionID']}").json()["deliveries"]
    assert (told["test"], told["state"], told["statusCode"], told["attempts"]) == (True, "failed", 500, 1)
    trace.send_test(**named(program, made))
    assert run() == 1
    assert [events_in(body) for _, _, body in receiver.seen] == [[], []]


def test_what_was_given_up_is_sent_again_when_somebody_asks(receiver: Receiver) -> None:
    program, other = Program(), Program()
    made = subscribed(program)
    program.capture(a_document(an_event(1)))
    see_as(SYSTEM)
    catch_up("trace.subscriptions")
    (row,) = models.Delivery.objects.all()
    with pytest.raises(trace.UnknownDelivery):  # it waits
        trace.send_again(delivery_id=row.id, **named(program, made))
    models.Delivery.objects.update(state="failed", attempts=9)
    with pytest.raises(NotFound):
        trace.send_again(delivery_id=row.id, **named(program, made, actor=member_of(other.business)))
    assert run() == 0
    trace.send_again(delivery_id=row.id, **named(program, made))
    assert run() == 1
    assert models.Delivery.objects.get().state == "sent"


def test_accountants_look_and_change_nothing() -> None:
    program = Program()
    made = subscribed(program)
    role = next(iter(member_of(program.business).businesses.values())).__class__("accountant")
    reader = Actor(person_id=ids.uuid7(), businesses={program.business.id: role})
    for act in (trace.pause, trace.resume, trace.send_test, trace.unsubscribe):
        with pytest.raises(Forbidden):
            act(**named(program, made, actor=reader))
    assert len(trace.all_subscriptions(actor=reader, business_id=program.business.id)) == 1


def test_an_answer_that_never_ends_is_ended(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SECONDS_MAX", 0.3)
    program = Program()
    made = subscribed(program)
    program.capture(a_document(an_event(1)))
    receiver.trickles = True
    began = time.monotonic()
    try:
        assert run() == 1
    finally:
        receiver.trickles = False
    assert time.monotonic() - began < 3
    (told,) = program.get(f"/queries/all/subscriptions/{made['subscriptionID']}").json()["deliveries"]
    assert (told["state"], told["attempts"], told["statusCode"]) == ("waiting", 1, None)


def test_names_that_cannot_exist_lead_to_the_demo_alone(receiver: Receiver, settings: Any) -> None:
    assert tasks._resolved("https://erp.contoh.example/a?b=1")[0] == "https://93.184.215.14:443/a?b=1"
    settings.KAWASAN_HOOKS_SANDBOX = "http://127.0.0.1:9"
    assert tasks._resolved("https://erp.contoh.example/a?b=1") == ("http://127.0.0.1:9/a?b=1", "erp.contoh.example")
    assert tasks._resolved(DESTINATION)[0].startswith("https://93.184.215.14:8443/")


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_message_once() -> None:
    business, at = a_business(), datetime.now(UTC)
    with transaction(SYSTEM):
        keeper = {"actor": member_of(business), "business_id": business.id, "name": "all", "at": at}
        trace.name_query(parameters={}, **keeper)
        trace.subscribe(new=trace.NewSubscription(ids.uuid7(), DESTINATION), **keeper)
        captured(business, an_event(1), at=at)
    # Past the wait for whoever might still be writing: what is asked here is who sends.
    with transaction(SYSTEM):
        trace.queue_messages(upto=models.Event.objects.get().number, at=at)
    zone, at, taken, got = current_schema(), datetime.now(UTC), [], []
    together = threading.Barrier(4)

    def work(delivery_id: UUID | None = None) -> None:
        with in_zone(zone):
            together.wait(10)
            with transaction(SYSTEM):
                if delivery_id is None:
                    taken.extend(trace.take_due_messages(at=at))
                elif trace.message(delivery_id=delivery_id, at=at):
                    got.append(delivery_id)
        connection.close()

    for given in ((), lambda: (taken[0],)):
        arguments = given() if callable(given) else given
        threads = [threading.Thread(target=work, args=arguments) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert (len(taken), len(got)) == (1, 1)
