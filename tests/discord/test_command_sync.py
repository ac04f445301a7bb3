"""Command registration: the bot sends its commands to Discord only if they have changed."""

import pytest
from discord import app_commands

from bot.discord import runner as running_module
from bot.discord.client import DealbotClient, Interaction
from bot.discord.runner import build_client
from bot.discord.runtime import Runtime
from tests.discord.conftest import ANSWERED, running
from tests.fake_discord import FakeDiscord

TELLING = "PUT /applications/*/commands"


async def start(client: DealbotClient, fake: FakeDiscord) -> None:
    """Log in, which registers the commands, without connecting."""
    async with client:
        await client.login(fake.token)


async def test_at_the_first_start_and_not_at_the_second(
    runtime: Runtime, fake: FakeDiscord
) -> None:
    await start(build_client(runtime), fake)
    assert fake.world.syncs == 1
    told = {command["name"] for command in fake.world.commands[None]}
    assert {"ask", "sources", "why", "rebuild", "config"} <= told
    await start(build_client(runtime), fake)
    assert fake.world.syncs == 1


async def test_again_after_a_change(runtime: Runtime, fake: FakeDiscord) -> None:
    @app_commands.command()
    async def wave(interaction: Interaction) -> None:
        """Wave"""

    await start(build_client(runtime), fake)
    for _ in range(2):
        changed = build_client(runtime)
        changed.tree.add_command(wave)
        await start(changed, fake)
    assert fake.world.syncs == 2
    assert "wave" in {command["name"] for command in fake.world.commands[None]}


async def test_a_description_is_a_change_too(runtime: Runtime, fake: FakeDiscord) -> None:
    await start(build_client(runtime), fake)
    changed = build_client(runtime)
    changed.tree.remove_command("help")

    @app_commands.command(name="help")
    async def other(interaction: Interaction) -> None:
        """Something else"""

    changed.tree.add_command(other)
    await start(changed, fake)
    assert fake.world.syncs == 2


async def test_hiccups_are_sat_out(runtime: Runtime, fake: FakeDiscord) -> None:
    fault = fake.faults.fail(TELLING, 503)
    await start(build_client(runtime), fake)
    assert (fault.met, fake.world.syncs) == (1, 1)


async def test_a_failure_does_not_stop_the_bot_and_is_made_up_for(
    runtime: Runtime, fake: FakeDiscord
) -> None:
    fault = fake.faults.fail(TELLING, 400, times=float("inf"))
    general = fake.guild().general
    async with running(build_client(runtime), fake):
        await fake.say(fake.user(), general, ANSWERED, mention_bot=True)
        assert "$12.5 million" in (await fake.next_message(general)).text
    assert (fault.met, fake.world.syncs) == (1, 0)
    fake.faults.disarm(fault)
    await start(build_client(runtime), fake)
    assert fake.world.syncs == 1


async def test_a_wait_of_hours_does_not_hold_up_the_bot(
    runtime: Runtime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord imposes such a wait after 200 new commands a day."""
    monkeypatch.setattr(running_module, "_WAIT_FOR_SYNC_S", 0.1)
    fake.faults.rate_limit(TELLING, 10_000.0)
    general = fake.guild().general
    async with running(build_client(runtime), fake):
        await fake.say(fake.user(), general, ANSWERED, mention_bot=True)
        assert "$12.5 million" in (await fake.next_message(general)).text
