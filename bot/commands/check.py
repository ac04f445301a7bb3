"""`dealbot check`: the sentences of a text beside the articles."""

import asyncio
import sys
from pathlib import Path

import click

from bot.app import open_live_index, open_service
from bot.commands.options import json_flag, load_settings, setting
from bot.config.settings import Settings
from bot.domain.claims import MAX_CHECKED_CHARS, Check, Claims, claim_spans
from bot.domain.errors import QuestionError
from bot.terminal.checks import print_check

_BYTES = 4 * MAX_CHECKED_CHARS + 1  # a character takes four at most


@click.command("check")
@click.argument("text", required=False)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Check the text of a file; - is standard input.",
)
@json_flag
@setting("index", "encoders", "prompts", "deadline_s")
def command(text: str | None, file: Path | None, as_json: bool, **flags: str | None) -> None:
    """Check each sentence of TEXT (- for standard input) against the articles: supported,
    contradicted or not found, with the exact sentences that show it."""
    if (text is None) == (file is None):
        raise click.UsageError("Give either a text or --file FILE.")
    if text == "-":
        text, file = None, Path("-")
    claims = Claims(question=text if text is not None else _read(file or Path("-")))
    settings = load_settings(**flags)
    claim_spans(claims.question)  # before the model is loaded: a bad text costs no waiting
    check = asyncio.run(_check(settings, claims))
    if as_json:
        click.echo(check.model_dump_json())
    else:
        print_check(check)


async def _check(settings: Settings, claims: Claims) -> Check:
    async with open_service(settings, open_live_index(settings)) as service:
        return await service.check(claims)


def _read(path: Path) -> str:
    """No more of it than tells that it is too long."""
    try:
        if path == Path("-"):
            data = sys.stdin.buffer.read(_BYTES)
        else:
            with path.open("rb") as stream:
                data = stream.read(_BYTES)
        return data.decode("utf-8")
    except OSError as error:
        raise QuestionError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        if len(data) == _BYTES and error.start > _BYTES - 4:
            return data.decode("utf-8", "ignore")
        raise QuestionError(f"{path} is not text in UTF-8") from error
