"""
Jobs that somebody took and will never finish are given out again.

A worker that is killed leaves its jobs marked as being done, and a periodic one of them would keep its successors
waiting for good. A worker whose connection is cut may have done a job, or have been given one, without either being
written down. Every job of ours can be done twice: it is bound to a fact that is heard once, or looks for what is due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
from procrastinate import exceptions, jobs

from kawasan.platform.jobs import PERIODIC, PERIODIC_OUTSIDE
from kawasan.platform.telemetry import log

HEARTBEAT_SECONDS = 2.0
SILENT_SECONDS = 8.0  # a worker that has not said for so long that it lives does not
SWEEP_SECONDS = 2.0


class Rescue:
    """Watches over the jobs of every worker, from within one of them."""

    def __init__(self, app: procrastinate.App) -> None:
        self._jobs = app.job_manager
        self._worker_ids: set[int] = set()
        self._running: set[int | None] = set()
        self._idle: set[int | None] = set()  # ours by the table, but not under way here when we last looked

    async def watch(self, call_next: Callable[[], Awaitable[Any]], context: Any, worker: Any) -> Any:
        """Know what the workers of this process really have in hand: a middleware around each of their jobs."""
        self._worker_ids.add(worker.worker_id)
        self._running.add(context.job.id)
        try:
            return await call_next()
        finally:
            self._running.discard(context.job.id)

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except exceptions.ConnectorException:
                log.warning("job-sweep-failed")  # the database is away; the next sweep will do

    async def sweep(self) -> int:
        """Give out again what nobody works on; return how many jobs that were."""
        lost = {job.id: job for job in await self._jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS)}
        lost |= await self._forgotten()
        for job in lost.values():
            log.warning("job-rescued", job=job.task_name)
            if job.queue in (
                PERIODIC,
                PERIODIC_OUTSIDE,
            ):  # the next one comes by itself, as soon as this one is out of its way
                await self._jobs.finish_job(job, jobs.Status.FAILED, delete_job=True)
            else:
                await self._jobs.retry_job(job)
        return len(lost)

    async def _forgotten(self) -> dict[int | None, jobs.Job]:
        """
        Return the jobs that are ours by the table and were not under way here at two sweeps in a row.

        Once proves nothing: a job is ours a moment before it runs, and until its end is written down.
        """
        idle: dict[int | None, jobs.Job] = {}
        for worker_id in self._worker_ids:
            ours = await self._jobs.list_jobs_async(status="doing", worker_id=worker_id)
            idle |= {job.id: job for job in ours if job.id not in self._running}
        forgotten = {number: job for number, job in idle.items() if number in self._idle}
        self._idle = set(idle)
        return forgotten
