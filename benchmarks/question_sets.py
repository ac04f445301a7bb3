"""The project's own questions, about the bundled articles and about the seed article."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import ROOT, tell
from bot.evaluation.datasets import records
from bot.evaluation.questions import EvalQuestion


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with the file or folder of the articles that they are about."""

    name: str
    articles: Path
    questions: list[EvalQuestion]


def question_sets(shared: Path) -> Iterator[QuestionSet]:
    """Yield the sets. Skip a set whose articles are missing, and say so."""
    places = {"articles": ROOT / "articles", "seed": shared / "seed/article.txt"}
    for name, articles in places.items():
        if not articles.exists():
            tell(f"left out {name}: {articles.name} is not there")
            continue
        asked = records(ROOT / f"benchmarks/questions/{name}.jsonl")
        yield QuestionSet(name, articles, [EvalQuestion.model_validate(each) for each in asked])
