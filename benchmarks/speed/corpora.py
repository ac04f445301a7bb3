"""Corpora that are asked about, and their indexes, both kept in build/bench."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import corpus, grammar
from benchmarks.encoder_files import encoder_folder
from benchmarks.machine import ROOT, now
from benchmarks.peers.run import PEERS
from benchmarks.results_file import load, save, save_lines
from benchmarks.speed.names import RERANKED
from benchmarks.speed.process import Worker
from bot.evaluation.datasets import records
from bot.evaluation.indexes import files_digest
from index.articles.sources import read_articles
from index.errors import ExpectedError
from index.generations.generation import current_folder
from index.generations.manifest import read_manifest
from index.text.sentences import split_sentences

HOME = ROOT / "build/bench"
BUNDLED = "bundled articles"
_BUILT = "built.json"
_PEERS_VERSIONS = ROOT / "benchmarks/peers/constraints.txt"
_CODE = files_digest([Path(corpus.__file__), Path(grammar.__file__)])[:8]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles in `records`, a .jsonl file, and questions about them. Each question is a record
    with its `question`; for generated articles it also gives the span of the answering sentence."""

    name: str
    folder: Path
    sentences: int
    questions: list[dict[str, Any]]

    @property
    def records(self) -> Path:
        return self.folder / "corpus.jsonl"

    def supply(self, count: int) -> "Supply":
        """Return a supply of distinct questions. Raises ExpectedError if there are fewer than
        `count`."""
        questions = list(dict.fromkeys(each["question"] for each in self.questions))
        if len(questions) < count:
            raise ExpectedError(
                f"There are {len(questions)} questions about {self.name}, and {count} are needed: "
                "ask fewer in a round (--questions), or have fewer rounds (--rounds)"
            )
        return Supply(questions)


class Supply:
    """Questions to take, none of them twice: a cached vector must not be found again."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._questions = iter(questions)

    def take(self, count: int) -> list[str]:
        return list(islice(self._questions, count))


def bundled() -> Corpus:
    """Write the bundled articles as a corpus; its questions are those that need no history."""
    folder = HOME / "corpora/bundled"
    folder.mkdir(parents=True, exist_ok=True)
    articles = list(read_articles([ROOT / "articles"]))
    rows = ({"id": each.id, "title": each.title, "text": each.text} for each in articles)
    save_lines(rows, folder / "corpus.jsonl")
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")
    sentences = sum(len(split_sentences(each.text)) for each in articles)
    questions = [each for each in asked if not each.get("history")]
    return Corpus(BUNDLED, folder, sentences, _shuffled(questions))


def generated(sentences: int) -> Corpus:
    """Return a generated corpus, written once for each version of the generating code."""
    folder = HOME / "corpora" / f"generated-{corpus.SEED}-{_CODE}-{sentences}"
    asked = folder / "questions.jsonl"
    if not asked.exists():
        unfinished = folder / "questions.part"
        corpus.write(sentences, folder / "corpus.jsonl", unfinished)
        unfinished.rename(asked)
    return Corpus(f"{sentences:,} sentences", folder, sentences, _shuffled(records(asked)))


def index_of(articles: Corpus, system: str) -> Path:
    """Return the folder of the system's index of the articles. If there is none, build it in a
    process of its own; `built` returns the figures of the build. A reranking peer has the index of
    the peer without a reranker."""
    system = RERANKED.get(system, system)
    folder = index_folder(articles, system)
    if not _usable(folder, system):
        shutil.rmtree(folder, ignore_errors=True)
        with Worker(system) as worker:
            built = worker.do("build", corpus=str(articles.records), folder=str(folder))
        save({**built, "created": now()}, folder / _BUILT)
    return folder


def built(folder: Path) -> dict[str, Any]:
    """Read the seconds and megabytes of the build that made the folder's index, and its date."""
    return load(folder / _BUILT)


def index_folder(articles: Corpus, system: str) -> Path:
    """Return the folder, named by what decides the index: a peer and the peers' versions, or our
    encoder."""
    theirs = f"{system} {files_digest([_PEERS_VERSIONS])[:8]}"
    return articles.folder / "indexes" / (theirs if system in PEERS else encoder_folder().name)


def _usable(folder: Path, system: str) -> bool:
    """Return whether the index was finished and, for ours, has the schema that is read now."""
    if not (folder / _BUILT).exists():
        return False
    if system in PEERS:
        return True
    try:
        read_manifest(current_folder(folder))
    except ExpectedError:
        return False
    return True


def _shuffled(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shuffle with a fixed seed: neighbouring questions are about the same article."""
    return Random(corpus.SEED).sample(questions, len(questions))
