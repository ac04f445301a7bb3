"""Question sets on which peers and dealbot are compared, and the answers of dealbot's own
methods."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.peers.protocol import TOP, Passage
from benchmarks.question_sets import question_sets
from bot.evaluation import datasets
from bot.evaluation.indexes import EvaluationIndexes
from bot.evaluation.outcomes import SEED
from bot.evaluation.questions import EvalQuestion
from bot.evaluation.retrieval import BM25, EVIDENCE, HYBRID, Methods, Ranking
from index.encoder.encoder import Encoder
from index.generations.live import LiveGeneration, open_live

OURS = (BM25, HYBRID, EVIDENCE)


@dataclass(frozen=True, slots=True)
class Answered:
    """Passages that one method returned for every question, in the order of the questions, with its
    times."""

    passages: list[list[Passage]]
    p50_ms: float
    build_s: float | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """One set: its questions and the index of its articles, whose texts every system gets."""

    name: str
    questions: list[EvalQuestion]
    live: LiveGeneration

    def articles(self) -> Iterator[dict[str, str]]:
        texts = self.live.generation.texts
        for each in texts.articles:
            yield {"id": each.id, "title": each.title, "text": texts.article_text(each)}

    def ours(self) -> dict[str, Answered]:
        """Ask each of our methods one question after the other. Times include encoding, except for
        BM25, which needs no vector."""
        methods = Methods(self.live)
        texts = {each["id"]: each["text"] for each in self.articles()}
        found: dict[str, list[list[Passage]]] = {name: [] for name in OURS}
        times: dict[str, list[float]] = {name: [] for name in OURS}
        methods.encode(self.questions[:1])
        for question in self.questions:
            start = perf_counter()
            (encoded,) = methods.encode([question])
            encoding = perf_counter() - start
            for name in OURS:
                start = perf_counter()
                ranking = methods.all[name](encoded)
                took = perf_counter() - start
                times[name].append(took + (0 if name == BM25 else encoding))
                found[name].append(_passages(ranking, texts))
        return {name: Answered(found[name], 1000 * median(times[name])) for name in OURS}


def contests(
    shared: Path, indexes: EvaluationIndexes, encoders: Path, encoder: Encoder,
    sample: int,
) -> Iterator[Contest]:  # fmt: skip
    """Yield the sets whose files exist. Questions with a history are left out: a retriever takes no
    history."""
    for own in question_sets(shared):
        live = open_live(indexes.built(own.name, [own.articles]), encoders, reuse=encoder)
        yield Contest(own.name, [each for each in own.questions if not each.history], live)
    files = [
        shared / "eval" / f"{name}.jsonl" for name in ("squad2_sent_dev", "squad_paragraphs_dev")
    ]
    if all(file.exists() for file in files):
        found = datasets.squad(*map(datasets.records, files))
        live = indexes.over_records("SQuAD 2", found.articles)
        yield Contest("SQuAD 2", _drawn(found.questions, sample), live)


def _drawn(questions: Sequence[EvalQuestion], count: int) -> list[EvalQuestion]:
    """Draw `count` questions by the seed, in their order. Return all if `count` is 0 or not less
    than their number."""
    if not 0 < count < len(questions):
        return list(questions)
    chosen = sorted(random.Random(SEED).sample(range(len(questions)), count))
    return [questions[position] for position in chosen]


def _passages(ranking: Ranking, texts: dict[str, str]) -> list[Passage]:
    """Return our sentences as passages; all get the ranking's score, which is that of the first."""
    return [
        Passage(article, texts[article][start:end], ranking.score)
        for article, start, end in ranking.sentences[:TOP]
    ]
