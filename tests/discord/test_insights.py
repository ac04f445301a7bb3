"""/insights: for the admins of a server, about that server alone."""

from typing import Any

import discord
import pytest

from bot.discord.client import DealbotClient
from tests.discord.conftest import ANSWERED, NOT_ANSWERED, ask
from tests.fake_discord import FakeDiscord, Message, User
from tests.fake_discord.places import Channel, Guild, Overwrite
from tests.insights.conftest import asked

SECRET = "Who is Zebulon, the keeper of the keys of Tarn?"


async def insights(fake: FakeDiscord, person: User, guild: Guild, **options: Any) -> Message:
    return await (await fake.slash(person, "insights", options, channel=guild.general)).final()


async def asked_by_two(fake: FakeDiscord, channel: Channel, question: str) -> None:
    for name in ("Ann", "Bob"):
        await ask(fake, fake.user(name), channel, question)


@pytest.mark.usefixtures("keeping")
async def test_an_admin_sees_what_gets_no_answer(fake: FakeDiscord) -> None:
    guild = fake.guild()
    await asked_by_two(fake, guild.general, NOT_ANSWERED)
    await asked_by_two(fake, guild.general, ANSWERED)
    shown = await insights(fake, guild.owner, guild)
    assert shown.ephemeral
    assert "4 asked: 2 answered, 0 unsure, 2 without an answer" in shown.text
    assert "Asked, without an answer" in shown.text
    assert NOT_ANSWERED in shown.text
    assert "2 of 3 articles were never cited" in shown.text


@pytest.mark.usefixtures("keeping")
async def test_members_are_refused(fake: FakeDiscord) -> None:
    guild, ann = fake.guild(), fake.user("Ann")
    await asked_by_two(fake, guild.general, SECRET)
    asked = await fake.slash(ann, "insights", channel=guild.general)
    shown = await asked.response()
    assert "Only the server's admins" in shown.text
    assert "Zebulon" not in shown.text


@pytest.mark.usefixtures("keeping")
async def test_another_servers_questions_are_not_seen(fake: FakeDiscord) -> None:
    here, other = fake.guild("Here"), fake.guild("Other")
    await asked_by_two(fake, other.general, SECRET)
    shown = await insights(fake, here.owner, here)
    assert "Nothing was asked in this time." in shown.text
    assert "Zebulon" not in shown.text
    assert "Zebulon" in (await insights(fake, other.owner, other)).text


async def test_words_of_a_channel_that_an_admin_cannot_see_are_not_shown(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    guild, moderator = fake.guild(), fake.user("Mod")
    hidden = fake.channel(
        guild, "owners", Overwrite(guild.everyone, deny=discord.Permissions(view_channel=True))
    )
    await keeping.runtime.store.settings.change(
        guild.id, lambda now: now.model_copy(update={"admin_users": (moderator.id,)})
    )
    for asker in "ab":
        await _asked_in(keeping, guild, hidden, asker)
    shown = await insights(fake, moderator, guild)
    assert "2 asked" in shown.text
    assert "Zebulon" not in shown.text
    assert "Zebulon" in (await insights(fake, guild.owner, guild)).text


async def _asked_in(client: DealbotClient, guild: Guild, channel: Channel, asker: str) -> None:
    receipt = asked(SECRET, asker, guild=guild.id, channel=channel.id)
    await client.runtime.store.receipts.add(receipt)


@pytest.mark.usefixtures("dealbot")
async def test_without_words_the_admin_learns_which_setting_keeps_them(fake: FakeDiscord) -> None:
    guild = fake.guild()
    await asked_by_two(fake, guild.general, NOT_ANSWERED)
    shown = await insights(fake, guild.owner, guild)
    assert NOT_ANSWERED not in shown.text
    assert "the setting keep_questions keeps them" in shown.text
    assert "the closest sentences of the articles" in shown.text


@pytest.mark.usefixtures("keeping")
async def test_untrusted_text_is_escaped(fake: FakeDiscord) -> None:
    guild = fake.guild()
    hostile = "Who pays @everyone **now** [here](https://evil.example) discord.gg/abc?"
    await asked_by_two(fake, guild.general, hostile)
    shown = await insights(fake, guild.owner, guild)
    description = shown.embed["description"]
    for active in ("@everyone", "**now**", "](https", "discord.gg"):
        assert active not in description
    assert "evil.example" in description


async def test_long_texts_make_several_pages_which_turn(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    """The buttons make the pages again, and check the rights again."""
    guild = fake.guild()
    for number, topic in enumerate(("ferries", "museums", "roofs", "sailors", "clocks")):
        for asker in "ab":
            text = f"What about {topic} number {number}? " + f"{topic} _*~`|<>[] " * 90
            receipt = asked(text, asker, guild=guild.id, channel=guild.general.id, answered=False)
            await keeping.runtime.store.receipts.add(receipt)
            await keeping.runtime.store.votes.vote(receipt.id, "someone", -1)
    shown = await insights(fake, guild.owner, guild)
    [turn] = [b["custom_id"] for b in shown.buttons if b["custom_id"].startswith("turn:")]
    assert "Page 1 of" in shown.text
    turned = await fake.click(shown, turn, guild.owner)
    assert "Page 2 of" in (await turned.final()).text
