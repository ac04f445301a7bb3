"""Composition of an answer from a model's verified sentences and the quotes that support them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.citing.citations import check_citations, cite
from bot.answering.citing.survey import disagreement_in, with_dates_of_change
from bot.answering.receipt import Receipt
from bot.domain.models import Answer, Citation, Mode, Role, Writing, WrittenSentence


@dataclass(frozen=True, slots=True)
class VerifiedSentence:
    """Verified sentence; `by` are the indexes in `Receipt.ranked` of its evidence."""

    text: str
    by: tuple[int, ...]


def with_written(receipt: Receipt, kept: Sequence[VerifiedSentence], writing: Writing) -> Receipt:
    """Add the verified sentences to the answer. The answer keeps its quotes. The quotes that
    support a sentence join them, in ranked order, behind the others. Without sentences only
    `writing` changes."""
    answer = receipt.answer.model_copy(update={"writing": writing})
    if not kept:
        return replace(receipt, answer=answer)
    added = {n for each in kept for n in each.by}.difference(receipt.cited)
    places = [*receipt.cited, *sorted(added)]
    texts, survey = receipt.generation.texts, receipt.survey
    cited = cite(texts, [receipt.ranked[place] for place in places])
    citations = with_dates_of_change(texts, cited, survey)
    check_citations(texts, citations)
    numbers = dict(zip(places, _evidence_numbers(citations), strict=True))
    written = tuple(
        WrittenSentence(text=each.text, citations=tuple(sorted(numbers[n] for n in each.by)))
        for each in kept
    )
    # The short answer stays: it is taken from the first evidence, which stays first.
    changed: dict[str, object] = {
        "mode": Mode.LLM,
        "citations": citations,
        "written": written,
        "disagreement": disagreement_in(citations, survey),
    }
    return replace(receipt, answer=Answer.model_validate(dict(answer) | changed))


def _evidence_numbers(citations: Sequence[Citation]) -> list[int]:
    return [citation.number for citation in citations if citation.role is Role.EVIDENCE]
