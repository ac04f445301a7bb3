"""Questions that the evidence model learns from, each with candidates and labels."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bot.answering.candidates import retrieve
from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement
from bot.answering.question.reader import QuestionReader
from bot.answering.ranking.evidence import EvidenceRanker
from bot.answering.ranking.evidence_model import EvidenceModel, ReadCandidates
from bot.answering.ranking.given_sentences import GivenArticle, SentenceRanker
from bot.answering.ranking.pool import Pool
from bot.domain.models import Question
from bot.evaluation.datasets import records
from bot.evaluation.metrics import Bools
from index.generations.live import LiveGeneration
from index.models import Span
from index.retrieval import Searcher
from index.stores.text_store import StoredSentence
from training.judge.evaluation import held_out_questions
from training.judge.sets import read_squad_shifts, story_questions
from training.stories import Kind


@dataclass(frozen=True)
class Example:
    """Question with its pool of candidates.

    `right` flags the candidates that answer; it is None for a set that only says whether any does.
    Examples with the same `group` stay in one fold. `read` asks the judge about candidates, and
    `texts` are their sentences. `answers` are the short answers that annotators gave, or None.
    """

    source: str
    group: str
    question: str
    pool: Pool
    right: Bools | None
    answerable: bool
    read: ReadCandidates
    texts: tuple[str, ...]
    answers: tuple[str, ...] | None = None

    @property
    def flags(self) -> Bools:
        """Return `right` of a set that has it. Raises ValueError if it is None."""
        if self.right is None:
            raise ValueError(f"{self.source} does not say which candidates answer")
        return self.right


@dataclass(frozen=True)
class SentenceList:
    """Question with the sentences of one article, before they are read. `more` are further
    articles; their sentences follow in `right`."""

    source: str
    question: str
    title: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]
    more: tuple[GivenArticle, ...] = ()
    answers: tuple[str, ...] | None = None
    group: str = ""

    @property
    def articles(self) -> list[GivenArticle]:
        return [GivenArticle(self.title, self.sentences), *self.more]


def read_selqa(path: Path) -> list[SentenceList]:
    return [
        SentenceList(
            "selqa",
            record["question"],
            record["title"],
            tuple(record["candidates"]),
            tuple(bool(label) for label in record["labels"]),
        )
        for record in records(path)
    ]


def from_shifts(folder: Path) -> Iterator[SentenceList]:
    """Yield the questions of SQuADShifts that the judge has not seen."""
    for each in held_out_questions(list(read_squad_shifts(folder))):
        sentences = each.paragraph.sentences
        span = each.span
        answer = sentences[span.sentence][span.start : span.end] if span else None
        yield SentenceList(
            "shifts",
            each.question,
            each.paragraph.title,
            sentences,
            tuple(i in each.gold for i in range(len(sentences))),
            answers=(answer,) if answer else None,
            group=" ".join(sentences)[:200],
        )


def from_stories() -> Iterator[SentenceList]:
    """Yield the questions of the stories that the judge has not seen, each over all articles of its
    story. Follow-ups are left out."""
    for name, story in story_questions(held_out=True):
        first, *others = story.articles
        for each in story.questions:
            if each.kind is Kind.FOLLOW_UP:
                continue
            right = tuple(
                f"{article.id}{number}" in each.gold
                for article in story.articles
                for number in range(len(article.sentences))
            )
            yield SentenceList(
                f"story {each.kind}",
                each.question,
                first.title,
                first.sentences,
                right,
                tuple(GivenArticle(a.title, a.sentences) for a in others),
                (each.answer,) if each.answer else None,
                name,
            )


def from_lists(ranker: SentenceRanker, lists: Iterable[SentenceList]) -> Iterator[Example]:
    for item in lists:
        if item.sentences:
            yield _example(
                ranker,
                item.source,
                item.group or item.title,
                item.question,
                item.articles,
                np.array(item.right),
                any(item.right),
                item.answers,
            )


def from_nomiracl(
    ranker: SentenceRanker, path: Path, split: Callable[[str], Sequence[Span]]
) -> Iterator[Example]:
    """Yield questions with ten passages each, and whether any of them answers."""
    for record in records(path):
        articles = []
        for passage in record["passages"]:
            sentences = [passage["text"][s.start : s.end] for s in split(passage["text"])]
            if sentences:
                articles.append(GivenArticle(passage["title"], sentences))
        question = record["question"]
        yield _example(ranker, "nomiracl", question, question, articles, None, record["answerable"])


def _example(
    ranker: SentenceRanker,
    source: str,
    group: str,
    question: str,
    articles: Sequence[GivenArticle],
    right: Bools | None,
    answerable: bool,
    answers: tuple[str, ...] | None = None,
) -> Example:
    pool, read = ranker.pool(question, articles), partial(ranker.judged, question, articles)
    texts = tuple(s for article in articles for s in article.sentences)
    return Example(source, group, question, pool, right, answerable, read, texts, answers)


def from_our_questions(
    live: LiveGeneration,
    path: Path,
    source: str,
    model: EvidenceModel,
    judge: Judge,
    splits: set[str],
) -> Iterator[Example]:
    """Yield our own questions with what retrieval finds for each. Follow-ups are left out: which
    reading is chosen depends on the models that are being fitted."""
    searcher, ranker = Searcher(), EvidenceRanker(model, judge)
    reader = QuestionReader(live.generation, model.words)
    for record in records(path):
        asked = Question.model_validate(record)
        if record["split"] not in splits or record["kind"] == "greeting" or asked.history:
            continue
        understood = reader.read(asked)
        vector = live.encoder.encode_queries([understood.text])[0]
        found = retrieve(searcher, live.generation, understood, vector)
        distinct, pool = ranker.pool(live.generation, found)
        gold = {(span["article_id"], span["start"]) for span in record["gold"]}
        sentences = [each.hit.sentence for each in distinct]
        right = [(each.article.id, each.start) in gold for each in sentences]
        yield Example(
            f"{source}-{record['split']}",
            record["id"],
            understood.asked,
            pool,
            np.array(right),
            record["answerable"],
            partial(_read_stored, ranker, live, understood.asked, sentences),
            tuple(each.text for each in sentences),
        )


def _read_stored(
    ranker: EvidenceRanker,
    live: LiveGeneration,
    asked: str,
    sentences: Sequence[StoredSentence],
    places: Sequence[int],
) -> list[Judgement]:
    return ranker.judged(live.generation, Task.QUESTION, asked, [sentences[i] for i in places])
