"""Searches of a generation: vectors, terms, tokens, periods, fused hits."""

import numpy as np
import pytest

from index.encoder.encoder import Encoder
from index.generations.reader import Generation
from index.period import NOW, Period
from index.retrieval import Searcher
from index.stores.dense import mean_vectors
from index.stores.terms import Analyzer
from index.stores.text_store import about
from index.stores.titled import titled_vectors
from index.text.tokens import GAP_BITS, WordNumbers
from tests.index.contract.articles import STORY

COST = "What does the bridge of Orm cost?"


def exact(generation: Generation, encoder: Encoder) -> np.ndarray:
    """Encode all sentences and titles anew, as 16-bit numbers."""
    found = generation.texts.sentences(range(generation.texts.sentence_count))
    titles = [each.article.title for each in found]
    sentences = rounded(encoder.encode_passages([each.text for each in found]))
    under = rounded(titled_vectors(sentences, rounded(encoder.encode_passages(titles))))
    return np.where(np.array(titles)[:, None] == "", sentences, under)


def rounded(vectors: np.ndarray) -> np.ndarray:
    return vectors.astype(np.float16).astype(np.float32)


def test_the_numbers_of_rows_agree(generation: Generation) -> None:
    manifest, texts = generation.manifest, generation.texts
    assert manifest.articles + manifest.versions == len(texts.articles) == len(STORY)
    assert generation.id == manifest.id
    assert manifest.sentences == texts.sentence_count == len(generation.sentence_vectors)
    assert manifest.sentences == len(generation.sentence_terms) == len(generation.tokens.sentences)
    assert manifest.passages == texts.passage_count == len(generation.passage_vectors)
    assert manifest.passages == len(generation.passage_terms)
    assert len(generation.tokens.titles) == len(STORY)
    assert generation.sentence_vectors.dimension == manifest.dimension
    assert generation.passage_vectors.dimension == manifest.dimension


def test_vectors_are_those_of_the_encoder(generation: Generation, encoder: Encoder) -> None:
    vectors = exact(generation, encoder)
    rows = np.array([3, 0, 3])
    assert np.array_equal(generation.sentence_vectors.vectors(rows), vectors[rows])
    first, _ = generation.texts.bounds_of(np.arange(generation.texts.passage_count))
    means = mean_vectors(vectors, first).astype(np.float16)
    rows = np.arange(len(first))
    assert np.array_equal(generation.passage_vectors.vectors(rows), means.astype(np.float32))


def test_the_nearest_are_exact_and_best_first(generation: Generation, encoder: Encoder) -> None:
    vectors, [asked] = exact(generation, encoder), encoder.encode_queries([COST])
    cosines = np.einsum("ij,j->i", vectors, asked)
    best = np.argsort(-cosines, kind="stable")
    index = generation.sentence_vectors
    assert np.allclose(cosines[index.nearest(asked, 5)], cosines[best[:5]])
    scores, rows = index.search(np.stack([asked, asked]), 100)
    assert rows.shape == scores.shape == (2, len(vectors))
    assert np.allclose(scores[0], cosines[rows[0]], atol=1e-5)
    assert sorted(rows[1].tolist()) == list(range(len(vectors)))
    admitted = np.zeros(len(vectors), np.bool_)
    admitted[best[[2, 5]]] = True
    assert index.nearest(asked, 5, admitted).tolist() == best[[2, 5]].tolist()
    assert index.nearest(asked, 5, np.zeros(len(vectors), np.bool_)).tolist() == []


def test_bm25_weighs_rare_terms(generation: Generation) -> None:
    terms = Analyzer().terms("bridge choir")
    scores = generation.sentence_terms.scores(terms)
    texts = generation.texts.sentences(range(generation.texts.sentence_count))
    having = [
        bool(set(terms) & set(Analyzer().terms(f"{about(each.article)} {each.text}")))
        for each in texts
    ]
    assert ((scores > 0) == having).all()
    assert "choir" in texts[int(scores.argmax())].text
    assert not generation.sentence_terms.scores(["zzz"]).any()
    assert not generation.passage_terms.scores([]).any()
    assert generation.passage_terms.scores(terms).max() > 0


def test_a_repeated_term_counts_twice(generation: Generation) -> None:
    once, twice = (generation.sentence_terms.scores(["bridg"] * times) for times in (1, 2))
    assert np.allclose(twice, 2 * once)
    assert once.max() > 0


def test_tokens_spell_the_texts_with_initials_written_out(generation: Generation) -> None:
    texts, tokens = generation.texts, generation.tokens
    rows = np.array([0, 1, 3, 4])
    read, words = tokens.sentences.read(rows), list(tokens.words)
    for place, sentence in enumerate(texts.sentences(rows)):
        numbers = WordNumbers()
        expected = numbers.read(generation.initials.expand(sentence.text))
        mine = read.words[read.starts[place] : read.starts[place + 1]].tolist()
        assert [words[number] for number in mine] == [
            numbers.words[each >> GAP_BITS] for each in expected
        ]
    assert words == [tokens.words[number] for number in range(len(tokens.words))]
    title = tokens.titles.read(np.array([1]))
    assert [words[each][1] for each in title.words[:2].tolist()] == ["the", "bridge"]
    assert len(title.marks) == 1


def test_the_vocabulary_and_the_initials_are_of_the_articles(generation: Generation) -> None:
    assert generation.vocabulary["bridge"] > generation.vocabulary["choir"] == 1
    assert generation.initials.expand("MUF") == "Mayor Una Falk"


@pytest.mark.parametrize(
    ("period", "ids"),
    [
        (NOW, {"bridge", "ferry/ä 𝒳", "market"}),
        (Period(as_of=1930132800.0), {"bridge@1", "ferry/ä 𝒳"}),  # 2031-03-01, midday
        (Period(start=1935360000.0), {"market"}),  # from 2031-05-01 on
    ],
)
def test_a_search_is_limited_to_a_period(
    generation: Generation, encoder: Encoder, period: Period, ids: set[str]
) -> None:
    [vector] = encoder.encode_queries([COST])
    hits = Searcher().search(generation, COST, vector, 40, period)
    assert {hit.sentence.article.id for hit in hits.sentences} == ids
    assert {hit.passage.article.id for hit in hits.passages} == ids
    scores = [hit.score for hit in hits.sentences]
    assert scores == sorted(scores, reverse=True)


def test_the_best_hit_answers(generation: Generation, encoder: Encoder) -> None:
    [vector] = encoder.encode_queries([COST])
    hits = Searcher().search_sentences(generation, COST, vector, 3)
    assert hits[0].sentence.text == "The bridge of Orm costs $7 million."
