"""User-visible texts, kept in files so that an admin can change them.

An admin's folder overrides the built-in texts by name. A process selects its texts once at startup
with `choose`. Without that call, or without a folder, the built-in texts apply.
"""

from pathlib import Path

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
    "text",
]

_chosen: list[Prompts] = []  # one element at most


def choose(folder: Path | None) -> Prompts:
    """Load the texts of this process; texts in `folder` override the built-in ones. Raises
    PromptError, which names the file and what is wrong with it."""
    _chosen[:] = [Prompts.load(folder)]
    return _chosen[0]


def chosen() -> Prompts:
    """Return the texts that this process uses; load the built-in ones if none were chosen."""
    return _chosen[0] if _chosen else choose(None)


def text(name: str, /, **variables: object) -> str:
    """Fill in the variables of the text `name`."""
    return chosen().text(name, **variables)
