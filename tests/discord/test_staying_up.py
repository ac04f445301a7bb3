"""Faults of Discord: the bot survives them, answers afterwards, and its old buttons work."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

import discord
import pytest
from discord.backoff import ExponentialBackoff

from bot.discord import client as client_module
from bot.discord import runner as running_module
from bot.discord.client import DealbotClient
from bot.discord.runner import build_client, run_bot
from bot.discord.runtime import Runtime
from bot.domain.errors import TokenError
from tests.discord.conftest import ANSWERED
from tests.fake_discord import FakeDiscord, Guild, Message
from tests.hang_guard import HANG_S

Break = Callable[[FakeDiscord], None]


@asynccontextmanager
async def at_work(runtime: Runtime, fake: FakeDiscord) -> AsyncIterator["asyncio.Task[None]"]:
    """Run the bot with its reconnect loop; yield its task."""
    working = asyncio.create_task(run_bot(runtime, fake.token))
    try:
        yield working
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError, TokenError):
            await working


async def answer(fake: FakeDiscord, guild: Guild) -> Message:
    """Ask as a new user and return the answer."""
    await fake.gateway.ready()
    await fake.until(lambda: fake.world.syncs, "commands")
    asked = await fake.slash(
        fake.user("Asker"), "ask", {"question": ANSWERED}, channel=guild.general
    )
    answer = await asked.final()
    await fake.until(lambda: "$12.5 million" in answer.text, "more than the wait for it")
    return answer


async def click(fake: FakeDiscord, answer: Message) -> None:
    clicked = await fake.click(answer, "Context", fake.user("Clicker"))
    assert "Mayor Ilse Brandt" in (await clicked.response()).text


async def test_a_gateway_that_refuses_the_first_connects(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot retries in a fresh call; retrying inside the failed one ends in a RecursionError."""
    monkeypatch.setattr(running_module, "_FIRST_CONNECT_S", 0.2)
    built: list[DealbotClient] = []

    def build(*given: Any) -> DealbotClient:
        built.append(build_client(*given))
        return built[-1]

    monkeypatch.setattr(running_module, "build_client", build)
    guild = fake.guild()
    fake.gateway.refuse(4)  # aiohttp tries each connect twice
    async with at_work(runtime, fake):
        await click(fake, await answer(fake, guild))
        assert len(built) == 3
        # The time limit applies to the first connect alone.
        await asyncio.sleep(0.3)
        await answer(fake, guild)
        assert (len(built), fake.gateway.identifies) == (3, 1)


def _503(fake: FakeDiscord) -> None:
    fake.faults.fail("GET /users/@me", 503)


def _drop(fake: FakeDiscord) -> None:
    fake.faults.drop("GET /users/@me")


def _no_gateway(fake: FakeDiscord) -> None:
    fake.faults.fail("GET /gateway/bot", 503)


def _banned(fake: FakeDiscord) -> None:
    fake.faults.rate_limit("GET /users/@me", 1, via=False)


@pytest.mark.parametrize("fail", [_503, _drop, _no_gateway, _banned])
async def test_a_login_that_fails_is_tried_again(
    runtime: Runtime, fake: FakeDiscord, fail: Break
) -> None:
    guild = fake.guild()
    fail(fake)
    async with at_work(runtime, fake):
        await answer(fake, guild)


def _lose(fake: FakeDiscord) -> None:
    fake.gateway.abort()


def _close_4000(fake: FakeDiscord) -> None:
    fake.gateway.close(4000)


def _reconnect(fake: FakeDiscord) -> None:
    fake.gateway.reconnect()


def _invalidate_resumable(fake: FakeDiscord) -> None:
    fake.gateway.invalidate(resumable=True)


@pytest.mark.parametrize("lose", [_reconnect, _invalidate_resumable, _close_4000, _lose])
async def test_a_session_that_can_be_resumed(
    runtime: Runtime, fake: FakeDiscord, lose: Break
) -> None:
    guild, ann = fake.guild(), fake.user("Ann")
    async with at_work(runtime, fake):
        before = await answer(fake, guild)
        lose(fake)
        # The bot gets a message sent during the gap later, and answers it once.
        await fake.say(ann, guild.general, ANSWERED, mention_bot=True)
        await fake.gateway.resumed()
        assert "$12.5 million" in (await fake.next_message(guild.general)).text
        await click(fake, before)
        await click(fake, await answer(fake, guild))
    replies = [m for m in fake.messages(guild.general) if m.referenced is not None]
    assert (len(replies), fake.gateway.identifies) == (1, 1)


def _invalidate(fake: FakeDiscord) -> None:
    fake.gateway.invalidate()


def _forget(fake: FakeDiscord) -> None:
    fake.gateway.forget_sessions()
    fake.gateway.abort()


@pytest.mark.parametrize("lose", [_invalidate, _forget])
async def test_a_session_that_is_over(runtime: Runtime, fake: FakeDiscord, lose: Break) -> None:
    guild = fake.guild()
    async with at_work(runtime, fake):
        before = await answer(fake, guild)
        lose(fake)
        await fake.gateway.identified(2)
        await click(fake, before)
        await click(fake, await answer(fake, guild))


async def test_heartbeats_that_nobody_hears(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*given: Any) -> DealbotClient:
        client = build_client(*given)
        client._connection.heartbeat_timeout = 1.0  # the default is a minute
        return client

    monkeypatch.setattr(running_module, "build_client", build)
    guild = fake.guild()
    fake.gateway.heartbeat_s = 0.2
    async with at_work(runtime, fake):
        before = await answer(fake, guild)
        fake.gateway.acks = False
        await fake.gateway.resumed()
        fake.gateway.acks = True
        await click(fake, before)
        await click(fake, await answer(fake, guild))


async def test_discord_is_down_for_a_while(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question in flight at that moment gets its answer when Discord is back."""
    attempts, fifth = 0, asyncio.Event()

    def delay(self: object) -> float:
        nonlocal attempts
        attempts += 1
        if attempts == 5:
            fifth.set()
        return 0.05

    monkeypatch.setattr(client_module.Pauses, "delay", delay)
    guild = fake.guild()
    async with at_work(runtime, fake):
        before = await answer(fake, guild)
        with fake.faults.hold("PATCH /webhooks/*/messages/@original") as held:
            question = {"question": ANSWERED}
            asked = await fake.slash(fake.user(), "ask", question, channel=guild.general)
            await fake.faults.entered(held)
            await fake.go_down()
        await asyncio.wait_for(fifth.wait(), HANG_S)
        await fake.come_up()
        assert "$12.5 million" in (await asked.final()).text
        await fake.gateway.resumed()
        await click(fake, before)
        await click(fake, await answer(fake, guild))
    assert len(asked.answers) == 1


async def test_what_is_said_while_connects_fail_is_heard_later(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module.Pauses, "delay", lambda self: 0.05)
    guild, ann = fake.guild(), fake.user("Ann")
    async with at_work(runtime, fake):
        await answer(fake, guild)
        fake.gateway.refuse(4)
        fake.gateway.abort()
        await fake.say(ann, guild.general, ANSWERED, mention_bot=True)
        assert "$12.5 million" in (await fake.next_message(guild.general)).text
    assert (fake.gateway.resumes, fake.gateway.identifies) == (1, 1)


async def test_an_address_to_resume_at_that_is_gone_for_good(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = 0

    def delay(self: object) -> float:
        nonlocal pauses
        pauses += 1
        return 0.0

    monkeypatch.setattr(client_module.Pauses, "delay", delay)
    guild = fake.guild()
    fake.gateway.url = "ws://127.0.0.1:1/ws/"
    async with at_work(runtime, fake):
        await answer(fake, guild)
        fake.gateway.abort()
        await fake.gateway.identified(2)
        await answer(fake, guild)
    assert pauses == client_module._RESUMES + 1


def test_the_pauses_between_reconnects_stay_short() -> None:
    # each shard creates one of these
    pauses: ExponentialBackoff[Literal[False]] = vars(discord.shard)["ExponentialBackoff"]()
    assert max(pauses.delay() for _ in range(40)) <= 60


async def test_a_connection_that_stood_and_ended_is_made_anew(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """This includes errors that the library lets through after hours. A connection that never stood
    is retried after a pause."""
    begun = 0

    class Ending(DealbotClient):
        async def login(self, token: str) -> None:
            nonlocal begun
            begun += 1
            if begun == 3:
                raise discord.LoginFailure("enough")

        async def connect(self, *, reconnect: bool = True) -> None:
            if begun == 1:
                return
            raise RecursionError

    monkeypatch.setattr(running_module, "DealbotClient", Ending)
    monkeypatch.setattr(running_module, "_STOOD_S", 0.0)
    with pytest.raises(TokenError, match="does not know this token"):
        await run_bot(runtime, "token")
    assert begun == 3
    assert "trying again in" not in caplog.text


@pytest.mark.parametrize("code", [4004, 4013, 4014])
async def test_what_is_final_ends_the_bot(runtime: Runtime, fake: FakeDiscord, code: int) -> None:
    async with at_work(runtime, fake) as working:
        await fake.gateway.ready()
        fake.gateway.close(code)
        with pytest.raises(TokenError):
            await asyncio.wait_for(working, HANG_S)
    assert fake.gateway.identifies == 1


async def test_a_token_that_discord_does_not_know(runtime: Runtime, fake: FakeDiscord) -> None:
    with pytest.raises(TokenError, match="does not know this token"):
        await run_bot(runtime, "another.token")
    assert fake.rest.invalid == 1, "each of these counts towards a ban"


async def test_stopping_while_a_shard_reconnects(runtime: Runtime, fake: FakeDiscord) -> None:
    """discord.py takes the cancellation for the end of its attempt, and continues."""
    reached, ended = asyncio.Event(), asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await ended.wait()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    fake.gateway.url = f"ws://127.0.0.1:{port}/ws/"  # the address for resuming
    async with silent, at_work(runtime, fake) as working:
        await fake.gateway.ready()
        await fake.until(lambda: fake.world.syncs, "commands")
        await fake.gateway.caught_up()
        fake.gateway.abort()
        await asyncio.wait_for(reached.wait(), HANG_S)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(asyncio.shield(working), 20)
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "discord"]
        ended.set()


async def test_a_session_that_says_no_goodbye_does_not_hold_up_the_end(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py waits half a minute for Discord to close its side too."""

    async def close(client: DealbotClient) -> None:
        await asyncio.Event().wait()

    async with at_work(runtime, fake) as working:
        await fake.gateway.ready()
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "close", close)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(asyncio.shield(working), 20)
        monkeypatch.undo()
