"""Lists of what there is go from value to value through an index, whoever asks, and tell each value once."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders.trace import an_event, captured, member_of
from tests.builders.zone import a_business

from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.platform.db import see_as
from kawasan.rooms.trace import api as trace

pytestmark = pytest.mark.django_db
COLUMNS = {
    "epcs": "name",
    "bizSteps": "biz_step",
    "bizLocations": "biz_location",
    "readPoints": "read_point",
    "dispositions": "disposition",
    "eventTypes": "type",
}
PLAIN = "set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off"


def told(name: str, actor: Actor, limit: int = 30) -> list[str]:
    """Return every page of a resource, one after another."""
    see_as(actor)
    cursor, found = None, []
    while True:
        page = trace.resource(actor=actor, name=name, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def plan_of(sql: str) -> str:
    """Return how a statement is run where nothing but indexes may be read in order."""
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        cursor.execute("explain (analyze) " + sql)  # a list's further steps are planned as it runs
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("name", trace.RESOURCES)
def test_a_list_is_read_from_value_to_value_and_no_event_for_it(name: str) -> None:
    business = a_business()
    captured(business, *[an_event(number) for number in range(3)])
    actor = member_of(business)
    see_as(actor)
    with CaptureQueriesContext(connection) as asked:
        trace.resource(actor=actor, name=name)
    plan = plan_of(asked[-1]["sql"])
    # Both the first value and each further one: the business and what comes after, let before row security.
    assert len(re.findall(rf"Index Cond: \(.*business_id = .*{COLUMNS[name]} > ", plan)) == 2, plan
    assert "Seq Scan on" not in plan


def test_values_of_several_businesses_are_told_once_and_in_order_and_staff_are_told_all() -> None:
    first, second, third = a_business(), a_business(), a_business()
    captured(first, an_event(1, bizStep="packing"), an_event(2, bizStep="shipping"))
    captured(second, an_event(3, bizStep="shipping"), an_event(4, bizStep="accepting"))
    captured(third, an_event(5, bizStep="loading"), an_event(6, bizStep=None))
    both = Actor(
        person_id=member_of(first).person_id,
        businesses={first.id: BusinessRole.OWNER, second.id: BusinessRole.OWNER},
    )
    for limit in (1, 2, 30):
        assert told("bizSteps", both, limit) == ["accepting", "packing", "shipping"]
        assert told("bizSteps", SYSTEM, limit) == ["accepting", "loading", "packing", "shipping"]
    assert told("bizSteps", member_of(third)) == ["loading"]
    assert told("bizSteps", member_of(a_business())) == []


def test_things_are_told_in_whichever_part_they_are_and_kinds_and_places_are_no_things() -> None:
    business = a_business()
    made = an_event(
        1, type="TransformationEvent", action=None, epcList=None, inputEPCList=["urn:thing:b"],
        outputEPCList=["urn:thing:a"], outputQuantityList=[{"epcClass": "urn:lot:1", "quantity": 2}],
    )  # fmt: skip
    packed = an_event(
        2, type="AggregationEvent", action="ADD", epcList=None, parentID="urn:box:1", childEPCs=["urn:thing:a"],
        bizLocation={"id": "urn:hall:1"},
    )  # fmt: skip
    captured(business, made, packed)
    assert told("epcs", member_of(business), 2) == ["urn:box:1", "urn:thing:a", "urn:thing:b"]


def test_a_question_about_a_step_reads_on_where_the_page_begins() -> None:
    business = a_business()
    captured(business, *[an_event(number) for number in range(3)])
    actor = member_of(business)
    for parameter, value, column in (("EQ_bizStep", "shipping", "biz_step"), ("eventType", "ObjectEvent", "type")):
        see_as(actor)
        with CaptureQueriesContext(connection) as asked:
            assert trace.events(actor=actor, question=trace.read_question({parameter: [value]})).items
        plan = plan_of(asked[-1]["sql"])
        assert re.search(rf"Index Cond: \(.*{column} = ", plan), plan
        assert "Sort" not in plan
