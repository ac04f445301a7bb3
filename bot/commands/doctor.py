"""`dealbot doctor`: checks what can be wrong, each finding with the command that mends it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict

import click

from bot.commands.options import LLM, json_flag, load_settings, setting
from bot.commands.token import read_token, token_file
from bot.config.settings import Settings
from bot.doctor import answering, keeping, machine, serving, sharing, writing
from bot.doctor.finding import Check, Level, WarningError, examine
from bot.domain.errors import TokenError
from bot.wording.visible import visible
from index.errors import ExpectedError

_SKEW_S = 2.5  # an answer is timed by Discord's clock, which waits three seconds for the first sign


class _DoctorError(ExpectedError):
    """Something needs mending."""


@click.command("doctor")
@json_flag
@click.option("--discord", "ask_discord", is_flag=True, help="Ask Discord about the token, too.")
@setting("articles", "index", "encoders", "max_article_mb", "store", "golden")
@setting("metrics_host", "metrics_port", "redis_url", *LLM)
def command(as_json: bool, ask_discord: bool, **flags: str | None) -> None:
    """Check the models, the index, the articles, the store, files, the disk, the clock, and the bot
    if it runs; with --discord the bot's token as well, and print the link that invites the bot."""
    checks = {**_CHECKS, "discord": _discord} if ask_discord else _CHECKS
    findings = list(examine(load_settings(**flags), checks))
    for finding in findings:
        if as_json:
            click.echo(json.dumps(asdict(finding)))
        else:
            click.echo(f"{finding.level + ':':<9} {finding.subject}: {visible(finding.message)}")
    problems = sum(finding.level is Level.PROBLEM for finding in findings)
    if problems:
        raise _DoctorError(f"Problems found: {problems}, see above")


def _token(settings: Settings) -> str:
    try:
        read_token()
    except TokenError as error:
        if error.missing:
            return "none is set, which only dealbot run needs"
        raise
    if file := token_file():
        keeping.check_secret(file)
    return f"it comes from {file or 'DISCORD_TOKEN'}; --discord asks Discord about it"


def _discord(settings: Settings) -> str:
    # Here: half a second of discord.py, for those who ask for it.
    from bot.discord.invite import introduce

    bot = asyncio.run(introduce(read_token()))
    if bot.clock_ahead_s is not None and abs(bot.clock_ahead_s) > _SKEW_S:
        raise WarningError(
            f"{bot.words}; but the clock is {bot.clock_ahead_s:+.0f} s off Discord's. "
            + machine.SET_CLOCK
        )
    return f"{bot.words}; it needs no privileged intent"


_CHECKS: Mapping[str, Check] = {
    "python": machine.python,
    "encoder": answering.encoder,
    "evidence": answering.evidence,
    "judge": answering.judge,
    "index": answering.index,
    "generations": answering.generations,
    "articles": answering.articles,
    "golden": answering.golden,
    "store": keeping.store,
    "files": keeping.files,
    "disk": machine.disk,
    "clock": machine.clock,
    "limits": serving.limits,
    "redis": sharing.redis,
    "model": writing.model,
    "token": _token,
    "bot": serving.running,
}
