"""The worker process: background jobs, and the followers of every zone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading

from django.db import close_old_connections
from procrastinate.contrib.django import app

from kawasan.core.errors import Busy
from kawasan.platform import followers, schemas
from kawasan.platform.telemetry import configure_logging, log
from kawasan.server.rescue import HEARTBEAT_SECONDS, SILENT_SECONDS, Rescue

IDLE_SECONDS = 0.2  # pause of the followers when there was nothing to take
FAILED_SECONDS = 2.0
JOBS_AT_ONCE = 4
DRAIN_SECONDS = 10


def run() -> None:
    """Work until TERM or Ctrl-C; then finish the jobs at hand and leave."""
    configure_logging()
    stopping = threading.Event()
    follower = threading.Thread(target=_follow, args=(stopping,), name="followers")
    follower.start()
    try:
        asyncio.run(_jobs())
    finally:
        stopping.set()
        follower.join(DRAIN_SECONDS)


async def _jobs() -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(_run_worker())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _run_worker() -> None:
    # Jobs themselves still defer through Django's connection, so what they queue belongs to their transaction.
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker.open_async():
        rescue = Rescue(worker)
        sweeping = asyncio.ensure_future(rescue.run())
        try:
            await worker.run_worker_async(
                concurrency=JOBS_AT_ONCE,
                install_signal_handlers=False,
                shutdown_graceful_timeout=DRAIN_SECONDS,
                fetch_job_polling_interval=1.0,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=SILENT_SECONDS,
                worker_middleware=[rescue.watch],
            )
        finally:
            sweeping.cancel()


def _follow(stopping: threading.Event) -> None:
    while not stopping.is_set():
        moved = 0
        try:
            for zone in schemas.zones():
                with schemas.in_zone(zone.schema):
                    moved += sum(followers.advance(item) for item in followers.followers())
        except Busy:
            pass  # somebody rebuilds; the next round takes it
        except Exception:
            log.exception("follower-failed")
            close_old_connections()
            stopping.wait(FAILED_SECONDS)
        if not moved:
            stopping.wait(IDLE_SECONDS)
