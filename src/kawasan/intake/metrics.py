"""What the intake tells about itself at /metrics, in Prometheus' words."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0, 2.5)
_WAITING = Gauge("kawasan_intake_waiting", "Orders that wait for their batch", registry=REGISTRY)
_ROOM = Gauge("kawasan_intake_room", "Orders that may wait at present; more are refused", registry=REGISTRY)
_CONNECTIONS = Gauge("kawasan_intake_connections", "Open connections", registry=REGISTRY)
_LATENCY = Histogram(
    "kawasan_intake_order_seconds", "From an order's arrival to its answer", buckets=_SECONDS, registry=REGISTRY
)
_BATCH = Histogram(
    "kawasan_intake_batch_orders", "Orders in a batch", buckets=(1, 4, 16, 64, 128, 256, 500), registry=REGISTRY
)
_BATCH_SECONDS = Histogram(
    "kawasan_intake_batch_seconds", "From taking a batch to its commit", buckets=_SECONDS, registry=REGISTRY
)
_TAKEN = Counter("kawasan_intake_orders_total", "Checkouts placed", ["repeated"], registry=REGISTRY)
_REFUSED = Counter("kawasan_intake_refusals_total", "Refusals by code", ["code"], registry=REGISTRY)
_BY_CODE: dict[str, Counter] = {}
_FIRST, _AGAIN = _TAKEN.labels("no"), _TAKEN.labels("yes")


def batch(orders: int, seconds: float) -> None:
    """Note a batch."""
    _BATCH.observe(orders)
    _BATCH_SECONDS.observe(seconds)


def taken(seconds: float, *, repeated: bool) -> None:
    """Note an order that was placed, now or before."""
    (_AGAIN if repeated else _FIRST).inc()
    _LATENCY.observe(seconds)


def refused(code: str) -> None:
    """Note a refusal."""
    known = _BY_CODE.get(code)
    if known is None:
        known = _BY_CODE[code] = _REFUSED.labels(code)
    known.inc()


def written(*, waiting: int, room: int, connections: int) -> bytes:
    """Return everything as text."""
    _WAITING.set(waiting)
    _ROOM.set(room)
    _CONNECTIONS.set(connections)
    return generate_latest(REGISTRY)
