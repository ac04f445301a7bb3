"""The follow-ups of a new generation."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.rebuild.publication_events import Publication, PublicationEvents
from bot.watches.corrections import CorrectionFinder
from bot.watches.watcher import Watcher


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Watched questions and corrections, which every new generation may change. Of several
    processes only the one with `on_duty` looks after them."""

    watcher: Watcher
    corrections: CorrectionFinder
    on_duty: Callable[[], bool] = lambda: True

    def listen(self, events: PublicationEvents) -> None:
        """Ask the watched questions again after each publication, then look for corrections."""
        events.add(self._ask_again)
        events.add(self._find_corrections)

    async def _ask_again(self, _: Publication) -> None:
        if self.on_duty():
            await self.watcher.ask_again()

    async def _find_corrections(self, publication: Publication) -> None:
        if self.on_duty():
            await self.corrections.find(publication.after.generation.texts)
