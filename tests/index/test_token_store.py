"""The token store: equal to the tokens of the sentences and titles, whichever rows are read."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.files.byte_ranges import FileRanges
from index.models import Article, Span
from index.progress import NoProgress
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter, about
from index.stores.token_store import FileTokenStore, TokenTable
from index.stores.token_writer import write_tokens
from index.text.initials import Initials
from index.text.marks import read_marks
from index.text.words import read_words

_INITIALS = Initials({"MoU": "memorandum of understanding"})
_SENTENCE = st.text(max_size=30) | st.sampled_from(["The MoU isn't signed.", "MoU, MoU"])
_ARTICLES = st.lists(
    st.tuples(st.text(max_size=9), st.lists(_SENTENCE, min_size=1, max_size=5)),
    min_size=1,
    max_size=4,
)


def stored(
    folder: Path, articles: list[tuple[str, list[str]]]
) -> tuple[FileTextStore, FileTokenStore]:
    with TextStoreWriter(folder) as writer:
        for number, (title, sentences) in enumerate(articles):
            text = "".join(sentences) or "x"
            ends = np.cumsum([len(sentence) for sentence in sentences]).tolist()
            spans = [Span(end - len(s), end) for s, end in zip(sentences, ends, strict=True)]
            article = Article(str(number), text, title, published="2025-09-22")
            writer.add(article, Layout.of(article.text, spans, [range(len(spans))]))
    texts = FileTextStore(folder)
    return texts, write_tokens(folder, texts, _INITIALS, NoProgress())


def words_of(
    store: FileTokenStore, table: TokenTable, rows: list[int]
) -> list[list[tuple[str, str]]]:
    tokens = table.read(np.array(rows))
    words = [store.words[number] for number in tokens.words]
    starts = tokens.starts.tolist()
    return [words[a:b] for a, b in pairwise(starts)]


def expected(text: str) -> list[tuple[str, str]]:
    return [(word.surface, word.lower) for word in read_words(_INITIALS.expand(text))]


@pytest.mark.parametrize("mapped_up_to", [0, 10**9])
@settings(deadline=None)
@given(articles=_ARTICLES, chosen=st.sets(st.integers(0, 19), min_size=1))
def test_what_is_read_is_what_the_texts_say(
    articles: list[tuple[str, list[str]]], chosen: set[int], mapped_up_to: int
) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileRanges.__init__, "__defaults__", (mapped_up_to,))
        texts, store = stored(Path(name), articles)
        assert (len(store.sentences), len(store.titles)) == (texts.sentence_count, len(articles))
        rows = sorted({row % texts.sentence_count for row in chosen})
        sentences = [sentence.text for sentence in texts.sentences(rows)]
        assert words_of(store, store.sentences, rows) == [expected(text) for text in sentences]
        marks = [read_marks(text, _INITIALS.expand(text)) for text in sentences]
        assert store.sentences.read(np.array(rows)).marks.tolist() == marks
        rows = sorted({row % len(articles) for row in chosen})
        titles = [about(texts.articles[row]) for row in rows]
        assert words_of(store, store.titles, rows) == [expected(title) for title in titles]
