"""Metrics of the current state, read when Prometheus scrapes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import accumulate
from typing import Protocol

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.gateway import Gateway
from bot.monitoring.observer import reason_of
from index.errors import IndexDamagedError, IndexUnreachableError
from index.generations.live import LiveIndex
from index.traffic import BOUNDS_S, ServerState

_Gauge = GaugeMetricFamily
_FAILURES = (IndexUnreachableError, IndexDamagedError)  # their series exist from the start


class ServiceState(Protocol):
    """State of the answer service that the gauges read."""

    @property
    def waiting(self) -> int: ...

    @property
    def stalled_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """Objects whose state the metrics and health pages show."""

    service: ServiceState
    live: LiveIndex
    degraded: Degradations
    gateway: Gateway


class Gauges(Collector):
    """Collector of the gauges. Only the current generation has a series; older ones disappear."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        yield _labelled("dealbot_build_info", "Version of the program", version=version("dealbot"))
        yield from self._generation()
        service, gateway = self._watched.service, self._watched.gateway
        yield _Gauge("dealbot_waiting_questions", "Waiting questions", value=service.waiting)
        yield _Gauge("dealbot_stalled_seconds", "Age of the current batch", value=service.stalled_s)
        yield _Gauge(
            "dealbot_gateway_connections", "Connections to Discord", value=gateway.connected
        )
        yield _Gauge(
            "dealbot_gateway_connections_expected",
            "Expected connections to Discord",
            value=gateway.expected,
        )
        yield CounterMetricFamily(
            "dealbot_gateway_losses", "Connections to Discord lost", value=gateway.losses
        )
        if gateway.shards is not None:
            yield _Gauge("dealbot_shards_held", "Shards held", value=len(gateway.shards))
            yield _Gauge("dealbot_leader", "1 if this process leads", value=gateway.leads)
        yield self._degraded()
        if state := self._watched.live.server:
            yield from _server(state)

    def _generation(self) -> Iterator[GaugeMetricFamily]:
        manifest = self._watched.live.current.generation.manifest
        yield _labelled(
            "dealbot_generation_info",
            "The generation that answers",
            generation=manifest.id,
            encoder=manifest.encoder_id,
        )
        yield _Gauge(
            "dealbot_generation_created_timestamp_seconds",
            "When the generation that answers was built",
            value=datetime.fromisoformat(manifest.created).timestamp(),
        )
        yield _Gauge("dealbot_articles", "Articles that answers come from", value=manifest.articles)
        yield _Gauge("dealbot_sentences", "Their sentences", value=manifest.sentences)

    def _degraded(self) -> GaugeMetricFamily:
        family = _Gauge("dealbot_degraded", "1 if this part does not work", labels=["part"])
        degraded = {each.part for each in self._watched.degraded.current}
        for part in Part:
            family.add_metric([part], float(part in degraded))
        return family


def _server(state: ServerState) -> Iterator[Metric]:
    """Yield what the server of the index was asked. A folder has no such series."""
    counts, total = accumulate(state.traffic.counts), state.traffic.seconds
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    yield HistogramMetricFamily(
        "dealbot_index_request_seconds",
        "Time that the server of the index took for a request",
        buckets=list(zip(bounds, counts, strict=True)),
        sum_value=total,
    )
    failures = CounterMetricFamily(
        "dealbot_index_failures", "Failed requests to the server of the index", labels=["reason"]
    )
    counted = {reason_of(kind): count for kind, count in state.traffic.failures.items()}
    for reason in sorted({*map(reason_of, _FAILURES), *counted}):
        failures.add_metric([reason], counted.get(reason, 0))
    yield failures
    yield _Gauge(
        "dealbot_index_connections",
        "Connections to the server of the index",
        value=state.connections,
    )


def _labelled(name: str, documentation: str, **labels: str) -> GaugeMetricFamily:
    family = _Gauge(name, documentation, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family
