"""Measure searches in files and on a server, over the same articles, and the size of both.

python -m benchmarks.postgres POSTGRESQL_URL [STORIES]: the database must be empty."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg

from benchmarks.postgres.corpus import corpus, questions, stories
from index.building.build import BuildOptions, publish_articles
from index.encoder.encoder import home_or_default
from index.encoder.encoder import open_current as open_encoder
from index.generations.generation import current_folder, open_current
from index.generations.reader import Generation
from index.models import DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Searcher
from index.stores.dense import Vectors

_CANDIDATES = 40


def main(url: str, told: int) -> None:
    encoder = open_encoder(home_or_default(None))
    articles = corpus(stories(told))
    asked = [each.question for each in questions(stories(told))]
    vectors = encoder.encode_queries(asked)
    options = BuildOptions(dense_type=DenseType.EXACT)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with timed("build in files"):
            publish_articles(articles, [], folder / "index", encoder, NoProgress(), options)
        index = ServerIndex(url, folder / "builds")
        shutil.copytree(folder / "index/vectors", index.builder / "vectors")
        with timed("build on the server, vectors known"):
            index.publish(articles, encoder, NoProgress(), options)
        with timed("again, one article less"):
            index.publish(articles[1:], encoder, NoProgress(), options)
        index.roll_back()
        files = open_current(folder / "index")
        sentences = files.manifest.sentences
        say(f"{len(articles)} articles, {sentences} sentences, {len(asked)} questions")
        say(f"files: {size_of(current_folder(folder / 'index')) / 1e6:.1f} MB")
        say(f"tables and their indexes: {size_on_server(url) / 1e6:.1f} MB")
        for place, opened in (("files", files), ("server", index.open_current())):
            for run in ("first", "second"):
                times = np.array(list(search_times(opened, asked, vectors))) * 1000
                middle, most = np.percentile(times, [50, 95])
                say(f"{place}, {run} time: p50 {middle:.2f} ms, p95 {most:.2f} ms a search")
        index.close()


def search_times(generation: Generation, asked: list[str], vectors: Vectors) -> Iterator[float]:
    searcher = Searcher()
    for question, vector in zip(asked, vectors, strict=True):
        started = time.perf_counter()
        hits = searcher.search_sentences(generation, question, vector, _CANDIDATES)
        generation.tokens.sentences.read(np.array(sorted(hit.sentence.row for hit in hits)))
        yield time.perf_counter() - started


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def size_on_server(url: str) -> int:
    with psycopg.connect(url) as connection:
        [[size]] = connection.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
            "WHERE relnamespace = 'dealbot'::regnamespace AND relkind = 'r'"
        ).fetchall()
    return int(size)


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    say(f"{what}: {time.perf_counter() - started:.1f} s")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
