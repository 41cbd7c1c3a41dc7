"""Facts: a room announces what happened; the listeners named in server/wiring.py deal with it once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection
from django.utils.module_loading import import_string
from pydantic import TypeAdapter

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import requires_transaction, transaction
from kawasan.platform.jobs import job
from kawasan.platform.models import Fact, Heard
from kawasan.platform.telemetry import log
from kawasan.platform.wiring import wiring

TOGETHER_MAX = 50  # facts that one job tells one listener

# One JSON text is made and read faster than a statement with four values for each of a thousand facts.
_INSERT_MANY = """
insert into platform_fact (id, name, body, at)
select id, name, body, at from json_to_recordset(%s::json) as told (id uuid, name text, body jsonb, at timestamptz)
"""

L = TypeVar("L", bound=Callable[..., None])
_told_together: set[Callable[..., None]] = set()


def told_together(listener: L) -> L:
    """Mark a listener that takes a sequence of facts of one kind, as many as wait, instead of one after another."""
    _told_together.add(listener)
    return listener


@requires_transaction
def announce(fact: Any, *, at: datetime) -> UUID:
    """
    Write a fact and one job for each listener, in the transaction of what happened.

    ``fact`` is a frozen dataclass of ids and amounts. Rolled back with its transaction, it never happened. One with a
    ``PRIORITY`` is told before others that wait: somebody sits in front of a page until it is dealt with.
    """
    row = _row(fact, at)
    row.save(force_insert=True)
    for listener in wiring().LISTENERS.get(type(fact), ()):
        deliver.defer(priority=getattr(fact, "PRIORITY", None), fact_id=str(row.id), listener=listener)
    return row.id


@requires_transaction
def announce_many(facts: Iterable[tuple[Any, datetime]], *, but: Collection[str] = ()) -> None:
    """
    Announce facts, each with its moment, in a few statements however many they are.

    ``but`` names listeners that need no telling: the caller has done for all of them what they would do for each.
    """
    rows, kinds = [], defaultdict[type, list[UUID]](list)
    for fact, at in facts:
        kind, fact_id = type(fact), ids.uuid7()
        kinds[kind].append(fact_id)
        body = orjson.Fragment(_adapter(kind).dump_json(fact))
        rows.append({"id": fact_id, "name": kind.__name__, "body": body, "at": at})
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_MANY, [orjson.dumps(rows).decode()])
    for kind, fact_ids in kinds.items():
        for listener in wiring().LISTENERS.get(kind, ()):
            if listener not in but:
                told = [{"fact_ids": list(map(str, some)), "listener": listener} for some in _some(fact_ids)]
                deliver_together.defer_many(told, priority=getattr(kind, "PRIORITY", None))


@job(queue="facts", retries=10)
def deliver(*, fact_id: str, listener: str) -> None:
    """Tell one listener about one fact; a repeat finds it heard and does nothing."""
    with transaction(SYSTEM):
        _tell(listener, [fact_id])


@job(queue="facts", retries=10)
def deliver_together(*, fact_ids: list[str], listener: str) -> None:
    """
    Tell one listener about several facts in one transaction; a repeat finds them heard and does nothing.

    Where that fails each fact gets a job of its own, so that one that cannot be dealt with keeps no other waiting.
    """
    try:
        with transaction(SYSTEM):
            _tell(listener, fact_ids)
    except Exception:
        log.exception("facts-not-told-together", listener=listener, facts=len(fact_ids))
        with transaction(SYSTEM):
            deliver.defer_many({"fact_id": fact_id, "listener": listener} for fact_id in fact_ids)


def _tell(listener: str, fact_ids: Sequence[str]) -> None:
    at = clock.now()
    rows = list(Fact.objects.filter(pk__in=fact_ids).order_by("pk"))
    if len(rows) != len(set(fact_ids)):
        raise Fact.DoesNotExist(f"{len(set(fact_ids)) - len(rows)} of the facts for {listener}")
    heard = [Heard(id=ids.uuid7(), fact_id=row.id, listener=listener, at=at) for row in rows]
    Heard.objects.bulk_create(heard, ignore_conflicts=True)
    ours = set(Heard.objects.filter(pk__in=[one.pk for one in heard]).values_list("fact_id", flat=True))
    new = [_read(row) for row in rows if row.id in ours]
    function = import_string(listener)
    if function in _told_together:
        if new:
            function(new, at=at)
        return
    for fact in new:
        function(fact, at=at)


def _some(fact_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(fact_ids)
    while some := list(islice(left, TOGETHER_MAX)):
        yield some


def _row(fact: Any, at: datetime) -> Fact:
    body = _adapter(type(fact)).dump_python(fact, mode="json")
    return Fact(id=ids.uuid7(), name=type(fact).__name__, body=body, at=at)


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _read(row: Fact) -> Any:
    kinds = {kind.__name__: kind for kind in wiring().LISTENERS}
    return _adapter(kinds[row.name]).validate_python(row.body, strict=False)
