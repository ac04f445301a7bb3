"""Latency of one question after the other on a warm system: milliseconds to its ranked
sentences."""

from collections.abc import Sequence

from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import (
    ANSWERS,
    BARE,
    ENCODER_ALONE,
    OURS,
    RERANKED,
    RETRIEVAL,
    UNJUDGED,
)
from benchmarks.speed.process import Contestants, Worker
from benchmarks.speed.run import Run

_WARMING = 5
_REPEATED = ", question asked before"
_SLOW_SHARE = 5  # a reranking peer, which takes up to a second a question, gets a fifth of them


def measure(run: Run, corpora: Sequence[Corpus]) -> list[Row]:
    return [row for corpus in corpora for row in _of(run, corpus)]


def _of(run: Run, corpus: Corpus) -> list[Row]:
    run.tell(f"latency, {corpus.name}")
    labels = _systems(run)
    supply = corpus.supply(_WARMING + run.rounds * run.questions)
    times: dict[str, list[list[float]]] = {label: [] for label in labels}
    with Contestants(labels, run.leaving_out(f"latency, {corpus.name}")) as contestants:
        contestants.each(lambda _, worker: worker.do("open", folder=_folder(corpus, worker)))
        read = _warmed(contestants, supply.take(_WARMING))
        for turn in range(run.rounds):
            asked = supply.take(run.questions)
            found = contestants.each(
                lambda label, worker: _times(label, worker, asked),  # noqa: B023 - called at once
                turn=turn,
            )
            for label, taken in found.items():
                times[label].append(taken)
    return [
        {**_row(corpus, label, found), **read.get(label, {})}
        for label, found in times.items()
        if any(found)
    ]


def _systems(run: Run) -> dict[str, str]:
    """Return the systems by label."""
    alone = [ENCODER_ALONE] if run.peers else []
    systems = (RETRIEVAL, ANSWERS, UNJUDGED, BARE, *run.peers, *run.reranked, *alone)
    return {system: system for system in systems} | {f"{each}{_REPEATED}": each for each in OURS}


def _warmed(contestants: Contestants, questions: Sequence[str]) -> dict[str, Row]:
    """Warm up all systems and return how much each reranker reads. Reading comes first, because the
    judge caches what it read."""
    rerankers = (ANSWERS, *RERANKED)
    read: dict[str, Row] = contestants.each(
        lambda _, worker: worker.do("reading", questions=questions), among=rerankers
    )
    for command in ("ask", "tune"):
        contestants.each(lambda _, worker: worker.do(command, questions=questions))  # noqa: B023
    return read


def _folder(corpus: Corpus, worker: Worker) -> str:
    """Return the folder of a system's index; a system that needs none gets ours."""
    needs_none = worker.system in (BARE, ENCODER_ALONE)
    return str(index_of(corpus, RETRIEVAL if needs_none else worker.system))


def _times(label: str, worker: Worker, asked: Sequence[str]) -> list[float]:
    if label in RERANKED:
        asked = asked[: max(1, len(asked) // _SLOW_SHARE)]
    if not label.endswith(_REPEATED):
        once: list[float] = worker.do("ask", questions=asked)
        return once
    twice = [question for each in asked for question in (each, each)]
    both: list[float] = worker.do("ask", questions=twice)
    return both[1::2]


def _row(corpus: Corpus, label: str, rounds: list[list[float]]) -> Row:
    every = [taken for found in rounds for taken in found]
    return {
        "corpus": corpus.name,
        "sentences": corpus.sentences,
        "system": label,
        **spread(every, "p50_ms"),
        "rounds_p50_ms": [spread(found, "p50_ms")["p50_ms"] for found in rounds if found],
    }
