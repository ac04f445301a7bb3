"""Time from the start of a process to its first answer, over an existing index."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter

from benchmarks.machine import ROOT
from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import ANSWERS
from benchmarks.speed.process import Worker, WorkerError, environment
from benchmarks.speed.run import Run

COMMAND = "dealbot ask"
_PROGRAM = Path(sys.executable).with_name("dealbot")


def measure(run: Run, corpus: Corpus) -> list[Row]:
    """Measure all systems in turn. Peers open their saved index as their documentation shows."""
    (question,) = corpus.supply(1).take(1)
    index = {name: index_of(corpus, system) for name, system in _systems(run).items()}
    times: dict[str, list[float]] = {name: [] for name in index}
    leave_out = run.leaving_out("start")
    for turn in range(run.rounds + 1):  # the first one fills the file cache
        run.tell(f"start, round {turn} of {run.rounds}")
        for name in list(times):
            start: Callable[[str, Path, str], float] = _command if name == COMMAND else _peer
            try:
                taken = start(name, index[name], question)
            except WorkerError as error:
                leave_out(name, str(error))
                del times[name]
                continue
            times[name] += [taken] if turn else []
    return [
        {"corpus": corpus.name, "system": name, **spread(found, "seconds")}
        for name, found in times.items()
    ]


def _systems(run: Run) -> dict[str, str]:
    return {COMMAND: ANSWERS, **{peer: peer for peer in run.peers}}


def _peer(name: str, index: Path, question: str) -> float:
    started = perf_counter()
    with Worker(name) as worker:
        worker.do("open", folder=str(index))
        worker.do("ask", questions=[question])
        return perf_counter() - started


def _command(name: str, index: Path, question: str) -> float:
    """Return the seconds until the answer is printed, not counting process shutdown. Raises
    WorkerError if the command fails."""
    arguments = [str(_PROGRAM), "ask", question, "--json", "--index", str(index)]
    started = perf_counter()
    with (
        TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        answer = process.stdout.readline()
        took = perf_counter() - started
        if not answer or process.wait():
            errors.seek(0)
            raise WorkerError(f"{name} ended with {process.wait()}: {errors.read()[-300:]}")
    return took
