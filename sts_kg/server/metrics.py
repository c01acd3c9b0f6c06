"""What the service counts, for Prometheus: requests by handler and status, lanes, workers, kept answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from sts_kg.server.cache import Cache
    from sts_kg.workers import Lane

__all__ = ["MEDIA", "Metrics"]

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts of one service; `handler` is a name of `routes`, never an address, so there are few of them."""

    def __init__(self, lanes: Mapping[str, Lane], cache: Cache, connections: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sts_kg_requests", "Requests answered.", ("handler", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            *("sts_kg_request_seconds", "Seconds until an answer was handed over."),
            ("handler",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter("sts_kg_answer_bytes", "Bytes of bodies.", registry=self._registry)
        self._known: dict[tuple[str, int], tuple[Any, Any]] = {}
        self._registry.register(_Now(lanes, cache, connections))
        ProcessCollector(registry=self._registry)

    def request(self, handler: str, status: int, seconds: float, size: int) -> None:
        """Count a request."""
        known = self._known.get((handler, status))
        if known is None:
            known = self._requests.labels(handler, str(status)), self._seconds.labels(handler)
            self._known[handler, status] = known
        known[0].inc()
        known[1].observe(seconds)
        self._bytes.inc(size)

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Now(Collector):
    """What is so at the moment."""

    def __init__(self, lanes: Mapping[str, Lane], cache: Cache, connections: Callable[[], int]) -> None:
        self._lanes, self._cache, self._connections = lanes, cache, connections

    def collect(self) -> Iterator[Metric]:
        running = GaugeMetricFamily("sts_kg_lane_running", "Calls that run.", labels=("lane",))
        waiting = GaugeMetricFamily("sts_kg_lane_waiting", "Calls that wait for a worker.", labels=("lane",))
        workers = GaugeMetricFamily("sts_kg_workers", "Processes that answer.", labels=("lane",))
        killed = CounterMetricFamily(
            "sts_kg_workers_killed", "Workers that ended before their time.", labels=("lane", "reason")
        )
        for name, lane in self._lanes.items():
            running.add_metric((name,), lane.n_running)
            waiting.add_metric((name,), lane.n_waiting)
            workers.add_metric((name,), len(lane.pids))
            for reason in sorted({"cancelled", "died", "memory", "timeout", *lane.killed}):
                killed.add_metric((name, reason), lane.killed[reason])
        yield from (running, waiting, workers, killed)
        cache = self._cache
        yield GaugeMetricFamily("sts_kg_cache_entries", "Answers that are kept.", value=len(cache))
        yield GaugeMetricFamily("sts_kg_cache_bytes", "Bytes of answers that are kept.", value=cache.size)
        yield CounterMetricFamily("sts_kg_cache_hits", "Requests answered by what was kept.", value=cache.hits)
        yield CounterMetricFamily("sts_kg_cache_misses", "Requests for what was not kept.", value=cache.misses)
        yield GaugeMetricFamily("sts_kg_connections", "Connections that are open.", value=self._connections())
