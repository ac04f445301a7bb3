"""What is pictured: what the bot, its real client, sends to a fake Discord in a few scenes."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config.settings import Settings
from bot.discord.runner import build_client
from bot.discord.runtime import open_runtime
from bot.terminal.progress import StageLines
from index.building.build import build_index
from index.encoder.encoder import default_home, open_current
from tests.fake_discord import Channel, FakeDiscord, Message, User, pointed

ANSWERED = "How much is the partnership worth?"
NOT_ANSWERED = "What is Nvidia's share price?"
CHECKED = (
    "The partnership of Nvidia and OpenAI is valued at $100 billion. "
    "They announced it in August. Sam Altman owns a bakery in Paris."
)
DIFFERING = "When was the partnership announced?"


@dataclass(frozen=True, slots=True)
class Scene:
    """One message as Discord's API gives it. `command` is what brought it about, if one did."""

    name: str
    message: dict[str, Any]
    command: str = ""


def play(articles: Path, tell: Callable[[str], None]) -> list[Scene]:
    """Over a new index of these articles, with nothing of any store or settings that are there."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            index=Path(folder, "index"), store=Path(folder, "store.sqlite"), encoders=default_home()
        )
        encoder = open_current(settings.encoders)
        build_index([articles], settings.index, encoder, StageLines(tell))
        return asyncio.run(_play(settings))


async def _play(settings: Settings) -> list[Scene]:
    async with FakeDiscord() as fake:
        with pointed(fake.url):
            async with open_runtime(settings) as runtime, asyncio.TaskGroup() as group:
                client = build_client(runtime)
                await client.login(fake.token)
                group.create_task(client.connect())
                await client.wait_until_ready()
                try:
                    scenes = await _scenes(fake)
                finally:
                    await client.close()
    if fake.violations:
        raise RuntimeError("\n".join(map(str, fake.violations)))
    return scenes


async def _scenes(fake: FakeDiscord) -> list[Scene]:
    ann, general = fake.user("Ann"), fake.guild("Harbour").general
    answer = await _used(fake, ann, general, "ask", question=ANSWERED)
    abstention = await _used(fake, ann, general, "ask", question=NOT_ANSWERED)
    disagreement = await _used(fake, ann, general, "ask", question=DIFFERING)
    timeline = await _used(fake, ann, general, "timeline")
    context = await (await fake.click(answer, "Context", ann)).final()
    menu = await (await fake.click(answer, "More…", ann)).response()
    receipt = await (await fake.pick(menu, "why", ann)).final()
    check = await _used(fake, ann, general, "check", text=CHECKED)
    return [
        Scene("answer", answer.payload(), "ask"),
        Scene("abstention", abstention.payload(), "ask"),
        Scene("disagreement", disagreement.payload(), "ask"),
        Scene("timeline", timeline.payload(), "timeline"),
        Scene("context", context.payload()),
        Scene("receipt", receipt.payload()),
        Scene("check", check.payload(), "check"),
    ]


async def _used(
    fake: FakeDiscord, person: User, channel: Channel, command: str, **options: str
) -> Message:
    message = await (await fake.slash(person, command, options, channel=channel)).final()
    await fake.until(lambda: message.embeds, "more than the wait for it")
    return message
