"""Facts are heard once for each listener, and never when their transaction was rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.db import connection

from kawasan.core.access import SYSTEM
from kawasan.platform import facts
from kawasan.platform.db import transaction
from kawasan.platform.models import Fact, Heard

AT = datetime(2026, 11, 11, tzinfo=UTC)
heard: list[tuple[object, datetime]] = []


@dataclass(frozen=True, slots=True)
class ParcelSent:
    parcel_id: UUID
    weight_grams: int


def on_parcel_sent(fact: ParcelSent, *, at: datetime) -> None:
    heard.append((fact, at))


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    heard.clear()
    wiring = SimpleNamespace(LISTENERS={ParcelSent: (f"{__name__}.on_parcel_sent",)}, FOLLOWERS=())
    monkeypatch.setattr(facts, "wiring", lambda: wiring)
    monkeypatch.setattr(facts, "import_string", lambda _name: on_parcel_sent)


def _jobs() -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute("select args from public.procrastinate_jobs where task_name like '%%deliver' order by id")
        return [args if isinstance(args, dict) else __import__("json").loads(args) for (args,) in cursor.fetchall()]


@pytest.mark.django_db
def test_a_fact_is_written_with_one_job_for_each_listener_in_the_same_zone():
    parcel = ParcelSent(uuid4(), 250)
    with transaction(SYSTEM):
        facts.announce(parcel, at=AT)
    assert Fact.objects.get().name == "ParcelSent"
    (args,) = _jobs()
    assert args["zone"] == "zone_test"

    facts.deliver(fact_id=args["fact_id"], listener=args["listener"])
    facts.deliver(fact_id=args["fact_id"], listener=args["listener"])  # the queue repeats itself

    assert [fact for fact, _ in heard] == [parcel]
    assert Heard.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_fact_of_a_rolled_back_transaction_never_happened():
    with pytest.raises(RuntimeError), transaction(SYSTEM):
        facts.announce(ParcelSent(uuid4(), 1), at=AT)
        raise RuntimeError
    assert Fact.objects.count() == 0
    assert _jobs() == []


@pytest.mark.django_db(transaction=True)
def test_announcing_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="needs the transaction of an edge"):
        facts.announce(ParcelSent(uuid4(), 1), at=AT)
