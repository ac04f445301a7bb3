"""Running the bot: from the first connect, through whatever Discord does, to a clean end."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
import discord
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_random_exponential,
)

from bot.discord.buttons import BUTTONS
from bot.discord.client import LONGEST_PAUSE_S, DealbotClient
from bot.discord.command_sync import sync_patiently
from bot.discord.commands import ALL_COMMANDS
from bot.discord.failures import on_tree_error
from bot.discord.interaction_filter import Doorway
from bot.discord.messages import on_message
from bot.discord.runtime import Office
from bot.domain.errors import TokenError

# Of the 10 seconds after which a supervisor kills: for what was asked, for the last words to be
# delivered, and, twice at most, for the connections to close.
_DRAIN_S, _LAST_WORDS_S, _CLOSE_S = 5.0, 1.0, 0.75
_FIRST_CONNECT_S = 60.0
_STOOD_S = 300.0  # a connection that ends after this long is no failed one
_WAIT_FOR_SYNC_S = 5.0
_FINAL_CLOSE_CODES = {4004, 4010, 4011, 4012, 4013, 4014}
_EXPECTED = (discord.DiscordException, aiohttp.ClientError, OSError)
# What discord.py calls its tasks for messages, commands and buttons; then our own.
_HANDLERS = ("discord.py: ", "CommandTree-invoker", "discord-ui-", "turning-away")

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]


async def run_bot(office: Office, token: str, *, tell: Tell = _log.info) -> None:
    """Returns after SIGTERM or SIGINT, when all questions in flight were answered or refused in
    words. Raises TokenError where Discord does not know the token or lets the bot do too little.
    A connect that fails is tried again for ever: discord.py itself gives up on some. `tell` gets
    what whoever runs the bot wants to know at any rate."""
    stop = asyncio.Event()
    async with _signals(stop):
        running = asyncio.create_task(_stay_connected(office, token, tell), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            tell("Stopping: answering what was asked.")
            await _take_leave(office)
        finally:
            stopping.cancel()
            await _end(running)


async def _take_leave(office: Office) -> None:
    """Nobody is taken in any more; whoever is inside gets an answer or a refusal."""
    office.closing.set()
    office.gateway.close()
    await office.desk.close(_DRAIN_S)
    handlers = {t for t in asyncio.all_tasks() if t.get_name().startswith(_HANDLERS)}
    if not handlers:
        return
    _, undelivered = await asyncio.wait(handlers, timeout=_LAST_WORDS_S)
    for handler in undelivered:
        handler.cancel()
    if undelivered:
        _log.warning("answers that could not be delivered before the end: %d", len(undelivered))


async def _end(running: asyncio.Task[None]) -> None:
    """discord.py takes a cancellation for the end of its attempt where it comes while a shard is
    reconnecting, and waits for an answer where it says goodbye: hence the second, and no third."""
    for _ in range(2):
        running.cancel()
        done, _ = await asyncio.wait({running}, timeout=_CLOSE_S)
        if done:
            return


async def _stay_connected(office: Office, token: str, tell: Tell) -> None:
    while True:  # a connection that stood lets the pauses begin anew
        trying = AsyncRetrying(
            wait=wait_random_exponential(multiplier=1, max=LONGEST_PAUSE_S),
            retry=retry_if_exception(_may_pass),
            before_sleep=_tell_of_retry,
        )
        await trying(_connect, office, token, tell)


def _may_pass(error: BaseException) -> bool:
    """Being cancelled, above all, is nothing to try again after."""
    return isinstance(error, Exception) and not isinstance(error, TokenError)


def _tell_of_retry(state: RetryCallState) -> None:
    assert state.outcome is not None  # it comes after an attempt
    error, pause_s = state.outcome.exception(), state.upcoming_sleep
    unexpected = None if isinstance(error, _EXPECTED) else error
    _log.warning(
        "no connection to Discord (%r): trying again in %.0f s", error, pause_s, exc_info=unexpected
    )


async def _connect(office: Office, token: str, tell: Tell) -> None:
    """One client, which discord.py keeps connected by itself once it stands. Raises what ended
    it, but where that came after a good while."""
    client = build_client(office, tell)
    stood = 0.0
    try:
        async with client:
            await client.login(token)
            began = asyncio.get_running_loop().time()
            try:
                await _keep_connected(client)
            finally:
                office.gateway.end()
                stood = asyncio.get_running_loop().time() - began
        raise ConnectionResetError("Discord ended the session")
    except discord.LoginFailure as error:
        raise TokenError(
            "Discord does not know this token: set DISCORD_TOKEN to the one that the developer "
            "portal shows under Bot"
        ) from error
    except discord.PrivilegedIntentsRequired as error:
        raise TokenError(f"Discord refuses the bot's intents: {error}") from error
    except Exception as error:
        if isinstance(error, discord.ConnectionClosed) and error.code in _FINAL_CLOSE_CODES:
            raise TokenError(f"Discord closed the connection for good ({error.code})") from error
        if stood < _STOOD_S:
            raise
        _log.warning("the connection to Discord has ended: %r", error)


async def _keep_connected(client: DealbotClient) -> None:
    """With a limit to the first connect of each shard: there the library tries again from within
    its own failure, each time deeper, and logs all failures before along with the last."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_FIRST_CONNECT_S) as limit:

        async def on_shard_connect(shard: int) -> None:
            await DealbotClient.on_shard_connect(client, shard)
            client.office.gateway.up(shard, client.shard_count or 1)
            missing = len(client.shards) < (client.shard_count or 1)
            if not limit.expired():
                limit.reschedule(loop.time() + _FIRST_CONNECT_S if missing else None)

        client.on_shard_connect = on_shard_connect  # type: ignore[method-assign]
        await client.connect()


def build_client(office: Office, tell: Tell = _log.info) -> DealbotClient:
    """A client with all commands, buttons and listeners, not yet connected."""
    client = DealbotClient(office)
    for command in ALL_COMMANDS:
        client.tree.add_command(command)
    client.tree.error(on_tree_error)
    client.add_dynamic_items(*BUTTONS)
    Doorway(client)

    async def setup_hook() -> None:
        syncing = asyncio.create_task(sync_patiently(client), name="sync")
        client.background.add(syncing)
        await asyncio.wait({syncing}, timeout=_WAIT_FOR_SYNC_S)

    async def ready() -> None:
        servers = "server" if len(client.guilds) == 1 else "servers"
        tell(f"Ready: {client.user} is in {len(client.guilds):,} {servers}.")

    client.setup_hook = setup_hook  # type: ignore[method-assign]  # the library's own way in
    client.on_ready = ready  # type: ignore[attr-defined]  # it calls what is named on_*
    client.on_message = partial(on_message, client)  # type: ignore[attr-defined]
    return client


@asynccontextmanager
async def _signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """discord.py leaves signals alone (Rapptz/discord.py#8998)."""
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    try:
        yield
    finally:
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(signal_)
