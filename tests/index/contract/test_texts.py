"""The texts of a generation, compared with the articles that it was built of."""

import numpy as np
import pytest

from index.generations.reader import Generation
from index.models import NOT_EVIDENCE, Article, BlockKind
from index.stores.text_store import StoredArticle, text_digest
from index.stores.times import times_of
from tests.index.contract.articles import BRIDGE, EARLIER, FERRY, STORY


def stored(generation: Generation, article: Article) -> StoredArticle:
    found = generation.texts.find_article(article.id)
    assert found is not None
    return found


def test_the_articles_keep_their_order_and_metadata(generation: Generation) -> None:
    articles = generation.texts.articles
    assert [each.id for each in articles] == [each.id for each in STORY]
    assert [each.row for each in articles] == list(range(len(STORY)))
    for found, article in zip(articles, STORY, strict=True):
        assert (found.title, found.source, found.url) == (
            article.title,
            article.source,
            article.url,
        )
        assert (found.published, found.seen, found.replaced) == (
            article.published,
            article.seen,
            article.replaced,
        )
        assert (found.version, found.version_of) == (article.version, article.version_of)
        assert found.sha256 == text_digest(article.text.encode())
    assert articles[-1] == articles[len(STORY) - 1] == list(articles[1:])[-1]
    with pytest.raises(IndexError):
        articles[len(STORY)]


def test_a_text_is_read_as_it_was_given(generation: Generation) -> None:
    texts = generation.texts
    for article in STORY:
        assert texts.article_text(stored(generation, article)) == article.text
    assert texts.find_article("no such article") is None


def test_every_sentence_is_at_its_offsets(generation: Generation) -> None:
    texts = generation.texts
    rows = range(texts.sentence_count)
    for sentence in texts.sentences(rows):
        text = texts.article_text(sentence.article)
        assert text[sentence.start : sentence.end] == sentence.text != ""
        assert texts.sentence(sentence.row) == sentence
        assert sentence.row in range(sentence.article.first_sentence, sentence.article.end_sentence)
    assert [each.row for each in texts.sentences([4, 0, 2])] == [4, 0, 2]
    assert texts.sentences([]) == []


def test_a_passage_covers_its_sentences(generation: Generation) -> None:
    texts = generation.texts
    rows = np.arange(texts.sentence_count)
    of = texts.passages_of(rows)
    first, end = texts.bounds_of(np.arange(texts.passage_count))
    assert [set(rows[of == row]) for row in range(texts.passage_count)] == [
        set(range(*bounds)) for bounds in zip(first.tolist(), end.tolist(), strict=True)
    ]
    for row in range(texts.passage_count):
        passage = texts.passage(row)
        text = texts.article_text(passage.article)
        assert text[passage.start : passage.end] == passage.text
        assert (passage.first_sentence, passage.end_sentence) == (first[row], end[row])
    articles = texts.articles_of(rows)
    assert articles.tolist() == [each.article.row for each in texts.sentences(rows)]


def test_kinds_and_pages_are_kept(generation: Generation) -> None:
    texts, ferry = generation.texts, stored(generation, FERRY)
    assert texts.blocks(ferry) == list(FERRY.blocks)
    assert [texts.page_at(ferry, start) for start in (0, 13, 36)] == [1, 1, 2]
    assert texts.block_at(ferry, 28) is None
    rows = range(ferry.first_sentence, ferry.end_sentence)
    kinds = texts.kinds(rows)
    assert kinds[0] is BlockKind.QUESTION
    assert kinds[0] in NOT_EVIDENCE
    assert kinds[1] is BlockKind.PARAGRAPH
    assert texts.layout(ferry).kinds.tolist() == [list(BlockKind).index(kind) for kind in kinds]
    assert texts.layout(ferry).sentences[0].tolist()[:2] == [0, 12]


def test_versions_are_found_oldest_first(generation: Generation) -> None:
    found = generation.texts.versions("bridge")
    assert [each.id for each in found] == [EARLIER.id, BRIDGE.id]
    assert generation.texts.versions("no such article") == []


def test_times_are_those_of_the_articles(generation: Generation) -> None:
    times = generation.texts.times
    rows = zip(times.published.tolist(), times.since.tolist(), times.until.tolist(), strict=True)
    assert list(rows) == [times_of(article) for article in STORY]
