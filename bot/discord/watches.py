"""Delivery of messages about changed answers: each arrives once, also after a crash."""

import logging
from collections.abc import Iterator, Sequence
from itertools import groupby

import discord

from bot.discord.client import DealbotClient
from bot.discord.delivery import is_refusal, with_retries
from bot.discord.failures import UNSENT
from bot.discord.language import direct_language, server_language
from bot.discord.permissions import may_ask_in
from bot.discord.rendering.watches import change_embeds, expiry_embeds
from bot.discord.watch_buttons import stop_view
from bot.domain.errors import UnreadableSettingsError
from bot.store import new_id
from bot.store.watches import StoredWatch, WatchState
from bot.watches.watcher import EXPIRES_AFTER
from prompts import speaking

_SEND_FOR_S = 60.0
_TOGETHER = 5  # changes of one message, which all fit

_log = logging.getLogger(__name__)


async def deliver_watches(client: DealbotClient) -> bool:
    """Send the messages that wait, those of one person and channel together. Return False if some
    could not be sent and must be tried again. Raises StoreError, ServiceClosedError."""
    watches, all_sent = client.runtime.store.watches, True
    messages = list(_batches(await watches.outgoing()))
    for batch, ids in messages:
        name = batch or new_id()
        if batch is None:
            await watches.begin(ids, name)
        all_sent &= await _deliver(client, name, await watches.in_batch(name))
    if messages and all_sent:  # a generation may have been published while they were being sent
        await client.runtime.follow_ups.watcher.ask_again()
    return all_sent


def _batches(outgoing: Sequence[StoredWatch]) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the messages to send, each as its name and the ids of its watches. A message that a
    crash interrupted has a name already."""

    def key(watch: StoredWatch) -> tuple[str, int, int, str]:
        return watch.batch or "", watch.watcher, watch.channel or 0, watch.state

    for (batch, *_), group in groupby(sorted(outgoing, key=key), key):
        ids = [watch.id for watch in group]
        if batch:
            yield batch, ids
        else:
            yield from ((None, ids[at : at + _TOGETHER]) for at in range(0, len(ids), _TOGETHER))


async def _deliver(client: DealbotClient, batch: str, watches: Sequence[StoredWatch]) -> bool:
    """Send one message and record the outcome. Return False if it must be tried again."""
    store = client.runtime.store.watches
    if not watches:  # stopped meanwhile
        return True
    try:
        arrived = await _send(client, batch, watches)
    except UNSENT as error:
        _log.warning("a message about watched questions is sent later: %s", error)
        client.runtime.observer.watch_message("put_off")
        return False
    await (store.sent(batch) if arrived else store.undeliverable(batch))
    client.runtime.observer.watch_message("sent" if arrived else "undeliverable")
    return True


async def _send(client: DealbotClient, batch: str, watches: Sequence[StoredWatch]) -> bool:
    """Send the message to its channel, or to the watcher if that refuses it or the bot may not
    speak there. Return False if it cannot arrive."""
    first = watches[0]
    channel = first.channel
    try:
        if channel is not None and _may_speak(client, first):
            place = client.get_partial_messageable(channel, guild_id=first.guild)
            await _post(client, place, batch, watches)
            return True
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
        if isinstance(error, discord.Forbidden):
            client.may_not_speak(channel or 0)
        _log.info("a watcher gets a direct message, because their channel refuses it: %s", error)
    try:
        await _post(client, await client.fetch_user(first.watcher), batch, watches)
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
        _log.info("watches are paused: their watcher cannot be reached: %s", error)
        return False
    return True


async def _post(
    client: DealbotClient,
    place: discord.abc.Messageable,
    batch: str,
    watches: Sequence[StoredWatch],
) -> None:
    """Post the message. Discord posts it once per nonce, which is the name of the message."""
    watcher, expired = watches[0].watcher, watches[0].state is WatchState.EXPIRED
    direct = isinstance(place, discord.User)
    guild = watches[0].guild
    language = direct_language(client, watcher, guild) if direct else server_language(client, guild)
    with speaking(language):
        embeds = expiry_embeds(watches, EXPIRES_AFTER.days) if expired else change_embeds(watches)
        view = None if expired else stop_view(client.runtime.store.signer, watches)
    await with_retries(
        lambda: place.send(
            None if direct else f"<@{watcher}>",
            embeds=embeds,
            view=view or discord.utils.MISSING,
            nonce=batch,
            allowed_mentions=discord.AllowedMentions(users=[discord.Object(watcher)]),
        ),
        _SEND_FOR_S,
    )


def _may_speak(client: DealbotClient, watch: StoredWatch) -> bool:
    """Return whether the bot may write in the watch's channel, as far as it knows."""
    assert watch.channel is not None
    assert watch.guild is not None
    if client.is_mute_in(watch.channel):
        return False
    guild, channel = client.get_guild(watch.guild), client.get_channel(watch.channel)
    if guild is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return True  # Discord decides
    try:
        settings = client.runtime.store.settings.get(watch.guild)
        mine = channel.permissions_for(guild.me)
    except (UnreadableSettingsError, discord.ClientException):
        return False
    in_thread = isinstance(channel, discord.Thread)
    speaks = mine.send_messages_in_threads if in_thread else mine.send_messages
    return may_ask_in(settings, channel) and speaks and mine.embed_links and mine.view_channel
