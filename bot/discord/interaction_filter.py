"""Refusal of interactions over capacity, before discord.py parses them. A refusal here costs a
small part of what a command costs."""

import asyncio
import json
import logging
from datetime import timedelta
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.http import Route
from yarl import URL

from bot.discord.answer_menu import DELETE
from bot.discord.answer_view import MenuButton
from bot.discord.buttons import DeleteButton
from bot.discord.client import DealbotClient
from bot.discord.failures import UNSENT
from bot.discord.rendering.notices import refusal_text
from bot.domain.errors import ServiceBusyError
from bot.serving.admission import busy
from bot.wording.errors import error_line
from prompts import speaking
from prompts.languages import ENGLISH, closest_language

_INTERACTION = "INTERACTION_CREATE"
_AUTOCOMPLETE = discord.InteractionType.autocomplete.value
_JSON = {"Content-Type": "application/json"}
_IN_TIME = aiohttp.ClientTimeout(3)  # seconds; Discord waits no longer
_PAUSE_S = 1.0
_RESPONSES = 256  # cached refusals: each of the nine languages with the last half minute of delays
# For the observer only: most refusals are never sent, so their text is not built.
_TURNED_AWAY = ServiceBusyError()

# What leads to the deletion of an answer.
_DELETING = tuple(f"{button.what}:" for button in (DeleteButton, MenuButton))

_log = logging.getLogger(__name__)


class InteractionFilter:
    """Filter in front of discord.py's interaction parser. Of an interaction it reads only the
    server's id and whether it is moderation: a command for admins, or the deletion of an answer.
    Moderation has capacity of its own."""

    def __init__(self, client: DealbotClient) -> None:
        self._client, self._door = client, client.runtime.requests.capacity
        self._read = client._connection.parsers[_INTERACTION]
        commands = client.tree.get_commands()
        self._for_admins = {each.name for each in commands if each.default_permissions}
        self._response = lru_cache(_RESPONSES)(_response)
        self._coming = 0
        client._connection.parsers[_INTERACTION] = self._interaction

    def _interaction(self, event: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        self._client.locales.read(event)
        if self._has_room(event):
            with speaking(event.get("locale", ENGLISH)):  # the tasks that it starts inherit this
                self._read(event)
            self._coming += 1  # until the event loop's next step counts it as in progress
            loop.call_soon(self._came)
        elif self._coming:  # a refusal cuts the capacity that those just let in need
            loop.call_soon(self._interaction, event)
        else:
            self._turn_away(event)

    def _came(self) -> None:
        self._coming -= 1

    def _has_room(self, event: dict[str, Any]) -> bool:
        server = event.get("guild_id") or event["user"]["id"]
        if self._door.has_room(int(server), self._coming):
            return True
        data = event["data"]
        deletes = data.get("custom_id", "").startswith(_DELETING) or data.get("values") == [DELETE]
        keeps_order = deletes or data.get("name") in self._for_admins
        return keeps_order and self._door.has_moderation_room

    def _turn_away(self, event: dict[str, Any]) -> None:
        if event["type"] == _AUTOCOMPLETE:
            return  # autocomplete can show only choices
        since = self._door.admission.refuse()
        self._client.runtime.observer.refused(_TURNED_AWAY)
        tell = partial(self._tell, event["id"], event["token"], event.get("locale", ENGLISH), since)
        self._client.refusal_queue.tell(tell)

    async def _tell(self, id_: str, token: str, locale: str, since: float) -> None:
        """Send a refusal once; a retry would delay the refusals of others. Never log the address,
        because it contains the interaction's token."""
        response = self._response(closest_language(locale), self._door.admission.delay(since))
        route = Route("POST", "/interactions/{id}/{token}/callback", id=id_, token=token)
        address = URL(route.url, encoded=True)
        session = self._client.http._HTTPClient__session  # type: ignore[attr-defined]
        try:
            async with session.post(
                address, data=response, headers=_JSON, timeout=_IN_TIME
            ) as answer:
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:  # wait, or Discord bans the bot
                    await asyncio.sleep(float(answer.headers.get("Retry-After", _PAUSE_S)))
                elif not answer.ok:
                    _log.info("Discord did not accept a refusal: %d", answer.status)
        except UNSENT as unsent:
            _log.info("a refusal could not be sent: %s", type(unsent).__name__)


def _response(language: str, delay: timedelta) -> bytes:
    """Build the JSON of a refusal that only the user sees and that pings no users."""
    with speaking(language):
        words = error_line(busy(delay))
    message = {
        "content": refusal_text(words),
        "flags": discord.MessageFlags(ephemeral=True).value,
        "allowed_mentions": discord.AllowedMentions.none().to_dict(),
    }
    kind = discord.InteractionResponseType.channel_message.value
    return json.dumps({"type": kind, "data": message}).encode()
