"""All texts of a process: the built-in ones, and the overrides of a folder."""

import hashlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Self

from prompts.files import SUFFIXES, templates_in
from prompts.template import PromptError, Template

# Increase with every change of the built-in texts. A test compares them with a snapshot.
VERSION = 14
_OWN = Path(__file__).parent


class Prompts:
    """Text templates by name."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = dict(sorted(templates.items()))

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Load the built-in texts and the overrides in `folder`. Raises PromptError for a file that
        cannot be used or that overrides no text."""
        own = [path for path in _files(_OWN) if path.suffix in SUFFIXES]
        templates = {name: each for path in own for name, each in templates_in(path).items()}
        for path in _files(folder) if folder else ():
            _check_known(
                path.name, [file.name for file in own], f"{path} does not replace any text"
            )
            texts = templates_in(path)
            for name, template in texts.items():
                _check_known(name, templates, f"{path} has the unknown text {name}")
                template.check_replaces(templates[name])
            templates |= texts
        return cls(templates)

    @property
    def names(self) -> list[str]:
        return list(self._templates)

    @property
    def kinds(self) -> list[str]:
        """Kinds of short texts, sorted; each kind is one .toml file."""
        return sorted({kind for kind, dot, _ in (n.partition(".") for n in self.names) if dot})

    def __getitem__(self, name: str) -> Template:
        return self._templates[name]

    def replaces(self, name: str) -> bool:
        """Return whether the text of this name is an override."""
        return self._templates[name].path.parent != _OWN

    def text(self, name: str, /, **variables: object) -> str:
        """Fill in the variables of the text `name`."""
        return self._templates[name].fill(**variables)

    @cached_property
    def version(self) -> str:
        """Version of the built-in texts, followed by a hash of the texts in use."""
        parts = (f"{name}\0{each.text}\0" for name, each in self._templates.items())
        return f"{VERSION}-{hashlib.sha256(''.join(parts).encode()).hexdigest()[:8]}"


def short_texts(kind: str) -> str:
    """Read the built-in file of one kind of short texts, as a starting point for an override."""
    return (_OWN / f"{kind}.toml").read_text(encoding="utf-8")


def _check_known(name: str, known: Iterable[str], wrong: str) -> None:
    if name not in (names := list(known)):
        near = get_close_matches(name, names, n=1, cutoff=0)
        raise PromptError(f"{wrong}; did you mean {near[0]}?")


def _files(folder: Path) -> list[Path]:
    """List the visible files of a folder, sorted; hidden files belong to editors. Raises
    PromptError if the folder cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise PromptError(f"{folder} cannot be read: {error.strerror}") from error
