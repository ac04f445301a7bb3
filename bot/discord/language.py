"""Languages on Discord: names of the commands in each, and the choice of one for a message.

What one user sees is in the language of that user's Discord. What a whole server sees is in the
language that its admins set with /config, or else in the language that Discord has for the server.
A direct message carries no language: the bot uses the one that the user's last interaction had.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation

from bot.discord.client import DealbotClient, Interaction
from bot.domain.errors import UnreadableSettingsError
from prompts import speak, speaking
from prompts.languages import ENGLISH, CommandText, closest_language, language

_NAMES = {
    TranslationContextLocation.command_name,
    TranslationContextLocation.group_name,
    TranslationContextLocation.parameter_name,
}

_log = logging.getLogger(__name__)


class CommandTranslator(app_commands.Translator):
    """Translator that registers each command in every language of `prompts/languages`."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        code = closest_language(locale.value)
        if code == ENGLISH:
            return None
        if isinstance(context.data, app_commands.Choice):
            return language(code).choices.get(string.message)
        return _translated(language(code).commands, context) or None


def _translated(
    commands: Mapping[str, CommandText], context: app_commands.TranslationContextTypes
) -> str | None:
    """Return the text at a place of a command; None or "" if the language lacks it."""
    at: Any = context.data
    is_option = isinstance(at, app_commands.Parameter)
    texts = commands.get((at.command if is_option else at).qualified_name)
    if texts is None:
        return None
    own = (texts.name, texts.description)
    name, description = texts.options.get(at.name, ("", "")) if is_option else own
    return name if context.location in _NAMES else description


def speak_to_place(interaction: Interaction) -> None:
    """Use the language of the server for the rest of the task. Outside of servers the user's stays,
    in which every interaction begins."""
    if interaction.guild_id is not None:
        speak(server_language(interaction.client, interaction.guild_id))


@contextmanager
def speaking_to_readers(
    client: DealbotClient, guild: int | None, *, private: bool
) -> Iterator[None]:
    """Use the language of the server during the block, unless only one user sees what it makes."""
    if private or guild is None:
        yield
        return
    with speaking(server_language(client, guild)):
        yield


def place_language(client: DealbotClient, guild: int | None, user: int | None) -> str:
    """Return the locale of the server; in a direct message that of the user's last interaction, or
    else English."""
    return direct_language(client, user) if guild is None else server_language(client, guild)


def direct_language(client: DealbotClient, user: int | None, guild: int | None = None) -> str:
    """Return the locale of the user's last interaction, for a message that only the user sees. If
    no interaction was seen since the start, it is that of the server, or else English."""
    return client.locales.of(user) or server_language(client, guild)


def server_language(client: DealbotClient, guild: int | None) -> str:
    """Return the locale that the server's admins chose, or else the one that Discord has for the
    server. Outside of servers, and for an unknown server, it is English."""
    if guild is None:
        return ENGLISH
    try:
        chosen = client.runtime.store.settings.get(guild).language
    except UnreadableSettingsError as error:  # the request itself reports it
        _log.info("the language of a server is unknown: %s", error)
        chosen = ""
    known = client.get_guild(guild)
    return chosen or (known.preferred_locale.value if known else ENGLISH)
