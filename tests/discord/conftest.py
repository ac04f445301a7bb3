"""A fake Discord for discord.py to connect to, and a bot that runs against it."""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiohttp
import discord
import pytest

import prompts
from bot.config.settings import Settings
from bot.discord.client import DealbotClient
from bot.discord.runner import build_client
from bot.discord.runtime import Runtime, open_runtime
from bot.monitoring.observer import Observer
from bot.store.signatures import Signer
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.progress import NoProgress
from prompts.languages import language, languages
from tests.fake_discord import Channel, FakeDiscord, Invocation, Message, User, pointed
from tests.fake_discord.remote import Remote

# Two articles that answer questions; one has no title, so it is listed by its id.
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

# Each sentence fills most of a page, and there are more articles than a page lists. Such long words
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

# Edited in before the answer if the machine is slow.
_WAITING = {
    prompts.text("discord_next"),
    *(language(code).texts["discord_next"].text for code in languages()),
}

OpenRuntime = Callable[..., AbstractAsyncContextManager[Runtime]]
_Client = TypeVar("_Client", bound=discord.Client)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Discord and the bot wait for acknowledgements and refusals as long as a slow machine
    needs for hundreds of them: three seconds would measure the machine."""
    monkeypatch.setattr("tests.fake_discord.interactions.ACK_WITHIN_S", math.inf)
    monkeypatch.setattr("bot.discord.overload._TOO_LATE_S", math.inf)
    monkeypatch.setattr("bot.discord.interaction_filter._IN_TIME", aiohttp.ClientTimeout(None))


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Yield a fake Discord; fail the test if the bot broke a rule that the test did not expect."""
    async with FakeDiscord() as fake:
        with pointed(fake.url):
            yield fake
    assert not fake.violations, "\n".join(map(str, fake.violations))


@asynccontextmanager
async def running(client: _Client, fake: FakeDiscord | Remote) -> AsyncIterator[_Client]:
    """Run the client from ready to closed. Raises what ends the client early."""
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
        connecting.cancel()  # it may be waiting for a retry
        await asyncio.wait((connecting, ready))
        if not connecting.cancelled():
            connecting.result()


@asynccontextmanager
async def connected(runtime: Runtime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    """Yield the bot over this runtime, connected to the fake."""
    client = build_client(runtime)
    client._connection.guild_ready_timeout = 0.05  # the default waits two seconds for more servers
    async with running(client, fake):
        yield client


async def ask(
    fake: FakeDiscord, person: User, channel: Channel, question: str, **options: object
) -> Message:
    """Ask with /ask and return the answer, or the refusal."""
    options = {"question": question, **options}
    answer = await (await fake.slash(person, "ask", options, channel=channel)).final()
    await fake.until(lambda: answer.content not in _WAITING, "more than the wait for it")
    return answer


def receipt_id(answer: Message) -> str:
    """Return the receipt id, which the buttons under the answer carry."""
    ids = [button["custom_id"].split(":") for button in answer.buttons]
    [found] = {parts[1] for parts in ids if parts[0] in {"cite", "menu", "vote", "page"}}
    return str(found)


def with_old_buttons(answer: Message, signer: Signer) -> Message:
    """Give an answer the buttons that earlier versions put under it."""
    looks = {"cite:{}:1": "[1]", "more:{}:": "More evidence", "drop:{}:": "Delete"}
    looks |= {"vote:{}:up": "up", "vote:{}:down": "down"}
    payloads = {payload.format(receipt_id(answer)): look for payload, look in looks.items()}
    answer.components = [
        {
            "type": 1,
            "components": [
                {
                    "type": 2,
                    "style": 2,
                    "label": look,
                    "custom_id": f"{payload}:{signer.sign(payload)}",
                }
                for payload, look in payloads.items()
            ],
        }
    ]
    return answer


async def menu_of(fake: FakeDiscord, answer: Message, person: User) -> Message:
    """Open the menu of an answer and return the message that has it."""
    return await (await fake.click(answer, button_id(answer, "menu:"), person)).response()


async def pick(fake: FakeDiscord, answer: Message, option: str, person: User) -> Invocation:
    """Pick an option of the menu of an answer, by its value."""
    return await fake.pick(await menu_of(fake, answer, person), option, person)


def button_id(answer: Message, beginning: str) -> str:
    """Return the custom id of the one button that matches the pattern. `beginning` is a regular
    expression for the start of the custom id, since some buttons have an emoji as label."""
    [found] = [b["custom_id"] for b in answer.buttons if re.match(beginning, b["custom_id"])]
    assert isinstance(found, str)
    return found


def indexed(articles: dict[str, str], folder: Path, encoder: Encoder) -> Path:
    """Build an index of these articles in this folder. `articles` maps file names to texts."""
    sources = folder / "articles"
    sources.mkdir()
    for name, text in articles.items():
        (sources / name).write_text(text)
    build_index([sources], folder / "index", encoder, NoProgress())
    return folder / "index"


@pytest.fixture(scope="session")
def town_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of ARTICLES. Read-only: tests that rebuild it copy it first."""
    return indexed(ARTICLES, tmp_path_factory.mktemp("town"), encoder)


@pytest.fixture(scope="session")
def long_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of LONG_ARTICLES. Read-only."""
    return indexed(LONG_ARTICLES, tmp_path_factory.mktemp("long"), encoder)


@pytest.fixture(scope="session")
def _town(town_index: Path, encoder_home: Path) -> LiveIndex:
    return LiveIndex(town_index, encoder_home)


@pytest.fixture
def opened_runtime(
    town_index: Path, encoder_home: Path, _town: LiveIndex, tmp_path: Path
) -> OpenRuntime:
    """Return a function that opens a runtime over a store of this test, with extra settings.
    Opening an index takes half a second, so tests that do not change `town_index` share one live
    index."""

    @asynccontextmanager
    async def opened(
        observer: Observer | None = None, **settings: object
    ) -> AsyncIterator[Runtime]:
        given = {
            "index": town_index,
            "encoders": encoder_home,
            "store": tmp_path / "dealbot.sqlite",
            **settings,
        }
        with pytest.MonkeyPatch.context() as patch:
            if given["index"] == town_index:
                patch.setattr("bot.discord.runtime.open_live_index", lambda *_: _town)
            async with open_runtime(Settings(**given), observer) as runtime:
                yield runtime

    return opened


@pytest.fixture
async def runtime(opened_runtime: OpenRuntime) -> AsyncIterator[Runtime]:
    async with opened_runtime() as runtime:
        yield runtime


@pytest.fixture
async def dealbot(runtime: Runtime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    """Yield the bot, connected to the fake."""
    async with connected(runtime, fake) as client:
        yield client


@pytest.fixture
async def keeping(opened_runtime: OpenRuntime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    """Yield the bot, connected to the fake, with `keep_questions` on."""
    async with opened_runtime(keep_questions=True) as runtime, connected(runtime, fake) as client:
        yield client
