"""The graph of a large index, built and searched with the limit lowered to a few sentences."""

from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pytest

from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.models import Article
from index.postgres import connections, graphs
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
    monkeypatch.setattr(graphs, "EXACT_UP_TO", _LIMIT)
    monkeypatch.setattr(graphs, "MOST_WITHOUT", _LIMIT)


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


def definitions(url: str) -> dict[str, str]:
    """Return the graphs in the database, with the ranges of their sentences."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'sentences_graph%'"
        ).fetchall()
    assert all("USING hnsw (vector halfvec_ip_ops)" in each for _, each in found)
    return {name: definition.partition(" WHERE ")[2] for name, definition in found}


def test_the_graph_exists_in_the_database(generation: ServerGeneration, url: str) -> None:
    count = len(ARTICLES)
    assert definitions(url) == {
        f"sentences_graph_1_0_{count}": f"((number >= 0) AND (number < {count}))"
    }


def story(place: str, count: int) -> list[Article]:
    days = [f"{_DAYS[number % 7]} {number}" for number in range(count)]
    return [
        replace(MARKET, id=f"{place}-{day}", text=f"The {place} of Orm opens on {day}.", title="")
        for day in days
    ]


def test_many_new_sentences_get_a_graph_of_their_own_and_all_are_found(
    low_limit: None, empty: ServerIndex, encoder: Encoder, url: str
) -> None:
    """The second graph has what was new twice, the first time without one."""
    options = BuildOptions(keep_generations=1)
    known = [*story("market", 80), *story("choir", 8)]
    parts = [known, [*known[1:], *story("ferry", 6)], [*known[2:], *story("ferry", 12)]]
    ranges = []
    for articles in parts:
        empty.publish(articles, encoder, NoProgress(), options)
        ranges.append([tuple(map(int, name.split("_")[-2:])) for name in definitions(url)])
        fresh = empty.open_current()
        [asked] = encoder.encode_queries(["When does the ferry of Orm open?"])
        scores = exact(fresh, asked)
        found = fresh.sentence_vectors.nearest(asked, 20)
        assert np.allclose(scores[found], np.sort(scores)[::-1][:20])
    assert ranges == [[(0, 88)], [(0, 88)], [(0, 88), (88, 100)]]


def test_a_search_that_ends_early_is_not_taken_for_a_whole_one(
    low_limit: None, empty: ServerIndex, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = f"{graphs.SEARCH_OPTIONS} -c hnsw.ef_search=1 -c hnsw.iterative_scan=off"
    monkeypatch.setattr(connections, "SEARCH_OPTIONS", short)
    known = story("market", 80)
    for articles in (known, [*known, *story("ferry", 9)]):
        empty.publish(articles, encoder, NoProgress(), BuildOptions())
    generation = empty.open_current()
    [asked] = encoder.encode_queries(["When does the market of Orm open?"])
    scores = exact(generation, asked)
    found = generation.sentence_vectors.nearest(asked, 8)
    assert np.allclose(scores[found], np.sort(scores)[::-1][:8])


def test_a_graph_that_no_generation_searches_is_dropped(
    low_limit: None, empty: ServerIndex, encoder: Encoder, url: str
) -> None:
    options = BuildOptions(keep_generations=1)
    for count in (20, 40):
        empty.publish(story("market", count), encoder, NoProgress(), options)
    assert list(definitions(url)) == ["sentences_graph_1_0_40"]


def test_sentences_of_closed_articles_are_not_found(
    low_limit: None, generation: ServerGeneration, empty: ServerIndex, encoder: Encoder
) -> None:
    """The older generation still finds them."""
    rest = [each for each in ARTICLES if not each.id.startswith("ferry")]
    empty.publish(rest, encoder, NoProgress(), BuildOptions())
    [asked] = encoder.encode_queries(["When does the ferry of Orm open?"])
    fresh = empty.open_current()
    found = fresh.texts.sentences(fresh.sentence_vectors.nearest(asked, 10))
    assert len(found) == 10
    assert not any("ferry" in each.text for each in found)
    before = generation.texts.sentences(generation.sentence_vectors.nearest(asked, 7))
    assert all("ferry" in each.text for each in before)


@pytest.mark.parametrize(
    ("ends", "following", "expected"),
    [
        ((), 20_000, []),
        ((), 20_001, [20_001]),
        ((1_000_000,), 1_010_000, [1_000_000]),
        ((1_000_000,), 1_010_001, [1_000_000, 1_010_001]),
        ((1_000_000, 1_040_000), 1_050_001, [1_000_000, 1_050_001]),
        ((1_000_000, 1_050_000), 1_060_001, [1_000_000, 1_050_000, 1_060_001]),
        ((1_000_000, 1_300_000), 1_400_000, [1_400_000]),
    ],
)
def test_a_graph_takes_in_those_that_are_not_much_larger(
    ends: tuple[int, ...], following: int, expected: list[int]
) -> None:
    assert graphs.next_ends(ends, following, following) == expected
