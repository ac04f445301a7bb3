"""The bot's run loop: connect, reconnect after failures, shut down cleanly."""

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

from bot.discord.answer_menu import AnswerMenu
from bot.discord.answer_view import MenuButton, PageButton
from bot.discord.buttons import DeleteButton, MoreButton, QuoteButton, VoteButton
from bot.discord.client import LONGEST_PAUSE_S, DealbotClient
from bot.discord.command_sync import sync_patiently
from bot.discord.commands import ALL_COMMANDS
from bot.discord.commands.check import ShareButton
from bot.discord.duties import start_duties
from bot.discord.erasure import ForgetButton
from bot.discord.failures import on_tree_error
from bot.discord.interaction_filter import InteractionFilter
from bot.discord.page_buttons import TurnButton
from bot.discord.removal import on_bulk_delete, on_delete
from bot.discord.renewal import AgainButton, RetryButton, on_edit, on_question
from bot.discord.runtime import Runtime
from bot.discord.shard_connections import ShardConnections
from bot.discord.stop_schedule import StopSchedule, left_s
from bot.discord.watch_buttons import StopButton
from bot.domain.errors import TokenError
from bot.monitoring.gateway import Gateway

_FIRST_CONNECT_S = 60.0
_EFFECT_S = 0.5  # after which a cancellation was taken for something else
_STOOD_S = 300.0  # a connection that lasted this long did not fail
_WAIT_FOR_SYNC_S = 5.0
_FINAL_CLOSE_CODES = {4004, 4010, 4011, 4012, 4013, 4014}
_EXPECTED = (discord.DiscordException, aiohttp.ClientError, OSError)
# Task name prefixes: discord.py's for messages, commands and buttons, then the bot's own.
_HANDLERS = ("discord.py: ", "CommandTree-invoker", "discord-ui-", "turning-away")

# Parts of messages that work after a restart, also those of earlier versions.
_COMPONENTS = (
    QuoteButton,
    MoreButton,
    VoteButton,
    DeleteButton,
    PageButton,
    MenuButton,
    AnswerMenu,
    AgainButton,
    RetryButton,
    TurnButton,
    ForgetButton,
    ShareButton,
    StopButton,
)

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]


async def run_bot(runtime: Runtime, token: str, *, tell: Tell = _log.info) -> None:
    """Run the bot until SIGTERM or SIGINT, then answer or refuse all questions in flight and
    return. Raises TokenError if Discord does not know the token, refuses the bot's intents, or
    closes the connection for good. Other failed connections are retried forever; discord.py itself
    gives up on some. `tell` receives the messages that the operator always wants to see."""
    stop, schedule = asyncio.Event(), None
    within_s = runtime.settings.stop_within_s
    async with _signals(stop):
        running = asyncio.create_task(_stay_connected(runtime, token, tell), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            tell("Stopping: answering the remaining questions.")
            schedule = StopSchedule.starting_now(within_s)
            if runtime.cluster:
                await runtime.cluster.give_away(left_s(schedule.closed))
            await _take_leave(runtime, schedule)
            if runtime.cluster:
                await runtime.cluster.drained(left_s(schedule.closed) / 2)
        finally:
            stopping.cancel()
            schedule = schedule or StopSchedule.starting_now(within_s)
            await _end(running, runtime.gateway, schedule.closed)


async def _take_leave(runtime: Runtime, schedule: StopSchedule) -> None:
    """Refuse new requests and wait until those in progress are answered or refused. Cancel
    deliveries that take too long."""
    runtime.gateway.close()
    runtime.stop_optional_work()
    answers_s = left_s(schedule.answered)
    # Half of the time of deliveries; a refusal that was sent late has the other half to arrive.
    refusals_s = (left_s(schedule.delivered) - answers_s) / 2
    await runtime.requests.close(answers_s, refusals_s)
    handlers = {t for t in asyncio.all_tasks() if t.get_name().startswith(_HANDLERS)}
    if not handlers:
        return
    _, undelivered = await asyncio.wait(handlers, timeout=left_s(schedule.delivered))
    for handler in undelivered:
        handler.cancel()
    if undelivered:
        _log.warning("answers not delivered before the shutdown: %d", len(undelivered))


async def _end(running: asyncio.Task[None], gateway: Gateway, until: float) -> None:
    """Cancel the Discord task, at most twice, and wait for it until a time of the event loop's
    clock. During a shard's reconnect discord.py takes a cancellation for the end of that attempt,
    so a second may be needed. A client that ends is left in peace to close its connections."""
    for _ in range(2):
        running.cancel()
        await asyncio.wait({running}, timeout=min(_EFFECT_S, left_s(until)))
        if running.done() or gateway.has_ended:
            break
    await asyncio.wait({running}, timeout=left_s(until))


async def _stay_connected(runtime: Runtime, token: str, tell: Tell) -> None:
    while True:  # a connection that lasted resets the backoff
        trying = AsyncRetrying(
            wait=wait_random_exponential(multiplier=1, max=LONGEST_PAUSE_S),
            retry=retry_if_exception(_may_pass),
            before_sleep=_tell_of_retry,
        )
        await trying(_connect, runtime, token, tell)


def _may_pass(error: BaseException) -> bool:
    """Return whether to retry after an error: not after a TokenError, and never after a
    cancellation."""
    return isinstance(error, Exception) and not isinstance(error, TokenError)


def _tell_of_retry(state: RetryCallState) -> None:
    assert state.outcome is not None  # set after every attempt
    error, pause_s = state.outcome.exception(), state.upcoming_sleep
    unexpected = None if isinstance(error, _EXPECTED) else error
    _log.warning(
        "no connection to Discord (%r): trying again in %.0f s", error, pause_s, exc_info=unexpected
    )


async def _connect(runtime: Runtime, token: str, tell: Tell) -> None:
    """Run one client, which discord.py keeps connected after the first connect. Raises TokenError
    if Discord refuses the token or intents or closes the connection for good. Raises any other
    error if it ends the client within 300 s; later ones are only logged."""
    client = build_client(runtime, tell)
    stood = 0.0
    try:
        async with client:
            await client.login(token)
            began = asyncio.get_running_loop().time()
            try:
                await _keep_connected(client)
            finally:
                runtime.gateway.end()
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
    """Keep the client connected, with a timeout of 60 s for the first connect of each shard. In
    that phase the library retries inside its own exception handler, nested deeper each time, and
    logs all earlier failures with the last."""
    loop = asyncio.get_running_loop()
    if client.connections:  # it connects each shard by itself
        await client.connect()
        return
    async with asyncio.timeout(_FIRST_CONNECT_S) as limit:

        async def on_shard_connect(shard: int) -> None:
            await DealbotClient.on_shard_connect(client, shard)
            client.runtime.gateway.up(shard, client.shard_count or 1)
            missing = len(client.shards) < (client.shard_count or 1)
            if not limit.expired():
                limit.reschedule(loop.time() + _FIRST_CONNECT_S if missing else None)

        client.on_shard_connect = on_shard_connect  # type: ignore[method-assign]
        await client.connect()


def build_client(runtime: Runtime, tell: Tell = _log.info) -> DealbotClient:
    """Build a client with all commands, buttons and listeners, not yet connected."""
    client = DealbotClient(runtime)
    for command in ALL_COMMANDS:
        client.tree.add_command(command)
    client.tree.error(on_tree_error)
    client.add_dynamic_items(*_COMPONENTS)
    InteractionFilter(client)
    if runtime.cluster:
        client.connections = ShardConnections(client, runtime.cluster, tell)

    async def setup_hook() -> None:
        syncing = asyncio.create_task(sync_patiently(client), name="sync")
        client.background.add(syncing)
        start_duties(client)
        await asyncio.wait({syncing}, timeout=_WAIT_FOR_SYNC_S)

    async def ready() -> None:
        if runtime.cluster:
            return
        servers = "server" if len(client.guilds) == 1 else "servers"
        tell(f"Ready: {client.user} is in {len(client.guilds):,} {servers}.")

    client.setup_hook = setup_hook  # type: ignore[method-assign]  # the library's own hook
    client.on_ready = ready  # type: ignore[attr-defined]  # found by its name
    client.on_message = partial(on_question, client)  # type: ignore[attr-defined]
    client.on_raw_message_edit = partial(on_edit, client)  # type: ignore[attr-defined]
    client.on_raw_message_delete = partial(on_delete, client)  # type: ignore[attr-defined]
    client.on_raw_bulk_message_delete = partial(on_bulk_delete, client)  # type: ignore[attr-defined]
    return client


@asynccontextmanager
async def _signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """Set `stop` on SIGTERM and SIGINT while the block runs. discord.py does not handle signals
    (Rapptz/discord.py#8998)."""
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    try:
        yield
    finally:
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(signal_)
