"""A job in the hands of somebody who will never finish it is done by somebody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from kawasan.server.rescue import SILENT_SECONDS, Rescue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    _execute("delete from public.procrastinate_jobs")
    _execute("delete from public.procrastinate_workers")
    yield
    _execute("delete from public.procrastinate_jobs")
    _execute("delete from public.procrastinate_workers")


def _execute(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def _worker(*, silent_seconds: float = 0) -> int:
    query = (
        "insert into public.procrastinate_workers (last_heartbeat) values (now() - %s * interval '1 s') returning id"
    )
    return _execute(query, silent_seconds)[0][0]


def _job(worker_id: int | None, *, queue: str = "facts") -> int:
    (row,) = _execute(
        "insert into public.procrastinate_jobs (queue_name, task_name, priority, args, status, worker_id) "
        "values (%s, 'a.task', 0, %s, 'doing', %s) returning id",
        queue,
        json.dumps({}),
        worker_id,
    )
    return row[0]


def _statuses() -> dict[int, str]:
    return dict(_execute("select id, status::text from public.procrastinate_jobs"))


def _rescue(work: Callable[[Rescue], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        worker = app.with_connector(app.connector.get_worker_connector())
        async with worker.open_async():
            return await work(Rescue(worker))

    return asyncio.run(run())


def test_the_jobs_of_a_killed_worker_are_given_out_again():
    lost = _job(_worker(silent_seconds=SILENT_SECONDS + 1))
    orphan = _job(None)
    alive = _job(_worker())
    assert _rescue(lambda rescue: rescue.sweep()) == 2
    assert _statuses() == {lost: "todo", orphan: "todo", alive: "doing"}


def test_a_periodic_job_of_a_killed_worker_stands_in_nobodys_way_any_more():
    _job(_worker(silent_seconds=SILENT_SECONDS + 1), queue="periodic")
    assert _rescue(lambda rescue: rescue.sweep()) == 1
    assert _statuses() == {}


def test_a_job_that_runs_here_is_left_alone_and_one_that_only_the_table_says_runs_here_is_given_out_again():
    worker_id = _worker()
    running, forgotten = _job(worker_id), _job(worker_id)

    async def work(rescue: Rescue) -> list[int]:
        found = []

        async def the_job() -> None:
            found.extend([await rescue.sweep(), await rescue.sweep()])

        context = SimpleNamespace(job=SimpleNamespace(id=running))
        await rescue.watch(the_job, context, SimpleNamespace(worker_id=worker_id))
        return found

    assert _rescue(work) == [0, 1]  # once proves nothing
    assert _statuses() == {running: "doing", forgotten: "todo"}


def test_the_worker_goes_on_sweeping_when_the_database_was_away(monkeypatch):
    from procrastinate import exceptions

    monkeypatch.setattr("kawasan.server.rescue.SWEEP_SECONDS", 0)
    sweeps = []

    async def sweep() -> int:
        sweeps.append(None)
        if len(sweeps) == 1:
            raise exceptions.ConnectorException
        raise asyncio.CancelledError

    async def work(rescue: Rescue) -> None:
        monkeypatch.setattr(rescue, "sweep", sweep)
        with pytest.raises(asyncio.CancelledError):
            await rescue.run()

    _rescue(work)
    assert len(sweeps) == 2
