"""Events of shards that may move between processes: which are read here, and which are answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import discord

from bot.cluster.member import Member
from bot.discord.client import DealbotClient
from bot.discord.failures import UNSENT
from bot.discord.guild_loading import GuildLoader
from bot.domain.errors import StoreError
from bot.monitoring.bugs import log_bug

_MESSAGE, _EDIT, _INTERACTION = "MESSAGE_CREATE", "MESSAGE_UPDATE", "INTERACTION_CREATE"
_READY, _RESUMED = "READY", "RESUMED"
_ACKNOWLEDGED_S = 2.5  # Discord waits for 3 s
_NEW_S = 60.0  # after which every interaction has its first response
_LOADED_S = 1.0  # for which an interaction waits for its server

_Event = dict[str, Any]
_Read = Callable[[_Event], None]

_log = logging.getLogger(__name__)


class _Pending(NamedTuple):
    """Message in progress: its shard, and the sequence number of its event."""

    shard: int
    sequence: int


class ShardEvents:
    """Guard before discord.py's parsers. It drops the events of shards that this process no longer
    holds: the next holder gets them again. It remembers which messages are in progress, so that a
    session can be handed over from before the oldest."""

    def __init__(self, client: DealbotClient, member: Member) -> None:
        self._client, self._member = client, member
        self._guilds = GuildLoader(client)
        self._pending: dict[int, _Pending] = {}
        self._replaying: set[int] = set()
        self._repeated: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        parsers = client._connection.parsers
        for name in (_MESSAGE, _EDIT, _INTERACTION):
            parsers[name] = partial(self._receive, name, parsers[name])
        for name in (_READY, _RESUMED):
            parsers[name] = partial(self._caught_up, parsers[name])

    def replay(self, shard: int) -> None:
        """Expect events of a shard that another process may have read already."""
        self._replaying.add(shard)

    def end(self, shard: int) -> None:
        self._replaying.discard(shard)

    def safe_sequence(self, shard: int, latest: int) -> int:
        """Return the latest sequence number such that no message after it is answered or ignored
        only in part."""
        begun = (each.sequence for each in self._pending.values() if each.shard == shard)
        return min(latest, *(number - 1 for number in begun)) if self.is_busy(shard) else latest

    def is_busy(self, shard: int) -> bool:
        return any(each.shard == shard for each in self._pending.values())

    def was_repeated(self, event: int) -> bool:
        """Return whether another process may have begun to answer a message in progress or a new
        interaction."""
        return event in self._repeated

    async def handle(
        self, message: discord.Message, *, addressed: bool, answer: Callable[[], Awaitable[None]]
    ) -> None:
        """Call `answer` unless another process has answered the message. Until it returns, the
        message is in progress."""
        try:
            if not addressed or not await self._is_answered(message.id):
                await answer()
        finally:
            self._finish(message.id)

    async def _is_answered(self, message: int) -> bool:
        """Return whether another process answers the message: it did before, or it has taken the
        shard while this one waited."""
        if not self.was_repeated(message) or message not in self._pending:
            return False
        shard = self._pending[message].shard
        await self._member.drain.ended(shard)
        if not self._member.serves(shard):
            return True
        with suppress(StoreError):
            return bool(await self._client.runtime.store.replies.of_question(message))
        return False

    def _receive(self, name: str, read: _Read, event: _Event) -> None:
        shard = self._shard_of(event)
        if not self._member.serves(shard):
            return
        if name == _INTERACTION and shard in self._replaying and not self._repeat(event):
            return
        guild = event.get("guild_id")
        is_known = guild is None or self._guilds.is_known(int(guild))
        if not is_known and name != _INTERACTION and not self._mentions_bot(event):
            return  # no server is fetched for what is not answered
        if name == _MESSAGE and not self._begin(int(event["id"]), shard):
            return
        if is_known:
            read(event)
            return
        reading = asyncio.create_task(self._read_later(name, read, event, shard))
        self._tasks.add(reading)
        reading.add_done_callback(self._has_read)

    def _repeat(self, interaction: _Event) -> bool:
        """Record an interaction as repeated. Return False if it is too old to acknowledge."""
        if _age_s(interaction) > _ACKNOWLEDGED_S:
            _log.info("an interaction was too old when its shard was taken over")
            return False
        number = int(interaction["id"])
        self._repeated.add(number)
        loop = asyncio.get_running_loop()
        loop.call_later(_NEW_S, self._repeated.discard, number)
        return True

    def _begin(self, message: int, shard: int) -> bool:
        """Record a message as in progress. Return False if it is already."""
        if message in self._pending:
            return False
        sequence = self._client._get_websocket(shard_id=shard).sequence
        assert sequence is not None  # an event has one
        self._pending[message] = _Pending(shard, sequence)
        if shard in self._replaying:
            self._repeated.add(message)
        return True

    async def _read_later(self, name: str, read: _Read, event: _Event, shard: int) -> None:
        """Read an event once its server is known. Without it, a message would pass for a direct
        one, so it is dropped; an interaction says all that is needed."""
        loading = self._guilds.load(int(event["guild_id"]))
        is_known, was_read = True, False
        try:
            try:
                await (asyncio.wait_for(loading, _LOADED_S) if name == _INTERACTION else loading)
            except UNSENT as error:
                is_known = False
                _log.warning("a server could not be fetched: %r", error)
            if self._member.serves(shard) and (is_known or name == _INTERACTION):
                read(event)
                was_read = True
        finally:
            if name == _MESSAGE and not was_read:
                self._finish(int(event["id"]))

    def _has_read(self, reading: asyncio.Task[None]) -> None:
        self._tasks.discard(reading)
        error = None if reading.cancelled() else reading.exception()
        if isinstance(error, Exception):
            log_bug(_log, error, "bug %s while reading an event")

    def _finish(self, message: int) -> None:
        self._pending.pop(message, None)
        self._repeated.discard(message)

    def _caught_up(self, read: _Read, event: _Event) -> None:
        """End the repetition: by RESUMED, or because a new session repeats nothing."""
        self._replaying.discard(event["shard"][0] if "shard" in event else event["__shard_id__"])
        read(event)

    def _mentions_bot(self, event: _Event) -> bool:
        """Return whether a message in a server is addressed to the bot, as `is_addressed` does."""
        me = self._client.user
        named = (int(each["id"]) for each in event.get("mentions", ()))
        return me is not None and me.id in named

    def _shard_of(self, event: _Event) -> int:
        """Return the shard of an event; those outside of servers come on shard 0."""
        return (int(event.get("guild_id") or 0) >> 22) % self._member.shards.count


def _age_s(event: _Event) -> float:
    """Return the seconds since an interaction began, by its id."""
    began = discord.utils.snowflake_time(int(event["id"]))
    return (datetime.now(UTC) - began).total_seconds()
