"""``kawasan bench capture``: EPCIS events a second through HTTP with validation; recalls and questions over many."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kawasan.bench import front
from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA
from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.schemas import in_zone
from kawasan.rooms.trace.engine.naming import names_of, sendings_of

SECONDS = 5.0
CONNECTIONS = 8
EVENTS = 100  # in one document
FILLED = 1_000_000
IN_A_LOT = 100  # shipments, each addressed to somebody
PARTS = 1_000  # lots that the bad batch went into
ORDERS = 10  # that took of each batch that is found
RECALLS = 20
QUESTIONS = 100  # of each kind
MARK = "MARKMARKMARK"  # replaced by a number that is new for each document

_FILL = """
insert into trace_event (id, number, business_id, capture_id, place, event_id, is_id_given, raw, content, record_time,
  type, action, event_time, time_offset, biz_step, disposition, read_point, biz_location, error_reason, epcs, parents,
  inputs, outputs, classes, input_classes, output_classes, transactions, sources, destinations, transformation,
  has_sensors, quantities, things)
select gen_random_uuid(), nextval('trace_event_sequence'), %(business)s, %(capture)s, n, 'urn:fill:' || n, true,
  '{}'::bytea, ''::bytea, now(), 'ObjectEvent', 'OBSERVE', now(), '+07:00', 'shipping', 'in_transit',
  'urn:gate:' || n %% 50, 'urn:hall:' || n %% 50, '',
  array['urn:thing:' || n], '{}', '{}', '{}', array['urn:lot:' || n / %(lot)s], '{}', '{}', '{}', '{}',
  array['urn:party:' || n %% 997], '', false, '{}', array['urn:thing:' || n, 'urn:lot:' || n / %(lot)s]
from generate_series(1, %(count)s) n
"""
_FILLED = "(select * from trace_event where event_id like 'urn:fill:%%')"
_NAMES = "insert into trace_name (name, number, business_id, is_epc) " + names_of(_FILLED)
_SENDINGS = "insert into trace_sending (thing, business_id, party, number) " + sendings_of(_FILLED)
_LINKS = """
insert into trace_link (source, target, event_id, business_id)
select 'urn:lot:' || n, 'urn:bag:' || n %% %(spread)s, gen_random_uuid(), %(business)s
from generate_series(0, %(count)s / %(lot)s) n
"""
_BAD = """
insert into trace_link (source, target, event_id, business_id)
select 'urn:bad', 'urn:lot:' || n * 7, gen_random_uuid(), %(business)s from generate_series(1, %(parts)s) n
"""
_BATCHES = """
insert into trace_batch (id, business_id, product_id, lot, uri, quantity, drawn, story, made_on, is_public,
                         recall_reason, created_at)
select gen_random_uuid(), %(business)s, gen_random_uuid(), n, 'urn:bag:' || n, 100, %(orders)s, '', current_date, true,
       '', now() from generate_series(0, %(spread)s - 1) n
"""
_DRAWS = """
insert into trace_draw (id, batch_id, business_id, order_id, quantity, at)
select gen_random_uuid(), batch.id, batch.business_id, gen_random_uuid(), 1, now()
from trace_batch batch, generate_series(1, %(orders)s) where batch.uri like 'urn:bag:%%'
"""
_TABLES = ["trace_event", "trace_link", "trace_name", "trace_sending", "trace_batch", "trace_draw"]
# How an index, or the constraint that it is of, is dropped and made again: rows come first, their indexes at once then.
_INDEXES = """
select coalesce('alter table ' || indrelid::regclass || ' drop constraint ' || quote_ident(conname),
                'drop index ' || indexrelid::regclass),
       coalesce('alter table ' || indrelid::regclass || ' add constraint ' || quote_ident(conname) || ' '
                || pg_get_constraintdef(c.oid), pg_get_indexdef(indexrelid))
from pg_index left join pg_constraint c on c.conindid = indexrelid and c.contype in ('p', 'u')
where indrelid = any (%s::regclass[])
  and not exists (select 1 from pg_constraint f where f.confrelid = indrelid and f.conindid = indexrelid)
order by indexrelid
"""


def run(bench: Bench) -> None:
    """Capture documents at full speed, then fill the tables and recall."""
    owner, business, key = _business()
    with front.zone(bench.site) as answering:
        _send(bench, answering, key, bench.seconds(1.0))
        bench.interleave({"capture": lambda: _send(bench, answering, key, bench.seconds(SECONDS))})
    bench.settings |= {"connections": CONNECTIONS, "events_in_a_document": EVENTS}
    _fill(bench, business)
    bench.figures |= _recall(bench, owner, business) | _questions(bench, owner)


def _business() -> tuple[Actor, UUID, str]:
    from kawasan.demo.sample import businesses, people, plan
    from kawasan.platform.db import see_as
    from kawasan.rooms.zone import api as zone

    at, shop = clock.now(), plan.shops()[0]
    with in_zone(SCHEMA):
        owners = people.add_people([(shop.owner, shop.email)], at=at)
        businesses.join_all([shop], owners, first_orders_at=at)
        owner = Actor(person_id=owners[shop.email], businesses={shop.id: BusinessRole.OWNER})
        with people.everything():
            see_as(owner)
            scopes = ("trace:read", "trace:write")
            made = zone.create_key(actor=owner, name="bench", scopes=scopes, at=at, business_id=shop.id)
    return owner, shop.id, made.secret


def _document() -> bytes:
    """Return a document of events that ship things from a place; MARK makes its events new."""
    events = [
        {
            "type": "ObjectEvent",
            "eventID": f"urn:bench:{MARK}:{number}",
            "eventTime": "2026-11-20T08:00:00.000+07:00",
            "eventTimeZoneOffset": "+07:00",
            "epcList": [f"https://id.gs1.org/01/09521141012345/21/{MARK}{number}"],
            "action": "OBSERVE",
            "bizStep": "shipping",
            "disposition": "in_transit",
            "readPoint": {"id": "https://id.gs1.org/414/9521141123452"},
            "bizLocation": {"id": "https://id.gs1.org/414/9521141123452"},
        }
        for number in range(EVENTS)
    ]
    document: dict[str, Any] = {
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-22T03:00:00Z",
        "epcisBody": {"eventList": events},
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _send(bench: Bench, answering: front.Front, key: str, seconds: float) -> Mapping[str, float]:
    """
    Send documents over several connections for so long.

    Return events a second, how long a document took, and the processor time an event cost everybody but the sender.
    """
    document, ends = _document(), time.perf_counter() + seconds
    took: list[float] = []
    refused: list[int] = []

    def sender() -> None:
        connection = http.client.HTTPConnection(front.HOST, answering.port, timeout=60)
        while time.perf_counter() < ends:
            body = document.replace(MARK.encode(), ids.uuid7().hex[-12:].encode())
            start = time.perf_counter()
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            connection.request("POST", "/epcis/capture", body, headers)
            answer = connection.getresponse()
            answer.read()
            took.append(time.perf_counter() - start)
            if answer.status != 202:
                refused.append(answer.status)

    start, before = time.perf_counter(), _processor_seconds(bench, answering)
    threads = [threading.Thread(target=sender) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent, after = time.perf_counter() - start, _processor_seconds(bench, answering)
    if refused:
        raise RuntimeError(f"captures were refused: {refused[:5]}")
    events = len(took) * EVENTS
    used = {name: (after[name] - before[name]) * 1e6 / events for name in after}
    return {
        "capture_http_events_per_second": events / spent,
        "capture_http_document_p50_ms": statistics.median(took) * 1000,
        "capture_http_event_cpu_us": sum(used.values()),
        **{f"capture_http_event_cpu_us_{name}": value for name, value in used.items()},
    }


def _processor_seconds(bench: Bench, answering: front.Front) -> dict[str, float]:
    """Return what each process of the zone used, followers and the log among them, and PostgreSQL."""
    pids = {**answering.processes, "postgresql": bench.site.server.pid or 0}
    return {name: front.processor_seconds(pid) for name, pid in pids.items()}


def _fill(bench: Bench, business: UUID) -> None:
    count, start = bench.count(FILLED), time.perf_counter()
    with bench.site.connect(admin=True) as connection:
        capture = connection.execute("select id from trace_capture limit 1").fetchone()
        values = {
            "business": business, "capture": capture and capture[0], "count": count, "parts": bench.count(PARTS),
            "spread": max(1, count // 1000), "lot": IN_A_LOT, "orders": ORDERS,
        }  # fmt: skip
        # Without a check of each reference: the batches here are of no product.
        connection.execute("set session_replication_role = replica; set maintenance_work_mem = '256MB'")
        indexes = connection.execute(_INDEXES, [_TABLES]).fetchall()
        for drop, _ in indexes:
            connection.execute(drop)
        for statement in (_FILL, _NAMES, _SENDINGS, _LINKS, _BAD, _BATCHES, _DRAWS):
            connection.execute(statement, values)
        for _, make in indexes:
            connection.execute(make)
        connection.commit()
        connection.autocommit = True
        for table in _TABLES:
            connection.execute(f"vacuum analyze {table}")
    bench.settings |= {"recall_events": count, "recall_parts": bench.count(PARTS)}
    bench.settings["fill_seconds"] = round(time.perf_counter() - start, 1)
    bench.say(f"{count:,} events in {time.perf_counter() - start:.0f} s")


def _recall(bench: Bench, owner: Actor, business: UUID) -> dict[str, float]:
    """Follow the bad batch to all it went into, and to whom shipments of that were addressed, as its owner."""
    from django.db import connection

    from kawasan.platform.db import seeing_everything, transaction
    from kawasan.rooms.trace.engine import recalling

    took, parties, orders = [], 0, 0
    with in_zone(SCHEMA):
        for _ in range(bench.count(RECALLS)):
            start = time.perf_counter()
            with transaction(owner), seeing_everything():
                orders = len([row for row in recalling.affected(connection, "urn:bad") if row[4]])
                parties = len(recalling.addressed(connection, "urn:bad", 500, teller=business))
            took.append((time.perf_counter() - start) * 1000)
    bench.settings |= {"recall_parties": parties, "recall_orders": orders}
    if (parties, orders) != (500, bench.count(PARTS) * ORDERS):
        bench.failures.append(f"a recall found {parties} parties and {orders} orders")
    return {"recall_ms_first": took[0], "recall_ms_p50": statistics.median(took), "recall_ms_max": max(took)}


def _questions(bench: Bench, owner: Actor) -> dict[str, float]:
    """Ask for the events of one thing, one lot, one party and one place, under row security."""
    from kawasan.platform.db import transaction
    from kawasan.rooms.trace import api as trace

    kinds = {
        "match_epc": ("MATCH_epc", "urn:thing:{}", bench.count(FILLED)),
        "match_class": ("MATCH_anyEPCClass", "urn:lot:{}", bench.count(FILLED) // IN_A_LOT),
        "destination": ("EQ_destination_owning_party", "urn:party:{}", 997),
        "place": ("EQ_bizLocation", "urn:hall:{}", 50),
    }
    found: dict[str, float] = {}
    for kind, (parameter, name, many) in kinds.items():
        took = []
        with in_zone(SCHEMA):
            for number in range(bench.count(QUESTIONS)):
                question = trace.read_question({parameter: [name.format(1 + number * 7_919 % (many - 1))]})
                start = time.perf_counter()
                with transaction(owner):
                    page = trace.events(actor=owner, question=question)
                took.append((time.perf_counter() - start) * 1000)
                if not page.items:
                    bench.failures.append(f"{kind}: nothing was found")
        found |= {f"query_{kind}_ms_p50": statistics.median(took), f"query_{kind}_ms_max": max(took)}
    return found
