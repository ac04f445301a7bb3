"""The fake Discord enforces Discord's rules: tests with a small bot on the real discord.py."""

import asyncio
import re
import socket
import sys
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.conftest import OutsideError
from tests.discord.conftest import running
from tests.fake_discord import Channel, FakeDiscord, User, Violation, pointed
from tests.fake_discord.remote import remote_discord

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
HARMLESS = discord.AllowedMentions.none()
EDITS = "PATCH /webhooks/*/messages/@original"
SENDS = "POST /channels/*/messages"


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
    """A bot with one command, /ask, which runs the given function; `caught` holds what that
    raised."""

    def __init__(self, ask: Any = None, **options: Any) -> None:
        defaults: dict[str, Any] = {"intents": INTENTS, "allowed_mentions": HARMLESS}
        super().__init__(guild_ready_timeout=0.05, **(defaults | options))
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.caught: asyncio.Queue[discord.HTTPException] = asyncio.Queue()
        if ask is not None:
            self._add(ask)

    def _add(self, ask: Any) -> None:
        @self.tree.command(name="ask", description="Ask")
        async def command(interaction: discord.Interaction, question: str) -> None:
            try:
                await ask(interaction, question)
            except discord.HTTPException as error:
                self.caught.put_nowait(error)

        @command.autocomplete("question")
        async def offer(_: Any, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{typed}bour", value="harbour")]

    async def before_identify_hook(self, shard: int | None, *, initial: bool = False) -> None:
        """Skip discord.py's pause of five seconds."""

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Vote)
        if self.tree.get_commands():
            await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)
        if not message.author.bot and self.user in message.mentions:
            await message.reply("You called?", mention_author=False, nonce=message.id)


async def at_once(interaction: discord.Interaction, question: str) -> None:
    await interaction.response.send_message(question.upper())


async def deferred(interaction: discord.Interaction, question: str) -> None:
    await interaction.response.defer(ephemeral=True)
    view = discord.ui.View(timeout=None).add_item(Vote("up"))
    await interaction.edit_original_response(
        embed=discord.Embed(description=question.upper()), view=view
    )


def text_channel(bot: discord.Client, channel: Channel) -> discord.TextChannel:
    """Return the channel as the bot knows it."""
    known = bot.get_channel(channel.id)
    assert isinstance(known, discord.TextChannel)
    return known


@pytest.fixture
def ann(fake: FakeDiscord) -> User:
    return fake.user("Ann")


# --- normal behaviour


@pytest.mark.parametrize("kind", [discord.Client, discord.AutoShardedClient])
async def test_a_bot_becomes_ready(fake: FakeDiscord, kind: type[discord.Client]) -> None:
    harbour = fake.guild("Harbour")
    async with running(kind(intents=INTENTS, guild_ready_timeout=0.05), fake) as bot:
        assert [guild.name for guild in bot.guilds] == ["Harbour"]
        channel = text_channel(bot, harbour.general)
        assert channel.permissions_for(bot.guilds[0].me).send_messages


async def test_an_answer_takes_the_place_of_thinking(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(deferred), fake):
        asked = await fake.slash(ann, "ask", {"question": "who?"}, channel=harbour.general)
        answer = await asked.final()
        assert answer.embed["description"] == "WHO?"
        assert asked.ephemeral
        assert answer.seen_by is ann
        assert fake.messages(harbour.general) == []  # ephemeral: only the asker sees it
        assert asked.acked_after_s is not None
        assert asked.shown_after_s is not None
        assert asked.acked_after_s < asked.shown_after_s


async def test_a_public_answer_is_seen_by_all(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(at_once), fake):
        asked = await fake.slash(ann, "ask", {"question": "who?"}, channel=harbour.general)
        answer = await asked.final()
        assert fake.messages(harbour.general) == [answer]


async def test_a_persistent_button(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(deferred), fake):
        asked = await fake.slash(ann, "ask", {"question": "who?"}, channel=harbour.general)
        answer = await asked.final()
    async with running(SmallBot(), fake):  # a new process that has never seen the message
        voted = await fake.click(answer, "up", ann)
        assert (await voted.final()).content == "voted up"
        with pytest.raises(LookupError, match="no button 'down'"):
            await fake.click(answer, "down", ann)


async def test_autocompletion(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(at_once), fake):
        choices = await fake.autocomplete(
            ann, "ask", {"question": "har"}, "question", channel=harbour.general
        )
        assert choices == [{"name": "harbour", "value": "harbour"}]


async def test_a_context_menu_shows_its_target(fake: FakeDiscord, ann: User) -> None:
    harbour, bot = fake.guild(), SmallBot()

    @bot.tree.context_menu(name="Shout")
    async def shout(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(message.content.upper(), ephemeral=True)

    async with running(bot, fake):
        quiet = await fake.say(ann, harbour.general, "hidden otherwise")
        asked = await fake.context_menu(ann, "Shout", quiet)
        assert (await asked.final()).content == "HIDDEN OTHERWISE"


async def test_a_form(fake: FakeDiscord, ann: User) -> None:
    class Form(discord.ui.Modal, title="Tell"):
        why: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Why", custom_id="why")

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message(f"because {self.why.value}")

    async def open_form(interaction: discord.Interaction, _: str) -> None:
        await interaction.response.send_modal(Form())

    harbour = fake.guild()
    async with running(SmallBot(open_form), fake):
        opened = await fake.slash(ann, "ask", {"question": "?"}, channel=harbour.general)
        sent = await fake.submit(opened, {"why": "it rains"})
        assert (await sent.final()).content == "because it rains"


async def test_the_first_follow_up_fills_the_deferred_answer(fake: FakeDiscord, ann: User) -> None:
    async def two(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("one")  # stays ephemeral, like the deferral
        await interaction.followup.send("two", ephemeral=True)

    harbour = fake.guild()
    async with running(SmallBot(two), fake):
        asked = await fake.slash(ann, "ask", {"question": "?"}, channel=harbour.general)
        second = await asked.followup()
        assert [each.content for each in asked.answers] == ["one", "two"]
        assert asked.answers[0].ephemeral
        assert second.ephemeral


async def test_a_mention_is_answered_with_a_reply(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake):
        asked = await fake.say(ann, harbour.general, "hello", mention_bot=True)
        reply = await fake.next_message(harbour.general)
        assert reply.referenced is asked
        assert reply.pings == []


async def test_threads_and_direct_messages(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        await fake.say(ann, harbour.general, "hello", mention_bot=True)
        reply = await fake.next_message(harbour.general)
        seen = await text_channel(bot, harbour.general).fetch_message(reply.id)
        thread = await seen.create_thread(name="More")
        await thread.send("in here")
        assert reply.thread is not None
        [inside] = fake.messages(reply.thread)
        assert inside.content == "in here"
        private = await (await bot.fetch_user(ann.id)).send("psst")
        assert [m.content for m in fake.messages(fake.dm(ann))] == [private.content]


# --- what a bot sees


async def test_content_is_hidden_unless_the_bot_is_meant(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        secret = await fake.say(ann, harbour.general, "not for bots")
        await fake.say(ann, fake.dm(ann), "for you alone")
        await fake.say(ann, harbour.general, "for you", mention_bot=True)
        reply = await fake.next_message(harbour.general)
        await fake.say(ann, harbour.general, "and so?", reply_to=reply)
        again = await fake.next_message(harbour.general)
        await fake.say(ann, harbour.general, "quietly", reply_to=reply, ping=False)
        await fake.gateway.caught_up()
        mine = [m for m in bot.heard if m.author.id == ann.id]
        mention = fake.world.bot.mention
        assert [m.content for m in mine] == [
            "",
            "for you alone",
            f"{mention} for you",
            "and so?",
            "",
        ]
        assert again.referenced is not None
        assert again.referenced.content == "and so?"
        fetched = await text_channel(bot, harbour.general).fetch_message(secret.id)
        assert fetched.content == ""


async def test_what_was_not_asked_for_is_not_sent(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(intents=discord.Intents(guilds=True)), fake) as bot:
        await fake.say(ann, harbour.general, "hello", mention_bot=True)
        await fake.gateway.caught_up()
        assert bot.heard == []


async def test_a_privileged_intent_that_is_not_approved(fake: FakeDiscord) -> None:
    intents = discord.Intents(guilds=True, message_content=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(SmallBot(intents=intents), fake):
            pass


async def test_a_channel_that_the_bot_cannot_see(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild(bot_permissions=discord.Permissions.none())
    harbour.everyone.permissions = discord.Permissions(send_messages=True)
    async with running(SmallBot(), fake) as bot:
        await fake.say(ann, harbour.general, "hello", mention_bot=True)
        await fake.gateway.caught_up()
        assert bot.heard == []
        with pytest.raises(discord.Forbidden) as refused:
            await bot.get_partial_messageable(harbour.general.id).send("hello")
        assert refused.value.code == 50001


# --- violations by a bot


async def refused(
    fake: FakeDiscord, ann: User, ask: Any, kind: str
) -> tuple[discord.HTTPException, Violation]:
    """Run /ask and return the error that it met and the violation that the fake recorded."""
    harbour, bot = fake.guild(), SmallBot(ask)
    async with running(bot, fake):
        with fake.violations.expected(kind) as noted:
            await fake.slash(ann, "ask", {"question": "?"}, channel=harbour.general)
            error = await bot.caught.get()
    return error, noted[0]


async def test_a_late_acknowledgement(fake: FakeDiscord, ann: User) -> None:
    async def late(interaction: discord.Interaction, question: str) -> None:
        fake.clock.advance(3.5)
        await interaction.response.defer()

    error, _ = await refused(fake, ann, late, "late ack")
    assert (error.status, error.code) == (404, 10062)


async def test_acknowledging_twice(fake: FakeDiscord, ann: User) -> None:
    async def twice(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.defer()
        # discord.py itself would refuse a second response
        interaction.response._response_type = None
        await interaction.response.defer()

    error, _ = await refused(fake, ann, twice, "double ack")
    assert (error.status, error.code) == (400, 40060)


async def test_an_expired_token(fake: FakeDiscord, ann: User) -> None:
    async def slow(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.defer()
        fake.clock.advance(15 * 60 + 1)
        await interaction.edit_original_response(content="at last")

    error, _ = await refused(fake, ann, slow, "expired token")
    assert (error.status, error.code) == (401, 50027)


async def test_the_webhook_before_an_acknowledgement(fake: FakeDiscord, ann: User) -> None:
    async def early(interaction: discord.Interaction, question: str) -> None:
        await interaction.followup.send("too soon")

    error, _ = await refused(fake, ann, early, "before ack")
    assert (error.status, error.code) == (404, 10015)


TOO_MUCH = [
    {"content": "x" * 2001},
    {"content": "𝕏" * 1001},
    {"embed": discord.Embed(title="x" * 257)},
    {"embed": discord.Embed(description="x" * 4097)},
    {"embed": discord.Embed().set_footer(text="x" * 2049)},
    {"embed": discord.Embed().add_field(name="x", value="x" * 1025)},
    {"embed": discord.Embed().add_field(name=" ", value="x")},
    {"embed": discord.Embed(title="x", url="javascript:alert(1)")},
    {"embeds": [discord.Embed(description="x" * 3001) for _ in range(2)]},
    {"view": discord.ui.View().add_item(discord.ui.Button(label="x" * 81))},
    {"view": discord.ui.View().add_item(discord.ui.Button(label="x", url=f"https://{'x' * 505}"))},
]


@pytest.mark.parametrize("form", TOO_MUCH)
async def test_a_form_that_is_too_long(fake: FakeDiscord, ann: User, form: dict[str, Any]) -> None:
    async def much(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.send_message(**form)

    error, _ = await refused(fake, ann, much, "form")
    assert (error.status, error.code) == (400, 50035)


async def test_buttons_with_the_same_id(fake: FakeDiscord, ann: User) -> None:
    async def same(interaction: discord.Interaction, question: str) -> None:
        view = discord.ui.View(timeout=None).add_item(Vote("up")).add_item(Vote("up"))
        await interaction.response.send_message("vote", view=view)

    error, noted = await refused(fake, ann, same, "form")
    assert (error.status, error.code) == (400, 50035)
    assert "COMPONENT_CUSTOM_ID_DUPLICATED" in noted.detail


async def test_mentions_must_be_ruled_out(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(allowed_mentions=None), fake) as bot:
        channel = text_channel(bot, harbour.general)
        with fake.violations.expected("allowed mentions") as noted:
            await channel.send("harmless, but who knows")
        assert len(noted) == 1
        with fake.violations.expected("allowed mentions", "ping") as noted:
            await channel.send(f"{ann.mention} @everyone `@here`")
        assert f"user {ann.id}, everyone in" in noted[1].detail
        await channel.send(f"{ann.mention} @everyone", allowed_mentions=HARMLESS)
        assert fake.messages(harbour.general)[-1].pings == []


async def test_a_reply_that_pings(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        asked = await fake.say(ann, harbour.general, "hello")
        channel = text_channel(bot, harbour.general)
        with fake.violations.expected("ping"):
            await channel.get_partial_message(asked.id).reply("hi", mention_author=True)


async def test_an_unknown_route(fake: FakeDiscord) -> None:
    async with running(SmallBot(), fake) as bot:
        with fake.violations.expected("unknown route"), pytest.raises(discord.NotFound) as error:
            await bot.http.request(discord.http.Route("GET", "/no/such/thing"))
        assert error.value.code == 0


async def test_a_request_without_the_token_or_not_in_json(fake: FakeDiscord) -> None:
    harbour = fake.guild()
    url = f"{fake.url}/api/v10/channels/{harbour.general.id}/messages"
    mine = {"Authorization": f"Bot {fake.token}"}
    async with aiohttp.ClientSession() as session:
        with fake.violations.expected("authorization"):
            assert (await session.post(url, json={"content": "x"})).status == 401
        with fake.violations.expected("content type"):
            assert (await session.post(url, data=b"x", headers=mine)).status == 400


async def test_a_wrong_token(fake: FakeDiscord) -> None:
    fake.token = "wrong"
    bot = SmallBot()
    with pytest.raises(discord.LoginFailure):
        async with running(bot, fake):
            pass
    await bot.close()


async def test_a_repeated_nonce_sends_once(fake: FakeDiscord) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        channel = text_channel(bot, harbour.general)
        first, second = [await channel.send("once", nonce=7) for _ in range(2)]
        assert first.id == second.id
        assert len(fake.messages(harbour.general)) == 1


# --- disturbances by Discord


async def disturbed(fake: FakeDiscord, ann: User, disturb: Any) -> None:
    """Disturb a bot; assert that it answers what was said before and after, once each."""
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        disturb()
        await fake.until(lambda: not fake.gateway.live)
        await fake.say(ann, harbour.general, "while you were away", mention_bot=True)
        await fake.next_message(harbour.general)
        await fake.say(ann, harbour.general, "and now?", mention_bot=True)
        await fake.next_message(harbour.general)
        await fake.gateway.caught_up()
        assert [m.content[-4:] for m in bot.heard if not m.author.bot] == ["away", "now?"]


async def test_op_7_resumes_and_replays(fake: FakeDiscord, ann: User) -> None:
    await disturbed(fake, ann, fake.gateway.reconnect)
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


async def test_close_4000_resumes_and_replays(fake: FakeDiscord, ann: User) -> None:
    await disturbed(fake, ann, lambda: fake.gateway.close(4000))
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


async def test_a_dropped_socket_resumes_and_replays(fake: FakeDiscord, ann: User) -> None:
    await disturbed(fake, ann, fake.gateway.abort)
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


async def test_op_9_resumable(fake: FakeDiscord, ann: User) -> None:
    await disturbed(fake, ann, lambda: fake.gateway.invalidate(resumable=True))
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


async def test_op_9_not_resumable(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake):
        fake.gateway.invalidate()
        await fake.gateway.identified(2)
        await fake.say(ann, harbour.general, "new here?", mention_bot=True)
        await fake.next_message(harbour.general)
        assert fake.gateway.resumes == 0


async def test_a_session_that_is_forgotten(fake: FakeDiscord, ann: User) -> None:
    async with running(SmallBot(), fake):
        fake.gateway.forget_sessions()
        fake.gateway.abort()
        await fake.gateway.identified(2)
        assert fake.gateway.resumes == 0


async def test_connects_that_find_nobody(fake: FakeDiscord, ann: User) -> None:
    async with running(SmallBot(), fake):
        fake.gateway.refuse(1)
        fake.gateway.abort()
        await fake.gateway.resumed()


async def test_lost_heartbeat_acks(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    fake.gateway.heartbeat_s, fake.gateway.acks = 0.1, False
    async with running(SmallBot(heartbeat_timeout=0.2), fake):
        await fake.until(lambda: fake.gateway.close_codes, "a bot that gives up the connection")
        fake.gateway.acks = True
        await fake.gateway.resumed()
        await fake.say(ann, harbour.general, "still there?", mention_bot=True)
        await fake.next_message(harbour.general)


async def until_closed_with(fake: FakeDiscord, code: int) -> None:
    async with running(SmallBot(), fake):
        fake.gateway.close(code)
        await fake.until(lambda: fake.gateway.close_codes)


async def test_a_final_close_code(fake: FakeDiscord) -> None:
    with pytest.raises(discord.ConnectionClosed, match="4004"):
        await until_closed_with(fake, 4004)


async def test_rate_limits_are_waited_out(fake: FakeDiscord) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        channel = text_channel(bot, harbour.general)
        for scope in ("user", "shared", "global"):
            fake.faults.rate_limit(SENDS, 0.1, scope=scope)
            before = asyncio.get_running_loop().time()
            await channel.send("at last")
            assert asyncio.get_running_loop().time() - before >= 0.1
        fake.faults.rate_limit(SENDS, 0.1, via=False)
        with pytest.raises(discord.HTTPException):
            await channel.send("banned")
        assert fake.rest.invalid == 4


async def test_buckets_are_obeyed_ahead_of_time(fake: FakeDiscord) -> None:
    harbour = fake.guild()
    bucket = fake.buckets.limit(SENDS, 2, per_s=0.3)
    async with running(SmallBot(), fake) as bot:
        channel = text_channel(bot, harbour.general)
        before = asyncio.get_running_loop().time()
        for number in range(5):
            await channel.send(f"{number}")
        assert asyncio.get_running_loop().time() - before >= 0.6
        assert bucket.exceeded == 0


async def test_the_global_limit(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(at_once), fake) as bot:
        overall = fake.buckets.limit_overall(1, per_s=0.2)
        await text_channel(bot, harbour.general).send("one")
        asked = await fake.slash(ann, "ask", {"question": "?"}, channel=harbour.general)
        await asked.final()  # interactions do not count towards the limit
        assert overall.exceeded == 0
        await text_channel(bot, harbour.general).send("two")
        assert overall.exceeded == 1


async def test_a_503_is_an_error(fake: FakeDiscord) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        channel = text_channel(bot, harbour.general)
        fault = fake.faults.fail(SENDS, 503)
        with pytest.raises(discord.DiscordServerError):
            await channel.send("hello")
        assert fault.met == 1
        assert fake.messages(harbour.general) == []


async def test_an_answer_that_is_lost_on_the_way(fake: FakeDiscord) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        channel = text_channel(bot, harbour.general)
        fake.faults.drop(SENDS, after=True)
        with pytest.raises(aiohttp.ClientError):
            await channel.send("hello")
        assert len(fake.messages(harbour.general)) == 1  # the request had been carried out
        fake.faults.drop(SENDS)
        with pytest.raises(aiohttp.ClientError):
            await channel.send("hello")
        assert len(fake.messages(harbour.general)) == 1


async def test_a_request_that_is_held(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(deferred), fake):
        with fake.faults.hold(EDITS) as held:
            asked = await fake.slash(ann, "ask", {"question": "?"}, channel=harbour.general)
            await fake.faults.entered(held)
            assert (await asked.response()).loading
            assert not asked.answered
        await asked.final()


async def test_down_and_up_again(fake: FakeDiscord, ann: User) -> None:
    harbour = fake.guild()
    async with running(SmallBot(), fake) as bot:
        await fake.go_down()
        with pytest.raises(aiohttp.ClientError):
            await bot.get_partial_messageable(harbour.general.id).send("hello")
        await fake.come_up()
        await fake.gateway.ready()
        await fake.say(ann, harbour.general, "back?", mention_bot=True)
        await fake.next_message(harbour.general)


class Sharded(discord.AutoShardedClient):
    async def before_identify_hook(self, shard: int | None, *, initial: bool = False) -> None:
        """Skip discord.py's pause of five seconds between two shards."""


async def test_shards_get_their_own_servers(fake: FakeDiscord) -> None:
    fake.world.shards = 2
    fake.guild("One"), fake.guild("Two")
    bot = Sharded(intents=INTENTS, guild_ready_timeout=0.05, shard_ids=[0, 1], shard_count=2)
    async with running(bot, fake):
        assert {guild.name: guild.shard_id for guild in bot.guilds} == {
            guild.name: (guild.id >> 22) % 2 for guild in fake.world.guilds.values()
        }
        assert fake.gateway.identifies == 2


# --- the fake itself


async def test_a_process_of_its_own() -> None:
    async with remote_discord() as remote:
        ann = await remote.ask("user", name="Ann")
        harbour = await remote.ask("guild", name="Harbour")
        said = await remote.ask("say", user=ann["id"], channel=harbour["general"], text="hello")
        assert said["content"] == "hello"
        assert (await remote.ask("state"))["violations"] == []
        asking = {"user": ann["id"], "name": "ask", "channel": harbour["general"]}
        with pytest.raises(AssertionError, match="no command 'ask' here"):
            await remote.ask("slash", **asking)
        with pointed(remote.url):
            async with running(SmallBot(deferred), remote):
                asked = await remote.ask("slash", **asking, options={"question": "who?"})
                answer = await remote.ask("final", invocation=asked["id"])
                assert answer["ephemeral"]
                clicked = await remote.ask(
                    "click", message=answer["id"], button="up", user=ann["id"]
                )
                assert (await remote.ask("final", invocation=clicked["id"]))["text"] == "voted up"
                await remote.ask("gateway.reconnect")
                await remote.ask("gateway.resumed")
        state = await remote.ask("state")
        assert (state["syncs"], state["resumes"], state["violations"]) == (1, 1, [])


async def test_dealbot_is_pointed_at_the_fake() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fake_discord.run_bot", "http://127.0.0.1:1", "--version"),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert said.startswith(b"dealbot")
    assert process.returncode == 0


def test_no_test_reaches_the_outside() -> None:
    with pytest.raises(OutsideError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)
    with socket.socket() as outgoing, pytest.raises(OutsideError):
        outgoing.connect_ex(("192.0.2.1", 80))
    with pytest.raises(OutsideError, match=r"discord\.com"):
        socket.getaddrinfo("discord.com", 443)


async def test_aiohttp_does_not_reach_the_outside() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(OutsideError):
            await session.get("https://discord.com/api/v10/gateway")
