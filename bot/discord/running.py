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
    retry_if_not_exception_type,
    wait_random_exponential,
)

from bot.discord.buttons import BUTTONS
from bot.discord.client import DealbotClient
from bot.discord.commands import ALL_COMMANDS
from bot.discord.failures import on_tree_error
from bot.discord.messages import on_message
from bot.discord.office import Office
from bot.discord.syncing import sync_commands
from bot.errors import TokenError

_DRAIN_S = 7.0  # of the 10 that a supervisor waits before it kills
_LONGEST_PAUSE_S = 60.0
_FINAL_CLOSE_CODES = {4004, 4010, 4011, 4012, 4013, 4014}

_log = logging.getLogger(__name__)


async def run_bot(
    office: Office, token: str, *, on_ready: Callable[[DealbotClient], None] | None = None
) -> None:
    """Returns after SIGTERM or SIGINT, when all questions in flight were answered or refused in
    words. Raises TokenError where Discord does not know the token or lets the bot do too little.
    A connect that fails is tried again for ever: discord.py itself gives up on the first one."""
    stop = asyncio.Event()
    async with _signals(stop):
        running = asyncio.create_task(_stay_connected(office, token, on_ready), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not running.done():
            _log.warning("stopping: answering what was asked")
            await office.desk.close(_DRAIN_S)
            running.cancel()
        try:
            await running
        except asyncio.CancelledError:
            return


async def _stay_connected(
    office: Office, token: str, on_ready: Callable[[DealbotClient], None] | None
) -> None:
    trying = AsyncRetrying(
        wait=wait_random_exponential(multiplier=1, max=_LONGEST_PAUSE_S),
        retry=retry_if_not_exception_type(TokenError),
        before_sleep=_tell_of_retry,
        reraise=True,
    )
    await trying(_connect, office, token, on_ready)


def _tell_of_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("Discord cannot be reached (%r): trying again", error)


async def _connect(
    office: Office, token: str, on_ready: Callable[[DealbotClient], None] | None
) -> None:
    """One connection, which discord.py keeps up by itself once it stands."""
    client = build_client(office, on_ready)
    try:
        async with client:
            await client.start(token)
        raise ConnectionResetError("Discord ended the session")
    except discord.LoginFailure as error:
        raise TokenError(
            "Discord does not know this token: set DISCORD_TOKEN to the one that the developer "
            "portal shows under Bot"
        ) from error
    except discord.PrivilegedIntentsRequired as error:
        raise TokenError(f"Discord refuses the bot's intents: {error}") from error
    except discord.ConnectionClosed as error:
        if error.code in _FINAL_CLOSE_CODES:
            raise TokenError(f"Discord closed the connection for good ({error.code})") from error
        raise


def build_client(
    office: Office, on_ready: Callable[[DealbotClient], None] | None = None
) -> DealbotClient:
    """A client with all commands, buttons and listeners, not yet connected."""
    client = DealbotClient(office)
    for command in ALL_COMMANDS:
        client.tree.add_command(command)
    client.tree.error(on_tree_error)
    client.add_dynamic_items(*BUTTONS)

    async def setup_hook() -> None:
        try:
            await sync_commands(client)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.warning("the commands could not be told to Discord, old ones stay: %s", error)

    async def ready() -> None:
        _log.warning("ready: %s in %d servers", client.user, len(client.guilds))
        if on_ready:
            on_ready(client)

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
