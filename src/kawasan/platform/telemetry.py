"""Structured logs without personal data, and metrics."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

log: structlog.stdlib.BoundLogger = structlog.get_logger("kawasan")

REQUESTS = Histogram(
    "kawasan_request_seconds",
    "Time to answer a request",
    ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REFUSALS = Counter("kawasan_refusals_total", "Refusals by code", ["code"])
ORDERS = Counter("kawasan_orders_total", "Orders placed", ["method"])
FOLLOWER_POSITION = Gauge("kawasan_follower_position", "Last sequence a follower has taken", ["zone", "follower"])
FOLLOWER_LAG = Gauge("kawasan_follower_lag", "Sequences a follower is behind", ["zone", "follower"])

# What must never reach a log: 13 to 22 digits in a row are NIB, NIK, NPWP, NITKU, card or account numbers.
_LONG_NUMBER = re.compile(r"(?<![\w-])\d{13,22}(?![\w-])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SECRET_KEYS = frozenset(
    {"password", "secret", "token", "authorization", "cookie", "nik", "npwp", "email", "phone", "key"}
)


def without_personal_data(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask identifiers and drop secrets from a log line."""
    for key, value in list(event.items()):
        if key in _SECRET_KEYS:
            event[key] = "•••"
        elif isinstance(value, str):
            event[key] = _EMAIL.sub("•••@•••", _LONG_NUMBER.sub("•••", value))
    return event


def _console() -> structlog.dev.ConsoleRenderer:
    """Return the renderer for a terminal. Its own choice would print the local variables of every traceback."""
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def configure_logging(*, json: bool = True, level: str = "INFO") -> None:
    """Send our own and the libraries' log lines to standard error, one JSON object a line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if json else _console()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_personal_data, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("procrastinate", "fontTools", "weasyprint"):
        logging.getLogger(noisy).setLevel("WARNING")
