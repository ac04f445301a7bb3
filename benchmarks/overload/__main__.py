"""Benchmark that asks the service and the bot at half, one, two and ten times their capacity.
Writes JSON and a plot: what is answered and refused, how fast, and the recovery afterwards.

Run from the project's root: make overload, or python -m benchmarks.overload --help
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from itertools import count, cycle
from random import Random

from benchmarks.machine import ROOT
from benchmarks.overload import systems
from benchmarks.overload.load import PHASES, SHORT, Row, Way, measure, measure_null
from benchmarks.overload.report import draw, goals, tables
from benchmarks.overload.soak import soak
from benchmarks.results_file import save, save_tables
from benchmarks.soak.watch import is_flat
from benchmarks.speed.corpora import Corpus, bundled, generated, index_of
from benchmarks.speed.names import ANSWERS
from benchmarks.speed.record import made_from

RESULTS = ROOT / "benchmarks/results/overload.json"
_PAGE = ROOT / "docs/reliability.md"
_SENTENCES = 10_000
_REPEATED = 50  # questions
_WAYS = (
    ("service", "bundled", "all new"),
    ("service", "bundled", "repeated"),
    ("service", "generated", "all new"),
    ("service", "generated", "repeated"),
    ("bot", "bundled", "all new"),
    ("bot", "generated", "all new"),
)
_SHORT_WAYS = (("bot", "bundled", "all new"),)


def main() -> None:
    options = _options()
    if options.minutes:
        record = {**made_from(), **asyncio.run(_soak(options))}
        save(record, RESULTS.with_name("overload-soak.json"))
        sys.exit(not is_flat(record["resident_mb"]))
    record = {**made_from(), "seconds": options.seconds, "rows": [], "memory": []}
    for capacity, name, kind in _SHORT_WAYS if options.short else _WAYS:
        if options.only and capacity not in options.only:
            continue
        articles = bundled() if name == "bundled" else generated(_SENTENCES)
        rows, memory = asyncio.run(_measure(capacity, articles, kind, options))
        sys.stderr.write("".join(f"{row}\n" for row in rows))
        record["rows"] += rows
        record["memory"].append(memory)
    sys.stdout.write(tables(record) + "\n")
    if not (options.only or options.short):
        save(record, RESULTS)
        save_tables(goals(record), "overload", _PAGE)
        draw(record, RESULTS.with_suffix(".png"))


async def _measure(
    capacity: str, articles: Corpus, kind: str, options: argparse.Namespace
) -> tuple[list[Row], Row]:
    index = index_of(articles, ANSWERS)
    questions = _questions(articles, kind, options.seed)
    seconds, seed = options.seconds, options.seed
    open_system = systems.service if capacity == "service" else systems.bot
    async with open_system(index) as system:
        way = Way(capacity, articles.name, kind, system, questions)
        rows, memory = await measure(way, seconds, seed, SHORT if options.short else PHASES)
    if capacity == "bot":
        async with systems.null_bot() as system:
            way = Way("null bot", articles.name, kind, system, questions)
            rows.append(await measure_null(way, rows[0]["capacity"], seconds, seed))
    return rows, memory


async def _soak(options: argparse.Namespace) -> Row:
    articles = bundled()
    async with systems.service(index_of(articles, ANSWERS)) as system:
        questions = _questions(articles, "all new", options.seed)
        way = Way("service", articles.name, "all new", system, questions)
        return await soak(way, options.minutes, options.seed)


def _questions(articles: Corpus, kind: str, seed: int) -> Iterator[str]:
    """Yield questions endlessly: 50 of them repeated, or each made new by a number that no article
    has."""
    asked = [each["question"] for each in articles.questions]
    if kind == "repeated":
        return cycle(Random(seed).sample(asked, _REPEATED))
    return (f"{question} ({number})" for number, question in zip(count(10**6), cycle(asked)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, metavar="N", help="of each load")
    parser.add_argument("--minutes", type=float, metavar="N", help="a soak of the service instead")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    parser.add_argument("--only", action="append", choices=("service", "bot"), help="kept nowhere")
    parser.add_argument(
        "--short",
        action="store_true",
        help="the bot at half and ten times, kept nowhere: 2 minutes",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
