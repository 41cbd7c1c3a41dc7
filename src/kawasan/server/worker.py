"""The worker process: background jobs, and, for every zone, followers and orders to be written out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import procrastinate
from django.db import close_old_connections
from procrastinate.contrib.django import app

from kawasan.core.access import SYSTEM
from kawasan.core.errors import Busy
from kawasan.platform import followers, schemas
from kawasan.platform.db import transaction
from kawasan.platform.jobs import INSIDE, OUTSIDE
from kawasan.platform.telemetry import configure_logging, log
from kawasan.platform.wiring import wiring
from kawasan.server.rescue import HEARTBEAT_SECONDS, SILENT_SECONDS, Rescue
from kawasan.server.rush import Rush, rest_after

IDLE_SECONDS = 0.2  # pause when there was nothing to do
FAILED_SECONDS = 2.0
JOBS_AT_ONCE = 4
OUTSIDE_AT_ONCE = 4  # these wait for somebody else most of the time
DRAIN_SECONDS = 10
# Where the database has gone at the same time, closing its connections may wait for half a minute. Nothing is lost by
# leaving: what was being done is given out again, by the heartbeat that stops.
LEAVE_SECONDS = 13

_stopping = threading.Event()


def run() -> None:
    """Work until TERM or Ctrl-C; then finish the jobs at hand and leave."""
    configure_logging()
    rounds = {"followers": followers.advance_all, "writers": _write_out}
    threads = [threading.Thread(target=_repeat, args=item, name=item[0]) for item in rounds.items()]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_jobs())
    finally:
        _stopping.set()
        for thread in threads:
            thread.join(DRAIN_SECONDS)


async def _jobs() -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(JOBS_AT_ONCE + OUTSIDE_AT_ONCE, thread_name_prefix="job"))
    task = asyncio.ensure_future(_run_worker())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, task)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _stop(task: asyncio.Future[None]) -> None:
    """Finish what is at hand, and leave in any case when it takes too long."""
    task.cancel()
    leaving = threading.Timer(LEAVE_SECONDS, os._exit, [1])
    leaving.daemon = True  # does not keep a worker that has finished
    leaving.start()


async def _run_worker() -> None:
    # Jobs themselves still defer through Django's connection, so what they queue belongs to their transaction.
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker.open_async():
        rescue = Rescue(worker)
        sweeping = asyncio.ensure_future(rescue.run())
        try:
            async with asyncio.TaskGroup() as both:  # where one fails, the process ends and is started anew
                both.create_task(_serve(worker, rescue, INSIDE, JOBS_AT_ONCE))
                both.create_task(_serve(worker, rescue, OUTSIDE, OUTSIDE_AT_ONCE))
        finally:
            sweeping.cancel()


async def _serve(worker: procrastinate.App, rescue: Rescue, queues: Sequence[str], at_once: int) -> None:
    """Do the jobs of some queues, so many at once."""
    await worker.run_worker_async(
        queues=list(queues),
        name=queues[0],
        concurrency=at_once,
        install_signal_handlers=False,
        shutdown_graceful_timeout=DRAIN_SECONDS,
        fetch_job_polling_interval=1.0,
        delete_jobs="successful",
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=SILENT_SECONDS,
        worker_middleware=[rescue.watch],
    )


def _repeat(name: str, work: Callable[[], int]) -> None:
    """Do something for every zone, again and again; rest when there was nothing to do, and in a rush of orders."""
    rush = Rush()
    while not _stopping.is_set():
        begin, done, most = time.monotonic(), 0, 0.0
        try:
            for zone in schemas.zones():
                with schemas.in_zone(zone.schema):
                    done += work()
                    most = max(most, rush.how_much())
        except Busy:
            pass  # somebody has it in hand; the next round takes it
        except Exception:
            log.exception(f"{name}-failed")
            close_old_connections()
            _stopping.wait(FAILED_SECONDS)
        if not done:
            _stopping.wait(IDLE_SECONDS)
        elif most:
            _stopping.wait(rest_after(time.monotonic() - begin, most))


def _write_out() -> int:
    done = 0
    for write in wiring().WRITERS:
        with transaction(SYSTEM):
            done += write()
    return done
