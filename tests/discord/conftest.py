"""A fake Discord that discord.py is pointed at, and a bot that runs against it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import discord
import pytest

from bot.config.settings import Settings
from bot.discord.client import DealbotClient
from bot.discord.runner import build_client
from bot.discord.runtime import Office, open_office
from bot.monitoring.observer import Observer
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from tests.conftest import Silent
from tests.fake_discord import Channel, FakeDiscord, Message, User, pointed
from tests.fake_discord.remote import Remote

# Two articles that answer questions; one without a title, to be listed by its id.
ARTICLES = {
    "harbour.md": (
        "---\ntitle: Harbour bridge to close\nsource: Tarn Gazette\n"
        "url: https://gazette.example/bridge\npublished: 2031-02-03\n---\n"
        "The harbour bridge in Tarn will close on 4 May 2031. "
        "Mayor Ilse Brandt said that the repair will cost $12.5 million. "
        "She expects it to last two years.\n"
    ),
    "ferry.md": (
        "---\ntitle: Ferry line gets two boats\nsource: Tarn Radio\npublished: 2031-03-01\n---\n"
        "Northline Ferries ordered two electric boats from Volta Marine. "
        "The boats will arrive in March 2032. "
        "The company hired 35 sailors for them.\n"
    ),
    "museum.txt": "the museum of clocks in Tarn got a new roof of copper.\n",
}
ANSWERED = "How much will the repair of the harbour bridge cost?"
NOT_ANSWERED = "What is the capital of Peru?"

# Sentences of which one fills most of a page, in more articles than a page lists. Words so long
# are one token each, which keeps building quick.
LONG_ARTICLES = {
    f"ledger-{number:02}.txt": (
        f"Ledger number {number} of the Tarn archive lists {' '.join(['shelf' * 22] * 12)}.\n"
    )
    for number in range(12)
}
HOSTILE_ARTICLES = {
    "hostile.md": (
        "---\ntitle: '@everyone **win** [free](https://evil.example) discord.gg/abc'\n"
        "source: '<@&1> `x`'\n---\n"
        "The @everyone **tower** <@123456789012345678> [of](https://evil.example) Tarn \u202e"
        "near discord.gg/abc will cost $7.5 million.\n"
    )
}

OpenOffice = Callable[..., AbstractAsyncContextManager[Office]]


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Whatever the bot did wrong, and the test did not expect, fails the test."""
    async with FakeDiscord() as fake:
        with pointed(fake.url):
            yield fake
    assert not fake.violations, "\n".join(map(str, fake.violations))


@asynccontextmanager
async def running(
    client: discord.Client, fake: FakeDiscord | Remote
) -> AsyncIterator[discord.Client]:
    """From ready to closed. What ends the client early is raised."""
    await client.login(fake.token)
    connecting = asyncio.create_task(client.connect())
    ready = asyncio.create_task(client.wait_until_ready())
    try:
        await asyncio.wait((connecting, ready), return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            connecting.result()
        yield client
    finally:
        ready.cancel()
        await client.close()
        connecting.cancel()  # it may be waiting to try again
        await asyncio.wait((connecting, ready))
        if not connecting.cancelled():
            connecting.result()


@asynccontextmanager
async def connected(office: Office, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    """The bot over this office, connected to the fake."""
    client = build_client(office)
    client._connection.guild_ready_timeout = 0.05  # else it waits two seconds for more servers
    async with running(client, fake):
        yield client


async def ask(
    fake: FakeDiscord, person: User, channel: Channel, question: str, **options: object
) -> Message:
    """The answer to /ask."""
    options = {"question": question, **options}
    return await (await fake.slash(person, "ask", options, channel=channel)).final()


def receipt_id(answer: Message) -> str:
    """As it stands under the answer."""
    found = re.search(r"/why ([a-z2-7]{12})", answer.text)
    assert found, answer.text
    return found[1]


def button_id(answer: Message, beginning: str) -> str:
    """The custom id of its button that begins so, a regular expression: some have an emoji for a
    label."""
    [found] = [b["custom_id"] for b in answer.buttons if re.match(beginning, b["custom_id"])]
    assert isinstance(found, str)
    return found


def indexed(articles: dict[str, str], folder: Path, encoder: Encoder) -> Path:
    """An index of these articles, by file name, in this folder."""
    sources = folder / "articles"
    sources.mkdir()
    for name, text in articles.items():
        (sources / name).write_text(text)
    build_index([sources], folder / "index", encoder, Silent())
    return folder / "index"


@pytest.fixture(scope="session")
def town_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of ARTICLES. Read only: tests that rebuild it copy it first."""
    return indexed(ARTICLES, tmp_path_factory.mktemp("town"), encoder)


@pytest.fixture(scope="session")
def long_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of LONG_ARTICLES. Read only."""
    return indexed(LONG_ARTICLES, tmp_path_factory.mktemp("long"), encoder)


@pytest.fixture(scope="session")
def _town(town_index: Path, encoder_home: Path) -> LiveIndex:
    return LiveIndex(town_index, encoder_home)


@pytest.fixture
def opened_office(
    town_index: Path, encoder_home: Path, _town: LiveIndex, tmp_path: Path
) -> OpenOffice:
    """Opens an office over a store of this test, with these settings besides. Opening an index
    takes half a second: those that change nothing in it share one."""

    @asynccontextmanager
    async def opened(observer: Observer | None = None, **settings: object) -> AsyncIterator[Office]:
        given = {
            "index": town_index,
            "encoders": encoder_home,
            "store": tmp_path / "dealbot.sqlite",
            **settings,
        }
        with pytest.MonkeyPatch.context() as patch:
            if given["index"] == town_index:
                patch.setattr("bot.discord.runtime.open_live_index", lambda *_: _town)
            async with open_office(Settings(**given), observer) as office:
                yield office

    return opened


@pytest.fixture
async def office(opened_office: OpenOffice) -> AsyncIterator[Office]:
    async with opened_office() as office:
        yield office


@pytest.fixture
async def dealbot(office: Office, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    """The bot, connected to the fake."""
    async with connected(office, fake) as client:
        yield client


@pytest.fixture
async def keeping(opened_office: OpenOffice, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    """The bot where an admin wants it to keep what people type, connected to the fake."""
    async with opened_office(keep_questions=True) as office, connected(office, fake) as client:
        yield client
