"""Development sets, converted to questions over articles or to sentences to rank.

They are third-party data for evaluation only: read in place, never copied into the project.
`../shared/eval/README.md` describes them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.errors import BatchError
from bot.domain.models import RankRequest, Turn
from bot.evaluation.questions import EvalClaim, EvalQuestion, GoldSpan, part_of
from index.generations.reader import TextStore

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Questions and claims over articles; the articles are records as in a .jsonl of articles."""

    articles: list[Record]
    questions: list[EvalQuestion]
    claims: list[EvalClaim] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories by name, each with its own articles and questions, and a larger corpus of articles.

    `articles` is that corpus, which includes the articles of all stories. `folder` contains their
    files."""

    folder: Path
    asked: Mapping[str, OpenSet]
    articles: list[Record]


@dataclass(frozen=True, slots=True)
class RankCase:
    """Sentences to rank, and the positions of those that answer."""

    request: RankRequest
    gold: frozenset[int]
    part: str

    def only(self, kept: Sequence[int]) -> RankRequest:
        """Return the request with only the sentences at these positions."""
        sentences = tuple(self.request.sentences[position] for position in kept)
        return self.request.model_copy(update={"sentences": sentences})


def records(path: Path) -> list[Record]:
    """Read the objects of a .jsonl file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def story(rows: Iterable[Record], texts: TextStore) -> list[EvalQuestion]:
    """Convert the questions of an invented story.

    Their gold are pieces of sentences, in any case; every sentence that contains one is right.
    Raises BatchError for a piece that no sentence contains."""
    return [
        EvalQuestion(
            id=row["id"],
            question=row["question"],
            kind=row["kind"],
            answerable=bool(row["gold"]),
            gold=tuple(span for piece in row["gold"] for span in _with_piece(piece, texts)),
            short=row.get("short"),
        )
        for row in rows
    ]


def squad(questions: Iterable[Record], paragraphs: Iterable[Record]) -> OpenSet:
    """Convert SQuAD 2.0 to open retrieval: every paragraph is an article of its own.

    The gold sentences come from another splitter. One of our sentences is right if it shares half
    of the shorter of the two."""
    paragraphs = list(paragraphs)
    spans = {paragraph["id"]: paragraph["sentences"] for paragraph in paragraphs}
    articles = [{key: each[key] for key in ("id", "title", "text")} for each in paragraphs]
    asked = [
        EvalQuestion(
            id=each["id"],
            question=each["question"],
            kind="answerable" if each["answerable"] else "unanswerable",
            answerable=each["answerable"],
            split=part_of(each["title"]),
            gold=tuple(
                _span(each["paragraph_id"], *spans[each["paragraph_id"]][position])
                for position in each["gold_sentence_ids"]
            ),
        )
        for each in questions
    ]
    return OpenSet(articles, asked)


def selqa(rows: Iterable[Record]) -> list[RankCase]:
    """Convert SelQA: the sentences of one section, each labelled as answering or not."""
    return [
        _rank_case(row, row["candidates"], (i for i, label in enumerate(row["labels"]) if label))
        for row in rows
    ]


def qed(rows: Iterable[Record]) -> list[RankCase]:
    """Convert QED: the sentences of one paragraph, one of them answering.

    Cases for which the annotators found no single sentence are dropped: they have no gold, but may
    have an answer."""
    return [
        _rank_case(row, row["sentences"], row["gold_sentence_ids"])
        for row in rows
        if row["gold_sentence_ids"]
    ]


def nomiracl(rows: Iterable[Record]) -> list[OpenSet]:
    """Convert NoMIRACL: each question is a set of its own, over the ten passages judged for it.

    The set has no titles to split the questions by, so the question itself decides its part."""
    return [
        OpenSet(
            [
                {"id": each["doc_id"], "title": each["title"], "text": each["text"]}
                for each in row["passages"]
            ],
            [
                EvalQuestion(
                    id=row["id"],
                    question=row["question"],
                    answerable=row["answerable"],
                    split=part_of(row["question"]),
                )
            ],
        )
        for row in rows
    ]


def canard(rows: Iterable[Record]) -> tuple[OpenSet, dict[str, str]]:
    """Convert CANARD's follow-ups with their history; also return the human rewrites by id.

    The file has no passages. The answers of a dialogue, as later turns quote them, stand in as its
    article, and a question's gold is its own answer. Dropped are first turns (no history), last
    turns (no later turn quotes the answer), and turns without an answer."""
    articles, questions, rewrites = [], [], {}
    for dialogue in _dialogues(rows):
        name = dialogue[0]["id"].split("#")[0]
        turns = _turns(max((row["history"] for row in dialogue), key=len))
        text = "\n\n".join(turn.answer for turn in turns)
        articles.append({"id": name, "title": dialogue[0]["article"], "text": text})
        for row in dialogue:
            number = len(row["history"]) // 2
            if not 0 < number < len(turns) or not _answers(turns[number].answer):
                continue
            start = sum(len(turn.answer) + 2 for turn in turns[:number])
            end = start + len(turns[number].answer)
            rewrites[row["id"]] = row["rewrite"]
            questions.append(
                EvalQuestion(
                    id=row["id"],
                    question=row["question"],
                    kind="follow-up",
                    answerable=True,
                    split=part_of(row["article"]),
                    history=tuple(_turns(row["history"])),
                    gold=(_span(name, start, end),),
                )
            )
    return OpenSet(articles, questions), rewrites


def mtrag(rows: Iterable[Record]) -> OpenSet:
    """Convert the last questions of MTRAG-UN's conversations, over the passages of all of them.

    Only the clearly answerable and the clearly unanswerable are taken. Gold is any sentence of a
    passage from which the answer was written."""
    rows = list(rows)
    passages = {each["doc_id"]: each for row in rows for each in row["contexts"]}
    articles = [
        {"id": each["doc_id"], "title": each["title"] or "", "text": each["text"]}
        for each in passages.values()
    ]
    kinds = {"ANSWERABLE": True, "UNANSWERABLE": False}
    questions = [
        EvalQuestion(
            id=row["id"],
            question=row["history"][-1]["text"],
            kind=row["answerability"].lower(),
            answerable=kinds[row["answerability"]],
            split=part_of(row["id"].split("<::>")[0]),
            history=tuple(_turns([each["text"] for each in row["history"][:-1]])),
            gold=tuple(
                _span(each["doc_id"], 0, len(passages[each["doc_id"]]["text"]))
                for each in row["contexts"]
            ),
        )
        for row in rows
        if row["answerability"] in kinds
    ]
    return OpenSet(articles, questions)


def _with_piece(piece: str, texts: TextStore) -> list[GoldSpan]:
    found = [
        _span(sentence.article.id, sentence.start, sentence.end)
        for sentence in texts.sentences(range(texts.sentence_count))
        if piece.casefold() in sentence.text.casefold()
    ]
    if not found:
        raise BatchError(f"No sentence of the articles has {piece!r}")
    return found


def _rank_case(row: Record, sentences: Sequence[str], gold: Iterable[int]) -> RankCase:
    request = RankRequest(
        id=row["id"], question=row["question"], title=row["title"], sentences=tuple(sentences)
    )
    return RankCase(request, frozenset(gold), part_of(row["title"]))


def _dialogues(rows: Iterable[Record]) -> Iterator[list[Record]]:
    dialogues: dict[str, list[Record]] = {}
    for row in rows:
        dialogues.setdefault(row["id"].split("#")[0], []).append(row)
    yield from (dialogue for dialogue in dialogues.values() if len(dialogue) > 1)


def _turns(texts: Sequence[str]) -> list[Turn]:
    """Pair up alternating questions and answers."""
    pairs = zip(texts[::2], texts[1::2], strict=False)
    return [Turn(question=question, answer=answer) for question, answer in pairs]


def _answers(answer: str) -> bool:
    """Return whether it is an answer: CANARD writes "I don't know." if the article does not say."""
    return not answer.casefold().startswith("i don't know")


def _span(article_id: str, start: int, end: int) -> GoldSpan:
    return GoldSpan(article_id=article_id, start=start, end=end)
