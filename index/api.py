"""The Python API of the index: build it from articles, and search it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.building.build import BuildOptions, BuildReport, build_index
from index.encoder.encoder import home_or_default, open_current
from index.generations.live import open_live
from index.models import AnyPath
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
) -> BuildReport:
    """Build an index of article files and folders, and make it the current generation.

    `index` is the folder of the index; readers of an earlier generation are not disturbed.
    `encoders` is the folder of adopted encoders, by default that of the Python environment.
    Raises ExpectedError: SourceError for a bad article, EncoderError for a damaged encoder,
    BuildError if another build is running or the disk refuses."""
    named = [articles] if isinstance(articles, str | os.PathLike) else list(articles)
    encoder = open_current(home_or_default(encoders))
    return build_index(
        [Path(each) for each in named],
        Path(index),
        encoder,
        NoProgress(),
        options or BuildOptions(),
    )


def search(
    index: AnyPath, query: str, limit: int = 10, *, encoders: AnyPath | None = None
) -> list[SearchResult]:
    """Find the sentences of an index that are nearest to a query, best first.

    It opens the index for one query. Raises ExpectedError if the index cannot be opened."""
    live = open_live(Path(index), home_or_default(encoders))
    vector = live.encoder.encode_queries([query])[0]
    return [
        SearchResult(
            hit.sentence.text,
            hit.score,
            hit.sentence.article.id,
            hit.sentence.article.title,
            hit.sentence.start,
            hit.sentence.end,
        )
        for hit in Searcher().search(live.generation, query, vector, limit).sentences
    ]
