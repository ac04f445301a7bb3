"""The bot's language: the user's for what one user sees, the server's for what everyone sees."""

from bot.discord.client import DealbotClient
from bot.discord.runner import build_client
from bot.discord.runtime import Runtime
from bot.discord.user_locales import UserLocales
from prompts import speaking, text
from prompts.languages import language
from tests.discord.conftest import ANSWERED, ask
from tests.fake_discord import FakeDiscord

UNKNOWN = "Who runs the zoo of Quito?"


def said(locale: str, name: str) -> str:
    with speaking(locale):
        return text(name)


async def test_commands_are_registered_in_every_language(
    runtime: Runtime, fake: FakeDiscord
) -> None:
    async with (client := build_client(runtime)):
        await client.login(fake.token)
    named_ask = next(each for each in fake.world.commands[None] if each["name"] == "ask")
    german = language("de").commands["ask"]
    assert named_ask["name_localizations"]["de"] == german.name
    assert named_ask["description_localizations"]["de"] == german.description
    question = next(each for each in named_ask["options"] if each["name"] == "question")
    assert question["name_localizations"]["de"] == german.options["question"][0]
    spanish = language("es-ES").commands["ask"].name
    assert (
        named_ask["name_localizations"]["es-ES"]
        == named_ask["name_localizations"]["es-419"]
        == spanish
    )
    assert "en-US" not in named_ask["name_localizations"]
    config = next(each for each in fake.world.commands[None] if each["name"] == "config")
    show = next(each for each in config["options"] if each["name"] == "show")
    assert show["name_localizations"]["de"] == language("de").commands["config show"].name


async def test_a_refusal_is_in_the_users_language(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    ann.locale = "de"
    for person, locale in ((ann, "de"), (bob, "en")):
        options = {"question": ANSWERED, "as_of": "soon"}
        asked = await fake.slash(person, "ask", options, channel=harbour.general)
        assert said(locale, "refusals.date_unreadable") in (await asked.final()).content


async def test_a_public_answer_is_in_the_servers_language(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    harbour.locale, ann.locale = "en-US", "de"
    for private, locale in ((False, "en"), (True, "de")):
        answer = await ask(fake, ann, harbour.general, UNKNOWN, private=private)
        assert answer.embed["title"].startswith(said(locale, "abstained"))


async def test_admins_choose_the_language_of_their_server(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    channel = harbour.general
    chosen = await fake.slash(harbour.owner, "config language", {"language": "fr"}, channel=channel)
    assert "Français" in (await chosen.final()).content
    answer = await ask(fake, ann, channel, UNKNOWN)
    assert answer.embed["title"].startswith(said("fr", "abstained"))
    reset = await fake.slash(harbour.owner, "config language", channel=channel)
    assert "Français" not in (await reset.final()).content
    answer = await ask(fake, ann, channel, UNKNOWN)
    assert answer.embed["title"].startswith(said("en", "abstained"))


async def test_a_direct_message_is_in_the_language_of_the_users_last_interaction(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    ann, bob = fake.user("Ann"), fake.user("Bob")
    ann.locale = bob.locale = "de"
    await ask(fake, ann, fake.guild("Harbour").general, UNKNOWN)
    for person, locale in ((ann, "de"), (bob, "en")):  # Bob has used no command
        await fake.say(person, fake.dm(person), UNKNOWN)
        answer = await fake.next_message(fake.dm(person))
        assert answer.embed["title"].startswith(said(locale, "abstained"))
    ann.locale = "fr"
    await ask(fake, ann, fake.dm(ann), UNKNOWN)
    await fake.say(ann, fake.dm(ann), UNKNOWN)
    answer = await fake.next_message(fake.dm(ann))
    assert answer.embed["title"].startswith(said("fr", "abstained"))


def test_locales_of_the_last_ten_thousand_users_are_remembered() -> None:
    locales = UserLocales()
    for user in range(10_001):
        locales.read({"member": {"user": {"id": str(user)}}, "locale": "de"})
    assert (locales.of(0), locales.of(1), locales.of(10_000), locales.of(None)) == (
        "",
        "de",
        "de",
        "",
    )
