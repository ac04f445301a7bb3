"""Composition of an answer from a model's verified sentences and the quotes that support them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.citing.citations import check_citations, cite
from bot.answering.citing.composition import compose_text
from bot.answering.pipeline import Receipt
from bot.answering.ranking.evidence import choose_evidence
from bot.domain.models import Answer, Citation, Mode, Role, Writing, WrittenSentence


@dataclass(frozen=True, slots=True)
class VerifiedSentence:
    """Verified sentence; `by` are the indexes in `Receipt.ranked` of its evidence."""

    text: str
    by: tuple[int, ...]


def with_written(receipt: Receipt, kept: Sequence[VerifiedSentence], writing: Writing) -> Receipt:
    """Add the verified sentences to the answer. The answer keeps its quotes. The quotes that
    support a sentence join them, in ranked order. Without sentences only `writing` changes."""
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
    short = answer.short_answer  # taken from the first evidence, which stays first
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
