"""The program `dealbot`: its commands, error messages and exit codes."""

import gc
import io
import logging
import os
import secrets
import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from bot.commands.catalogue import COMMANDS, example_of
from bot.monitoring.logs import LogLevel, log_exit_reason, log_to_stderr
from index.errors import ExpectedError

FAILED, INTERRUPTED = 1, 130
_OBJECTS_UNTIL_COLLECTION = 20_000


class _Commands(click.Group):
    """Command group that imports a command's module on demand.

    onnxruntime and FAISS alone take a third of a second."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[name].module).command
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command. Raises NoSuchCommand, which names the nearest ones."""
        try:
            return super().resolve_command(context, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(
                error.command_name, possibilities=COMMANDS, ctx=context
            ) from error

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].summary) for name in sorted(COMMANDS)])


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
    _prepare_libraries()
    for stream in (sys.stdout, sys.stderr):
        # Print a substitute for a character that the terminal cannot show: a crash prints nothing.
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(prog_name="dealbot", standalone_mode=False) or 0
        sys.stdout.flush()
        sys.exit(code)
    except click.UsageError as error:
        error.show()
        if error.ctx is not None:
            click.echo(f"Example: {_example_for(error, error.ctx)}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        # A second Ctrl-C while a model is being loaded would make onnxruntime abort.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _leave("interrupted", INTERRUPTED)
    except ExpectedError as error:
        from bot.wording.errors import error_line  # imported on demand, like the commands

        _leave(error_line(error), FAILED)
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


def _prepare_libraries() -> None:
    """Make the start cheaper, before the first import of the libraries concerned."""
    # Pydantic would search all installed packages for plugins; we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # numpy's library for matrices would start a thread for each core, which takes 45 ms.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports make many objects that stay: with the default of 700 new ones, looking for garbage
    # among them takes 20 ms.
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION, 10, 10)


def _example_for(error: click.UsageError, context: click.Context) -> str:
    """Return an example of the command that was used wrongly; for an unknown command, an example of
    the nearest one."""
    path = context.command_path.partition(" ")[2]
    if isinstance(error, click.NoSuchCommand) and error.possibilities:
        path = f"{path} {error.possibilities[0]}".strip()
    return example_of(path)


def _drop_output() -> None:
    """Redirect standard output to /dev/null, so that Python's flush at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(message: str, code: int) -> NoReturn:
    log_exit_reason(message)
    sys.exit(code)
