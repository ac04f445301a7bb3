"""The program `dealbot`: its commands, and how errors become words and exit codes."""

import io
import logging
import os
import secrets
import sys
from importlib import import_module
from typing import NoReturn

import click

from bot.monitoring.logs import LogLevel, log_to_stderr, tell_end
from index.errors import ExpectedError

FAILED, INTERRUPTED = 1, 130

# Name of each command and the module that has it. A module is imported only when its command is
# run or its help is shown: onnxruntime and FAISS alone take a third of a second.
_COMMANDS = {
    "ask": "bot.commands.ask",
    "check": "bot.commands.check",
    "completion": "bot.commands.completion",
    "doctor": "bot.commands.doctor",
    "eval": "bot.commands.eval",
    "index": "bot.commands.index",
    "model": "bot.commands.model",
    "prompts": "bot.commands.prompts",
    "rank": "bot.commands.rank",
    "repl": "bot.commands.repl",
    "run": "bot.commands.run",
    "search": "bot.commands.search",
    "show": "bot.commands.show",
    "store": "bot.commands.store",
}


class _Commands(click.Group):
    """Imports a command's module when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[name]).command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dealbot", prog_name="dealbot")
@click.option("-v", "--verbose", is_flag=True, help="Tell more on standard error.")
def cli(verbose: bool) -> None:
    """Answers questions about the articles it has indexed, and proves each answer with the
    exact sentence."""
    log_to_stderr(LogLevel.INFO if verbose else LogLevel.WARNING)
    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # we tell of pages without text


def main() -> NoReturn:
    """Runs the command line and leaves with its exit code: 0 done, 1 an expected failure told
    in one line, 2 wrong usage, 130 interrupted."""
    # Its plugins, of which we have none, are looked for in all that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a substitute; a crash would show nothing.
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(prog_name="dealbot", standalone_mode=False) or 0
        sys.stdout.flush()
        sys.exit(code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _leave("interrupted", INTERRUPTED)
    except ExpectedError as error:
        _leave(error.user_message, FAILED)
    except BrokenPipeError:
        # Whoever read the output has gone (`dealbot show x | head`): nothing to tell anyone.
        _drop_output()
        sys.exit(FAILED)
    except OSError as error:  # what reads or writes files tells its own: this is the output
        _drop_output()
        _leave(f"the output cannot be written: {error.strerror or error}", FAILED)
    except Exception:  # the surface is one of the two places that catch broadly
        reference = secrets.token_hex(4)
        logging.exception("bug %s", reference)
        _leave(f"something went wrong inside; the lines above have it as {reference}", FAILED)


def _drop_output() -> None:
    """Python would flush what is left of standard output at exit, and complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(message: str, code: int) -> NoReturn:
    tell_end(message)
    sys.exit(code)
