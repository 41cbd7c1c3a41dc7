"""Facts are heard once for each listener, and never when their transaction was rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.db import connection

from kawasan.core.access import SYSTEM
from kawasan.platform import facts, jobs
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


def _jobs(name: str = "deliver") -> list[dict]:
    query = "select args from public.procrastinate_jobs where task_name = %s order by id"
    with connection.cursor() as cursor:
        cursor.execute(query, [f"kawasan.platform.facts.{name}"])
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


def _announced(count: int) -> list[dict]:
    with transaction(SYSTEM):
        facts.announce_many((ParcelSent(uuid4(), number), AT) for number in range(count))
    return _jobs("deliver_together")


def _tell(args: dict) -> None:
    facts.deliver_together(fact_ids=args["fact_ids"], listener=args["listener"])


@pytest.mark.django_db
def test_many_facts_are_told_by_few_jobs_each_once_and_in_order():
    told = _announced(facts.TOGETHER_MAX + 3)
    assert [len(args["fact_ids"]) for args in told] == [facts.TOGETHER_MAX, 3]
    for args in [*told, *told]:  # the queue repeats itself
        _tell(args)
    assert [fact.weight_grams for fact, _ in heard] == list(range(facts.TOGETHER_MAX + 3))


@pytest.mark.django_db
def test_a_listener_for_many_is_given_those_that_it_has_not_heard(monkeypatch):
    taken = []

    @facts.told_together
    def on_parcels_sent(sent, *, at):
        taken.append([fact.weight_grams for fact in sent])

    monkeypatch.setattr(facts, "import_string", lambda _name: on_parcels_sent)
    (args,) = _announced(3)
    facts.deliver(fact_id=args["fact_ids"][1], listener=args["listener"])
    _tell(args)
    _tell(args)
    assert taken == [[1], [0, 2]]


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_cannot_be_dealt_with_keeps_no_other_from_being_heard(monkeypatch):
    def on_parcel_sent_but_heavy(fact, *, at):
        if fact.weight_grams == 1:
            raise RuntimeError("too heavy")
        on_parcel_sent(fact, at=at)

    monkeypatch.setattr(facts, "import_string", lambda _name: on_parcel_sent_but_heavy)
    (args,) = _announced(3)
    _tell(args)
    assert Heard.objects.count() == 0  # rolled back together

    for one in _jobs():
        if one["fact_id"] == args["fact_ids"][1]:
            with pytest.raises(RuntimeError, match="too heavy"):
                facts.deliver(fact_id=one["fact_id"], listener=one["listener"])
        else:
            facts.deliver(fact_id=one["fact_id"], listener=one["listener"])
    assert Heard.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("delete from public.procrastinate_jobs")


def test_a_job_in_a_queue_that_nobody_serves_is_refused():
    with pytest.raises(ValueError, match="nobody serves"):
        jobs.job(queue="pigeons")(lambda: None)
