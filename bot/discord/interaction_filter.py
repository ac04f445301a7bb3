"""Before the library reads an interaction: whom the door has no room for is turned away here, where
that costs a small part of what a command does."""

import asyncio
import json
import logging
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.discord.buttons import DeleteButton
from bot.discord.client import DealbotClient
from bot.discord.failures import UNSENT
from bot.discord.rendering.notices import refusal_text
from bot.domain.errors import ServiceBusyError

_INTERACTION = "INTERACTION_CREATE"
_AUTOCOMPLETE = discord.InteractionType.autocomplete.value
_JSON = {"Content-Type": "application/json"}
_IN_TIME = aiohttp.ClientTimeout(3)  # seconds, for which Discord waits
_PAUSE_S = 1.0
_TEXTS = 8  # of refusals, which change with the second at most
# Most are told nothing: their words are not even made.
_TURNED_AWAY = ServiceBusyError()

_log = logging.getLogger(__name__)


class Doorway:
    """Reads of an interaction no more than which server it comes from, and whether from somebody
    who keeps order there: with a command for admins only, or by deleting an answer."""

    def __init__(self, client: DealbotClient) -> None:
        self._client, self._door = client, client.office.desk.door
        self._read = client._connection.parsers[_INTERACTION]
        commands = client.tree.get_commands()
        self._for_admins = {each.name for each in commands if each.default_permissions}
        self._coming = 0
        client._connection.parsers[_INTERACTION] = self._interaction

    def _interaction(self, event: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        if self._has_room(event):
            self._read(event)
            self._coming += 1  # it will be inside with the next step of the event loop
            loop.call_soon(self._came)
        elif self._coming:  # a refusal leaves little room, and they were promised theirs
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
        deletes = data.get("custom_id", "").startswith(f"{DeleteButton.what}:")
        keeps_order = deletes or data.get("name") in self._for_admins
        return keeps_order and self._door.has_room_for_order

    def _turn_away(self, event: dict[str, Any]) -> None:
        if event["type"] == _AUTOCOMPLETE:
            return  # nothing but choices can be shown there
        since = self._door.admission.refuse()
        self._client.office.observer.refused(_TURNED_AWAY)
        self._client.turning_away.tell(partial(self._tell, event["id"], event["token"], since))

    async def _tell(self, id_: str, token: str, since: float) -> None:
        """Once: a second try would take the turn of somebody else. The log gets no address, which
        has the interaction's token in it."""
        words = self._door.admission.refusal(since).user_message
        route = Route("POST", "/interactions/{id}/{token}/callback", id=id_, token=token)
        session = self._client.http._HTTPClient__session  # type: ignore[attr-defined]
        try:
            async with session.post(
                route.url, data=_response(words), headers=_JSON, timeout=_IN_TIME
            ) as answer:
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:  # Discord bans who goes on
                    await asyncio.sleep(float(answer.headers.get("Retry-After", _PAUSE_S)))
                elif not answer.ok:
                    _log.info("Discord did not take a refusal: %d", answer.status)
        except UNSENT as unsent:
            _log.info("a refusal could not be told: %s", type(unsent).__name__)


@lru_cache(_TEXTS)
def _response(words: str) -> bytes:
    """For the asker's eyes only, and pinging nobody."""
    message = {
        "content": refusal_text(words),
        "flags": discord.MessageFlags(ephemeral=True).value,
        "allowed_mentions": discord.AllowedMentions.none().to_dict(),
    }
    kind = discord.InteractionResponseType.channel_message.value
    return json.dumps({"type": kind, "data": message}).encode()
