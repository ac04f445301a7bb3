"""One answer to a message with several questions, from the answers to each of them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.ranking.evidence import Evidence
from bot.answering.receipt import Receipt
from bot.domain.models import Answer, AnswerPart, Citation, Role, Status

_Place = tuple[str, int]


def joined(whole: Receipt, parts: Sequence[Receipt]) -> Receipt:
    """Join the receipts of the parts. `whole` is the receipt of the message as one question, which
    gives the other fields. The answer cites what the parts cite, each sentence once."""
    citations = _numbered([each.answer for each in parts])
    numbers = {_place(each): each.number for each in citations}
    answers = [each.answer for each in parts]
    answered = [each for each in answers if each.citations]
    answer = whole.answer.model_copy(
        update={
            "status": Status.ANSWERED,
            "citations": citations,
            "closest": (),
            "lacking": (),
            "unstated": None,
            "short_answer": None,
            "verdict": None,
            "disagreement": None,
            "confidence": answered[0].confidence,
            "elapsed_ms": round(sum(each.elapsed_ms for each in (whole.answer, *answers)), 2),
            "understood_as": whole.answer.question.strip(),
            "parts": tuple(_part(each, numbers) for each in answers),
        }
    )
    ranked, cited = list[Evidence](), list[int]()
    for each in parts:
        cited += [len(ranked) + place for place in each.cited]
        ranked += each.ranked
    return replace(whole, answer=answer, ranked=tuple(ranked), cited=tuple(cited), survey=None)


def _numbered(answers: Sequence[Answer]) -> tuple[Citation, ...]:
    """Return the distinct citations in order, numbered from 1. Evidence of one part wins over
    context of another."""
    found: dict[_Place, Citation] = {}
    for citation in (each for answer in answers for each in answer.citations):
        known = found.get(_place(citation))
        if known is None or (known.role is Role.CONTEXT and citation.role is Role.EVIDENCE):
            found[_place(citation)] = citation
    return tuple(
        citation.model_copy(update={"number": number})
        for number, citation in enumerate(found.values(), start=1)
    )


def _part(answer: Answer, numbers: dict[_Place, int]) -> AnswerPart:
    new = {each.number: numbers[_place(each)] for each in answer.citations}
    short, differ = answer.short_answer, answer.disagreement
    if differ is not None:
        values = tuple(
            value.model_copy(update={"citations": tuple(new[n] for n in value.citations)})
            for value in differ.values
        )
        differ = differ.model_copy(update={"values": values})
    return AnswerPart(
        question=answer.question,
        status=answer.status,
        confidence=answer.confidence,
        citations=tuple(new.values()),
        short_answer=short and short.model_copy(update={"citation": new[short.citation]}),
        verdict=answer.verdict,
        disagreement=differ,
        lacking=answer.lacking,
        unstated=answer.unstated,
    )


def _place(citation: Citation) -> _Place:
    return citation.article_id, citation.start
