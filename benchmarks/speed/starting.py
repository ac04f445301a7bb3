"""From the start of a process to its first answer, over an index that is there."""

import subprocess
import sys
from collections.abc import Callable
from json import dumps
from pathlib import Path
from time import perf_counter

from benchmarks.speed.corpora import Corpus, index_of
from benchmarks.speed.figures import Row, spread
from benchmarks.speed.names import ANSWERS
from benchmarks.speed.process import ROOT, WorkerError, environment, python_of
from benchmarks.speed.run import Run

COMMAND = "dealbot ask"
_PROGRAM = Path(sys.executable).with_name("dealbot")


def measure(run: Run, corpus: Corpus) -> list[Row]:
    """Peers open the index that they have kept, as their documentation shows."""
    question = corpus.supply().take(1)[0]
    starts: dict[str, Callable[[], float]] = {
        COMMAND: lambda: _first_line(
            [str(_PROGRAM), "ask", question, "--json", "--index", str(index_of(corpus, ANSWERS))]
        ),
        **{peer: _peer(peer, corpus, question) for peer in run.peers},
    }
    times: dict[str, list[float]] = {name: [] for name in starts}
    leave_out = run.leaving_out("start")
    for turn in range(run.rounds + 1):  # the first brings the files into memory
        run.tell(f"start, round {turn} of {run.rounds}")
        for name in list(starts):
            try:
                taken = starts[name]()
            except WorkerError as error:
                leave_out(name, str(error))
                del starts[name]
                continue
            times[name] += [taken] if turn else []
    return [
        {"corpus": corpus.name, "system": name, **spread(found, "seconds")}
        for name, found in times.items()
        if found
    ]


def _peer(name: str, corpus: Corpus, question: str) -> Callable[[], float]:
    def start() -> float:
        commands = ({"do": "open", "folder": str(index_of(corpus, name))},)
        asked = (*commands, {"do": "ask", "questions": [question]})
        arguments = [python_of(name), "-m", "benchmarks.speed.worker", name]
        return _first_line(arguments, asked, line=len(asked))

    return start


def _first_line(
    arguments: list[str], commands: tuple[dict[str, object], ...] = (), line: int = 1
) -> float:
    """Seconds until so many lines are there; then the process may end as it likes."""
    started = perf_counter()
    with subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.writelines(dumps(command) + "\n" for command in commands)
        process.stdin.flush()
        lines = [process.stdout.readline() for _ in range(line)]
        took = perf_counter() - started
        _, errors = process.communicate()
    if not lines[-1] or process.returncode:
        raise WorkerError(f"ended with {process.returncode}: {errors.strip()[-300:]}")
    return took
