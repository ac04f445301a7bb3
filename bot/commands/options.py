"""Flags that several commands have. Those of settings take their help from the setting."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.config.settings import PREFIX, Settings
from bot.domain.errors import SettingsError
from prompts import PromptError, choose

_Command = TypeVar("_Command", bound=Callable[..., Any])

# Of the model that may write answers.
LLM = tuple(name for name in Settings.model_fields if name.startswith("llm_"))
json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
batch_option = click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.jsonl",
    help="Take one question a line from a file; the answers come in the same order.",
)


def setting(*names: str) -> Callable[[_Command], _Command]:
    """Adds the flag of each named setting; the values reach the command by the same names."""

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
    """The settings with these flags on top of the environment and dealbot.toml. From here on the
    program speaks the words that they choose."""
    settings = Settings.load(flags, os.environ)
    try:
        choose(settings.prompts)
    except PromptError as error:
        raise SettingsError(str(error)) from error
    return settings
