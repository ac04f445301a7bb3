"""Millions of sentences with generated vectors: `python -m benchmarks.large`.

For each size an index of generated articles is built once in build/bench/large, and then opened in
a process of its own. All sizes are asked the same number of questions in turn. Encoding a question
takes no model, so the times are those of the search alone: dense, BM25, fusion and texts.

On two idle cores a million sentences take about 6 minutes to build and 2.5 GB of disk; five million
take about 30 minutes and 13 GB. Asking takes a minute.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.corpus import generate
from benchmarks.large.asking import OpenIndex
from benchmarks.large.vectors import GeneratedEncoder
from benchmarks.machine import ROOT, tell
from bot.terminal.progress import StageLines
from index.building.build import publish_articles
from index.errors import ExpectedError
from index.generations.generation import current_folder
from index.generations.manifest import read_manifest
from index.models import Article

_HOME = ROOT / "build/bench/large"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000000,5000000", help="sentences, 10,000 or more")
    parser.add_argument("--questions", type=int, default=100, help="per round")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]
    for size in sizes:
        _build(size)
    opened = [OpenIndex(_folder(size), size, args.questions * args.rounds) for size in sizes]
    for _ in range(args.rounds):
        for each in opened:
            each.ask(args.questions)
    for each in opened:
        print(json.dumps(each.end()))  # noqa: T201


def _folder(sentences: int) -> Path:
    return _HOME / str(sentences)


def _build(sentences: int) -> None:
    """Build the index of this size unless there is one."""
    folder = _folder(sentences)
    try:
        read_manifest(current_folder(folder))
    except ExpectedError:
        lines = StageLines(lambda line: tell(f"{sentences:,} sentences: {line}"))
        started = perf_counter()
        publish_articles(_articles(sentences), [], folder, GeneratedEncoder(), lines)
        tell(f"{sentences:,} sentences: built in {perf_counter() - started:.0f} s")


def _articles(sentences: int) -> Iterator[Article]:
    for article in generate(sentences):
        of = article.record
        yield Article(
            id=of["id"],
            text=of["text"],
            title=of["title"],
            source=of["source"],
            published=of["published"],
        )


if __name__ == "__main__":
    main()
