"""The words that a generation's articles use, with their counts."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from index.words import read_words

VOCABULARY = "vocabulary.json"
_SHORTEST = 4  # what is shorter is nothing that a misspelt word is corrected to


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each lower-case word of letters occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(
            word.lower
            for word in read_words(text)
            if len(word.lower) >= _SHORTEST and word.lower.isalpha()
        )
    return counts


def save_vocabulary(counts: Counter[str], folder: Path) -> None:
    (folder / VOCABULARY).write_text(
        json.dumps(dict(sorted(counts.items())), ensure_ascii=False), encoding="utf-8"
    )


def load_vocabulary(folder: Path) -> dict[str, int]:
    vocabulary: dict[str, int] = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
    return vocabulary
