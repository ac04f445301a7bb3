"""Processes of the systems under test, as the measuring run uses them."""

import json
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self, TypeVar

from benchmarks.machine import ROOT
from benchmarks.peers.run import PEERS
from benchmarks.speed.names import IN_PEERS_ENVIRONMENT
from index.machine import usable_cores

PEERS_PYTHON = ROOT / "build/peers/venv/bin/python"
_STUCK_S = 4 * 3600  # the longest command builds an index of a million sentences
_Found = TypeVar("_Found")


class WorkerError(Exception):
    """Failure of a system under test; the text gives the cause."""


class Worker:
    """Process of a system. Use it as a context manager; the process ends with the block."""

    def __init__(self, system: str, checkout: Path = ROOT) -> None:
        """Start the process, with the code of another checkout if one is given."""
        self.system = system
        self._log = TemporaryFile(  # noqa: SIM115 - closed as the process ends
            "w+", encoding="utf-8", errors="replace"
        )
        self._process = subprocess.Popen(
            [python_of(system), "-m", "benchmarks.speed.worker", system],
            cwd=checkout,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def do(self, command: str, **arguments: Any) -> Any:
        """Send the command and return its reply. Raises WorkerError if the process ends or
        hangs."""
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

    @property
    def cpu_s(self) -> float:
        """Seconds of all cores that the process has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _failed(self) -> WorkerError:
        self._process.wait()
        self._log.seek(0)
        last = deque((line.strip() for line in self._log if line.strip()), maxlen=1)
        return WorkerError(f"ended with {self._process.returncode}: {''.join(last)[:300]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the process: nothing that it has open needs a clean end."""
        self._process.kill()
        self._process.communicate()
        self._log.close()


class Contestants:
    """Workers by label, measured in turn. A worker that fails is reported and takes no further
    part."""

    def __init__(self, systems: Mapping[str, str], left_out: Callable[[str, str], None]) -> None:
        """Keep the systems by label; `left_out` is called with the label and the reason of a
        failure."""
        self._systems, self._left_out = systems, left_out
        self._workers: dict[str, Worker] = {}

    def __enter__(self) -> Self:
        self._workers = {label: Worker(system) for label, system in self._systems.items()}
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.__exit__()

    def each(
        self,
        work: Callable[[str, Worker], _Found],
        *,
        turn: int = 0,
        among: Iterable[str] | None = None,
    ) -> dict[str, _Found]:
        """Call `work` for each worker (in `among`) one after the other and return the results by
        label. Another worker comes first in every turn."""
        labels = [label for label in self._workers if among is None or label in among]
        start = turn % max(1, len(labels))
        found = {}
        for label in labels[start:] + labels[:start]:
            try:
                found[label] = work(label, self._workers[label])
            except WorkerError as error:
                self._left_out(label, str(error))
                self._workers.pop(label).__exit__()
        return found


def python_of(system: str) -> str:
    """Return the interpreter of the environment that a system is installed in."""
    theirs = system in PEERS or system in IN_PEERS_ENVIRONMENT
    return str(PEERS_PYTHON) if theirs else sys.executable


def environment() -> dict[str, str]:
    """Return the environment variables, the same for all systems.

    Each library with threads gets one per core. Compiled modules are kept, because an installation
    has them and this checkout may lack them.
    """
    threads = str(usable_cores())
    ours = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "OMP_NUM_THREADS": threads, "HF_HUB_OFFLINE": "1"}
