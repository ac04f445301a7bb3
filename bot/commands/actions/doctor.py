"""The work of `dealbot doctor`."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict

import click

from bot.commands.options import load_settings
from bot.commands.token import read_token, token_file
from bot.config.settings import Settings
from bot.doctor import (
    artifacts,
    cluster,
    generation,
    machine,
    redis,
    server,
    service,
    sources,
    storage,
)
from bot.doctor.diagnosis import Check, Level, WarningError, examine
from bot.domain.errors import TokenError
from bot.wording.visible import visible
from index.errors import ExpectedError

_SKEW_S = 2.5  # Discord times answers by its own clock and waits 3 s for the first response


class _DoctorError(ExpectedError):
    """The doctor found problems."""


def run(as_json: bool, ask_discord: bool, **flags: str | None) -> None:
    """Print the findings. Raises an ExpectedError if there are problems."""
    settings = load_settings(**flags)
    checks = {**_MODELS, **server.checks(settings), **_CHECKS}
    if ask_discord:
        checks["discord"] = _discord
    findings = list(examine(settings, checks))
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
            return "none is set; only dealbot run needs one"
        raise
    if file := token_file():
        storage.check_secret(file)
    return (
        f"it comes from {file or 'DISCORD_TOKEN'}; check it with Discord: dealbot doctor --discord"
    )


def _discord(settings: Settings) -> str:
    # Imported on demand: discord.py takes 0.5 s.
    from bot.discord.invite import identify_bot

    bot = asyncio.run(identify_bot(read_token()))
    if bot.clock_ahead_s is not None and abs(bot.clock_ahead_s) > _SKEW_S:
        raise WarningError(
            f"{bot.words}; but the clock is {bot.clock_ahead_s:+.0f} s off Discord's. "
            + machine.SET_CLOCK
        )
    return f"{bot.words}; it needs no privileged intent"


_MODELS: Mapping[str, Check] = {
    "python": machine.python,
    "encoder": artifacts.encoder,
    "evidence": artifacts.evidence,
    "judge": artifacts.judge,
}
_CHECKS: Mapping[str, Check] = {
    "index": artifacts.index,
    "generations": artifacts.generations,
    "articles": artifacts.articles,
    "sources": sources.sources,
    "reading": artifacts.reading,
    "golden": artifacts.golden,
    "store": storage.store,
    "files": storage.files,
    "disk": machine.disk,
    "clock": machine.clock,
    "limits": service.limits,
    "redis": redis.redis,
    "cluster": cluster.cluster,
    "model": generation.model,
    "token": _token,
    "bot": service.running,
}
