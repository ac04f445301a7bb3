"""/config and its effect: who may ask, and where."""

import pytest
from discord import Permissions

from bot.discord.client import DealbotClient
from bot.store.audit import AuditEntry
from bot.store.settings import ServerSettings
from tests.discord.conftest import ANSWERED, OpenRuntime, ask, connected, pick
from tests.fake_discord import Channel, FakeDiscord, Guild, User


async def set_(fake: FakeDiscord, person: User, guild: Guild, name: str, **options: object) -> str:
    """Run a /config command and return its ephemeral answer."""
    asked = await fake.slash(person, f"config {name}", options, channel=guild.general)
    told = await asked.final()
    assert asked.ephemeral
    assert not told.pings
    return told.content


async def audited(dealbot: DealbotClient, guild: Guild) -> list[AuditEntry]:
    return await dealbot.runtime.store.audit.latest(guild.id, 20)


async def test_each_setting_is_kept_shown_and_audited(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    role, other = fake.role(harbour, "askers"), fake.channel(harbour, "other")
    owner = harbour.owner
    assert "Channels: all" in await set_(fake, owner, harbour, "show")
    assert f"<#{other.id}>" in await set_(fake, owner, harbour, "channel", channel=other)
    assert f"ask: {role.mention}" in await set_(fake, owner, harbour, "role", role=role)
    fake.join(harbour, ann)
    shown = await set_(fake, owner, harbour, "admin", role=role, user=ann)
    assert f"Server: {role.mention} " in shown
    assert "by default to: the asker" in await set_(fake, owner, harbour, "privacy", private=True)
    assert "minute: 3" in await set_(fake, owner, harbour, "limit", per_minute=3)
    assert dealbot.runtime.store.settings.get(harbour.id) == ServerSettings(
        channels=(other.id,),
        roles=(role.id,),
        admin_roles=(role.id,),
        admin_users=(ann.id,),
        private=True,
        per_user_per_minute=3,
    )
    entries = await audited(dealbot, harbour)
    assert len(entries) == 5
    assert {(entry.action, entry.actor, entry.outcome) for entry in entries} == {
        ("config", owner.id, "done")
    }
    assert any("private=True" in entry.detail for entry in entries)

    await set_(fake, owner, harbour, "channel", channel=other)  # the second call removes it
    await set_(fake, owner, harbour, "role")
    await set_(fake, owner, harbour, "limit")
    settings = dealbot.runtime.store.settings.get(harbour.id)
    assert (settings.channels, settings.roles, settings.per_user_per_minute) == ((), (), None)


async def test_what_two_admins_set_at_once_is_both_kept(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.join(harbour, ann, fake.role(harbour, "managers", manage_guild=True))
    roles = [fake.role(harbour, f"askers{number}") for number in range(3)]
    changes: list[tuple[User, str, dict[str, object]]] = [
        (harbour.owner, "config privacy", {"private": True}),
        (ann, "config limit", {"per_minute": 3}),
    ]
    changes += [(ann, "config role", {"role": role}) for role in roles]
    asked = [
        await fake.slash(person, name, options, channel=harbour.general)
        for person, name, options in changes
    ]
    for each in asked:
        await each.final()
    settings = dealbot.runtime.store.settings.get(harbour.id)
    assert (settings.private, settings.per_user_per_minute) == (True, 3)
    assert set(settings.roles) == {role.id for role in roles}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("show", {}),
        ("channel", {}),
        ("role", {}),
        ("admin", {}),
        ("privacy", {"private": True}),
        ("limit", {"per_minute": 60}),
    ],
)
async def test_who_is_no_admin_changes_nothing(
    dealbot: DealbotClient, fake: FakeDiscord, name: str, options: dict[str, object]
) -> None:
    """Discord hides the command from them, but a server can show it to anyone."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    before = ServerSettings(channels=(1,), roles=(2,), per_user_per_minute=1)
    await dealbot.runtime.store.settings.change(harbour.id, lambda _: before)
    assert "Only the server's admins" in await set_(fake, ann, harbour, name, **options)
    assert dealbot.runtime.store.settings.get(harbour.id) == before
    assert not await audited(dealbot, harbour)


async def test_admins_are_those_who_manage_the_server_and_whom_they_name(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, island = fake.guild("Harbour"), fake.guild("Island")
    manager, named, by_role = map(fake.user, ("Manager", "Named", "ByRole"))
    trusted = fake.role(harbour, "trusted")
    fake.join(harbour, manager, fake.role(harbour, "managers", manage_guild=True))
    fake.join(harbour, named)
    fake.join(harbour, by_role, trusted)
    for person in (named, by_role):
        assert "Only the server's admins" in await set_(fake, person, harbour, "show")
    await set_(fake, manager, harbour, "admin", role=trusted, user=named)
    for person in (named, by_role, manager, fake.world.developer):
        assert "Channels: all" in await set_(fake, person, harbour, "show")
    for person in (named, by_role, manager):
        assert "Only the server's admins" in await set_(fake, person, island, "show")


async def test_rights_that_were_taken_away_are_gone_at_once(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """Discord continues to show the command for a while."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    fake.join(harbour, ann)
    for allowed in (True, False):
        await set_(fake, harbour.owner, harbour, "admin", user=ann)  # the second call removes it
        told = await set_(fake, ann, harbour, "show")
        assert ("Only the server's admins" not in told) is allowed


async def test_an_admin_has_to_be_named(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour = fake.guild("Harbour")
    assert "Choose a role or a member" in await set_(fake, harbour.owner, harbour, "admin")
    assert not await audited(dealbot, harbour)


async def test_settings_hold_no_more_than_can_be_shown(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour = fake.guild("Harbour")
    many = tuple(range(10**18, 10**18 + 15))
    full = ServerSettings(channels=many, roles=many, admin_roles=many, admin_users=many)
    await dealbot.runtime.store.settings.change(harbour.id, lambda _: full)
    assert "Channels: <#" in await set_(fake, harbour.owner, harbour, "show")
    told = await set_(fake, harbour.owner, harbour, "channel", channel=harbour.general)
    assert "At most 15" in told
    assert dealbot.runtime.store.settings.get(harbour.id) == full


async def test_a_member_who_has_left_is_told_of_in_words(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, stranger = fake.guild("Harbour"), fake.user("Stranger")
    told = await set_(fake, harbour.owner, harbour, "admin", user=stranger)
    assert "I cannot see what you picked" in told


async def refusal(fake: FakeDiscord, person: User, channel: Channel) -> str:
    """Ask with /ask and return the ephemeral refusal."""
    asked = await fake.slash(person, "ask", {"question": ANSWERED}, channel=channel)
    told = await asked.final()
    assert asked.ephemeral
    assert not told.embeds
    return told.content


async def test_questions_are_answered_in_the_channels_that_are_set(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    other = fake.channel(harbour, "other")
    await set_(fake, harbour.owner, harbour, "channel", channel=harbour.general)
    thread, elsewhere = (fake.thread(c, "boats", ann) for c in (harbour.general, other))
    for channel in (harbour.general, thread, fake.dm(ann)):
        assert (await ask(fake, ann, channel, ANSWERED)).embeds
    for channel in (other, elsewhere):
        assert harbour.general.mention in await refusal(fake, ann, channel)
    message = await fake.say(ann, other, ANSWERED)
    asked = await fake.context_menu(ann, "Ask the articles about this", message)
    assert "do not answer in this channel" in (await asked.final()).content


async def test_only_some_roles_may_ask(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    askers = fake.role(harbour, "askers")
    fake.join(harbour, ann, askers)
    await set_(fake, harbour.owner, harbour, "role", role=askers)
    assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds
    assert "Only some roles may ask" in await refusal(fake, bob, harbour.general)
    await fake.say(bob, harbour.general, ANSWERED, mention_bot=True)
    assert "Only some roles may ask" in (await fake.next_message(fake.dm(bob))).content
    await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    assert (await fake.next_message(harbour.general)).embeds


async def test_settings_of_one_server_are_none_of_anothers(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, island, ann = fake.guild("Harbour"), fake.guild("Island"), fake.user("Ann")
    await set_(fake, harbour.owner, harbour, "privacy", private=True)
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=island.general)
    await asked.final()
    assert not asked.ephemeral


async def test_config_is_for_servers(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    ann = fake.user("Ann")
    with pytest.raises(LookupError):
        await fake.slash(ann, "config show", channel=fake.dm(ann))
    registered = {command["name"]: command for command in fake.world.commands[None]}
    hint = Permissions(int(registered["config"]["default_member_permissions"]))
    assert hint == Permissions(manage_guild=True)


async def test_over_the_limit_only_questions_are_refused(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    async with opened_runtime(limit_per_user="1/minute") as runtime, connected(runtime, fake):
        answer = await ask(fake, ann, harbour.general, ANSWERED)
        for channel in (harbour.general, fake.dm(ann)):
            told = await refusal(fake, ann, channel)
            assert "You have used up your 1 question a minute: the next one is free in " in told
        for command in ("sources", "status", "help"):
            asked = await fake.slash(ann, command, channel=harbour.general)
            assert (await asked.final()).embeds
        for person in (ann, bob):
            assert (await (await fake.click(answer, "Context", person)).response()).embeds
        await pick(fake, answer, "drop", ann)
        await fake.until(lambda: answer.deleted)


async def test_turning_pages_uses_up_no_question(
    fake: FakeDiscord, opened_runtime: OpenRuntime, long_index: object
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with (
        opened_runtime(index=long_index, limit_per_user="1/minute") as runtime,
        connected(runtime, fake),
    ):
        listed = await (await fake.slash(ann, "sources", channel=harbour.general)).final()
        await (await fake.click(listed, "Next ▶", ann)).final()
        assert "Page 2" in listed.text


async def test_a_servers_own_limit_holds_there(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, island, ann = fake.guild("Harbour"), fake.guild("Island"), fake.user("Ann")
    await set_(fake, harbour.owner, harbour, "limit", per_minute=1)
    assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds
    assert "1 question a minute" in await refusal(fake, ann, harbour.general)
    assert (await ask(fake, ann, island.general, ANSWERED)).embeds


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("limit_per_channel", "This channel has used up its"),
        ("limit_per_server", "This server has used up its"),
        ("limit_overall", "I have answered my limit"),
    ],
)
async def test_limits_of_places_hold_for_everyone_there(
    fake: FakeDiscord, opened_runtime: OpenRuntime, limit: str, told: str
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    async with opened_runtime(**{limit: "1/hour"}) as runtime, connected(runtime, fake):
        assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds
        assert told in await refusal(fake, bob, harbour.general)
