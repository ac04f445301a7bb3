"""Kills of the real build command at random moments, while another process reads."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.faults.indexes import MONTHS, Editions, damage, leftovers
from benchmarks.faults.power import Disk
from benchmarks.faults.tracer import Child, Fault, Kind, Traced, in_child, trace

_BUILD_EVERY = 10  # kills between clean builds; leftovers stay in place until then


@dataclass(slots=True)
class RandomKills:
    """Counts of builds killed after a random time and at a random step, of builds done before the
    kill (`done_before`), and of the reader's answers during them (`opened_meanwhile`). `problems`
    lists violations."""

    seed: int
    killed_by_time: int = 0
    killed_at_step: int = 0
    done_before: int = 0
    opened_meanwhile: int = 0
    problems: list[str] = field(default_factory=list)


def kill_at_random(editions: Editions, folder: Path, kills: int, seed: int) -> RandomKills:
    """Kill builds, in turn after a random time and at a random step.

    After each kill the index must answer from the edition before or from the one being built, and
    all generations must be intact.
    """
    index, random, result = folder / "index", Random(seed), RandomKills(seed)
    folder.mkdir(parents=True)
    started = time.monotonic()
    _run(_command(editions, index, 0)).wait()
    took = time.monotonic() - started
    steps = len(_traced(editions, index, 1, None).steps)
    answering = 1
    with _reading(editions, index, folder / "stop") as reader:
        for number in range(kills):
            edition = (answering + 1) % len(MONTHS)
            if number % 2:
                fault = Fault(Kind.KILLED, random.randrange(steps))
                killed = _traced(editions, index, edition, fault).met
                result.killed_at_step += killed
            else:
                killed = _kill_after(random.uniform(0, took), _command(editions, index, edition))
                result.killed_by_time += killed
            result.done_before += not killed
            answering = _looked_at(editions, index, {answering, edition}, answering, result)
            if number % _BUILD_EVERY == _BUILD_EVERY - 1:
                answering = _built(editions, index, result)
    told = reader.wait().get("result") or {"opened": 0, "problems": ["the reader died"]}
    result.opened_meanwhile = told["opened"]
    result.problems += told["problems"]
    return result


def _command(editions: Editions, index: Path, edition: int) -> list[str]:
    places = ["--articles", str(editions.articles(edition)), "--index", str(index)]
    encoders = ["--encoders", str(editions.encoders)]
    return [sys.executable, "-m", "bot", "index", "build", *places, *encoders]


def _run(command: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill_after(seconds: float, command: list[str]) -> bool:
    """Run the command and kill it after so many seconds. Return False if it was done before."""
    process = _run(command)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def _traced(editions: Editions, index: Path, edition: int, fault: Fault | None) -> Traced:
    command = _command(editions, index, edition)

    def become() -> None:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.execv(command[0], command)

    disk = Disk(index)
    try:
        return trace(become, index, fault, disk)
    finally:
        disk.close()


def _looked_at(
    editions: Editions, index: Path, may: set[int], before: int, result: RandomKills
) -> int:
    """Note problems of the index and return the edition that answers now."""
    told = in_child(lambda: [editions.answered_from(index), list(damage(index))]).wait()
    if "result" not in told:
        result.problems.append(f"lost: {told}")
        return before
    edition, torn = told["result"]
    result.problems += [f"torn: {problem}" for problem in torn]
    if edition not in may:
        result.problems.append(f"edition {edition} answers, not one of {may}")
    return int(edition)


def _built(editions: Editions, index: Path, result: RandomKills) -> int:
    """Run a build without a kill; it must succeed and clean up. Return the edition that answers."""
    code = _run(_command(editions, index, 0)).wait()
    if code:
        result.problems.append(f"the build that nobody killed ended with {code}")
    result.problems += [f"it leaves {name}" for name in leftovers(index, editions.encoder)]
    return _looked_at(editions, index, {0}, 0, result)


@contextmanager
def _reading(editions: Editions, index: Path, stop: Path) -> Iterator[Child]:
    """Run a process that opens the index and answers repeatedly until the block ends."""

    def read() -> dict[str, object]:
        problems: list[str] = []
        for opened in count():
            if stop.exists():
                return {"opened": opened, "problems": problems}
            try:
                editions.answered_from(index)
            except Exception as error:  # any error is a finding
                problems.append(f"a reader: {error!r}")
        raise AssertionError("unreachable")

    reader = in_child(read)
    try:
        yield reader
    finally:
        stop.touch()
