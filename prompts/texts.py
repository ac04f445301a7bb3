"""All texts of a process: the program's own, and those of a folder that take their place."""

import hashlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Self

from prompts.files import SUFFIXES, templates_in
from prompts.template import PromptError, Template

# Raised with every change of the program's own texts: tests/prompts keeps what they were.
VERSION = 10
_OWN = Path(__file__).parent


class Prompts:
    """Texts by their names."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = dict(sorted(templates.items()))

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Raises PromptError for a file in `folder` that cannot be used, or is no text's."""
        own = [path for path in _files(_OWN) if path.suffix in SUFFIXES]
        templates = {name: each for path in own for name, each in templates_in(path).items()}
        for path in _files(folder) if folder else ():
            _check_known(path.name, [file.name for file in own], f"{path} takes no text's place")
            texts = templates_in(path)
            for name in texts:
                _check_known(name, templates, f"{path} has the text {name}, which there is not")
            templates |= texts
        return cls(templates)

    @property
    def names(self) -> list[str]:
        return list(self._templates)

    @property
    def kinds(self) -> list[str]:
        """Of short texts: each has a file."""
        return sorted({kind for kind, dot, _ in (n.partition(".") for n in self.names) if dot})

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


def short_texts(kind: str) -> str:
    """The program's own file of short texts of a kind, to start one's own from."""
    return (_OWN / f"{kind}.toml").read_text(encoding="utf-8")


def _check_known(name: str, known: Iterable[str], wrong: str) -> None:
    if name not in (names := list(known)):
        near = get_close_matches(name, names, n=1, cutoff=0)
        raise PromptError(f"{wrong}; is {near[0]} meant?")


def _files(folder: Path) -> list[Path]:
    """Those that are meant as texts; hidden ones are an editor's."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise PromptError(f"{folder} cannot be read: {error.strerror}") from error
