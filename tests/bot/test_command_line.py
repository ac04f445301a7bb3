"""The command line itself: fast help, suggestions for typing errors, examples of right usage."""

import shlex
import subprocess
import sys

import click
import pytest

from bot.cli import cli
from bot.commands.catalogue import COMMANDS, EXAMPLES, example_of
from bot.config.flags import flag_descriptions
from bot.config.settings import Settings
from tests.bot.conftest import InProcess

HEAVY = {"pydantic", "numpy", "faiss", "onnxruntime", "rich", "prompt_toolkit", "discord", "httpx"}


def paths() -> list[list[str]]:
    """List the path of every command and subcommand."""
    context = click.Context(cli)
    found: list[list[str]] = [[]]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, sub] for sub in command.list_commands(context)]
    return found


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_help_imports_nothing_heavy(path: list[str]) -> None:
    script = (
        "import sys; from bot.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *path, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: ")
    assert done.stderr.strip() == "[]"


def test_the_catalogue_has_every_command() -> None:
    context = click.Context(cli)
    for name, listed in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert len(f"  {'completion':<10}  {listed.summary}") <= 80  # on one line of the help


@pytest.mark.parametrize("example", EXAMPLES.values())
def test_an_example_is_right_usage(example: str) -> None:
    program, *arguments = shlex.split(example)
    assert program == "dealbot"
    context = click.Context(cli, help_option_names=["-h", "--help"])
    command: click.Command = cli
    while isinstance(command, click.Group):
        _, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command = found
    files = [each for each in arguments if each.endswith(".jsonl")]
    command.make_context(
        "dealbot",
        [each for each in arguments if each not in files],
        parent=context,
        resilient_parsing=bool(files),
    )


def test_a_subcommand_without_an_example_has_that_of_its_group() -> None:
    assert example_of("store info") == EXAMPLES["store"]


@pytest.mark.parametrize(
    ("typed", "meant", "example"),
    [
        (("chekc", "x"), "check", EXAMPLES["check"]),
        (("index", "biuld"), "build", EXAMPLES["index build"]),
        (("ask", "--jsn", "x"), "--json", EXAMPLES["ask"]),
    ],
)
def test_a_typing_error_gets_a_suggestion_and_an_example(
    run_main: InProcess, typed: tuple[str, ...], meant: str, example: str
) -> None:
    outcome = run_main(*typed)
    assert outcome.code == 2
    assert f"Did you mean '{meant}'?" in outcome.err
    assert outcome.err.endswith(f"Example: {example}\n")


def test_flags_have_the_descriptions_of_the_settings() -> None:
    fields = Settings.model_fields
    assert list(flag_descriptions()) == list(fields)
    for name, described in flag_descriptions().items():
        assert described.description == fields[name].description
        assert described.is_path == ("Path" in str(fields[name].annotation))
