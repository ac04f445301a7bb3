"""A bot whose articles change while it runs."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.discord.runtime import Runtime
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from tests.discord.conftest import ARTICLES, OpenRuntime, connected
from tests.fake_discord import Channel, FakeDiscord, Message, User

COST = "How much will the repair of the harbour bridge cost?"
DEARER = ARTICLES["harbour.md"].replace("$12.5 million", "$14 million")


@dataclass(frozen=True, slots=True)
class Story:
    """Articles in a folder, with the index that is built of them."""

    fake: FakeDiscord
    articles: Path
    index: Path
    encoder: Encoder
    open_runtime: OpenRuntime

    def write(self, **articles: str | None) -> None:
        """Write articles by name; None deletes one."""
        for name, text in articles.items():
            path = self.articles / f"{name}.md"
            if text is None:
                path.unlink()
            else:
                path.write_text(text)

    @asynccontextmanager
    async def bot(self, **settings: object) -> AsyncIterator[Runtime]:
        """Run a bot over the index."""
        given = {"index": self.index, "articles": (self.articles,), **settings}
        async with self.open_runtime(**given) as runtime, connected(runtime, self.fake):
            await runtime.rebuilder.on_published.settled()
            yield runtime

    async def update(self, runtime: Runtime, **articles: str | None) -> None:
        """Write articles, let the bot rebuild, and wait for what follows."""
        self.write(**articles)
        await runtime.rebuilder.rebuild(NoProgress())
        await runtime.rebuilder.on_published.settled()

    def build(self, **articles: str | None) -> None:
        """Write articles and build the index outside the bot."""
        self.write(**articles)
        build_index([self.articles], self.index, self.encoder, NoProgress())

    def sent(self, channel: Channel) -> list[Message]:
        """Return the messages that the bot posted there on its own."""
        bot = self.fake.world.bot
        posted = self.fake.messages(channel)
        return [m for m in posted if m.author is bot and m.interaction is None]


@pytest.fixture
def story(
    fake: FakeDiscord,
    town_index: Path,
    encoder: Encoder,
    opened_runtime: OpenRuntime,
    tmp_path: Path,
) -> Story:
    """Return a story that begins with ARTICLES."""
    articles, index = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    shutil.copytree(town_index, index)
    for name, text in ARTICLES.items():
        (articles / name).write_text(text)
    return Story(fake, articles, index, encoder, opened_runtime)


async def watch(
    fake: FakeDiscord, person: User, channel: Channel, question: str = COST, **options: object
) -> Message:
    """Use /watch and return the confirmation."""
    options = {"question": question, **options}
    return await (await fake.slash(person, "watch", options, channel=channel)).final()
