"""`dealbot doctor`: checks what can be wrong, each finding with the command that mends it."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import click

from bot.answering.evidence_model import EvidenceModel
from bot.commands.options import json_flag, load_settings, setting
from bot.errors import TokenError
from bot.settings import Settings
from index import encoder as encoders
from index.errors import ExpectedError
from index.generations import verify
from index.manifest import Manifest
from index.opening import open_intact
from index.sources import read_articles

_ENOUGH_FREE_MB = 500  # a rebuild of the bundled articles and an encoder, several times over


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and in words what was found and how to mend it."""

    subject: str
    level: Level
    message: str


_Check = Callable[[Settings], Finding | str]


class _DoctorError(ExpectedError):
    """Something needs mending."""


@click.command("doctor")
@json_flag
@click.option(
    "--discord", "ask_discord", is_flag=True, help="Ask Discord about DISCORD_TOKEN, too."
)
@setting("articles", "index", "encoders", "max_article_mb")
def command(as_json: bool, ask_discord: bool, **flags: str | None) -> None:
    """Check the models, the index, the articles and the disk; with --discord the bot's token as
    well, and print the link that invites the bot."""
    checks = {**_CHECKS, "discord": _discord} if ask_discord else _CHECKS
    findings = list(_examine(load_settings(**flags), checks))
    for finding in findings:
        if as_json:
            click.echo(json.dumps(asdict(finding)))
        else:
            click.echo(f"{finding.level + ':':<9} {finding.subject}: {finding.message}")
    problems = sum(finding.level is Level.PROBLEM for finding in findings)
    if problems:
        raise _DoctorError(f"Problems found: {problems}, see above")


def _examine(settings: Settings, checks: Mapping[str, _Check]) -> Iterator[Finding]:
    for subject, check in checks.items():
        try:
            found = check(settings)
        except ExpectedError as error:
            found = Finding(subject, Level.PROBLEM, error.user_message)
        yield Finding(subject, Level.OK, found) if isinstance(found, str) else found


def _python(settings: Settings) -> str:
    return f"{sys.version.split()[0]} in {sys.prefix}"


def _encoder(settings: Settings) -> Finding | str:
    encoder = encoders.open_current(settings.encoders)
    cosine = encoder.check_golden()
    if cosine < 1 - encoder.record.parity.tolerance:
        return Finding(
            "encoder",
            Level.PROBLEM,
            f"{encoder.id} gives other vectors here than the original model (cosine "
            f"{cosine:.4f}). Adopt it again: dealbot model adopt",
        )
    return f"{encoder.id}, as the original model within a cosine of {cosine:.6f}"


def _evidence(settings: Settings) -> Finding | str:
    try:
        return str(EvidenceModel.load().weights.operating_point)
    except (OSError, ValueError) as error:
        message = f"the model that ranks evidence is damaged ({error}). Install dealbot again"
        return Finding("evidence", Level.PROBLEM, message)


def _index(settings: Settings) -> Finding | str:
    def intact(folder: Path) -> Manifest:
        manifest = verify(folder)
        encoders.open_by_id(settings.encoders, manifest.encoder_id)
        return manifest

    manifest, degraded = open_intact(settings.index, intact)
    if degraded:
        return Finding("index", Level.PROBLEM, degraded)
    told = f"generation {manifest.id} of {manifest.articles} articles is intact"
    with suppress(ExpectedError):  # told by the check of the encoder
        if encoders.open_current(settings.encoders).id != manifest.encoder_id:
            return Finding(
                "index",
                Level.WARNING,
                f"{told}, but was built with {manifest.encoder_id}, which is not the current "
                "encoder any more. Rebuild with: dealbot index build",
            )
    return told


def _articles(settings: Settings) -> str:
    limit = settings.max_article_bytes
    count = sum(1 for _ in read_articles(settings.articles, max_article_bytes=limit))
    return f"{count} can be read from {', '.join(map(str, settings.articles))}"


def _disk(settings: Settings) -> Finding | str:
    folder = next(
        p for p in (settings.index.absolute(), *settings.index.absolute().parents) if p.exists()
    )
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if not os.access(folder, os.W_OK):
        return Finding("disk", Level.PROBLEM, f"{folder} cannot be written by this user")
    if free_mb < _ENOUGH_FREE_MB:
        return Finding("disk", Level.WARNING, f"only {free_mb} MB are free for {folder}")
    return f"{free_mb} MB are free for {folder}"


def _discord(settings: Settings) -> str:
    # Here: half a second of discord.py, for those who ask for it.
    from bot.discord.invite import introduce

    token = os.environ.get("DISCORD_TOKEN", "").strip()
    if not token:
        raise TokenError("There is no DISCORD_TOKEN: set it to the bot's token")
    return asyncio.run(introduce(token))


_CHECKS: Mapping[str, _Check] = {
    "python": _python,
    "encoder": _encoder,
    "evidence": _evidence,
    "index": _index,
    "articles": _articles,
    "disk": _disk,
}
