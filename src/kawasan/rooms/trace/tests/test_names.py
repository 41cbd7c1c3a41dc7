"""Events are found by the names they say, through an index, whoever asks; and verify sees when names are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders.trace import Program, a_document, an_event, captured, member_of
from tests.builders.zone import a_business

from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.platform.roles import as_owner
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models
from kawasan.rooms.trace.engine import recalling

pytestmark = pytest.mark.django_db
THING, LOT = "https://id.gs1.org/01/09521141012345/21/77", "urn:lot:1"
PARTY, PAPER, HALL = "https://id.gs1.org/417/9521141123452", "urn:po:9", "https://id.gs1.org/414/9521141123452"
TOLD: dict[str, Any] = {
    "epcList": [THING],
    "quantityList": [{"epcClass": LOT, "quantity": 3}],
    "bizTransactionList": [{"type": "po", "bizTransaction": PAPER}],
    "sourceList": [{"type": "owning_party", "source": "urn:firm:a"}],
    "destinationList": [{"type": "owning_party", "destination": PARTY}],
    "readPoint": {"id": "urn:gate:1"},
    "bizLocation": {"id": HALL},
    "disposition": "in_transit",
}
QUESTIONS = [
    ("MATCH_epc", THING),
    ("MATCH_anyEPC", THING),
    ("MATCH_epcClass", LOT),
    ("MATCH_anyEPCClass", LOT),
    ("EQ_bizTransaction_po", PAPER),
    ("EQ_source_owning_party", "urn:firm:a"),
    ("EQ_destination_owning_party", PARTY),
    ("EQ_readPoint", "urn:gate:1"),
    ("EQ_bizLocation", HALL),
    ("EQ_disposition", "in_transit"),
]


@pytest.mark.parametrize(("name", "value"), QUESTIONS)
def test_no_question_about_a_name_reads_every_event(name: str, value: str) -> None:
    business = a_business()
    captured(business, an_event(1, **TOLD), an_event(2, bizLocation=None, disposition="damaged"))
    actor = member_of(business)
    see_as(actor)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = trace.events(actor=actor, question=trace.read_question({name: [value]})).items
    assert [event.type for event in found] == ["ObjectEvent"]
    with connection.cursor() as cursor:
        # Were the condition not let before row security, even a planner that avoids it would have to read all.
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        cursor.execute("explain " + asked[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (name = " in plan or "Index Cond: ((name = " in plan, plan
    assert "Seq Scan" not in plan


def test_a_name_that_means_something_else_in_an_event_is_not_an_answer() -> None:
    program = Program()
    program.capture(a_document(an_event(1, **TOLD | {"bizLocation": {"id": LOT}})))
    assert program.events(MATCH_epcClass=LOT) == program.events(EQ_bizLocation=LOT) != []
    assert program.events(EQ_readPoint=LOT) == program.events(MATCH_epc=LOT) == []


def test_nobody_sees_the_names_of_others() -> None:
    captured(a_business(), an_event(1, **TOLD))
    actor = member_of(a_business())
    see_as(actor)
    assert models.Name.objects.count() == 0
    assert recalling.addressed(connection, LOT, 10, teller=None) == []
    see_as(SYSTEM)
    assert [party for party, _ in recalling.addressed(connection, LOT, 10, teller=None)] == [PARTY]
    (event,) = models.Event.objects.all()
    assert recalling.addressed(connection, LOT, 10, teller=event.business_id) == [(PARTY, event.business_id)]
    assert recalling.addressed(connection, LOT, 10, teller=actor.person_id) == []
    assert recalling.addressed(connection, PARTY, 10, teller=None) == []


def test_verify_misses_a_name_and_a_link_and_sees_those_too_many() -> None:
    packed = an_event(3, type="AggregationEvent", action="ADD", parentID="urn:box:1", epcList=None, childEPCs=[THING])
    captured(a_business(), an_event(1, **TOLD), packed, an_event(2))
    see_as(SYSTEM)
    assert list(trace.verify_events()) == []
    first, second, third = models.Event.objects.order_by("number")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("delete from trace_name where name = %s", [PAPER])
        cursor.execute("insert into trace_name values ('urn:made:up', %s, %s)", [third.number, third.business_id])
        cursor.execute("delete from trace_sending where thing = %s", [LOT])
        made = ["urn:made:up", third.business_id, PARTY, third.number]
        cursor.execute("insert into trace_sending (thing, business_id, party, number) values (%s, %s, %s, %s)", made)
        cursor.execute("update trace_link set source = 'urn:another' where event_id = %s", [second.id])
        cursor.execute("insert into trace_link values ('a', 'b', %s, %s)", [third.id, third.business_id])
        cursor.execute("insert into trace_link values ('a', 'b', gen_random_uuid(), %s)", [third.business_id])
    found = list(trace.verify_events())
    assert [(one.code, one.row) for one in found[:2]] == [
        ("trace-event-links", str(second.id)),
        ("trace-event-links", str(third.id)),
    ]
    assert (found[2].code, found[2].expected) == ("trace-event-links", "no event")
    assert [(one.row, one.expected, one.found) for one in found[3:]] == [
        (str(first.number), PAPER, "nothing"),
        (str(third.number), "nothing", "urn:made:up"),
        (str(first.number), f"{LOT} -> {PARTY}", "nothing"),
        (str(third.number), "nothing", f"urn:made:up -> {PARTY}"),
    ]


def test_migrations_name_the_events_that_were_there() -> None:
    captured(a_business(), an_event(1, **TOLD), an_event(2))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("delete from trace_name")
        cursor.execute("delete from trace_sending")
        for name in ("0003_names_of_events", "0005_lists_of_values", "0008_sendings"):
            cursor.execute(import_module(f"kawasan.rooms.trace.migrations.{name}")._FILL)
    see_as(SYSTEM)
    assert models.Name.objects.count() > 8
    assert models.Sending.objects.count() == 2
    assert list(trace.verify_events()) == []
