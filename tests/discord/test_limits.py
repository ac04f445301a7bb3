"""Limits on Discord: what uses up questions, what a refusal says, and who sees who is limited."""

from contextlib import suppress

from bot.discord.client import DealbotClient
from bot.domain.errors import LimitedError
from bot.requests.handler import Asker
from bot.store.settings import ServerSettings
from tests.discord.conftest import ANSWERED, OpenRuntime, ask, connected, menu_of, pick
from tests.fake_discord import Channel, FakeDiscord, User


async def limits_of(fake: FakeDiscord, person: User, channel: Channel) -> str:
    return (await (await fake.slash(person, "limits", channel=channel)).final()).content


async def test_only_questions_use_up_questions(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    settings = {"limit_per_user": "2/hour", "limit_per_channel": "2/hour"}
    async with opened_runtime(**settings) as runtime, connected(runtime, fake):
        answer = await ask(fake, ann, harbour.general, ANSWERED)
        for command in ("help", "status", "why", "sources", "watching", "limits"):
            used = await (await fake.slash(ann, command, channel=harbour.general)).final()
            assert "used up" not in used.text, command
        for option in ("cite.1", "more", "why"):
            assert (await (await pick(fake, answer, option, ann)).final()).embeds
        assert "You have 1 of your 2 questions an hour left." in await limits_of(
            fake, ann, harbour.general
        )
        assert "$12.5 million" in (await ask(fake, ann, harbour.general, ANSWERED)).text


async def test_a_refusal_says_what_is_used_up_and_when_there_is_more(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(limit_per_user="1/minute") as runtime, connected(runtime, fake):
        await ask(fake, ann, harbour.general, ANSWERED)
        refused = await ask(fake, ann, harbour.general, ANSWERED)
        assert "You have used up your 1 question a minute: the next one is free in" in (
            refused.content
        )
        assert "/limits" in refused.content
        assert "the next one is free in" in await limits_of(fake, ann, harbour.general)


async def test_admins_see_who_is_limited_in_their_own_server(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, island = fake.guild("Harbour"), fake.guild("Island")
    ann, bob = fake.user("Ann"), fake.user("Bob")
    async with opened_runtime(limit_per_user="1/hour") as runtime, connected(runtime, fake):
        for _ in range(3):
            await ask(fake, ann, harbour.general, ANSWERED)
        seen = await limits_of(fake, harbour.owner, harbour.general)
        assert f"<@{ann.id}> (2 questions)" in seen
        assert ann.mention not in await limits_of(fake, bob, harbour.general)
        elsewhere = await limits_of(fake, island.owner, island.general)
        assert "no member was refused" in elsewhere


async def test_a_servers_own_limit_is_the_one_that_is_shown(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await dealbot.runtime.store.settings.change(
        harbour.id, lambda _: ServerSettings(per_user_per_minute=3)
    )
    await ask(fake, ann, harbour.general, ANSWERED)
    assert "You have 2 of your 3 questions a minute left." in await limits_of(
        fake, ann, harbour.general
    )


async def test_a_flood_of_presses_is_refused(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    for _ in range(60):
        await dealbot.runtime.requests.admit_browsing(_asker(ann, harbour.general))
    told = await limits_of(fake, ann, harbour.general)
    assert "faster than I can follow" in told


async def test_a_flood_of_presses_leaves_only_deleting(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    menu = await menu_of(fake, answer, ann)
    for _ in range(60):
        with suppress(LimitedError):
            await dealbot.runtime.requests.admit_browsing(_asker(ann, harbour.general))
    for pressed in (await fake.click(answer, "Context", ann), await fake.pick(menu, "why", ann)):
        told = await pressed.response()
        assert "faster than I can follow" in told.content
        assert told.seen_by is ann
    assert (await (await fake.click(answer, "Context", bob)).response()).embeds
    await fake.pick(menu, "drop", ann)
    await fake.until(lambda: answer.deleted)


def _asker(person: User, channel: Channel) -> Asker:
    assert channel.guild is not None
    return Asker(person.id, channel.id, channel.guild.id)
