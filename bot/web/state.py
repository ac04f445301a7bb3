"""State of the bot that the pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.insights.service import InsightsService
from bot.monitoring.degradations import Degradations
from bot.monitoring.gateway import Gateway
from bot.sources.source import Source
from bot.sources.status import SourceStatus
from bot.store import Store
from index.generations.live import LiveIndex


class Service(Protocol):
    """State of the answer service that the pages show."""

    @property
    def waiting(self) -> int: ...

    @property
    def stalled_s(self) -> float: ...

    @property
    def latencies_ms(self) -> tuple[float, float] | None: ...


class ListedSources(Protocol):
    """Sources that update themselves."""

    def listed(self) -> Sequence[tuple[Source, SourceStatus]]: ...


@dataclass(frozen=True, slots=True)
class BotState:
    """Objects whose state the pages show. `people` is the number of different people who must have
    asked a question before a page shows its words."""

    service: Service
    live: LiveIndex
    degraded: Degradations
    gateway: Gateway
    store: Store
    sources: ListedSources
    insights: InsightsService
    people: int
