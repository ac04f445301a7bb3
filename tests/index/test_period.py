"""Searches limited to a period, in a real index with versions, against every row scored."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.articles.base.dates import utc_seconds
from index.building.build import publish_articles
from index.encoder.encoder import Encoder
from index.generations.generation import FileGeneration, open_current
from index.models import Article, DenseType
from index.period import NOW, Period
from index.progress import NoProgress
from index.retrieval import Searcher
from index.stores.dense import DenseIndex
from index.stores.times import BEFORE_ALL, OPEN, times_of
from tests.index.test_dense import clustered

MARCH, APRIL, MAY = "2031-03-01T08:00:00+00:00", "2031-04-01T08:00:00+00:00", "2031-05-01"
BRIDGE = Article(
    "bridge@1",
    "The bridge of Orm costs $5 million. Mayor Una Falk opens it in June.",
    title="The bridge",
    published="2031-03-01",
    replaced=APRIL,
    version_of="bridge",
)
STORY = (
    BRIDGE,
    replace(
        BRIDGE,
        id="bridge",
        text="The bridge of Orm costs $7 million. Mayor Una Falk opens it in July.",
        seen=APRIL,
        replaced="",
        version=2,
        version_of="",
    ),
    Article("ferry", "The ferry of Orm stops in May.", published="2031-02-01", replaced=MARCH),
    Article("market", "The market of Orm opens on Monday.", published=MAY),
    Article("song", "The choir of Orm sings by the bridge."),
)
COST = "What does the bridge of Orm cost?"


def seconds(iso: str) -> float:
    found = utc_seconds(iso)
    assert found is not None
    return found


def built(folder: Path, encoder: Encoder, articles: Iterable[Article] = STORY) -> FileGeneration:
    publish_articles(articles, [], folder, encoder, NoProgress())
    return open_current(folder)


def found(generation: FileGeneration, encoder: Encoder, period: Period, k: int = 40) -> list[str]:
    vector = encoder.encode_queries([COST])[0]
    searcher = Searcher()
    hits = searcher.search(generation, COST, vector, k, period)
    sentences = searcher.search_sentences(generation, COST, vector, k, period)
    assert sentences == hits.sentences
    of_passages = {hit.passage.article.id for hit in hits.passages}
    assert {hit.sentence.article.id for hit in sentences} <= of_passages
    admitted = period.admits(generation.texts.times)
    assert all(admitted[hit.passage.article.row] for hit in hits.passages)
    return [hit.sentence.article.id for hit in sentences]


def test_only_what_holds_is_found_by_default(tmp_path: Path, encoder: Encoder) -> None:
    generation = built(tmp_path, encoder)
    assert set(found(generation, encoder, NOW)) == {"bridge", "market", "song"}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(as_of=seconds("2031-03-15")), {"bridge@1", "song"}),
        (Period(as_of=seconds("2031-02-15")), {"ferry", "song"}),
        (Period(as_of=seconds(MARCH) - 1), {"bridge@1", "ferry", "song"}),
        (Period(as_of=seconds(APRIL)), {"bridge", "song"}),
        (Period(as_of=seconds("2031-06-01")), {"bridge", "market", "song"}),
        (Period(as_of=seconds("2030-01-01")), {"song"}),
        (Period(start=seconds(MAY)), {"market"}),
        (Period(start=seconds("2031-02-01"), end=seconds(MAY)), {"bridge"}),
        (Period(start=seconds("2040-01-01")), set()),
    ],
)
def test_a_period_admits_what_held_and_was_published_then(
    tmp_path: Path, encoder: Encoder, period: Period, expected: set[str]
) -> None:
    assert set(found(built(tmp_path, encoder), encoder, period)) == expected


def test_many_earlier_versions_leave_all_places_to_the_newest_texts(
    tmp_path: Path, encoder: Encoder
) -> None:
    """The earlier versions are nearest to the question and fill the candidates of a search."""
    earlier = [
        replace(BRIDGE, id=f"bridge@{number}", text=f"{COST} It costs ${number} million.")
        for number in range(1, 151)
    ]
    others = [Article(str(number), f"Ship {number} came to the pier.") for number in range(40)]
    generation = built(tmp_path, encoder, (*earlier, *STORY[1:], *others))
    ids = found(generation, encoder, NOW)
    assert len(ids) == 40
    assert ids[0] == "bridge"
    assert not [each for each in ids if "@" in each]


def test_the_stored_times_and_versions_are_those_of_the_articles(
    tmp_path: Path, encoder: Encoder
) -> None:
    texts = built(tmp_path, encoder).texts
    times = texts.times
    columns = zip(times.published, times.since, times.until, strict=True)
    assert [tuple(map(int, row)) for row in columns] == [times_of(article) for article in STORY]
    assert times_of(STORY[-1]) == (BEFORE_ALL, BEFORE_ALL, OPEN)
    stored = [texts.find_article(article.id) for article in STORY]
    assert [each and (each.version, each.version_of, each.holds) for each in stored] == [
        (1, "bridge", False),
        (2, "", True),
        (1, "", False),
        (1, "", True),
        (1, "", True),
    ]


def test_a_version_replaced_at_an_unknown_time_never_held() -> None:
    undated = Article("a@1", "One.", version_of="a")
    assert times_of(undated)[1:] == (BEFORE_ALL, BEFORE_ALL)


@pytest.mark.parametrize("kind", [DenseType.EXACT, DenseType.COMPRESSED])
@pytest.mark.parametrize("every", [2, 3000])
def test_the_nearest_admitted_vectors_are_found(kind: DenseType, every: int) -> None:
    vectors = np.concatenate([clustered(5_000, seed) for seed in range(9)])
    admitted = np.zeros(len(vectors), np.bool_)
    admitted[::every] = True
    index = DenseIndex.of(vectors, kind)
    hits = 0
    for query in clustered(20, 3):
        rows = index.nearest(query, 10, admitted)
        assert len(set(rows.tolist())) == 10
        assert admitted[rows].all()
        scores = np.where(admitted, vectors @ query, -2)
        hits += len(set(rows.tolist()) & set(np.argsort(-scores)[:10].tolist()))
    assert hits >= 0.9 * 200
