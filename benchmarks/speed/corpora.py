"""The corpora that are asked about, and the indexes of them, both kept in build/bench."""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import corpus, grammar
from benchmarks.peers.run import PEERS
from benchmarks.speed.process import ROOT, Worker
from bot.evaluation.datasets import records
from bot.evaluation.indexes import files_digest
from index.articles.sources import read_articles
from index.encoder.encoder import default_home
from index.errors import ExpectedError
from index.files.publication import read_pointer
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
    """Articles in `records`, a .jsonl, and questions about them, each a record with its `question`;
    of generated articles also where the answering sentence stands."""

    name: str
    folder: Path
    sentences: int
    questions: list[dict[str, Any]]

    @property
    def records(self) -> Path:
        return self.folder / "corpus.jsonl"

    def supply(self, count: int) -> "Supply":
        """So many questions at least; ExpectedError says where there are not."""
        questions = list(dict.fromkeys(each["question"] for each in self.questions))
        if len(questions) < count:
            raise ExpectedError(
                f"There are {len(questions)} questions about {self.name}, and {count} are needed: "
                "ask fewer in a round (--questions), or have fewer rounds (--rounds)"
            )
        return Supply(questions)


class Supply:
    """Questions to take, none of them twice: a vector that is kept must not be found again."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._questions = iter(questions)

    def take(self, count: int) -> list[str]:
        return list(islice(self._questions, count))


def bundled() -> Corpus:
    """The articles that come with the program and the questions about them that need no history."""
    folder = HOME / "corpora/bundled"
    folder.mkdir(parents=True, exist_ok=True)
    articles = list(read_articles([ROOT / "articles"]))
    rows = ({"id": each.id, "title": each.title, "text": each.text} for each in articles)
    _write(folder / "corpus.jsonl", rows)
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")
    sentences = sum(len(split_sentences(each.text)) for each in articles)
    questions = [each for each in asked if not each.get("history")]
    return Corpus(BUNDLED, folder, sentences, _shuffled(questions))


def generated(sentences: int) -> Corpus:
    """Written once for as long as the code that generates it stays as it is."""
    folder = HOME / "corpora" / f"generated-{corpus.SEED}-{_CODE}-{sentences}"
    asked = folder / "questions.jsonl"
    if not asked.exists():
        unfinished = folder / "questions.part"
        corpus.write(sentences, folder / "corpus.jsonl", unfinished)
        unfinished.rename(asked)
    return Corpus(f"{sentences:,} sentences", folder, sentences, _shuffled(records(asked)))


def index_of(articles: Corpus, system: str) -> Path:
    """The folder of this system's index of the articles, built in a process of its own unless it is
    there. What the build took is in `built`."""
    folder = index_folder(articles, system)
    if not _usable(folder, system):
        shutil.rmtree(folder, ignore_errors=True)
        with Worker(system) as worker:
            built = worker.do("build", corpus=str(articles.records), folder=str(folder))
        created = datetime.now(UTC).isoformat(timespec="seconds")
        (folder / _BUILT).write_text(json.dumps({**built, "created": created}))
    return folder


def built(folder: Path) -> dict[str, Any]:
    """Seconds and megabytes of the build that made what is in the folder, and when that was."""
    found: dict[str, Any] = json.loads((folder / _BUILT).read_text())
    return found


def index_folder(articles: Corpus, system: str) -> Path:
    """Named by what decides its content: a peer and the peers' versions, or our encoder."""
    theirs = f"{system} {files_digest([_PEERS_VERSIONS])[:8]}"
    return articles.folder / "indexes" / (theirs if system in PEERS else encoder_id())


def _usable(folder: Path, system: str) -> bool:
    """Whether it was finished, and, of ours, has the schema that is read now."""
    if not (folder / _BUILT).exists():
        return False
    if system in PEERS:
        return True
    try:
        read_manifest(current_folder(folder))
    except ExpectedError:
        return False
    return True


def encoder_id() -> str:
    return str(read_pointer(default_home() / "CURRENT"))


def _write(path: Path, rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _shuffled(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In an order that is always the same: neighbours are about the same article."""
    return Random(corpus.SEED).sample(questions, len(questions))
