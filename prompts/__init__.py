"""The words that people get from the program: in files, so that they can be changed.

A folder of an admin's own takes the place of texts here by their names. What a process says is
chosen once, when it starts: `choose`; until then, and without a folder, it is what stands here.
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

_chosen: list[Prompts] = []  # one at most


def choose(folder: Path | None) -> Prompts:
    """From now on texts are those of the folder, and the program's own where it has none. Raises
    PromptError, which names what is wrong with which file."""
    _chosen[:] = [Prompts.load(folder)]
    return _chosen[0]


def chosen() -> Prompts:
    """The texts that this process uses."""
    return _chosen[0] if _chosen else choose(None)


def text(name: str, /, **variables: object) -> str:
    """The text `name` with its variables filled in."""
    return chosen().text(name, **variables)
