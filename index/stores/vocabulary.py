"""The words used in a generation's articles, with their counts."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from index.stores.text_store import FileTextStore
from index.stores.token_store import FileTokenStore
from index.text.marks import INITIALS
from index.text.words import read_surfaces, spellings

VOCABULARY = "vocabulary.json"
_SHORTEST = 4  # letters; spelling correction never proposes a shorter word
_AT_ONCE = 10_000  # sentences


def count_words(texts: FileTextStore, tokens: FileTokenStore) -> Counter[str]:
    """Count each lower-case alphabetic word of 4 or more letters in titles and sentences. Initials
    count as written, not as expanded."""
    times = np.zeros(len(tokens.words), np.int64)
    counts: Counter[str] = Counter()
    for start in range(0, texts.sentence_count, _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, texts.sentence_count))
        read = tokens.sentences.read(rows)
        written_out = read.marks & INITIALS > 0
        words = read.words[np.repeat(~written_out, np.diff(read.starts))]
        times += np.bincount(words, minlength=len(times))
        counts.update(_words(each.text for each in texts.sentences(rows[written_out])))
    counts.update(_words(article.title for article in texts.articles))
    for (_, word), count in zip(tokens.words, times.tolist(), strict=True):
        if count:
            counts[word] += count
    return Counter({w: n for w, n in counts.items() if len(w) >= _SHORTEST and w.isalpha()})


def _words(texts: Iterable[str]) -> Iterator[str]:
    return (
        word for text in texts for surface in read_surfaces(text) for word in spellings(surface)
    )


def save_vocabulary(counts: Counter[str], folder: Path) -> None:
    (folder / VOCABULARY).write_text(
        json.dumps(dict(sorted(counts.items())), ensure_ascii=False), encoding="utf-8"
    )


def load_vocabulary(folder: Path) -> dict[str, int]:
    vocabulary: dict[str, int] = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
    return vocabulary
