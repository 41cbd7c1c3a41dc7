"""A recall finds what a plain walk over all events would find, reads no event for it, and has an end."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders.orders import something_for_sale
from tests.builders.trace import AT, a_batch, a_document, an_event, captured, member_of
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models
from kawasan.rooms.trace.engine import recalling
from kawasan.rooms.trace.types.events import PAIRS_MAX

pytestmark = pytest.mark.django_db
HISTORIES, EVENTS, THINGS, ORDERS = 8, 40, 18, 5
ERROR = {"declarationTime": "2026-11-21T03:00:00Z", "reason": "did_not_occur"}


def _packed(chance: random.Random, things: list[str], batches: list[str]) -> dict[str, Any]:
    """Things and part of a batch go into a box, or come out of it again."""
    children, parts = chance.sample(things, chance.randint(1, 3)), chance.sample(batches, chance.randint(0, 1))
    return {
        "type": chance.choice(("AggregationEvent", "AssociationEvent")),
        "action": chance.choice(("ADD", "ADD", "DELETE", "OBSERVE")),
        "parentID": chance.choice(things),
        "epcList": None,
        "childEPCs": children,
        "childQuantityList": [{"epcClass": batch, "quantity": 1} for batch in parts] or None,
    }


def _made(chance: random.Random, things: list[str], batches: list[str]) -> dict[str, Any]:
    """Batches and things are made into others: one of one, one of many, many of one (a split)."""
    inputs, outputs = (chance.sample(batches, chance.randint(1, 3)) for _ in range(2))
    return {
        "type": "TransformationEvent",
        "action": None,
        "epcList": None,
        "inputEPCList": chance.sample(things, chance.randint(0, 2)) or None,
        "inputQuantityList": [{"epcClass": batch} for batch in inputs],
        "outputQuantityList": [{"epcClass": batch} for batch in outputs],
        "outputEPCList": chance.sample(things, chance.randint(0, 1)) or None,
    }


def _sent(chance: random.Random, things: list[str], batches: list[str]) -> dict[str, Any]:
    """Things and part of a batch are seen on their way to somebody, or to nobody who is named."""
    parties = chance.sample([f"urn:party:{n}" for n in range(6)], chance.randint(0, 2))
    return {
        "epcList": chance.sample(things, chance.randint(1, 2)),
        "quantityList": [{"epcClass": chance.choice(batches), "quantity": 2}],
        "destinationList": [{"type": "owning_party", "destination": party} for party in parties] or None,
        # A place or a source that is called as a thing is, makes it no thing of the event.
        "bizLocation": {"id": chance.choice(things)},
        "sourceList": [{"type": "location", "source": chance.choice(things)}],
    }


def _event(number: int, chance: random.Random, things: list[str], batches: list[str]) -> dict[str, Any]:
    kind = chance.choice((_packed, _made, _sent))
    wrong = ERROR if chance.random() < 0.1 else None
    return an_event(number, errorDeclaration=wrong, **kind(chance, things, batches))


def _names(event: dict[str, Any], *members: str) -> list[str]:
    found = [item for member in members for item in event.get(member, ())]
    return [item["epcClass"] if isinstance(item, dict) else item for item in found]


def _links(event: dict[str, Any]) -> set[tuple[str, str]]:
    if "errorDeclaration" in event:
        return set()
    if event["type"] == "TransformationEvent":
        ends = _names(event, "inputEPCList", "inputQuantityList"), _names(event, "outputEPCList", "outputQuantityList")
    elif "parentID" in event and event["action"] == "ADD":
        ends = _names(event, "childEPCs", "childQuantityList"), [event["parentID"]]
    else:
        ends = [], []
    return {(one, other) for one in ends[0] for other in ends[1]}


def _reached(events: list[dict[str, Any]], bad: str) -> set[str]:
    into = defaultdict(set)
    for source, target in set[tuple[str, str]]().union(*map(_links, events)):
        into[source].add(target)
    reached, waiting = {bad}, [bad]
    while waiting:
        new = into[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _parties(events: list[dict[str, Any]], things: set[str]) -> set[str]:
    shipped = [
        one for one in events if "errorDeclaration" not in one and things & {*_names(one, "epcList", "quantityList")}
    ]
    return {item["destination"] for one in shipped for item in one.get("destinationList", ())}


def _a_batch(product: Any, uri: str) -> UUID:
    made = models.Batch.objects.create(
        id=ids.uuid7(), business_id=product.business_id, product_id=product.id, lot=uri[-12:], uri=uri, quantity=100,
        made_on=AT.date(), created_at=AT,
    )  # fmt: skip
    return made.id


def _drawn(chance: random.Random, batches: dict[UUID, str]) -> dict[tuple[UUID, UUID], int]:
    """Let orders take units of batches and give some back; return what each order has of each batch."""
    orders, left = [ids.uuid7() for _ in range(ORDERS)], defaultdict[tuple[UUID, UUID], int](int)
    for _ in range(3 * len(batches)):
        batch, order, units = chance.choice(list(batches)), chance.choice(orders), chance.choice((1, 2, -1, -1, -2))
        left[batch, order] += units
        if left[batch, order] < 0:  # nobody gives back what they do not have
            left[batch, order] -= units
            continue
        business = models.Batch.objects.values_list("business_id", flat=True).get(pk=batch)
        models.Draw.objects.create(
            id=ids.uuid7(), batch_id=batch, business_id=business, order_id=order, quantity=units, at=AT
        )
    return left


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_recall_of_any_history_finds_what_a_walk_over_all_events_finds(seed: int) -> None:
    chance, business, other = random.Random(seed), a_business(), a_business()
    product, told = something_for_sale(business=business), defaultdict[UUID, list[dict[str, Any]]](list)
    things = [f"https://id.gs1.org/01/09521141012345/21/{seed}-{n}" for n in range(THINGS)]
    uris = [f"urn:batch:{seed}-{n}" for n in range(8)]
    for firm, part in ((business, EVENTS), (other, EVENTS // 4)):
        told[firm.id] = [_event(n, chance, things, uris) for n in range(part)]
        captured(firm, *told[firm.id])
    see_as(SYSTEM)
    batches = {_a_batch(product, uri): uri for uri in uris}
    has, everything = _drawn(chance, batches), [event for events in told.values() for event in events]
    for bad in (*uris[:3], *things[:2], "urn:nobody-told-of-it"):
        reached = _reached(everything, bad)
        wanted = {(batch, order, units) for (batch, order), units in has.items() if units and batches[batch] in reached}
        found = [(row[0], row[4], row[5]) for row in recalling.affected(connection, bad)]
        assert {row for row in found if row[1]} == wanted
        kept = {batch for batch, _, _ in wanted}
        unsold = {batch for batch, uri in batches.items() if uri in reached and batch not in kept}
        assert {row[0] for row in found if not row[1]} == unsold
        for teller in (business.id, other.id):
            seen = recalling.addressed(connection, bad, 100, teller=teller)
            assert seen == sorted((party, teller) for party in _parties(told[teller], reached))
        all_of_them = recalling.addressed(connection, bad, 100, teller=None)
        assert all_of_them[:2] == recalling.addressed(connection, bad, 2, teller=None)
        assert {party for party, _ in all_of_them} == set().union(
            *(_parties(events, reached) for events in told.values())
        )
    assert list(trace.verify_events()) == []


def test_a_recall_reads_no_event() -> None:
    destination = [{"type": "owning_party", "destination": "urn:party:1"}]
    business = a_business()
    captured(business, an_event(1, epcList=["urn:lot:1"], destinationList=destination), an_event(2))
    see_as(SYSTEM)
    with CaptureQueriesContext(connection) as asked:
        assert recalling.addressed(connection, "urn:lot:1", 9, teller=business.id) == [("urn:party:1", business.id)]
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        cursor.execute("explain " + asked[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "trace_event" not in plan
    assert "Index Only Scan using trace_sending_pkey" in plan
    assert "Index Cond: ((thing = reached.thing)" in plan or "Index Cond: (thing = reached.thing)" in plan, plan


def test_a_batch_is_called_back_though_all_who_ordered_of_it_gave_it_back() -> None:
    business = a_business()
    batch = a_batch(something_for_sale(business=business))
    see_as(SYSTEM)
    order = ids.uuid7()
    for units in (3, -3):
        models.Draw.objects.create(
            id=ids.uuid7(), batch_id=batch.id, business_id=business.id, order_id=order, quantity=units, at=AT
        )
    trace.recall(
        actor=member_of(business), business_id=business.id, batch_id=batch.id, reason="Jamur di gudang.",
        region="73.18", at=AT,
    )  # fmt: skip
    see_as(SYSTEM)
    assert models.Batch.objects.get().recalled_at == AT
    assert models.Notice.objects.count() == 0


def test_nobody_sees_to_whom_others_send() -> None:
    destination = [{"type": "owning_party", "destination": "urn:party:1"}]
    captured(a_business(), an_event(1, destinationList=destination))
    see_as(member_of(a_business()))
    assert models.Sending.objects.count() == 0
    see_as(SYSTEM)
    assert models.Sending.objects.count() == 1


def test_a_document_that_ties_too_much_together_is_refused_and_leaves_nothing() -> None:
    side = int((PAIRS_MAX // 2) ** 0.5) + 1
    many = {
        "type": "TransformationEvent", "action": None, "epcList": None,
        "inputEPCList": [f"urn:i:{n}" for n in range(side)], "outputEPCList": [f"urn:o:{n}" for n in range(side)],
    }  # fmt: skip
    business = a_business()
    job = trace.capture(
        actor=member_of(business), business_id=business.id, capture_id=ids.uuid7(), mode=trace.CaptureMode.ROLLBACK,
        body=a_document(an_event(1, **many), an_event(2, **many), an_event(3)), at=AT,
    )  # fmt: skip
    assert [(error.code, error.place) for error in job.errors] == [("event-invalid", 1)]
    see_as(SYSTEM)
    assert (job.events, models.Link.objects.count(), models.Event.objects.count()) == (0, 0, 0)
