"""User-visible texts, kept in files so that an admin can change them.

An admin's folder overrides the built-in texts by name. A process selects its texts once at startup
with `choose`. Without that call, or without a folder, the built-in texts apply. `speaking` and
`speak` choose the language of a task. A text that the admin's folder overrides is the same in every
language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from prompts.languages import ENGLISH, closest_language, language
from prompts.template import PromptError, Template
from prompts.texts import VERSION, Prompts, short_texts

__all__ = [
    "VERSION",
    "PromptError",
    "Prompts",
    "Template",
    "choose",
    "chosen",
    "short_texts",
    "speak",
    "speaking",
    "text",
]

_chosen: list[Prompts] = []  # one element at most
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def choose(folder: Path | None) -> Prompts:
    """Load the texts of this process; texts in `folder` override the built-in ones. Raises
    PromptError, which names the file and what is wrong with it."""
    _chosen[:] = [Prompts.load(folder)]
    return _chosen[0]


def chosen() -> Prompts:
    """Return the texts that this process uses; load the built-in ones if none were chosen."""
    return _chosen[0] if _chosen else choose(None)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Use the language of a locale, such as "de" or "es-419", during the block and in the tasks
    that it starts. English takes the place of a language without a translation."""
    before = _language.set(closest_language(locale))
    try:
        yield
    finally:
        _language.reset(before)


def speak(locale: str) -> None:
    """Use the language of a locale for the rest of the current task."""
    _language.set(closest_language(locale))


def text(name: str, /, **variables: object) -> str:
    """Fill in the variables of the text `name`, in the language of the current task."""
    return _template(name).fill(**variables)


def _template(name: str) -> Template:
    texts, code = chosen(), _language.get()
    if code == ENGLISH or texts.replaces(name):
        return texts[name]
    return language(code).texts.get(name, texts[name])
