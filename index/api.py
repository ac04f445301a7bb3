"""The Python API of the index: build it from articles, and search it."""

import os
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.building.build import BuildOptions, BuildReport
from index.encoder.encoder import home_or_default, open_current
from index.generations.live import open_live
from index.models import BUILDS, AnyPath
from index.places import index_named
from index.progress import NoProgress
from index.retrieval import Searcher


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A sentence that a search found: `text` is `article[start:end]`, counted in code points.
    `score` is the fusion of dense and BM25 scores, at most 1."""

    text: str
    score: float
    article_id: str
    title: str
    start: int
    end: int


def build(
    articles: AnyPath | Iterable[AnyPath],
    index: AnyPath,
    options: BuildOptions | None = None,
    *,
    encoders: AnyPath | None = None,
    builds: AnyPath = BUILDS,
) -> BuildReport:
    """Build an index of article files and folders, and make it the current generation.

    `index` is the folder of the index, or the URL of a PostgreSQL database; `builds` then keeps the
    builder's files. Readers of an earlier generation are not disturbed.
    `encoders` is the folder of adopted encoders, by default that of the Python environment.
    Raises ExpectedError: SourceError for a bad article, EncoderError for a damaged encoder,
    BuildError if another build is running or the disk refuses, and IndexUnreachableError if the
    database does not answer or cannot hold an index."""
    named = [articles] if isinstance(articles, str | os.PathLike) else list(articles)
    encoder = open_current(home_or_default(encoders))
    with closing(index_named(index, Path(builds))) as place:
        paths = [Path(each) for each in named]
        return place.build(paths, encoder, NoProgress(), options or BuildOptions())


def search(
    index: AnyPath, query: str, limit: int = 10, *, encoders: AnyPath | None = None
) -> list[SearchResult]:
    """Find the sentences of an index that are nearest to a query, best first.

    `index` is a folder or the URL of a database, as for `build`. It is opened for one query. Raises
    ExpectedError if it cannot be opened."""
    with closing(index_named(index)) as place:
        live = open_live(place, home_or_default(encoders))
        vector = live.encoder.encode_queries([query])[0]
        hits = Searcher().search(live.generation, query, vector, limit).sentences
    return [
        SearchResult(
            hit.sentence.text,
            hit.score,
            hit.sentence.article.id,
            hit.sentence.article.title,
            hit.sentence.start,
            hit.sentence.end,
        )
        for hit in hits
    ]
