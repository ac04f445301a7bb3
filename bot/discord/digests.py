"""Digests: posts of what is new, at most one per period, in the channel that an admin chose."""

import asyncio
import hashlib
import logging
from datetime import UTC, datetime

import discord

from bot.discord.client import DealbotClient
from bot.discord.delivery import is_refusal, with_retries
from bot.discord.failures import UNSENT
from bot.discord.language import server_language
from bot.discord.rendering.overviews import digest_embeds
from bot.domain.digests import Every, next_due
from bot.domain.errors import DeadlineError, ServiceBusyError, ServiceClosedError, StoreError
from bot.domain.models import Answer, OverviewKind
from bot.domain.overviews import OverviewRequest
from bot.monitoring.bugs import log_bug
from bot.monitoring.degradations import Part
from bot.store.digests import StoredDigest
from prompts import speaking, text

_TICK_S = 60.0
_SEND_FOR_S = 60.0
_REFUSED = (discord.Forbidden, discord.NotFound)
_LATER = (ServiceBusyError, DeadlineError, ServiceClosedError, StoreError)

_log = logging.getLogger(__name__)


async def keep_posting(client: DealbotClient) -> None:
    """Post the digests that are due, every minute. Runs until it is cancelled."""
    while True:
        try:
            await post_due(client, datetime.now(UTC))
        except _LATER as error:
            _log.warning("the digests are posted later: %s", error)
        except Exception as error:  # a surface of its own: its bugs end here, in the log
            log_bug(_log, error, "bug %s while posting digests")
        await asyncio.sleep(_TICK_S)


async def post_due(client: DealbotClient, now: datetime) -> None:
    """Post the digests that are due at `now`, each at most once, and none without news. Raises
    what the service and the store raise; what is not posted stays due."""
    for digest in await client.runtime.store.digests.due(now):
        if client.runtime.closing.is_set():  # people's questions come first
            return
        await _post_one(client, digest, now)


async def _post_one(client: DealbotClient, digest: StoredDigest, now: datetime) -> None:
    """Take the post on before it is sent: after a crash in between, the next digest has its news.
    That is better than the same post twice."""
    store = client.runtime.store.digests
    news = await _news(client, digest, now)
    following = next_due(digest.every, digest.hour, now)
    if not await store.take(digest, following):
        return
    if news.citations:
        try:
            await _send(client, digest, news)
        except _REFUSED as error:
            _log.warning("a digest is paused: its channel refuses it: %s", error)
            client.may_not_speak(digest.channel)
            await store.pause(digest.guild, digest.channel)
            no_trouble(client, digest.guild)
            client.runtime.observer.digest("paused")
            return
        except UNSENT as error:
            await _put_off(client, digest, following, error)
            return
        no_trouble(client, digest.guild)
        client.runtime.observer.digest("posted")
    await store.cover(digest.guild, now)


def no_trouble(client: DealbotClient, guild: int) -> None:
    """End the degradation of a server's digest: it was posted, paused, changed or turned off."""
    client.runtime.degraded.clear(Part.DIGESTS, of=f"server {guild}")


async def _put_off(
    client: DealbotClient, digest: StoredDigest, following: datetime, error: BaseException
) -> None:
    """Make the post due again, unless Discord would refuse it again: then its news wait for the
    next one."""
    if not is_refusal(error):
        _log.warning("a digest is sent later: %s", error)
        client.runtime.observer.digest("put_off")
        await client.runtime.store.digests.give_back(digest, following)
        return
    client.runtime.observer.digest("refused")
    client.runtime.degraded.set(
        Part.DIGESTS,
        f"Discord refuses the digest of the server {digest.guild}: {error}. Its news are in the "
        f"next one, on {following:%Y-%m-%d}",
        of=f"server {digest.guild}",
    )


async def _news(client: DealbotClient, digest: StoredDigest, now: datetime) -> Answer:
    request = OverviewRequest(
        kind=OverviewKind.LATEST,
        since=digest.covered.isoformat(timespec="seconds"),
        until=now.isoformat(timespec="seconds"),
    )
    receipt = await client.runtime.requests.service.overview(request, server=str(digest.guild))
    return receipt.answer


async def _send(client: DealbotClient, digest: StoredDigest, news: Answer) -> None:
    """Send the post. It can mention no one. The nonce is the same in every try, so that Discord
    posts it once."""
    place = client.get_partial_messageable(digest.channel, guild_id=digest.guild)
    name = f"{digest.guild}:{digest.due.isoformat()}"
    with speaking(server_language(client, digest.guild)):
        title = text("overviews.weekly" if digest.every is Every.WEEKLY else "overviews.daily")
        embeds = digest_embeds(news, title)
    await with_retries(
        lambda: place.send(
            embeds=embeds,
            nonce=hashlib.sha256(name.encode()).hexdigest()[:25],
            allowed_mentions=discord.AllowedMentions.none(),
        ),
        _SEND_FOR_S,
    )
