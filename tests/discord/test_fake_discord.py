"""The fake Discord keeps Discord's rules: shown with a small bot on the real discord.py."""

import re
from typing import Any

import discord
from discord import app_commands

from tests.discord.conftest import running
from tests.fake_discord import FakeDiscord

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class Vote(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"vote:(?P<way>up|down)"):
    def __init__(self, way: str) -> None:
        super().__init__(discord.ui.Button(label=way, custom_id=f"vote:{way}"))
        self.way = way

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> "Vote":
        return cls(match["way"])

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"voted {self.way}", ephemeral=True)


class SmallBot(discord.Client):
    """Each test adds the commands that it needs before the bot starts."""

    def __init__(self, **options: Any) -> None:
        options = {"intents": INTENTS, "allowed_mentions": discord.AllowedMentions.none()} | options
        super().__init__(guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Vote)
        if self.tree.get_commands():
            await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)
        if not message.author.bot and self.user in message.mentions:
            await message.reply("You called?", mention_author=False)


async def test_a_bot_logs_in_and_becomes_ready(fake: FakeDiscord) -> None:
    harbour = fake.guild("Harbour")
    async with running(SmallBot(), fake) as bot:
        assert [guild.name for guild in bot.guilds] == ["Harbour"]
        assert bot.get_channel(harbour.general.id).permissions_for(bot.guilds[0].me).send_messages


async def test_slash_defer_and_edit(fake: FakeDiscord) -> None:
    harbour, ann, bot = fake.guild(), fake.user("Ann"), SmallBot()

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.defer(ephemeral=True)
        view = discord.ui.View(timeout=None)
        view.add_item(Vote("up"))
        embed = discord.Embed(description=question.upper())
        await interaction.edit_original_response(embed=embed, view=view)

    async with running(bot, fake):
        asked = await fake.slash(ann, "ask", {"question": "who?"}, channel=harbour.general)
        answer = await asked.final()
        assert answer.embed["description"] == "WHO?"
        assert asked.ephemeral
        assert answer.ephemeral
        assert answer.seen_by is ann
        voted = await fake.click(answer, "up", ann)
        assert (await voted.final()).content == "voted up"


async def test_a_mention_is_answered_with_a_reply(fake: FakeDiscord) -> None:
    harbour, ann = fake.guild(), fake.user("Ann")
    async with running(SmallBot(), fake):
        asked = await fake.say(ann, harbour.general, "hello", mention_bot=True)
        reply = await fake.next_message(harbour.general)
        assert reply.referenced is asked
        assert not reply.pings
