"""Notes on reading: what was left out of each article of a generation, and what was assumed.

Layout: `reading.jsonl` holds one line for each article with something to say. There is no file if
there is no such article.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from index.models import Article, Omission

READING = "reading.jsonl"


@dataclass(frozen=True, slots=True)
class ReadingNotes:
    """Words of an article that were kept, what was left out of it, and what was assumed."""

    id: str
    kept_words: int
    omitted: tuple[Omission, ...] = ()
    notes: tuple[str, ...] = ()


class ReadingNotesWriter:
    """Writer of the notes, one article at a time. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / READING
        self._file = self._path.open("w", encoding="utf-8")
        self._is_empty = True

    def add(self, article: Article) -> None:
        """Record an article; one that was read whole and without an assumption needs no line."""
        if article.omitted or article.notes:
            words = len(article.text.split())
            notes = ReadingNotes(article.id, words, article.omitted, article.notes)
            self._file.write(line_of(notes).decode() + "\n")
            self._is_empty = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._is_empty:
            self._path.unlink()


def read_notes(folder: Path) -> Iterator[ReadingNotes]:
    """Yield the notes of a generation, in the order of its articles. Nothing is yielded if the
    generation has none. Raises ValueError, KeyError or TypeError for a damaged file."""
    if not (folder / READING).exists():
        return
    with (folder / READING).open(encoding="utf-8") as lines:
        for line in lines:
            yield notes_of(line)


def line_of(notes: ReadingNotes) -> bytes:
    """Serialize the notes on one article as a line of JSON."""
    return json.dumps(asdict(notes)).encode()


def notes_of(line: str | bytes) -> ReadingNotes:
    """Read the notes on one article from their line. Raises what `read_notes` raises."""
    found = json.loads(line)
    omitted = tuple(Omission(**each) for each in found["omitted"])
    return ReadingNotes(found["id"], found["kept_words"], omitted, tuple(found["notes"]))
