"""Kill a publication at each of its statements, in a forked process each time.

Run as a program: URL of a database with an index, folder of a generation in files. Prints one JSON
line per kill: what the database has then."""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.building.build import BuildOptions
from index.generations.generation import FileGeneration
from index.postgres.index import ServerIndex
from index.progress import NoProgress


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killer:
    """Counter of statements that kills the process, or something else, at one of them."""

    def __init__(self, at: int, kill: Callable[[], None] = kill_this_process) -> None:
        self._left, self._kill = at, kill
        self._patch = pytest.MonkeyPatch()

    @property
    def has_killed(self) -> bool:
        return self._left <= 0

    def watch(self, owner: Any, name: str, *, also_after: bool = False) -> None:
        """Count the calls of a method; `also_after` counts its return, too."""
        real = getattr(owner, name)

        def counted(*given: Any, **named: Any) -> Any:
            self._count()
            returned = real(*given, **named)
            if also_after:
                self._count()
            return returned

        self._patch.setattr(owner, name, counted)

    def stop(self) -> None:
        self._patch.undo()

    def watch_publication(self) -> None:
        self.watch(psycopg.Connection, "execute")
        self.watch(psycopg.Cursor, "copy")
        self.watch(psycopg.Transaction, "__exit__", also_after=True)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._kill()


def publish_and_die(url: str, fresh: FileGeneration, at: int, builds: Path) -> None:
    Killer(at).watch_publication()
    index = ServerIndex(url, builds)
    index.publish_generation(fresh, NoProgress(), BuildOptions(keep_generations=1))


def wait_until_alone(url: str) -> None:
    """Wait until the server has noticed that its client is dead."""
    others = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(others).fetchall() != [(0,)]:
            time.sleep(0.01)


def main(url: str, folder: Path) -> None:
    fresh = FileGeneration.open(folder)
    at = 0
    while True:
        at += 1
        child = os.fork()
        if child == 0:
            try:
                publish_and_die(url, fresh, at, folder)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        wait_until_alone(url)
        index = ServerIndex(url, folder)
        found = index.verification()
        state: dict[str, object] = {"killed": status == signal.SIGKILL, "current": found.current}
        state["damage"] = [each for problems in found.damage.values() for each in problems]
        sys.stdout.write(json.dumps(state) + "\n")
        sys.stdout.flush()  # or the next child would write it again
        index.close()
        if status != signal.SIGKILL:
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
