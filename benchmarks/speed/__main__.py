"""Benchmark of the speed and size of dealbot and its peers. Writes JSON, plots and the page's
tables.

Run from the project's root: make bench, or python -m benchmarks.speed --help
"""

import argparse
import os
import sys
from collections.abc import Callable

from benchmarks.machine import ROOT
from benchmarks.peers.run import PEERS
from benchmarks.results_file import load, save, save_tables
from benchmarks.speed import builds, footprint, latency, scale, startup, throughput
from benchmarks.speed.corpora import HOME, bundled, generated
from benchmarks.speed.figures import Row
from benchmarks.speed.goals import reached
from benchmarks.speed.page import PAGE, text_of
from benchmarks.speed.process import PEERS_PYTHON
from benchmarks.speed.record import RESULTS, origin
from benchmarks.speed.run import Run
from index.errors import ExpectedError

_UNFINISHED = (
    HOME / "speed.json"
)  # written after each part, so that a long run that ends early is kept
_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_ARTICLES = 1_000
_BUSY = 0.7  # load average of the last minute


def main() -> None:
    """Measure all parts, or some.

    A run of some parts prints their tables. With --update it also replaces them in the results,
    where each part records when and from what code it was measured.
    """
    options = _options()
    if os.getloadavg()[0] > _BUSY:
        sys.stderr.write("Others use this machine: the figures will not be worth keeping\n")
    run = Run(options.rounds, options.questions, _peers(options))
    record = load(RESULTS) if options.update else {}
    record.setdefault("origins", {})
    for name, part in _parts(run, options).items():
        if options.only and name not in options.only:
            continue
        run.left_out.clear()
        made_from = origin(run)
        record[name] = part()
        record["origins"][name] = {**made_from, "left_out": list(run.left_out)}
        save(record, _UNFINISHED)
    record["goals"] = reached(record)
    sys.stdout.write(text_of(record) + "\n")
    if options.update or not options.only:
        _publish(record)


def _parts(run: Run, options: argparse.Namespace) -> dict[str, Callable[[], list[Row]]]:
    return {
        "latency": lambda: latency.measure(
            run, [bundled(), *(generated(size) for size in options.peer_sizes)]
        ),
        "throughput": lambda: throughput.measure(run, generated(max(options.peer_sizes))),
        "start": lambda: startup.measure(run, bundled()),
        "footprint": lambda: footprint.measure(run, bundled()),
        "building": lambda: builds.measure(run, generated(options.build_size)),
        "rebuilding": lambda: builds.rebuild(run, options.articles),
        "scale": lambda: scale.measure(run, [generated(size) for size in options.sizes]),
    }


PARTS = ("latency", "throughput", "start", "footprint", "building", "rebuilding", "scale")


def _publish(record: dict[str, object]) -> None:
    from benchmarks.speed.plots import draw_all

    save(record, RESULTS)
    draw_all(record, RESULTS.parent)
    save_tables(text_of(record), "speed", PAGE)


def _peers(options: argparse.Namespace) -> tuple[str, ...]:
    if options.no_peers:
        return ()
    if not PEERS_PYTHON.exists():
        sys.exit(f"There are no peers in {PEERS_PYTHON.relative_to(ROOT)}: run make bench, or "
                 "give --no-peers")  # fmt: skip
    return tuple(options.peer or PEERS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--only", action="append", choices=PARTS, help="may be given again")
    add("--update", action="store_true", help="replace these parts in the results")
    add("--sizes", type=_numbers, default=_SIZES, metavar="N,N", help="sentences, dealbot alone")
    add("--peer-sizes", type=_numbers, default=_SIZES[:2], metavar="N,N", help="... with peers")
    add("--build-size", type=int, default=5_000, metavar="N", help="sentences to build from")
    add("--articles", type=int, default=_ARTICLES, metavar="N", help="of which one is changed")
    add("--rounds", type=int, default=5, metavar="N", help="turns of each system")
    add("--questions", type=int, default=25, metavar="N", help="in each turn")
    add("--peer", action="append", choices=PEERS, help="only these peers; may be given again")
    add("--no-peers", action="store_true")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each.replace("_", "")) for each in text.split(","))


if __name__ == "__main__":
    try:
        main()
    except ExpectedError as error:
        sys.exit(error.user_message)
