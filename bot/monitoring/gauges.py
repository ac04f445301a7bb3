"""Metrics of how things stand, looked up when Prometheus asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.gateway import Gateway
from bot.serving.service import AnswerService
from index.generations.live import LiveIndex

_Gauge = GaugeMetricFamily


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at."""

    service: AnswerService
    live: LiveIndex
    degraded: Degradations
    gateway: Gateway


class Gauges(Collector):
    """Of the generation that answers there is one series: those before are seen no more."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        yield _labelled("dealbot_build_info", "The program", version=version("dealbot"))
        yield from self._generation()
        service, gateway = self._watched.service, self._watched.gateway
        yield _Gauge("dealbot_waiting_questions", "Questions that wait", value=service.waiting)
        yield _Gauge("dealbot_stalled_seconds", "Age of the batch in work", value=service.stalled_s)
        yield _Gauge(
            "dealbot_gateway_connections", "Connections to Discord", value=gateway.connected
        )
        yield _Gauge(
            "dealbot_gateway_connections_expected",
            "Connections to Discord that there should be",
            value=gateway.expected,
        )
        yield CounterMetricFamily(
            "dealbot_gateway_losses", "Connections to Discord lost", value=gateway.losses
        )
        yield self._degraded()

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
        family = _Gauge("dealbot_degraded", "What answers go on without", labels=["part"])
        degraded = {each.part for each in self._watched.degraded.current}
        for part in Part:
            family.add_metric([part], float(part in degraded))
        return family


def _labelled(name: str, documentation: str, **labels: str) -> GaugeMetricFamily:
    family = _Gauge(name, documentation, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family
