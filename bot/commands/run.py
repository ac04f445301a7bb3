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
from bot.commands.token import read_token
from bot.config.settings import Settings
from bot.domain.errors import TokenError
from bot.monitoring.logs import LogLevel, log_to_stderr, notice, tell_end

if TYPE_CHECKING:
    from bot.discord.runtime import Office

_REFUSED = 78  # EX_CONFIG of sysexits.h: a supervisor that sees it does not try again
# With each packet that it sends, the event loop lets go of the interpreter's lock, and the compute
# thread would keep it for 5 ms. Of 200 who ask at the same moment, on two busy cores, 99% had seen
# a first sign after 345 ms, with this after 287 (medians of 21 bursts); answers came as fast.
SWITCH_S = 0.0005


@click.command("run")
@setting(
    *(
        "index",
        "encoders",
        "articles",
        "max_article_mb",
        "dense_type",
        "store",
        "keep_days",
        "keep_questions",
        "golden",
        "prompts",
    ),
    *("max_waiting", "max_wait_s", "deadline_s", "admin_users", "admin_roles"),
    *("log_level", "log_format", "log_questions", "metrics_host", "metrics_port"),
    *("redis_url", "limit_per_user", "limit_per_channel", "limit_per_server", "limit_overall"),
    *LLM,
)
@click.pass_context
def command(context: click.Context, /, **flags: Any) -> None:
    """Answer on Discord. The bot's token comes from the variable DISCORD_TOKEN or from the file
    that DISCORD_TOKEN_FILE names, and from nowhere else; SIGTERM or Ctrl-C ends the bot after the
    questions in flight."""
    settings = load_settings(**flags)
    verbose = context.find_root().params["verbose"]
    log_to_stderr(LogLevel.INFO if verbose else settings.log_level, settings.log_format)
    try:
        token = read_token()
        sys.setswitchinterval(SWITCH_S)
        with _leaving_at_once():
            asyncio.run(_run(settings, token))
    except TokenError as error:
        tell_end(error.user_message)
        context.exit(_REFUSED)


async def _run(settings: Settings, token: str) -> None:
    # Here, for half a second of discord.py is nothing that --help has to wait for.
    from bot.discord.log_filter import keep_out_of_log
    from bot.discord.runtime import open_office

    keep_out_of_log(token)
    if not settings.metrics_port:
        async with open_office(settings) as office:
            await _serve(office, token)
        return
    from bot.monitoring.gauges import Watched
    from bot.monitoring.http import serve
    from bot.monitoring.metrics import Metrics

    metrics = Metrics(log_questions=settings.log_questions)
    async with open_office(settings, metrics) as office:
        watched = Watched(office.desk.service, office.live, office.degraded, office.gateway)
        async with serve(watched, metrics, settings.metrics_host, settings.metrics_port):
            await _serve(office, token)


async def _serve(office: "Office", token: str) -> None:
    """What is loaded by now stays, or has no cycles, as a generation of the index: to look through
    it for garbage again and again would hold everybody up, each time for a tenth of a second."""
    from bot.discord.runner import run_bot

    gc.collect()
    gc.freeze()
    await run_bot(office, token, tell=notice)


@contextmanager
def _leaving_at_once() -> Iterator[None]:
    """Until the bot itself hears of SIGTERM and Ctrl-C: while the index still loads there is
    nobody to take leave of."""
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(*_: object) -> NoReturn:
    sys.exit(0)
