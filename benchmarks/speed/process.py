"""Processes of systems under test, as the run that measures them sees them."""

import json
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self, TypeVar

from benchmarks.peers.run import PEERS
from benchmarks.speed.names import IN_PEERS_ENVIRONMENT
from index.machine import usable_cores

ROOT = Path(__file__).resolve().parents[2]
PEERS_PYTHON = ROOT / "build/peers/venv/bin/python"
_STUCK_S = 4 * 3600  # the longest command builds an index of a million sentences
_Found = TypeVar("_Found")


class WorkerError(Exception):
    """A system under test has failed; the text says how."""


class Worker:
    """A system's process. Use as a context manager; it ends with the block."""

    def __init__(self, system: str) -> None:
        self.system = system
        self._log = TemporaryFile(  # noqa: SIM115 - closed as the process ends
            "w+", encoding="utf-8", errors="replace"
        )
        self._process = subprocess.Popen(
            [python_of(system), "-m", "benchmarks.speed.worker", system],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def do(self, command: str, **arguments: Any) -> Any:
        """The command's reply. Raises WorkerError where the process ends or is stuck."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._failed() from error
        if not select.select([self._process.stdout], [], [], _STUCK_S)[0]:
            self._process.kill()
            raise WorkerError(f"no reply to {command} within {_STUCK_S} s")
        reply = self._process.stdout.readline()
        if not reply:
            raise self._failed()
        return json.loads(reply)

    def _failed(self) -> WorkerError:
        self._process.wait()
        self._log.seek(0)
        last = deque((line.strip() for line in self._log if line.strip()), maxlen=1)
        return WorkerError(f"ended with {self._process.returncode}: {''.join(last)[:300]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Not by its own leave: nothing that it may still hold open is of use to anyone."""
        self._process.kill()
        self._process.communicate()
        self._log.close()


class Contestants:
    """Workers by label, measured in turn. One that fails is told of and takes no further part."""

    def __init__(self, systems: Mapping[str, str], left_out: Callable[[str, str], None]) -> None:
        """`left_out` gets the label and the reason."""
        self._systems, self._left_out = systems, left_out
        self._workers: dict[str, Worker] = {}

    def __enter__(self) -> Self:
        self._workers = {label: Worker(system) for label, system in self._systems.items()}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for worker in self._workers.values():
            worker.__exit__(kind, error, tb)

    @property
    def left(self) -> list[str]:
        """The labels of those that have not failed."""
        return list(self._workers)

    def each(
        self,
        work: Callable[[str, Worker], _Found],
        *,
        turn: int = 0,
        among: Iterable[str] | None = None,
    ) -> dict[str, _Found]:
        """What `work` returns for each (of those named), one after the other; in every turn another
        one is the first."""
        labels = [label for label in self._workers if among is None or label in among]
        start = turn % max(1, len(labels))
        found = {}
        for label in labels[start:] + labels[:start]:
            try:
                found[label] = work(label, self._workers[label])
            except WorkerError as error:
                self._left_out(label, str(error))
                self._workers.pop(label).__exit__(None, None, None)
        return found


def python_of(system: str) -> str:
    """The interpreter of the environment that a system is installed in."""
    theirs = system in PEERS or system in IN_PEERS_ENVIRONMENT
    return str(PEERS_PYTHON) if theirs else sys.executable


def environment() -> dict[str, str]:
    """The same for all: as many threads as there are cores for each library that has threads, and
    compiled modules kept, which those who install them have and this checkout may lack."""
    threads = str(usable_cores())
    ours = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "OMP_NUM_THREADS": threads, "HF_HUB_OFFLINE": "1"}
