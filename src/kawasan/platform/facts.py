"""Facts: a room announces what happened; the listeners named in server/wiring.py deal with it once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.module_loading import import_string
from pydantic import TypeAdapter

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import requires_transaction, transaction
from kawasan.platform.jobs import job
from kawasan.platform.models import Fact, Heard
from kawasan.platform.wiring import wiring


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
    rows = [(type(fact), _row(fact, at)) for fact, at in facts]
    Fact.objects.bulk_create([row for _, row in rows])
    deliver.defer_many(
        {"fact_id": str(row.id), "listener": listener}
        for kind, row in rows
        for listener in wiring().LISTENERS.get(kind, ())
        if listener not in but
    )


@job(queue="facts", retries=10)
def deliver(*, fact_id: str, listener: str) -> None:
    """Tell one listener about one fact; a repeat finds it heard and does nothing."""
    at = clock.now()
    with transaction(SYSTEM):
        fact = Fact.objects.get(pk=fact_id)
        heard = Heard(id=ids.uuid7(), fact_id=fact.id, listener=listener, at=at)
        if Heard.objects.bulk_create([heard], ignore_conflicts=True) and not _is_mine(heard):
            return
        import_string(listener)(_read(fact), at=at)


def _is_mine(heard: Heard) -> bool:
    return Heard.objects.filter(pk=heard.pk).exists()


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
