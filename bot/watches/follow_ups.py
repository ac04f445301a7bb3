"""The follow-ups of a new generation."""

from dataclasses import dataclass

from bot.rebuild.publication_events import Publication, PublicationEvents
from bot.watches.corrections import CorrectionFinder
from bot.watches.watcher import Watcher


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Watched questions and corrections, which every new generation may change."""

    watcher: Watcher
    corrections: CorrectionFinder

    def listen(self, events: PublicationEvents) -> None:
        """Ask the watched questions again after each publication, then look for corrections."""
        events.add(self._ask_again)
        events.add(self._find_corrections)

    async def _ask_again(self, _: Publication) -> None:
        await self.watcher.ask_again()

    async def _find_corrections(self, publication: Publication) -> None:
        await self.corrections.find(publication.after.generation.texts)
