"""An answer with what a model wrote of it: verified sentences, and the quotes that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.citing.citations import check_citations, cite
from bot.answering.citing.composition import compose_text
from bot.answering.pipeline import Receipt
from bot.answering.ranking.evidence import choose_evidence
from bot.domain.models import Answer, Citation, Mode, Role, Writing, WrittenSentence


@dataclass(frozen=True, slots=True)
class Kept:
    """A verified sentence, and the places in `Receipt.ranked` of what carries it."""

    text: str
    by: tuple[int, ...]


def with_written(receipt: Receipt, kept: Sequence[Kept], writing: Writing) -> Receipt:
    """The quotes of the answer stay, and those that carry a sentence join them, in their order;
    without sentences it is the answer as it was."""
    answer = receipt.answer.model_copy(update={"writing": writing})
    if not kept:
        return replace(receipt, answer=answer)
    places = {*range(len(choose_evidence(receipt.ranked))), *(n for each in kept for n in each.by)}
    texts = receipt.generation.texts
    citations = cite(texts, [receipt.ranked[place] for place in sorted(places)])
    check_citations(texts, citations)
    numbers = dict(zip(sorted(places), _evidence_numbers(citations), strict=True))
    written = tuple(
        WrittenSentence(text=each.text, citations=tuple(sorted(numbers[n] for n in each.by)))
        for each in kept
    )
    short = answer.short_answer  # it is of the first evidence, which stays the first
    changed: dict[str, object] = {
        "mode": Mode.LLM,
        "text": compose_text(
            citations, short, written, verdict=answer.verdict, unsure=answer.unsure
        ),
        "citations": citations,
        "written": written,
    }
    return replace(receipt, answer=Answer.model_validate(dict(answer) | changed))


def _evidence_numbers(citations: Sequence[Citation]) -> list[int]:
    return [citation.number for citation in citations if citation.role is Role.EVIDENCE]
