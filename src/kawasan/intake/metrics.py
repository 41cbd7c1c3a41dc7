"""What the intake tells about itself at /metrics, in Prometheus' words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0, 2.5)
_WAITING = Gauge("kawasan_intake_waiting", "Orders that wait for their batch", registry=REGISTRY)
_ROOM = Gauge("kawasan_intake_room", "Orders that may wait at present; more are refused", registry=REGISTRY)
_CONNECTIONS = Gauge("kawasan_intake_connections", "Open connections", registry=REGISTRY)
_BATCH = Histogram(
    "kawasan_intake_batch_orders", "Orders in a batch", buckets=(1, 4, 16, 64, 128, 256, 500), registry=REGISTRY
)
_BATCH_SECONDS = Histogram(
    "kawasan_intake_batch_seconds", "From taking a batch to its commit", buckets=_SECONDS, registry=REGISTRY
)
_REFUSED = Counter("kawasan_intake_refusals_total", "Refusals by code", ["code"], registry=REGISTRY)
_BY_CODE: dict[str, Counter] = {}


class _Orders(Collector):
    """Orders and their latencies, counted without locks: only the thread of the event loop counts and tells them."""

    def __init__(self) -> None:
        self._counts, self._sum, self._repeated = [0] * (len(_SECONDS) + 1), 0.0, 0

    def note(self, seconds: float, *, repeated: bool) -> None:
        self._counts[bisect_left(_SECONDS, seconds)] += 1
        self._sum += seconds
        self._repeated += repeated

    def collect(self) -> Iterator[Metric]:
        total = list(accumulate(self._counts))
        placed = CounterMetricFamily("kawasan_intake_orders", "Checkouts placed", labels=["repeated"])
        placed.add_metric(["no"], total[-1] - self._repeated)
        placed.add_metric(["yes"], self._repeated)
        yield placed
        buckets = list(zip([*map(str, _SECONDS), "+Inf"], total, strict=True))
        words = "From an order's arrival to its answer"
        yield HistogramMetricFamily("kawasan_intake_order_seconds", words, buckets=buckets, sum_value=self._sum)


_ORDERS = _Orders()
REGISTRY.register(_ORDERS)


def batch(orders: int, seconds: float) -> None:
    """Note a batch."""
    _BATCH.observe(orders)
    _BATCH_SECONDS.observe(seconds)


def taken(seconds: float, *, repeated: bool) -> None:
    """Note an order that was placed, now or before."""
    _ORDERS.note(seconds, repeated=repeated)


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
