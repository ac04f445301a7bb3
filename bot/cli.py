"""The program `dealbot`: its commands, error messages and exit codes."""

import io
import logging
import os
import secrets
import sys
from importlib import import_module
from typing import NoReturn

import click

from bot.monitoring.logs import LogLevel, log_exit_reason, log_to_stderr
from index.errors import ExpectedError

FAILED, INTERRUPTED = 1, 130

# Module of each command. It is imported only when the command runs or shows its help: onnxruntime
# and FAISS alone take a third of a second.
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
    """Command group that imports a command's module on demand."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[name]).command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dealbot", prog_name="dealbot")
@click.option("-v", "--verbose", is_flag=True, help="Print more messages on standard error.")
def cli(verbose: bool) -> None:
    """Answer questions about the indexed articles, and prove each answer with the exact sentence.

    Build the index first: dealbot index build. If something does not work: dealbot doctor."""
    log_to_stderr(LogLevel.INFO if verbose else LogLevel.WARNING)
    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # we report pages without text


def main() -> NoReturn:
    """Run the command line and exit with its code.

    Codes: 0 done, 1 an expected failure, reported in one line, 2 wrong usage, 130 interrupted."""
    # Pydantic would search all installed packages for plugins; we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        # Print a substitute for a character that the terminal cannot show: a crash prints nothing.
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
        # The reader of the output has closed the pipe, as in `dealbot show x | head`.
        _drop_output()
        sys.exit(FAILED)
    except OSError as error:  # file errors are ExpectedErrors by now: this one is the output
        _drop_output()
        _leave(f"the output cannot be written: {error.strerror or error}", FAILED)
    except Exception:  # only surfaces and batches catch every exception
        reference = secrets.token_hex(4)
        logging.exception("bug %s", reference)
        _leave(f"something went wrong; the lines above have the details under {reference}", FAILED)


def _drop_output() -> None:
    """Redirect standard output to /dev/null, so that Python's flush at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(message: str, code: int) -> NoReturn:
    log_exit_reason(message)
    sys.exit(code)
