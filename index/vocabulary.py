"""The words that a generation's articles use, with their counts."""

import json
from collections import Counter
from pathlib import Path

from index.words import read_surfaces, spellings

VOCABULARY = "vocabulary.json"
_SHORTEST = 4  # what is shorter is nothing that a misspelt word is corrected to


class WordCounter:
    """Counts the words of texts that are added one after the other."""

    def __init__(self) -> None:
        self._surfaces: Counter[str] = Counter()

    def add(self, text: str) -> None:
        self._surfaces.update(read_surfaces(text))

    def counts(self) -> Counter[str]:
        """How often each lower-case word of letters occurs."""
        counts: Counter[str] = Counter()
        for surface, count in self._surfaces.items():
            for word in spellings(surface):
                if len(word) >= _SHORTEST and word.isalpha():
                    counts[word] += count
        return counts


def save_vocabulary(counts: Counter[str], folder: Path) -> None:
    (folder / VOCABULARY).write_text(
        json.dumps(dict(sorted(counts.items())), ensure_ascii=False), encoding="utf-8"
    )


def load_vocabulary(folder: Path) -> dict[str, int]:
    vocabulary: dict[str, int] = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
    return vocabulary
