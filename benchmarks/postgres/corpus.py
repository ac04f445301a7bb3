"""One corpus of invented stories and the bundled articles, with questions about it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.stories import held_out_stories
from bot.domain.models import Question
from bot.evaluation.datasets import OpenSet, records
from index.articles.sources import read_articles
from index.models import Article

_ROOT = Path(__file__).parents[2]


def stories(most: int) -> list[OpenSet]:
    """Read the first held-out stories."""
    return list(islice(held_out_stories().asked.values(), most))


def corpus(told: list[OpenSet]) -> list[Article]:
    """Read the bundled articles, then those of the stories."""
    bundled = list(read_articles([_ROOT / "articles"]))
    return bundled + [
        Article(
            id=each["id"],
            text=each["text"],
            title=each.get("title", ""),
            source=each.get("source", ""),
            url=each.get("url", ""),
            published=each.get("published", ""),
        )
        for story in told
        for each in story.articles
    ]


def questions(told: list[OpenSet]) -> Iterator[Question]:
    """Yield the questions, those about the bundled articles first."""
    for name in ("articles", "seed"):
        for record in records(_ROOT / f"benchmarks/questions/{name}.jsonl"):
            yield Question(
                id=record["id"], question=record["question"], history=record.get("history", ())
            )
    for story in told:
        for asked in story.questions:
            yield Question(id=asked.id, question=asked.question, history=asked.history)
