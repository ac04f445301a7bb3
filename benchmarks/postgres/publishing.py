"""Readers that ask while generations are published: is an answer lost, or of two generations?"""

from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.machine import tell
from benchmarks.postgres.generated import Asked, GeneratedEncoder, questions
from benchmarks.postgres.ground import Ground, in_files
from index.building.build import BuildOptions
from index.errors import ExpectedError
from index.generations.generation import FileGeneration
from index.generations.reader import Generation
from index.places import index_at
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Searcher
from index.stores.dense import Vectors

GOAL = 0
_SENTENCES = 20_000  # at most: up to here answers are exact, so that each can be compared
_READERS, _PART = 4, 50
_TOP = 10
_SCORE = 1e-5

_Found = list[tuple[str, str, float]]  # article, sentence and score of each hit
_Answers = list[tuple[str, int, _Found | None]]  # generation, question, what was found


class _Reader:
    """A process that asks, and follows the current generation."""

    def __init__(self, builds: Path, url: str, asked: list[Asked], vectors: Vectors) -> None:
        self._index, self._asked, self._vectors = index_at(builds, url), asked, vectors
        self._searcher, self._generation = Searcher(), self._index.open_current()

    def ask(self, numbers: list[int]) -> _Answers:
        answers: _Answers = []
        for number in numbers:
            try:
                if self._index.current_id() != self._generation.id:
                    self._generation = self._index.open_current()
                found = found_in(
                    self._generation, self._searcher, self._asked[number], self._vectors[number]
                )
            except ExpectedError:
                answers.append((self._generation.id, number, None))
            else:
                answers.append((self._generation.id, number, found))
        return answers


def found_in(generation: Generation, searcher: Searcher, asked: Asked, vector: Vectors) -> _Found:
    hits = searcher.search_sentences(generation, asked.question, vector, _TOP)
    return [(hit.sentence.article.id, hit.sentence.text, hit.score) for hit in hits]


_reader: _Reader


def _open(builds: Path, url: str, asked: list[Asked], vectors: Vectors) -> None:
    global _reader  # the process has one; its pool calls functions of this module
    _reader = _Reader(builds, url, asked, vectors)


def _ask(numbers: list[int]) -> _Answers:
    return _reader.ask(numbers)


def measure(ground: Ground) -> dict[str, Any]:
    """Publish two versions of the articles in turn until all questions are asked."""
    sentences = min(ground.sentences, _SENTENCES)
    versions = [in_files(sentences, changed=changed).generation for changed in (False, True)]
    asked = questions(sentences, ground.questions, of_changed=True)
    vectors = GeneratedEncoder(asked).encode_queries([each.question for each in asked])
    with ground.empty() as index:
        published = {_published(index, versions[0], 0): 0}
        with ProcessPoolExecutor(
            _READERS,
            get_context("spawn"),
            initializer=_open,
            initargs=(index.builder, ground.url, asked, vectors),
        ) as readers:
            tell(f"publish while {_READERS} readers ask")
            parts = [
                readers.submit(_ask, [n % len(asked) for n in range(start, start + _PART)])
                for start in range(0, ground.asked, _PART)
            ]
            while not all(part.done() for part in parts):
                version = len(published) % 2
                name = _published(index, versions[version], len(published))
                published[name] = version
    return {
        **_counted(parts, published, _expected(versions, asked, vectors)),
        "publications": len(published),
        "sentences": sentences,
        "readers": _READERS,
        "goal": GOAL,
    }


def _published(index: ServerIndex, version: FileGeneration, number: int) -> str:
    """Publish a version under a new id."""
    name = f"{version.manifest.id}-{number}"
    version.manifest = version.manifest.model_copy(update={"id": name})
    index.publish_generation(version, NoProgress(), BuildOptions())
    return name


def _expected(
    versions: list[FileGeneration], asked: list[Asked], vectors: Vectors
) -> list[list[_Found]]:
    searcher = Searcher()
    return [
        [found_in(each, searcher, *pair) for pair in zip(asked, vectors, strict=True)]
        for each in versions
    ]


def _counted(
    parts: list[Future[_Answers]], published: dict[str, int], expected: list[list[_Found]]
) -> dict[str, int]:
    counts: Counter[str] = Counter(asked=0, lost=0, wrong=0)
    read = set()
    for part in parts:
        for generation, number, found in part.result():
            read.add(generation)
            right = expected[published[generation]][number]
            counts["asked"] += 1
            counts["lost"] += found is None
            counts["wrong"] += found is not None and not _same(found, right)
    differing = sum(not _same(one, other) for one, other in zip(*expected, strict=True))
    return {**counts, "generations_read": len(read), "questions_that_differ": differing}


def _same(found: _Found, right: _Found) -> bool:
    return all(
        one[:2] == other[:2] and abs(one[2] - other[2]) < _SCORE
        for one, other in zip(found, right, strict=True)
    )
