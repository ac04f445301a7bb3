"""Measure a failover: python -m benchmarks.postgres.failover [ROUNDS]

Each round runs a primary with a replica, kills the primary while two readers ask, and promotes the
replica. Prints one JSON line: the medians of the longest pause between two answers, of the time
until a build succeeds again, and the counts of answers, refusals and wrong answers. A round takes
some ten seconds."""

import json
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from benchmarks.postgres.corpus import corpus, stories
from index.building.build import BuildOptions
from index.encoder.encoder import default_home, open_current
from index.errors import IndexUnreachableError
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from index.retrieval import Hits, Searcher
from tests.postgres_server import PostgresServer, running_postgres

_ASKED = "Who pays for it?"
_BEFORE_S, _AFTER_S = 1.0, 2.0


class Reader(threading.Thread):
    """Reader that opens the current generation and searches it, again and again."""

    def __init__(self, index: ServerIndex) -> None:
        super().__init__()
        self._index, self._stop_it = index, threading.Event()
        [self._vector] = open_current(default_home()).encode_queries([_ASKED])
        self.answers: list[tuple[float, Hits]] = []
        self.refusals = 0

    def run(self) -> None:
        while not self._stop_it.is_set():
            try:
                opened = self._index.open_current()
                found = Searcher().search(opened, _ASKED, self._vector, 5)
            except IndexUnreachableError:
                self.refusals += 1
            else:
                self.answers.append((time.monotonic(), found))

    def stop(self) -> None:
        self._stop_it.set()
        self.join()

    @property
    def longest_pause_s(self) -> float:
        times = [at for at, _ in self.answers]
        return max(after - before for before, after in pairwise(times))


def fail_over(primary: PostgresServer, replica: PostgresServer, folder: Path) -> dict[str, float]:
    """Kill the primary under readers, promote the replica, and build again."""
    encoder, articles = open_current(default_home()), corpus(stories(1))
    url = primary.url(primary.database().rpartition("/")[2], "dealbot", replica)
    index = ServerIndex(url, folder)
    index.publish(articles, encoder, NoProgress(), BuildOptions())
    replica.wait_for(primary)
    readers = [Reader(ServerIndex(url, folder)) for _ in range(2)]
    for each in readers:
        each.start()
    time.sleep(_BEFORE_S)
    primary.kill()
    killed = time.monotonic()
    replica.execute("SELECT pg_promote()")
    while True:
        with suppress(IndexUnreachableError):
            index.publish(articles, encoder, NoProgress(), BuildOptions())
            break
    built_s = time.monotonic() - killed
    time.sleep(_AFTER_S)
    for each in readers:
        each.stop()
    answers = [found for each in readers for _, found in each.answers]
    return {
        "longest_pause_s": max(each.longest_pause_s for each in readers),
        "until_built_s": built_s,
        "answers": len(answers),
        "refusals": sum(each.refusals for each in readers),
        "wrong": sum(found != answers[0] for found in answers),
    }


def main(rounds: int) -> None:
    results = []
    for _ in range(rounds):
        with (
            running_postgres() as primary,
            primary.replica() as replica,
            tempfile.TemporaryDirectory() as folder,
        ):
            results.append(fail_over(primary, replica, Path(folder)))
    medians = {name: statistics.median(each[name] for each in results) for name in results[0]}
    sys.stdout.write(json.dumps({"rounds": rounds} | medians) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
