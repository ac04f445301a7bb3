"""Comparison of two checkouts in turn: the time and the CPU time of a question, answers a second,
memory, and how many answers differ.

    python -m benchmarks.speed.checkouts ../main

The processes of both checkouts read the same indexes, which this one builds. CPU time is nearly the
same on a busy machine as on a quiet one; the other figures are not. Eight rounds take about six
minutes on two quiet cores.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.machine import ROOT, tell
from benchmarks.results_file import save_lines
from benchmarks.speed.corpora import Corpus, bundled, generated, index_of
from benchmarks.speed.names import ANSWERS, RETRIEVAL
from benchmarks.speed.process import Worker
from benchmarks.speed.throughput import ASKERS
from bot.evaluation.questions import EvalQuestion

_WARMING = 10
_NOTABLE = 0.005  # change of a confidence
Table = dict[str, list[list[float]]]  # by measure, one list for each checkout
Answers = list[dict[str, Any]]


def main() -> None:
    options = _options()
    checkouts = (options.other.resolve(), ROOT)
    for corpus in (generated(options.sentences), bundled()):
        index = index_of(corpus, RETRIEVAL)
        rounds = options.rounds if corpus.sentences == options.sentences else 1
        asked = corpus.supply(_WARMING + rounds * options.questions)
        workers = [Worker(ANSWERS, checkout) for checkout in checkouts]
        try:
            for worker in workers:
                worker.do("open", folder=str(index))
            warming = asked.take(_WARMING)
            table: Table = {}
            for turn in range(rounds):
                questions = asked.take(options.questions)
                for place in (0, 1) if turn % 2 else (1, 0):
                    _measure(workers[place], warming, questions, table, place)
                tell(f"{corpus.name}, round {turn + 1} of {rounds}")
        finally:
            for worker in workers:
                worker.__exit__()
        _show(f"{corpus.name}, {rounds} rounds", _ratios(table))
        _show(f"{corpus.name}: answers", _compared(corpus, index, checkouts, options.compared))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("other", type=Path, help="the checkout that this one is compared with")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--questions", type=int, default=96, help="in a round")
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--compared", type=int, default=300, help="answers compared")
    return parser.parse_args()


def _measure(
    worker: Worker, warming: Sequence[str], questions: Sequence[str], table: Table, place: int
) -> None:
    """Ask each question once: a part one by one, and the others by more and more askers."""

    def add(measure: str, value: float) -> None:
        table.setdefault(measure, [[], []])[place].append(value)

    def timed(measure: str, count: int, work: Callable[[], Any]) -> Any:
        before = worker.cpu_s
        done = work()
        add(f"{measure}: CPU ms an answer", (worker.cpu_s - before) * 1000 / count)
        return done

    worker.do("ask", questions=warming)
    each = len(questions) // (1 + len(ASKERS))
    alone = questions[:each]
    add(
        "one by one: ms",
        median(timed("one by one", each, lambda: worker.do("ask", questions=alone))),
    )
    add("asked before: ms", median(worker.do("ask", questions=alone)))
    for number, askers in enumerate(ASKERS, start=1):
        first = [warming[0]] * askers  # these do not count
        part = [*first, *questions[number * each : (number + 1) * each]]
        seconds = timed(
            f"{askers} askers",
            each,
            lambda: worker.do("crowd", questions=part, askers=askers),  # noqa: B023
        )
        add(f"{askers} askers: answers a second", each / seconds)
    add("resident MB", worker.do("memory")["resident_mb"])


def _ratios(table: Table) -> Iterator[tuple[str, ...]]:
    yield "measure", "other", "this", "this ÷ other"
    for measure, (other, this) in table.items():
        ratio = median(mine / theirs for theirs, mine in zip(other, this, strict=True))
        yield measure, f"{median(other):.4g}", f"{median(this):.4g}", f"{ratio:.3f}"


def _compared(
    corpus: Corpus, index: Path, checkouts: Sequence[Path], count: int
) -> Iterator[tuple[str, ...]]:
    """Compare the answers of both checkouts with each other and with the known sentences."""
    asked = [_question(number, each) for number, each in enumerate(corpus.questions[:count])]
    other, this = (_answers(checkout, index, asked) for checkout in checkouts)
    pairs = list(zip(other, this, strict=True))
    right = [
        sum(_is_right(question, one) for question, one in zip(asked, answers, strict=True))
        for answers in (other, this)
    ]
    changes = [abs(mine["confidence"] - theirs["confidence"]) for theirs, mine in pairs]
    yield "measure", "value"
    yield "answers", str(len(pairs))
    yield "first sentence right, other and this", f"{right[0]}, {right[1]}"
    yield "another status", str(sum(a["status"] != b["status"] for a, b in pairs))
    yield "another first sentence", str(sum(_cited(a)[:1] != _cited(b)[:1] for a, b in pairs))
    yield "other citations", str(sum(_cited(a) != _cited(b) for a, b in pairs))
    yield "another short answer", str(sum(_short(a) != _short(b) for a, b in pairs))
    yield f"confidence changed by more than {_NOTABLE}", str(sum(c > _NOTABLE for c in changes))
    yield "largest change of a confidence", f"{max(changes):.3f}"


def _question(number: int, record: dict[str, Any]) -> EvalQuestion:
    if "article_id" in record:
        record = {"question": record["question"], "answerable": True, "gold": [record]}
    return EvalQuestion.model_validate({**record, "id": str(number)})


def _answers(checkout: Path, index: Path, asked: Sequence[EvalQuestion]) -> Answers:
    with TemporaryDirectory() as folder:
        batch = Path(folder, "questions.jsonl")
        save_lines(({"id": each.id, "question": each.question} for each in asked), batch)
        command = ["-m", "bot", "ask", "--batch", str(batch), "--json", "--index", str(index)]
        done = subprocess.run(
            [sys.executable, *command],
            cwd=checkout,
            env={**os.environ, "DEALBOT_DEADLINE_S": "3600"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _cited(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = answer["citations"] or answer["closest"]
    return [(each["article_id"], each["start"], each["end"], each["role"]) for each in found]


def _short(answer: dict[str, Any]) -> str | None:
    short = answer["short_answer"]
    return short["text"] if short else None


def _is_right(question: EvalQuestion, answer: dict[str, Any]) -> bool:
    evidence = [each for each in answer["citations"] if each["role"] == "evidence"]
    return bool(evidence) and question.is_gold(*_cited({"citations": evidence})[0][:3])


def _show(title: str, rows: Iterator[tuple[str, ...]]) -> None:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"|{' --- |' * (lines[0].count('|') - 1)}")
    sys.stdout.write("\n".join([f"\n{title}\n", *lines, ""]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
