"""The work of `dealbot check`."""

import asyncio
import sys
from pathlib import Path

import click

from bot.app import open_live_index, open_service
from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.domain.claims import MAX_CHECKED_CHARS, Check, CheckRequest, check_text
from bot.domain.errors import QuestionError
from bot.terminal.checks import print_check

_BYTES = 4 * MAX_CHECKED_CHARS + 1  # UTF-8 takes at most four bytes per character


def run(text: str | None, file: Path | None, as_json: bool, **flags: str | None) -> None:
    """Check the text and print the result."""
    if (text is None) == (file is None):
        raise click.UsageError("Give either a text or --file FILE.")
    if text == "-":
        text, file = None, Path("-")
    request = CheckRequest(text=text if text is not None else _read(file or Path("-")))
    settings = load_settings(**flags)
    check_text(request.text)  # before the model loads: a bad text fails at once
    check = asyncio.run(_check(settings, request))
    if as_json:
        click.echo(check.model_dump_json())
    else:
        print_check(check)


async def _check(settings: Settings, request: CheckRequest) -> Check:
    async with open_service(settings, open_live_index(settings)) as service:
        return await service.check(request)


def _read(path: Path) -> str:
    """Read at most _BYTES bytes; a longer text is refused anyway.

    Raises QuestionError if the file cannot be read or is not UTF-8."""
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
