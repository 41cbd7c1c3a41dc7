"""Background jobs: procrastinate in the same PostgreSQL, each job carrying the zone it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, ParamSpec, TypeVar

import procrastinate
from django.db import close_old_connections
from procrastinate.contrib.django import app

from kawasan.platform.schemas import current_schema, in_zone, zones
from kawasan.platform.telemetry import log

P = ParamSpec("P")
R = TypeVar("R")

RETRY_WAIT_SECONDS = 2

# Note [Who waits for the world outside]
# A bank or a mail server that hangs keeps whoever asks it busy for seconds. Such jobs have queues and hands of their
# own in the worker, so that they can only keep each other waiting: what is our own work goes on.
PERIODIC, PERIODIC_OUTSIDE = "periodic", "periodic-outside"
INSIDE = ("default", "facts", PERIODIC)
OUTSIDE = ("payments", "mail", PERIODIC_OUTSIDE)
DUE_PRIORITY = 10  # of what ends at a moment that people were told: it goes before thousands of facts of a rush


class Job(Generic[P, R]):
    """A function that can run later: call it directly, or ``defer`` it within the present transaction."""

    def __init__(self, function: Callable[P, R], *, queue: str, retries: int, priority: int) -> None:
        if queue not in (*INSIDE, *OUTSIDE):
            raise ValueError(f"nobody serves a queue {queue!r}")
        self.function = function
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.__doc__ = function.__doc__
        self.task = app.task(
            name=self.name,
            queue=queue,
            priority=priority,
            retry=procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=RETRY_WAIT_SECONDS),
        )(self._run)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def defer(self, *, priority: int | None = None, **kwargs: Any) -> None:
        """
        Queue the job for the present zone. Rolled back with the present transaction, it never was.

        ``priority`` is for what a person waits for: it goes before what is queued with less.
        """
        zone = current_schema()
        if zone is None:
            raise RuntimeError("a job needs a zone")
        task = self.task if priority is None else self.task.configure(priority=priority)
        task.defer(zone=zone, **kwargs)

    def defer_many(self, jobs: Iterable[dict[str, Any]], *, priority: int | None = None) -> None:
        """Queue the job for the present zone once for each set of arguments, in one statement."""
        zone = current_schema()
        if zone is None:
            raise RuntimeError("a job needs a zone")
        if wanted := [{"zone": zone, **arguments} for arguments in jobs]:
            task = self.task if priority is None else self.task.configure(priority=priority)
            task.batch_defer(*wanted)

    def _run(self, *, zone: str, **kwargs: Any) -> None:
        close_old_connections()
        try:
            with in_zone(zone):
                self.function(**kwargs)  # type: ignore[call-arg]
        finally:
            close_old_connections()


def job(*, queue: str = "default", retries: int = 5, priority: int = 0) -> Callable[[Callable[P, R]], Job[P, R]]:
    """Make a keyword-only function into a job. Arguments must be JSON (ids as text)."""

    def decorate(function: Callable[P, R]) -> Job[P, R]:
        return Job(function, queue=queue, retries=retries, priority=priority)

    return decorate


def periodic(
    cron: str, *, outside: bool = False, priority: int = 0
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """
    Run a function for every zone at each time the cron line names (a sixth field counts seconds).

    ``outside`` is for one that asks somebody over a network; with a ``priority`` it goes before jobs that have less.
    """
    queue = PERIODIC_OUTSIDE if outside else PERIODIC

    def decorate(function: Callable[[], Any]) -> Callable[[], Any]:
        name = f"{function.__module__}.{function.__qualname__}"

        def run(timestamp: int) -> None:
            close_old_connections()
            for zone in zones():
                with in_zone(zone.schema):
                    try:
                        function()
                    except Exception:
                        log.exception("periodic-job-failed", job=name, zone=zone.schema)
            close_old_connections()

        task = app.task(name=name, queue=queue, priority=priority, queueing_lock=name, lock=name)(run)
        app.periodic(cron=cron)(task)
        return function

    return decorate
