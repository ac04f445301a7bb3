"""Benchmark of watched questions: messages for updates that change no answer, and for those that
do. Exits with 1 if a message was wrong or missing.

Run from the project's root: python -m benchmarks.watches --help
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.results_file import save_indented
from benchmarks.watches.bench import Bench
from benchmarks.watches.facts import FACTS, OPEN
from benchmarks.watches.story import Story
from bot.store.watches import StoredWatch
from index.encoder.encoder import default_home, open_current

_RESULTS = Path("benchmarks/results/watches.json")


def main() -> None:
    options = _options()
    with TemporaryDirectory() as folder:
        results = asyncio.run(_run(Path(folder), options.updates, options.seed))
    sys.stdout.write(save_indented(results, options.results))
    sys.exit(bool(results["false_alarms"] or results["missed"] or results["others_told"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watches", description=__doc__)
    parser.add_argument("--updates", type=int, default=1_000, metavar="N")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    return parser.parse_args()


async def _run(folder: Path, updates: int, seed: int) -> dict[str, Any]:
    (folder / "articles").mkdir()
    story, file = Story(Random(seed)), folder / "articles" / "story.jsonl"
    story.write(file)
    async with Bench.open(folder, open_current(default_home()), default_home()) as bench:
        watches = [await bench.watch(question) for question in _questions()]
        kinds, alarms = await _retold(bench, story, file, updates)
        ask_ms = round(1000 * bench.ask_s / max(1, updates * len(watches)), 1)
        changes, missed, others = await _changed(bench, story, file)
    return {
        "updates": updates,
        "watches": len(watches),
        "evaluations": updates * len(watches),
        "kinds": dict(sorted(kinds.items())),
        "false_alarms": alarms,
        "changes": changes,
        "missed": missed,
        "others_told": others,
        "ask_again_ms": ask_ms,
        "seed": seed,
    }


def _questions() -> list[str]:
    return [*(fact.question for fact in FACTS), *(question for question, _ in OPEN)]


async def _retold(
    bench: Bench, story: Story, file: Path, updates: int
) -> tuple[Counter[str], list[str]]:
    """Publish updates that change no answer; return their kinds and the messages, which are
    wrong."""
    kinds: Counter[str] = Counter()
    alarms: list[str] = []
    for number in range(updates):
        kinds[kind := story.update()] += 1
        story.write(file)
        told = await bench.publish()
        alarms += [f"{number} {kind}: {_message(watch)}" for watch in told]
        await bench.send(told)
    return kinds, alarms


async def _changed(bench: Bench, story: Story, file: Path) -> tuple[int, list[str], list[str]]:
    """Publish updates that change one answer each. Return their number, the questions whose
    watchers got no message, and the messages to other watchers."""
    missed: list[str] = []
    others: list[str] = []
    changes = 0
    for question in _steps(story):
        changes += 1
        story.write(file)
        sent = await bench.publish()
        await bench.send(sent)
        if question not in [watch.question for watch in sent]:
            missed.append(question)
        others += [_message(watch) for watch in sent if watch.question != question]
    return changes, missed, others


def _steps(story: Story) -> Iterator[str]:
    """Change the story step by step; yield the question whose answer the step changes."""
    for question, sentence in OPEN:
        story.extra.append(sentence)
        yield question
    for fact in FACTS:
        for value in (*fact.values[1:], fact.values[0]):
            story.change(fact, value)
            yield fact.question
        story.withdrawn.add(fact.name)
        yield fact.question


def _message(watch: StoredWatch) -> str:
    assert watch.pending is not None
    before, after = watch.told.answer, watch.pending.answer
    said = [
        (each.short_answer.text if each.short_answer else [c.quote for c in each.evidence])
        for each in (before, after)
    ]
    return f"{watch.question} {said[0]} -> {said[1]}"


if __name__ == "__main__":
    main()
