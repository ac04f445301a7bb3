"""What every system under test can do in its process; nothing here belongs to one of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.peers.installed import closure, folder_megabytes, megabytes
from benchmarks.peers.model import PACKAGE

_MB = 1e6


class System:
    """Public methods are the commands that a worker obeys: what they take and return is JSON."""

    packages: tuple[str, ...] = ()
    own_folders: tuple[str, ...] = ()  # code that no package has brought

    def ask_one(self, question: str) -> object:
        """The question's ranked passages, or whatever the system answers with."""
        raise NotImplementedError

    def ask(self, questions: Sequence[str]) -> list[float]:
        """Milliseconds of each, one after the other."""
        times = []
        for question in questions:
            started = perf_counter()
            self.ask_one(question)
            times.append((perf_counter() - started) * 1000)
        return times

    def crowd(self, questions: Sequence[str], askers: int) -> float:
        """Seconds until all are answered, so many at once."""
        with ThreadPoolExecutor(askers) as pool:
            list(pool.map(self.ask_one, questions[:askers]))  # its threads are there now
            started = perf_counter()
            list(pool.map(self.ask_one, questions[askers:]))
            return perf_counter() - started

    def tune(self, questions: Sequence[str], askers: int = 0) -> None:
        """What a system that has a choice of threads does before it is measured so."""

    def memory(self) -> dict[str, float]:
        """Megabytes: resident now, of these not backed by a file, and resident at most so far."""
        status = Path("/proc/self/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        names = {"resident_mb": "VmRSS", "anonymous_mb": "RssAnon", "peak_mb": "VmHWM"}
        return {
            name: round(int(fields[field].split()[0]) * 1024 / _MB, 1)
            for name, field in names.items()
        }

    def installed(self) -> dict[str, Any]:
        """What the packages and all that they require take on disk, without the model's weights."""
        found = closure(self.packages)
        found.pop(PACKAGE, None)
        own = sum(folder_megabytes(Path(name)) for name in self.own_folders)
        return {
            "installed_mb": round(megabytes(found.values()) + own, 1),
            "packages": len(found),
        }

    def versions(self) -> dict[str, str]:
        return {name: version(name) for name in self.packages}
