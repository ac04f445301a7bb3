"""Flags that several commands share; a setting's flag takes its help from the setting."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.config.settings import PREFIX, Settings
from bot.domain.errors import SettingsError
from prompts import PromptError, choose

_Command = TypeVar("_Command", bound=Callable[..., Any])

# Settings of the model that may write answers.
LLM = tuple(name for name in Settings.model_fields if name.startswith("llm_"))
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
            field = Settings.model_fields[name]
            command = click.option(
                f"--{name.replace('_', '-')}",
                name,
                multiple=name == "articles",
                metavar="PATH" if "Path" in str(field.annotation) else "VALUE",
                help=f"{field.description} [{PREFIX}{name.upper()}]",
            )(command)
        return command

    return add


def load_settings(**flags: Any) -> Settings:
    """Load the settings from these flags, the environment and dealbot.toml, in this order.

    Also selects the texts that the `prompts` setting names. Raises SettingsError if a setting or a
    text cannot be used."""
    settings = Settings.load(flags, os.environ)
    try:
        choose(settings.prompts)
    except PromptError as error:
        raise SettingsError(str(error)) from error
    return settings
