"""Ask the questions of this folder, and print how often the right version is cited.

The articles are invented, with dates and earlier versions. A question is right if its first
evidence is in one of the `gold` articles and has the `value`. Without gold it must be refused. The
tuning half and the extra questions were looked at while the code was written, the held-out half was
not. The goal is for the two halves.

The folder `second` has a set by another author. It was unseen until version 0.4.0 had a reading of
time: its first share is kept as `second_unseen`. Then its wrong answers were used to improve the
reading, so that its share today is one of tuning.

The folder `unseen` has a set by a third author. Its wrong answers were never looked at.

    python -m benchmarks.times [--encoders DIR] [--verbose]
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.machine import ROOT, git, now
from benchmarks.results_file import save
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Answer, Question
from index.building.build import build_index
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveGeneration, open_live
from index.progress import NoProgress

FOLDER = Path(__file__).parent
RESULTS = ROOT / "benchmarks/results/times.json"
ASKED = "2026-11-29"  # the day of the questions without one of their own, a Sunday
HALVES = ("tuning", "held-out")
SECOND_UNSEEN = 0.736  # the share of the second set before its questions were looked at
GOAL = 0.9


@dataclass(frozen=True, slots=True)
class TimedQuestion:
    """A question with the ids of the right articles, none if it must be refused, and the value that
    the right sentence has."""

    question: Question
    half: str
    gold: tuple[str, ...]
    value: str

    def is_right(self, answer: Answer) -> bool:
        if not (self.gold and answer.citations):
            return not self.gold and not answer.citations
        best = answer.citations[0]
        return best.article_id in self.gold and self.value in best.quote


def read_questions() -> list[TimedQuestion]:
    """Read the questions of this folder."""
    return read_set(FOLDER)


def read_set(folder: Path) -> list[TimedQuestion]:
    """Read the questions of a folder."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    return [
        TimedQuestion(
            Question(
                id=row["id"],
                question=row["question"],
                as_of=row.get("as_of", ""),
                asked=row.get("asked", ASKED),
            ),
            row["half"],
            tuple(row["gold"]),
            row["value"],
        )
        for row in rows
    ]


def answers(live: LiveGeneration, questions: Sequence[TimedQuestion]) -> Iterator[Answer]:
    """Answer the questions, in their order."""
    answerer = QuestionAnswerer()
    encoded = answerer.encode(live, [each.question for each in questions])
    return (answerer.answer(live, each).answer for each in encoded)


@click.command()
@click.option("--encoders", type=click.Path(path_type=Path), help="Folder of adopted encoders.")
@click.option("--verbose", is_flag=True, help="Print each wrong answer that may be looked at.")
def main(encoders: Path | None, verbose: bool) -> None:
    """Measure the answers to questions with a time in them."""
    home = encoders or default_home()
    right: dict[str, list[bool]] = {}
    sets = {FOLDER: read_questions()}
    sets |= {FOLDER / name: read_set(FOLDER / name) for name in ("second", "unseen")}
    for question, answer in _answered(sets, home):
        is_right = question.is_right(answer)
        right.setdefault(question.half, []).append(is_right)
        if verbose and not is_right and question.half not in ("held-out", "unseen"):
            click.echo(_description(question, answer))
    shares = {half: _share(marks) for half, marks in right.items()}
    both = [mark for half in HALVES for mark in right.get(half, [])]
    click.echo(f"right version cited: {_share(both)} of {len(both)} (goal {GOAL}); {shares}")
    record = {"made": now(), "commit": git("rev-parse", "--short", "HEAD"), "goal": GOAL}
    measured = {"questions": len(both), "share": _share(both), **shares}
    second = {"second_questions": len(right.get("second", [])), "second_unseen": SECOND_UNSEEN}
    save({**record, **measured, **second}, RESULTS)


def _answered(
    sets: Mapping[Path, Sequence[TimedQuestion]], home: Path
) -> Iterator[tuple[TimedQuestion, Answer]]:
    """Answer the questions of each folder from its articles."""
    for folder, questions in sets.items():
        with tempfile.TemporaryDirectory() as place:
            index, encoder = Path(place), open_current(home)
            build_index([folder / "articles.jsonl"], index, encoder, NoProgress())
            live = open_live(index, home, reuse=encoder)
            yield from zip(questions, answers(live, questions), strict=True)


def _share(marks: Sequence[bool]) -> float:
    return round(sum(marks) / len(marks), 3)


def _description(question: TimedQuestion, answer: Answer) -> str:
    shown = [(each.article_id, each.quote) for each in (answer.citations or answer.closest)[:2]]
    limits = (answer.as_of, answer.since, answer.until)
    return (
        f"{question.question.id} {question.question.question} {question.question.as_of}\n"
        f"  want {question.gold} {question.value}; {answer.status} {answer.confidence} {limits}\n"
        f"  {shown}"
    )


if __name__ == "__main__":
    main()
