"""The questions that the evidence model learns from, each with candidates and which are right."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.answering.evidence import EvidenceRanker
from bot.answering.evidence_model import EvidenceModel
from bot.answering.pipeline import retrieve
from bot.answering.pool import Pool
from bot.answering.ranking import GivenArticle, SentenceRanker
from bot.answering.small_talk import small_talk
from bot.answering.understanding import QuestionReader
from bot.models import Question
from index.live import LiveGeneration
from index.search import Searcher


@dataclass(frozen=True)
class Example:
    """A question and its pool. `right` flags the candidates that answer; for a set that tells
    only whether any does it is None. `group` keeps what belongs together in one fold."""

    source: str
    group: str
    question: str
    pool: Pool
    right: np.ndarray | None
    answerable: bool
    context: str = ""


@dataclass(frozen=True)
class SentenceList:
    """A question with the sentences of one article, before they are read."""

    source: str
    question: str
    title: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]


def read_selqa(path: Path) -> list[SentenceList]:
    return [
        SentenceList(
            "selqa",
            record["question"],
            record["title"],
            tuple(record["candidates"]),
            tuple(bool(label) for label in record["labels"]),
        )
        for record in _records(path)
    ]


def read_qed(path: Path) -> list[SentenceList]:
    return [
        SentenceList(
            "qed",
            record["question"],
            record["title"],
            tuple(record["sentences"]),
            tuple(i in set(record["gold_sentence_ids"]) for i in range(len(record["sentences"]))),
        )
        for record in _records(path)
        if record["gold_sentence_ids"]
    ]


def from_lists(ranker: SentenceRanker, lists: list[SentenceList]) -> Iterator[Example]:
    for item in lists:
        if item.sentences:
            yield Example(
                item.source,
                item.title,
                item.question,
                ranker.pool(item.question, [GivenArticle(item.title, item.sentences)]),
                np.array(item.right),
                any(item.right),
            )


def from_nomiracl(ranker: SentenceRanker, path: Path, split) -> Iterator[Example]:
    """Ten passages a question, and whether any of them answers it."""
    for record in _records(path):
        articles = []
        for passage in record["passages"]:
            sentences = [passage["text"][s.start : s.end] for s in split(passage["text"])]
            if sentences:
                articles.append(GivenArticle(passage["title"], sentences))
        pool = ranker.pool(record["question"], articles)
        yield Example(
            "nomiracl", record["question"], record["question"], pool, None, record["answerable"]
        )


def from_our_questions(
    live: LiveGeneration, path: Path, source: str, model: EvidenceModel, splits: set[str]
) -> Iterator[Example]:
    """Our own question sets, with what retrieval finds for each."""
    searcher, ranker = Searcher(), EvidenceRanker(model)
    reader = QuestionReader(live.generation, model.words)
    for record in _records(path):
        asked = Question.model_validate(record)
        if record["split"] not in splits or small_talk(asked.question):
            continue
        understood = reader.read(asked)
        vector = live.encoder.encode_queries([understood.text])[0]
        found = retrieve(searcher, live.generation, understood, vector)
        distinct, pool = ranker.pool(live.generation, found)
        gold = {(span["article_id"], span["start"]) for span in record["gold"]}
        right = [
            (each.hit.sentence.article.id, each.hit.sentence.start) in gold for each in distinct
        ]
        yield Example(
            f"{source}-{record['split']}",
            record["id"],
            understood.asked,
            pool,
            np.array(right),
            record["answerable"],
            understood.context,
        )


def _records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
