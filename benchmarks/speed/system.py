"""Commands that every system under test can do in its process."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.machine import kernel_fields
from benchmarks.peers.installed import closure, folder_megabytes, megabytes
from benchmarks.peers.model import PACKAGE

_MB = 1e6


class System:
    """Base of the systems under test. Its public methods are the commands of a worker; they take
    and return JSON."""

    packages: tuple[str, ...] = ()
    own_folders: tuple[str, ...] = ()  # code that is not from a package

    def ask_one(self, question: str) -> object:
        """Return the question's ranked passages, or whatever else the system answers with."""
        raise NotImplementedError

    def ask(self, questions: Sequence[str]) -> list[float]:
        """Ask one question after the other; return the milliseconds of each."""
        times = []
        for question in questions:
            started = perf_counter()
            self.ask_one(question)
            times.append((perf_counter() - started) * 1000)
        return times

    def crowd(self, questions: Sequence[str], askers: int) -> float:
        """Ask with so many askers at once; return the seconds until all are answered. The first
        `askers` questions only start the threads."""
        with ThreadPoolExecutor(askers) as pool:
            list(pool.map(self.ask_one, questions[:askers]))  # starts the pool's threads
            started = perf_counter()
            list(pool.map(self.ask_one, questions[askers:]))
            return perf_counter() - started

    def tune(self, questions: Sequence[str], askers: int = 0) -> None:
        """Choose the number of threads for so many askers, if the system has a choice."""

    def memory(self) -> dict[str, float]:
        """Return megabytes: resident now, resident without backing by a file, and the peak so
        far."""
        fields = kernel_fields("/proc/self/status")
        names = {"resident_mb": "VmRSS", "anonymous_mb": "RssAnon", "peak_mb": "VmHWM"}
        return {
            name: round(int(fields[field].split()[0]) * 1024 / _MB, 1)
            for name, field in names.items()
        }

    def installed(self) -> dict[str, Any]:
        """Return the disk space of the packages and their requirements, without the model's
        weights."""
        found = closure(self.packages)
        found.pop(PACKAGE, None)
        own = sum(folder_megabytes(Path(name)) for name in self.own_folders)
        return {
            "installed_mb": round(megabytes(found.values()) + own, 1),
            "packages": len(found),
        }

    def versions(self) -> dict[str, str]:
        return {name: version(name) for name in self.packages}
