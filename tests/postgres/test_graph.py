"""The graph of a large index, built and searched with the limit lowered to a few sentences."""

from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pytest

from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.postgres import publication, vectors
from index.postgres.generation import ServerGeneration
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.stores.dense import Vectors
from tests.index.contract.articles import MARKET

_LIMIT = 10
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PLACES = "market harbour bridge choir ferry mayor".split()
ARTICLES = [
    replace(MARKET, id=f"{place}-{day}", text=f"The {place} of Orm opens on {day}.", title="")
    for place in _PLACES
    for day in _DAYS
]


@pytest.fixture
def low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (vectors, publication):
        monkeypatch.setattr(module, "EXACT_UP_TO", _LIMIT)


@pytest.fixture
def generation(low_limit: None, empty: ServerIndex, encoder: Encoder) -> ServerGeneration:
    empty.publish(ARTICLES, encoder, NoProgress(), BuildOptions())
    return empty.open_current()


def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the searches of vectors that are sent."""
    sent: list[str] = []
    real: Any = psycopg.Cursor.execute

    def execute(cursor: object, query: object, *given: object, **named: object) -> object:
        text = query.as_string(None) if hasattr(query, "as_string") else str(query)
        if "<#>" in text:
            sent.append(text)
        return real(cursor, query, *given, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    return sent


def exact(generation: ServerGeneration, asked: Vectors) -> Vectors:
    rows = np.arange(len(generation.sentence_vectors))
    scores: Vectors = np.einsum("ij,j->i", generation.sentence_vectors.vectors(rows), asked)
    return scores


def test_the_graph_finds_what_an_exact_search_finds(
    generation: ServerGeneration, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    [asked] = encoder.encode_queries(["When does the ferry of Orm open?"])
    scores = exact(generation, asked)
    sent = queries(monkeypatch)
    found = generation.sentence_vectors.nearest(asked, 5)
    assert np.allclose(scores[found], np.sort(scores)[::-1][:5])
    assert [("+ 0" in each) for each in sent] == [False]  # the search of the graph


def test_few_admitted_rows_are_searched_exactly(
    generation: ServerGeneration, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the farthest ones, which the graph would not reach."""
    [asked] = encoder.encode_queries(["When does the ferry of Orm open?"])
    scores = exact(generation, asked)
    farthest = np.argsort(scores)[:_LIMIT]
    admitted = np.zeros(len(scores), np.bool_)
    admitted[farthest] = True
    sent = queries(monkeypatch)
    found = generation.sentence_vectors.nearest(asked, 4, admitted)
    assert np.allclose(scores[found], np.sort(scores[farthest])[::-1][:4])
    assert [("+ 0" in each) for each in sent] == [True]


def test_a_filter_of_many_rows_is_never_answered_with_too_few(
    generation: ServerGeneration, encoder: Encoder
) -> None:
    [asked] = encoder.encode_queries(["When does the ferry of Orm open?"])
    scores = exact(generation, asked)
    admitted = scores <= np.median(scores)  # none of the nearest
    assert np.count_nonzero(admitted) > _LIMIT
    found = generation.sentence_vectors.nearest(asked, 15, admitted)
    assert np.allclose(scores[found], np.sort(scores[admitted])[::-1][:15])


def test_the_graph_is_kept_up_to_date(
    low_limit: None, generation: ServerGeneration, empty: ServerIndex, encoder: Encoder
) -> None:
    new = replace(MARKET, id="new", text="The lighthouse of Orm opens in winter.", title="")
    empty.publish([*ARTICLES[1:], new], encoder, NoProgress(), BuildOptions())
    [asked] = encoder.encode_queries(["When does the lighthouse open?"])
    fresh = empty.open_current()
    [best] = fresh.sentence_vectors.nearest(asked, 1)
    assert fresh.texts.sentence(int(best)).text == new.text
    scores = exact(fresh, asked)
    found = fresh.sentence_vectors.nearest(asked, 20)
    assert np.allclose(scores[found], np.sort(scores)[::-1][:20])


def test_the_graph_exists_in_the_database(generation: ServerGeneration, url: str) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'sentences_graph_1'"
        ).fetchall()
    assert "USING hnsw (vector halfvec_ip_ops)" in found[0][0]
