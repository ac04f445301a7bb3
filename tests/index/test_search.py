"""Retrieval against a slow reference that scores every sentence one by one."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.building.terms import write_terms
from index.generations.generation import FileGeneration
from index.generations.manifest import PASSAGE_VECTORS, SENTENCE_VECTORS, Manifest
from index.models import Article
from index.progress import NoProgress
from index.retrieval import Hits, Searcher, fuse
from index.stores.dense import DenseIndex, StoredVectors, Vectors
from index.stores.lexical import LexicalIndex
from index.stores.terms import Analyzer
from index.stores.text_store import FileTextStore, Layout, TextStoreWriter
from index.stores.token_writer import write_tokens
from index.stores.vocabulary import count_words, save_vocabulary
from index.text.initials import Initials
from index.text.passages import group_passages
from index.text.sentences import split_sentences

WORDS = "harbour ship mayor storm bridge train repair market fish price $5 bn July".split()


def unit(rows: int, seed: int, dimension: int = 16) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    found: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def random_articles(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)

    def sentence() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(2, 9))).capitalize() + "."

    return [" ".join(sentence() for _ in range(chance.randint(1, 30))) for _ in range(count)]


def make_generation(
    folder: Path, articles: Sequence[str], sentences: Vectors, passages: Vectors
) -> FileGeneration:
    """Write a generation of these texts, with as many of the vectors as they need."""
    with TextStoreWriter(folder) as writer:
        for number, text in enumerate(articles):
            spans = split_sentences(text)
            writer.add(
                Article(str(number), text), Layout.of(text, spans, group_passages(spans, 200))
            )
    texts = FileTextStore(folder)
    DenseIndex.of(sentences[: texts.sentence_count]).save(folder / SENTENCE_VECTORS)
    np.save(folder / PASSAGE_VECTORS, passages[: texts.passage_count].astype(np.float16))
    tokens = write_tokens(folder, texts, Initials({}), NoProgress())
    write_terms(folder, texts, tokens, NoProgress())
    save_vocabulary(count_words(texts, tokens), folder)
    Initials({}).save(folder)
    # the searcher needs no other field
    manifest = Manifest.model_construct(id="made-here", files={})  # type: ignore[call-arg]
    return FileGeneration(folder, manifest)


def obvious(
    generation: FileGeneration, query: str, vector: Vectors
) -> list[tuple[float, int, NDArray[np.float64]]]:
    """Return score, row and score parts of every sentence, best first."""
    terms = Analyzer().terms(query)

    def parts(
        vectors: DenseIndex | StoredVectors, lexical: LexicalIndex, row: int
    ) -> tuple[float, float]:
        bm25 = lexical.scores(terms)
        dense = float(vectors.vectors(np.array([row]))[0] @ vector)
        return dense, float(bm25[row] / max(bm25.max(), 1e-30))

    scored = []
    for row in range(generation.texts.sentence_count):
        passage = generation.texts.sentence(row).passage
        own = parts(generation.sentence_vectors, generation.sentence_terms, row)
        above = parts(generation.passage_vectors, generation.passage_terms, passage)
        columns = np.array([*own, *above])
        score = float(fuse(*(column[None] for column in columns))[0])
        scored.append((score, row, columns))
    return sorted(scored, key=lambda item: (-item[0], item[1]))


def check_against(reference: list[tuple[float, int, NDArray[np.float64]]], hits: Hits) -> None:
    """Assert the same order, except for neighbours whose scores differ by a rounding error."""
    by_row = {row: (score, columns) for score, row, columns in reference}
    assert len({hit.sentence.row for hit in hits.sentences}) == len(hits.sentences)
    for hit, (score, _, _) in zip(hits.sentences, reference, strict=False):
        assert hit.score == pytest.approx(score, abs=1e-5)
        own_score, columns = by_row[hit.sentence.row]
        assert hit.score == pytest.approx(own_score, abs=1e-5)
        found = (hit.dense, hit.lexical, hit.passage_dense, hit.passage_lexical)
        np.testing.assert_allclose(found, columns, atol=1e-5)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("query", ["Which ship met the storm?", "$5 billion", "unheard-of", ""])
def test_the_hits_are_the_reference_rankings(tmp_path: Path, seed: int, query: str) -> None:
    articles = random_articles(4, seed)
    generation = make_generation(tmp_path, articles, unit(200, seed), unit(99, seed + 100))
    vector = unit(1, seed + 200)[0]
    hits = Searcher().search(generation, query, vector, 1000)
    assert len(hits.sentences) == generation.texts.sentence_count <= 120
    assert len(hits.passages) == generation.texts.passage_count
    check_against(obvious(generation, query, vector), hits)
    scores = [hit.score for hit in hits.passages]
    assert scores == sorted(scores, reverse=True)


def test_the_best_of_many_are_the_reference_best(tmp_path: Path) -> None:
    articles = random_articles(40, 7)
    generation = make_generation(tmp_path, articles, unit(2000, 7), unit(900, 8))
    assert generation.texts.sentence_count > 300
    for seed in range(5):
        vector = unit(1, seed)[0]
        hits = Searcher().search(generation, "ship storm mayor", vector, 10)
        check_against(obvious(generation, "ship storm mayor", vector), hits)


def test_k_limits_both_lists_and_a_smaller_k_is_the_head_of_a_larger(tmp_path: Path) -> None:
    generation = make_generation(tmp_path, random_articles(6, 1), unit(300, 1), unit(99, 2))
    vector = unit(1, 3)[0]
    all_hits = Searcher().search(generation, "ship", vector, 1000)
    for k in (1, 2, 5):
        hits = Searcher().search(generation, "ship", vector, k)
        assert hits.sentences == all_hits.sentences[:k]
        assert hits.passages == all_hits.passages[:k]


def test_sentences_alone_are_those_of_both(tmp_path: Path) -> None:
    generation = make_generation(tmp_path, random_articles(6, 1), unit(300, 1), unit(99, 2))
    given = generation, "ship storm", unit(1, 3)[0], 20
    assert Searcher().search_sentences(*given) == Searcher().search(*given).sentences


def test_equal_scores_stand_in_the_order_of_the_articles(tmp_path: Path) -> None:
    articles = ["The ship sank."] * 5 + ["Nothing here fits."] * 3 + ["The ship sank."] * 5
    same = np.tile(unit(1, 0), (13, 1))
    generation = make_generation(tmp_path, articles, same, same)
    hits = Searcher().search(generation, "ship", same[0], 13)
    expected = [0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 5, 6, 7]
    assert [hit.sentence.row for hit in hits.sentences] == expected
    assert [hit.passage.row for hit in hits.passages] == expected


def test_one_sentence_is_found_whatever_is_asked(tmp_path: Path) -> None:
    generation = make_generation(tmp_path, ["Alone."], unit(1, 0), unit(1, 0))
    hits = Searcher().search(generation, "something else", unit(1, 1)[0], 10)
    assert [hit.sentence.text for hit in hits.sentences] == ["Alone."]
    assert hits.sentences[0].lexical == 0


def test_fusion_keeps_to_its_bounds_and_never_falls_where_a_part_rises() -> None:
    chance = np.random.default_rng(0)
    dense, passage_dense = chance.uniform(-1, 1, (2, 500))
    lexical, passage_lexical = chance.uniform(0, 1, (2, 500))
    parts = (dense, lexical, passage_dense, passage_lexical)
    score = fuse(*parts)
    assert (score <= 1).all()
    assert fuse(*(np.ones(1),) * 4)[0] == pytest.approx(1)
    for number, part in enumerate(parts):
        raised = [*parts[:number], part + 0.1, *parts[number + 1 :]]
        assert (fuse(*raised) > score).all()
