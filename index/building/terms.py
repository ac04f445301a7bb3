"""The BM25 tables of a generation that is being built."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from index.generations.manifest import PASSAGE_TERMS, SENTENCE_TERMS
from index.progress import Progress
from index.ranges import in_ranges, run_begins, starts_of
from index.stores.lexical import LexicalIndex
from index.stores.terms import Analyzer, Numbers, TermListsWriter
from index.stores.text_store import FileTextStore
from index.stores.token_store import FileTokenStore, StoredWords
from index.text.tokens import Tokens

_NO_TERMS = 0  # placeholder term of a text without terms
_AT_ONCE = 4_000  # passages

Rows = NDArray[np.int64]
TermRuns = tuple[Numbers, Rows]  # the terms of texts, one text after another, and their counts


def write_terms(
    staging: Path, texts: FileTextStore, tokens: FileTokenStore, progress: Progress
) -> None:
    """Write the BM25 tables of sentences and of passages. Each text includes its article's title
    and date; initials are written out."""
    reader = TermReader(texts, tokens)
    progress.start("Counting words", texts.passage_count)
    with (
        TemporaryDirectory(dir=staging, prefix=".terms-") as scratch,
        TermListsWriter(Path(scratch, "sentences"), reader.numbers) as of_sentences,
        TermListsWriter(Path(scratch, "passages"), reader.numbers) as of_passages,
    ):
        for start in range(0, texts.passage_count, _AT_ONCE):
            passages = range(start, min(start + _AT_ONCE, texts.passage_count))
            sentence_terms, passage_terms = reader.read(passages)
            of_sentences.add(*sentence_terms)
            of_passages.add(*passage_terms)
            progress.advance(len(passages))
        LexicalIndex.build(of_sentences.lists(), staging / SENTENCE_TERMS)
        progress.advance(0)
        LexicalIndex.build(of_passages.lists(), staging / PASSAGE_TERMS)


class TermReader:
    """Reader of the terms of a generation that is being built. `numbers` has the number of each
    term."""

    def __init__(self, texts: FileTextStore, tokens: FileTokenStore) -> None:
        self._texts, self._tokens = texts, tokens
        self.numbers, self._of_words = _term_numbers(tokens.words)

    def read(self, passages: range) -> tuple[TermRuns, TermRuns]:
        """Return the terms of the sentences of consecutive passages, and those of the passages."""
        first, end = self._texts.bounds_of(np.arange(passages.start, passages.stop))
        rows = np.arange(first[0], end[-1])
        articles = self._texts.articles_of(rows)
        begins = run_begins(articles)
        titles = _Terms.of(self._tokens.titles.read(articles[begins]), self._of_words)
        title = np.cumsum(begins) - 1  # index of each row's title
        own = _Terms.of(self._tokens.sentences.read(rows), self._of_words)
        bounds = np.append(first, end[-1]) - first[0]
        return (
            _joined(titles, title, own, np.arange(len(rows) + 1)),
            _joined(titles, title[bounds[:-1]], own, bounds),
        )


def _term_numbers(words: StoredWords) -> tuple[dict[str, int], Numbers]:
    """Return the number of each term, and for each word the number of its term; -1 for a function
    word."""
    analyzer, numbers = Analyzer(), {"\0": _NO_TERMS}  # no text contains it
    of_words = np.full(len(words), -1, np.int32)
    for word, (_, lower) in enumerate(words):
        if (term := analyzer.term(lower)) is not None:
            of_words[word] = numbers.setdefault(term, len(numbers))
    return numbers, of_words


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of texts, one text after another, and the start of each text's terms."""

    flat: Numbers
    starts: Rows

    @classmethod
    def of(cls, tokens: Tokens, of_words: Numbers) -> "_Terms":
        numbers = of_words[tokens.words]
        telling = numbers >= 0
        return cls(numbers[telling], starts_of(telling)[tokens.starts])


def _joined(titles: _Terms, title: Rows, own: _Terms, bounds: Rows) -> tuple[Numbers, Rows]:
    """Join each run of texts, from one bound to the next, with its title. Returns the terms of all
    runs, one run after another, and the number of terms per run, at least 1."""
    of_title, of_own = titles.starts[title + 1] - titles.starts[title], np.diff(own.starts[bounds])
    starts = [titles.starts[title], len(titles.flat) + own.starts[bounds[:-1]]]
    places = in_ranges(np.stack(starts, 1).ravel(), np.stack([of_title, of_own], 1).ravel())
    flat, lengths = np.concatenate([titles.flat, own.flat])[places], of_title + of_own
    without = lengths == 0
    flat = np.insert(flat, starts_of(lengths)[:-1][without], _NO_TERMS)
    return flat, np.maximum(lengths, 1)
