"""dealbot at growing sizes: cost of a question and of its steps, recall, memory and disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.corpora import Corpus, Supply, built, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import ANSWERS, RETRIEVAL
from benchmarks.speed.process import Contestants, Worker
from benchmarks.speed.run import Run
from index.generations.generation import current_folder
from index.generations.manifest import read_manifest

_WARMING, _KNOWN = 5, 200
_PARTS = {RETRIEVAL: "retrieval", ANSWERS: "answers"}
_Times = dict[str, list[float]]


def measure(run: Run, corpora: Sequence[Corpus]) -> list[Row]:
    """Open all sizes at once and ask them in turn."""
    for corpus in corpora:
        run.tell(f"scale, index of {corpus.name}")
        index_of(corpus, RETRIEVAL)
    of = {f"{system}, {corpus.name}": corpus for corpus in corpora for system in _PARTS}
    labels = {label: label.removesuffix(f", {corpus.name}") for label, corpus in of.items()}
    needed = _WARMING + (run.rounds + 1) * run.questions
    supplies = {corpus.name: corpus.supply(needed) for corpus in corpora}
    times: _Times = {label: [] for label in labels}
    with Contestants(labels, run.leaving_out("scale")) as contestants:
        opened = contestants.each(
            lambda label, worker: _open(worker, index_of(of[label], RETRIEVAL), supplies, of[label])
        )
        for turn in range(run.rounds):
            run.tell(f"scale, round {turn + 1}")
            asked = {name: supply.take(run.questions) for name, supply in supplies.items()}
            found = contestants.each(
                lambda label, worker: worker.do("ask", questions=asked[of[label].name]),  # noqa: B023
                turn=turn,
            )
            for label, taken in found.items():
                times[label] += taken
        run.tell("scale, steps, recall, memory")
        details = contestants.each(lambda label, worker: _details(run, worker, of[label], supplies))
    return [_row(corpus, opened, times, details) for corpus in corpora]


def _open(worker: Worker, folder: Path, supplies: dict[str, Supply], corpus: Corpus) -> float:
    seconds: float = worker.do("open", folder=str(folder))
    worker.do("ask", questions=supplies[corpus.name].take(_WARMING))
    return seconds


def _details(run: Run, worker: Worker, corpus: Corpus, supplies: dict[str, Supply]) -> Row:
    """Measure what is not timed in rounds. Memory is read before the steps run."""
    asked = supplies[corpus.name].take(run.questions)
    row: Row = {"memory": worker.do("memory"), "steps_ms": worker.do("steps", questions=asked)}
    row["found"] = worker.do("found", known=corpus.questions[-_KNOWN:])
    return row


def _row(corpus: Corpus, opened: dict[str, float], times: _Times, details: dict[str, Row]) -> Row:
    folder = index_of(corpus, RETRIEVAL)
    generation = current_folder(folder)
    manifest = read_manifest(generation)
    made = built(folder)
    return {
        "sentences": corpus.sentences,
        "passages": manifest.passages,
        "articles": manifest.articles,
        "dense_type": manifest.dense.type,
        "recall_at_10": manifest.dense.recall_at_10,
        "built": made["created"],
        "build_s": round(made["seconds"], 1),
        "build_peak_mb": made["peak_mb"],
        "index_mb": round(_bytes(generation) / 1e6, 1),
        **{
            name: _part(label, opened, times, details)
            for system, name in _PARTS.items()
            if (label := f"{system}, {corpus.name}") in details
        },
    }


def _part(label: str, opened: dict[str, float], times: _Times, details: dict[str, Row]) -> Row:
    found: dict[str, Any] = details[label]
    return {**spread(times[label], "p50_ms"), "open_s": round(opened[label], 3), **found}


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
