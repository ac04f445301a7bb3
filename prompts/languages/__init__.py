"""Translations of the bot's texts and of its commands, one TOML file per language.

A file has `name`, the language's own name; `[texts]`, by the names of the English texts; and
`[commands]`, by the full names of the commands. A text that a file lacks stays English.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from prompts.template import Template

ENGLISH = "en"
_FOLDER = Path(__file__).parent
# Discord has two kinds of Spanish, and one file serves both.
_SHARED = {"es-419": "es-ES"}
# Prompts for a model, texts of the terminal, which is English throughout, and texts that are in the
# language of the question.
_UNTRANSLATED = ("llm_", "repl", "tongues.")


@dataclass(frozen=True, slots=True)
class CommandText:
    """Texts of a command in one language. `name` and `description` are the command's own; empty if
    it has none. `options` has a pair of name and description for each option, by its English
    name."""

    name: str
    description: str
    options: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its own name, the texts by name, the commands by their full English name, and
    the names of choices by their English ones."""

    code: str
    name: str
    texts: Mapping[str, Template]
    commands: Mapping[str, CommandText]
    choices: Mapping[str, str]


def languages() -> list[str]:
    """List the codes of the translated languages, as Discord writes them."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def language_names() -> dict[str, str]:
    """Return the own name of each language by its code, English first."""
    return {ENGLISH: "English"} | {code: language(code).name for code in languages()}


def closest_language(code: str) -> str:
    """Return the translated language for a locale such as "es-419"; English if there is none."""
    code = _SHARED.get(code, code)
    return code if code in _known() else ENGLISH


def is_translated(name: str) -> bool:
    """Return whether translations have the text of this name."""
    return not name.startswith(_UNTRANSLATED)


@cache
def language(code: str) -> Language:
    """Read one of `languages()`."""
    path = _FOLDER / f"{code}.toml"
    table = tomllib.loads(path.read_text("utf-8"))
    commands = {name: _command(entry) for name, entry in table["commands"].items()}
    texts = {name: Template(name, text, path) for name, text in _flat(table["texts"])}
    return Language(code, table["name"], texts, commands, table["choices"])


@cache
def _known() -> frozenset[str]:
    return frozenset(languages())


def _command(entry: dict[str, str | dict[str, str]]) -> CommandText:
    # An option called "name" is the table "name_": "name" is the command's own.
    options = {
        name.removesuffix("_"): (option["name"], option["description"])
        for name, option in entry.items()
        if isinstance(option, dict)
    }
    own = {name: text for name, text in entry.items() if isinstance(text, str)}
    return CommandText(own["name"], own.get("description", ""), options)


def _flat(table: Mapping[str, str | Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield name, value.rstrip("\n")
        else:
            yield from ((f"{name}.{key}", text) for key, text in value.items())
