"""`dealbot run`: the Discord bot."""

import asyncio
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bot.commands.options import LLM, load_settings, setting
from bot.monitoring.logs import LogLevel, log_exit_reason, log_to_stderr, notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.config.settings import Settings
    from bot.discord.runtime import Runtime

_GC_THRESHOLDS = 700, 10, 10  # Python's own; the start looks for garbage less often
_REFUSED = 78  # EX_CONFIG of sysexits.h: a supervisor does not restart the bot after it
# The event loop releases the interpreter's lock with each packet it sends, and the compute thread
# would then keep it for 5 ms, Python's default. For bursts of 200 questions on two busy cores, the
# 99th percentile of the first response fell from 345 to 287 ms (medians of 21 bursts); answers took
# as long as before.
SWITCH_S = 0.0005


@click.command("run")
@setting(
    *(
        "index",
        "encoders",
        "articles",
        "sources",
        "update_every",
        "sources_allow_private",
        "max_article_mb",
        "dense_type",
        "store",
        "database_url",
        "shards",
        "keep_days",
        "keep_questions",
        "golden",
        "prompts",
    ),
    *("max_waiting", "max_wait_s", "deadline_s", "stop_within_s", "admin_users", "admin_roles"),
    *("log_level", "log_format", "log_questions", "metrics_host", "metrics_port"),
    *("web_page", "web_hosts", "insights_people"),
    *("redis_url", "limit_per_user", "limit_per_channel", "limit_per_server", "limit_overall"),
    *("watches_per_user", "watches_per_server"),
    *LLM,
)
@click.pass_context
def command(context: click.Context, /, **flags: Any) -> None:
    """Run the Discord bot.

    The bot's token comes from the variable DISCORD_TOKEN or from the file that DISCORD_TOKEN_FILE
    names, and from nowhere else. SIGTERM or Ctrl-C stops the bot after the questions in flight. To
    invite the bot to a server, run: dealbot doctor --discord."""
    from bot.commands.token import read_token
    from bot.domain.errors import TokenError

    settings = load_settings(**flags)
    verbose = context.find_root().params["verbose"]
    log_to_stderr(LogLevel.INFO if verbose else settings.log_level, settings.log_format)
    try:
        token = read_token()
        sys.setswitchinterval(SWITCH_S)
        with _leaving_at_once():
            asyncio.run(_run(settings, token))
    except TokenError as error:
        log_exit_reason(error.user_message)
        context.exit(_REFUSED)


async def _run(settings: "Settings", token: str) -> None:
    # Imported on demand: discord.py takes 0.5 s, which --help need not wait for.
    from bot.commands.token import application_in
    from bot.discord.log_filter import keep_out_of_log
    from bot.discord.runtime import open_runtime

    keep_out_of_log(token)
    if not settings.metrics_port:
        async with open_runtime(settings, bot=application_in(token)) as runtime:
            await _serve(runtime, token)
        return
    from bot.monitoring.gauges import Watched
    from bot.monitoring.http import serve
    from bot.monitoring.metrics import Metrics

    metrics = Metrics(log_questions=settings.log_questions)
    async with open_runtime(settings, metrics, application_in(token)) as runtime:
        watched = Watched(runtime.requests.service, runtime.live, runtime.degraded, runtime.gateway)
        host, port = settings.metrics_host, settings.metrics_port
        async with serve(watched, metrics, host, port, _pages(runtime), settings.web_hosts):
            await _serve(runtime, token)


def _pages(runtime: "Runtime") -> "Sequence[web.RouteDef]":
    """Return the routes of the pages about the runtime, if the settings allow them."""
    from bot.web.pages import page_routes
    from bot.web.state import BotState

    state = BotState(
        service=runtime.requests.service,
        live=runtime.live,
        degraded=runtime.degraded,
        gateway=runtime.gateway,
        store=runtime.store,
        sources=runtime.sources,
        insights=runtime.insights,
        people=runtime.settings.insights_people,
    )
    return page_routes(runtime.settings, state)


async def _serve(runtime: "Runtime", token: str) -> None:
    """Freeze what is loaded, let the computing yield to the event loop, and run the bot.

    Objects loaded by now stay, or have no cycles, like an index generation. Each garbage collection
    over them would block all users for 0.1 s."""
    from bot.discord.runner import run_bot

    runtime.requests.service.yield_to_event_loop()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    await run_bot(runtime, token, tell=notice)


@contextmanager
def _leaving_at_once() -> Iterator[None]:
    """Exit at once on SIGTERM or Ctrl-C, until the bot handles these signals itself.

    No user waits while the index loads."""
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(*_: object) -> NoReturn:
    sys.exit(0)
