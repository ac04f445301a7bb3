"""Marks in place of every text of prompts/, to find words that come from elsewhere."""

import re
from collections.abc import Iterable
from pathlib import Path

from prompts import Prompts

_MARKED = re.compile(r"⟦([a-z_.]+)[^⟦⟧]*⟧")
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def mark_all(folder: Path) -> Path:
    """Make a folder in which each text is its name around its variables; return it."""
    folder.mkdir()
    files: dict[str, list[str]] = {}
    texts = Prompts.load()
    for name in texts.names:
        variables = "".join(f" {{{variable}}}" for variable in texts[name].variables)
        file, _, key = name.partition(".")
        marked = f"⟦{name}{variables}⟧"
        if key:
            files.setdefault(f"{file}.toml", []).append(f'{key} = "{marked}"')
        else:
            files[f"{name}.txt"] = [marked]
    for file, lines in files.items():
        (folder / file).write_text("\n".join(lines), encoding="utf-8")
    return folder


def words_in(*texts: str) -> set[str]:
    return {word.casefold() for text in texts for word in _WORD.findall(text)}


def marks_in(text: str, from_outside: Iterable[str]) -> set[str]:
    """Return the names of the texts in `text`. Asserts that it contains nothing besides them, their
    variables and words from outside."""
    names: set[str] = set()
    while found := _MARKED.findall(text):
        names.update(found)
        text = _MARKED.sub("", text)
    assert not words_in(text) - set(from_outside), text
    return names
