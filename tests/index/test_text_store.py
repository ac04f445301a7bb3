"""The text store: articles come out as they went in, character for character."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.models import Article, Span
from index.stores.text_store import (
    PASSAGES,
    SENTENCES,
    FileTextStore,
    Layout,
    StoredArticle,
    TextStoreWriter,
    about,
)
from index.text.passages import group_passages


@st.composite
def cut_articles(draw: st.DrawFn) -> tuple[Article, list[Span], list[range]]:
    """Draw an article of any characters, cut anywhere."""
    drawn: list[Any] = [draw(st.text(max_size=n)) for n in (9, 60, 9, 9, 9, 9)]
    article = Article(*drawn)
    cuts = sorted(draw(st.sets(st.integers(0, len(article.text)), max_size=12)))
    spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    return article, spans, group_passages(spans, draw(st.integers(1, 40)))


_ARTICLES = st.lists(cut_articles(), min_size=1, max_size=5).filter(
    lambda articles: any(article.text for article, _, _ in articles)
)


@settings(deadline=None)  # it writes files, which takes long on a busy disk
@given(_ARTICLES)
def test_every_text_comes_back_exactly(
    articles: list[tuple[Article, list[Span], list[range]]],
) -> None:
    with TemporaryDirectory() as name:
        with TextStoreWriter(Path(name)) as writer:
            for article, spans, passages in articles:
                writer.add(article, Layout.of(article.text, spans, passages))
        texts = FileTextStore(Path(name))
    assert writer.articles == len(texts.articles) == len(articles)
    assert writer.sentences == texts.sentence_count
    sentence_row = passage_row = 0
    for stored, (article, spans, passages) in zip(texts.articles, articles, strict=True):
        assert texts.article_text(stored) == article.text
        assert stored.sha256 == hashlib.sha256(article.text.encode()).hexdigest()
        for field in ("id", "title", "source", "url", "published"):
            assert getattr(stored, field) == getattr(article, field)
        assert (stored.first_sentence, stored.end_sentence) == (
            sentence_row,
            sentence_row + len(spans),
        )
        for passage in passages:
            found = texts.passage(passage_row)
            assert found.article is stored
            assert found.text == article.text[found.start : found.end]
            assert (found.start, found.end) == (spans[passage[0]].start, spans[passage[-1]].end)
            rows = range(found.first_sentence, found.end_sentence)
            assert texts.passages_of(np.array(rows)).tolist() == [passage_row] * len(passage)
            for row, span in zip(rows, spans[passage.start : passage.stop], strict=True):
                sentence = texts.sentence(row)
                assert (sentence.start, sentence.end) == (span.start, span.end)
                assert sentence.text == article.text[span.start : span.end]
                assert sentence.article is stored
                assert (sentence.row, sentence.passage) == (row, passage_row)
            passage_row += 1
        sentence_row += len(spans)
    assert (sentence_row, passage_row) == (texts.sentence_count, texts.passage_count)


def test_an_article_is_found_by_its_id(tmp_path: Path) -> None:
    with TextStoreWriter(tmp_path) as writer:
        for article_id in ("a", "sub/b"):
            writer.add(Article(article_id, "Text."), Layout.of("Text.", [Span(0, 5)], [range(1)]))
    texts = FileTextStore(tmp_path)
    found = texts.find_article("sub/b")
    assert found is not None
    assert (found.row, found.id) == (1, "sub/b")
    assert texts.find_article("b") is None


def test_a_failure_while_writing_leaves_no_tables(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), TextStoreWriter(tmp_path):
        raise KeyboardInterrupt
    assert not (tmp_path / SENTENCES).exists()
    assert not (tmp_path / PASSAGES).exists()


def test_an_article_is_about_its_title_and_its_date() -> None:
    article = StoredArticle(0, "a", "Bridge closes", "", "", "2031-02-03", "", 0, 0, 0, 0)
    assert about(article) == "Bridge closes\n3 February 2031"
