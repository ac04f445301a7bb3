"""A news site of generated articles that change, and the sources over it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.corpus import SEED, GeneratedArticle, generate
from bot.config.settings import Settings
from bot.rebuild.gated_build import build_gated
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import FetchLimits
from bot.sources.paths import article_paths
from bot.sources.service import SourceService
from bot.sources.update import Build
from index.encoder.encoder import default_home
from index.progress import NoProgress
from tests.sources.news_server import FIRST, NewsSite, Story, served

# The site is our own: no pauses between requests, so that the work is measured and not the waiting.
AT_ONCE = FetchLimits(host_delay_s=0, backoff_s=0, longest_backoff_s=0)
_SENTENCES = 1_000_000  # more than any run needs; articles are generated one at a time


@dataclass(slots=True)
class Newsroom:
    """A site with its newest articles first. `publish`, `correct` and `withdraw` change it."""

    site: NewsSite
    articles: dict[str, GeneratedArticle]
    random: Random = field(default_factory=lambda: Random(SEED))
    _numbers: "count[int]" = field(default_factory=count)
    _fresh: Iterator[GeneratedArticle] = field(default_factory=lambda: generate(_SENTENCES))

    def publish(self, articles: int) -> None:
        """Publish new articles; as many old ones fall off the end if the feed is full."""
        for article in (next(self._fresh) for _ in range(articles)):
            number = next(self._numbers)
            name = f"article-{number}"
            self.articles[name] = article
            record = article.record
            published = FIRST + timedelta(minutes=number)
            story = Story(name, record["text"], record.get("title", ""), published=published)
            self.site.stories.insert(0, story)

    def correct(self, articles: int) -> None:
        """Change a number of articles by one sentence each."""
        for story in self.random.sample(self.site.stories, articles):
            story.text += f" Correction number {self.random.randrange(10**6)} was made later."

    def withdraw(self, articles: int) -> None:
        """Remove articles from the middle of the feed, and their pages."""
        middle = self.site.stories[10:-10]
        for story in self.random.sample(middle, articles):
            self.site.stories.remove(story)


@asynccontextmanager
async def newsroom(articles: int) -> AsyncIterator[Newsroom]:
    """Serve a site with so many articles."""
    async with served() as site:
        room = Newsroom(site, {})
        room.publish(articles)
        yield room


def settings_in(folder: Path) -> Settings:
    """Return settings for an index and sources in this folder, without other articles."""
    return Settings(
        index=folder / "index",
        sources=folder / "sources",
        encoders=default_home(),
        sources_allow_private=True,
    )


@asynccontextmanager
async def opened_sources(settings: Settings, build: Build) -> AsyncIterator[SourceService]:
    """Open the sources in the folder that the settings name."""
    async with Fetcher(AT_ONCE, allow_private=True) as fetcher:
        yield SourceService(settings, fetcher, build)


async def first_update(room: Newsroom, settings: Settings) -> None:
    """Add the feed of the site as the only source, and build an index of it."""

    async def build() -> str:
        paths = article_paths(settings)
        report, _ = await asyncio.to_thread(build_gated, paths, settings, NoProgress())
        return report.manifest.id

    async with opened_sources(settings, build) as sources:
        await sources.add(f"{room.site.url}/feed")
        await sources.update()
