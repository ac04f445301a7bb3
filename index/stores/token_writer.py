"""Writing of the words of a generation that is being built; unchanged articles are copied."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.files.arrays import save_array
from index.progress import Progress
from index.ranges import in_order, in_ranges, run_begins, starts_of
from index.stores.text_store import FileTextStore, StoredArticle, about
from index.stores.token_store import (
    MARKS,
    OF_SENTENCES,
    OF_TITLES,
    PACKED,
    STARTS,
    STORED,
    TOKENS,
    WORDS,
    FileTokenStore,
    StoredTokens,
)
from index.text.initials import Initials
from index.text.marks import INITIALS, read_marks
from index.text.tokens import GAP_BITS, WordNumbers

_BUFFERED = 1 << 20  # tokens
_COPIED_AT_ONCE = 500  # articles

_Run = tuple[list[StoredArticle], bool]  # consecutive articles, and whether they can be copied


@dataclass(frozen=True, slots=True)
class KnownTokens:
    """Tokens of an earlier generation. `articles` maps article rows of the new generation to the
    old articles with the same text. `same_initials` is True if initials have the same meanings in
    both."""

    store: FileTokenStore
    articles: Mapping[int, StoredArticle]
    same_initials: bool


def write_tokens(
    staging: Path,
    texts: FileTextStore,
    initials: Initials,
    progress: Progress,
    known: KnownTokens | None = None,
) -> FileTokenStore:
    """Write the tokens of the generation that is being built. Tokens in `known` are copied instead
    of being read again."""
    folder, numbers = staging / TOKENS, WordNumbers()
    copied = _Copied(known, numbers) if known else None

    def read(text: str, table: _Writer) -> None:
        expanded = initials.expand(text)
        table.add(numbers.read(expanded), read_marks(text, expanded))

    progress.start("Reading words", texts.sentence_count)
    with _Writer(folder / OF_SENTENCES) as sentences, _Writer(folder / OF_TITLES) as titles:
        for articles, same in copied.runs(texts.articles) if copied else _each(texts.articles):
            if copied and same:
                copied.copy(articles, titles, sentences)
            for article in () if same else articles:
                read(about(article), titles)
                parts = copied.parts(article) if copied else [(article.sentences, None)]
                for part, tokens in parts:
                    if tokens:
                        sentences.add_stored(tokens)
                        continue
                    for sentence in texts.sentences(part):
                        read(sentence.text, sentences)
            progress.advance(articles[-1].end_sentence - articles[0].first_sentence)
    lines = (f"{surface}\t{lower}\n" for surface, lower in numbers.words)
    with (folder / WORDS).open("w", encoding="utf-8") as file:
        file.writelines(lines)
    return FileTokenStore(staging)


def _each(articles: Iterable[StoredArticle]) -> Iterator[_Run]:
    return (([article], False) for article in articles)


class _Copied:
    """Known tokens, with their words renumbered in order of appearance as if they had been read."""

    def __init__(self, known: KnownTokens, numbers: WordNumbers) -> None:
        self._known, self._numbers = known, numbers
        self._words = list(known.store.words)
        surfaces = [surface for surface, _ in self._words]
        begins = [a != b for a, b in pairwise(("", *surfaces))]
        # The words of one written form have adjacent numbers: the first of each word's, and the
        # place after the last.
        self._first = np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0))
        self._end = np.searchsorted(self._first, self._first, side="right")
        self._new = np.full(len(begins), -1, np.int64)  # new number of each word, or -1

    def runs(self, articles: Iterable[StoredArticle]) -> Iterator[_Run]:
        """Divide the articles into runs that `copy` can copy at once, and single other ones."""
        run, expected = list[StoredArticle](), None
        for article in articles:
            old = self._same(article)
            if run and (old is None or old.row != expected or len(run) == _COPIED_AT_ONCE):
                yield run, True
                run = []
            if old is None:
                yield [article], False
            else:
                run.append(article)
                expected = old.row + 1
        if run:
            yield run, True

    def _same(self, article: StoredArticle) -> StoredArticle | None:
        """Return the old article if the title and all sentences have the same tokens as in it."""
        old = self._known.articles.get(article.row)
        if old is None or (old.title, old.published) != (article.title, article.published):
            return None
        if not self._known.same_initials:
            store = self._known.store
            title = store.titles.marks(range(old.row, old.row + 1))
            if (np.append(store.sentences.marks(old.sentences), title) & INITIALS).any():
                return None
        return old

    def copy(
        self, articles: Sequence[StoredArticle], titles: "_Writer", sentences: "_Writer"
    ) -> None:
        """Add the tokens of a run of articles."""
        old = [self._known.articles[article.row] for article in articles]
        store = self._known.store
        of_titles = store.titles.stored(range(old[0].row, old[-1].row + 1))
        of_sentences = store.sentences.stored(range(old[0].first_sentence, old[-1].end_sentence))
        # A title is read before the sentences of its article, and the numbers follow that order.
        rows = np.array([each.first_sentence for each in old] + [old[-1].end_sentence])
        bounds = starts_of(of_sentences.lengths)[rows - rows[0]]
        starts = [starts_of(of_titles.lengths)[:-1], len(of_titles.tokens) + bounds[:-1]]
        lengths = [of_titles.lengths, np.diff(bounds)]
        places = in_ranges(np.stack(starts, 1).ravel(), np.stack(lengths, 1).ravel())
        stored = np.concatenate([of_titles.tokens, of_sentences.tokens])
        self._number_all(stored[places] >> GAP_BITS)
        titles.add_stored(self._renumbered(of_titles))
        sentences.add_stored(self._renumbered(of_sentences))

    def parts(self, article: StoredArticle) -> Iterator[tuple[range, StoredTokens | None]]:
        """Yield the article's sentences in parts, each with its tokens, or with None if it must be
        read."""
        old, rows = self._known.articles.get(article.row), article.sentences
        if old is None or not rows:
            yield rows, None
            return
        marks = self._known.store.sentences.marks(old.sentences)
        changed = (marks & INITIALS > 0) & (not self._known.same_initials)
        begins = np.flatnonzero(run_begins(changed.astype(np.int64))).tolist()
        for start, end in pairwise((*begins, len(rows))):
            tokens = None if changed[start] else self._tokens(old.sentences[start:end])
            yield rows[start:end], tokens

    def _tokens(self, rows: range) -> StoredTokens:
        stored = self._known.store.sentences.stored(rows)
        self._number_all(stored.tokens >> GAP_BITS)
        return self._renumbered(stored)

    def _renumbered(self, stored: StoredTokens) -> StoredTokens:
        gaps = stored.tokens & ((1 << GAP_BITS) - 1)
        words = self._new[stored.tokens >> GAP_BITS]
        tokens = (words << GAP_BITS).astype(np.uint32) | gaps
        return StoredTokens(tokens, stored.lengths, stored.marks)

    def _number_all(self, words: NDArray[np.integer[Any]]) -> None:
        """Number the words that have no new number yet, in order of appearance; each with the other
        words of its written form."""
        missing = self._first[words[self._new[words] < 0]]
        if not len(missing):
            return
        firsts = in_order(missing)
        ends = self._end[firsts]
        forms = zip(firsts.tolist(), ends.tolist(), strict=True)
        numbers = np.array([self._numbers.first_of(self._words[first:end]) for first, end in forms])
        alike = in_ranges(firsts, ends - firsts)
        self._new[alike] = np.repeat(numbers - firsts, ends - firsts) + alike


class _Writer:
    """Writer of one token table, text by text. Starts and marks are written when the block ends
    without an error."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder, self._file = folder, (folder / PACKED).open("wb")
        self._tokens, self._lengths, self._marks = array("I"), array("q"), bytearray()

    def add(self, tokens: Sequence[int], marks: int) -> None:
        self._tokens.extend(tokens)
        self._lengths.append(len(tokens))
        self._marks.append(marks)
        if len(self._tokens) >= _BUFFERED:
            self._flush()

    def add_stored(self, texts: StoredTokens) -> None:
        self._tokens.frombytes(texts.tokens.astype(np.uint32).tobytes())
        self._lengths.frombytes(texts.lengths.astype(np.int64).tobytes())
        self._marks += texts.marks.tobytes()
        if len(self._tokens) >= _BUFFERED:
            self._flush()

    def _flush(self) -> None:
        self._file.write(np.frombuffer(self._tokens, np.uint32).astype(STORED).tobytes())
        self._tokens = array("I")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            self._flush()
        if kind is None:
            lengths = np.frombuffer(self._lengths, np.int64)
            for name, column in (
                (STARTS, starts_of(lengths)),
                (MARKS, np.frombuffer(self._marks, np.uint8)),
            ):
                save_array(self._folder / name, column)
