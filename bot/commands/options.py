"""Flags that several commands share; a setting's flag takes its help from the setting.

The settings themselves are imported when a command runs: `--help` need not wait for them.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.config.flags import PREFIX, flag_descriptions

if TYPE_CHECKING:
    from bot.config.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

# Settings of the model that may write answers.
LLM = tuple(name for name in flag_descriptions() if name.startswith("llm_"))
json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
batch_option = click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.jsonl",
    help="Read one JSON question per line from a file; the results keep the order.",
)


def setting(*names: str) -> Callable[[_Command], _Command]:
    """Add the flag of each named setting; the values reach the command by the same names."""

    def add(command: _Command) -> _Command:
        for name in reversed(names):
            field = flag_descriptions()[name]
            command = click.option(
                f"--{name.replace('_', '-')}",
                name,
                multiple=name == "articles",
                metavar="PATH" if field.is_path else "VALUE",
                help=f"{field.description} [{PREFIX}{name.upper()}]",
            )(command)
        return command

    return add


def load_settings(**flags: Any) -> "Settings":
    """Load the settings from these flags, the environment and dealbot.toml, in this order.

    Also selects the texts that the `prompts` setting names. Raises SettingsError if a setting or a
    text cannot be used."""
    from bot.config.settings import Settings
    from bot.domain.errors import SettingsError
    from prompts import PromptError, choose

    settings = Settings.load(flags, os.environ)
    try:
        choose(settings.prompts)
    except PromptError as error:
        raise SettingsError(str(error)) from error
    return settings
