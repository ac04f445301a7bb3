"""All texts of a process: the program's own, and those of a folder that take their place."""

import hashlib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Self

from prompts.template import PromptError, Template

# Raised with every change of the program's own texts: tests/prompts keeps what they were.
VERSION = 2
_OWN = Path(__file__).parent


class Prompts:
    """Texts by their names."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = dict(sorted(templates.items()))

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Raises PromptError for a file in `folder` that cannot be used, or is no text's."""
        templates = {path.stem: Template.read(path) for path in _OWN.glob("*.txt")}
        for path in _files(folder) if folder else ():
            if path.suffix != ".txt" or path.stem not in templates:
                near = get_close_matches(path.stem, templates, n=1, cutoff=0)
                raise PromptError(f"{path} takes no text's place; is {near[0]}.txt meant?")
            templates[path.stem] = Template.read(path)
        return cls(templates)

    @property
    def names(self) -> list[str]:
        return list(self._templates)

    def __getitem__(self, name: str) -> Template:
        return self._templates[name]

    def text(self, name: str, /, **variables: object) -> str:
        """The text `name` with its variables filled in."""
        return self._templates[name].fill(**variables)

    @cached_property
    def version(self) -> str:
        """Which texts these are: the version of the program's own, and a hash of those in use."""
        parts = (f"{name}\0{each.text}\0" for name, each in self._templates.items())
        return f"{VERSION}-{hashlib.sha256(''.join(parts).encode()).hexdigest()[:8]}"


def _files(folder: Path) -> list[Path]:
    """Those that are meant as texts; hidden ones are an editor's."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise PromptError(f"{folder} cannot be read: {error.strerror}") from error
