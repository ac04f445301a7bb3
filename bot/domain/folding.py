"""Folding of an answer's citations: one piece of evidence stands for those that say the same.

Only surfaces fold. The answer and its JSON keep every citation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.domain.models import Answer, Citation, Role
from index.text.quantities import Quantity, read_quantities
from index.text.words import FUNCTION_WORDS, Word, read_words


@dataclass(frozen=True, slots=True)
class CitedEvidence:
    """Evidence of an answer with the context sentences that explain it."""

    citation: Citation
    context: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Folding:
    """The citations of an answer in three parts.

    `first` is the best evidence; None without citations. `differing` is evidence that says
    something else, or more; each value of a disagreement has one in it. `agreeing` is evidence that
    says the same as one of these. `articles` counts the articles of `agreeing` and of the copies
    of all evidence, without those that are shown."""

    first: CitedEvidence | None
    differing: tuple[CitedEvidence, ...]
    agreeing: tuple[CitedEvidence, ...]
    articles: int

    @property
    def shown(self) -> tuple[CitedEvidence, ...]:
        """The evidence that a compact view shows, best first."""
        return (self.first, *self.differing) if self.first else ()


def fold(answer: Answer) -> Folding:
    """Split the citations of an answer.

    Evidence agrees if its sentence states the short answer, or if the survey of the articles found
    the same value in it. A superseded sentence never agrees. The evidence of written sentences is
    all shown: each sentence has markers of its own. Without citations, every part is empty."""
    evidence = tuple(_with_context(answer.citations))
    agreeing = tuple(each for each in evidence[1:] if _agrees(answer, each.citation))
    shown = tuple(each for each in evidence if each not in agreeing)
    return Folding(
        first=shown[0] if shown else None,
        differing=shown[1:],
        agreeing=agreeing,
        articles=len(_articles(evidence) - {each.citation.article_id for each in shown}),
    )


def _with_context(citations: Iterable[Citation]) -> Iterator[CitedEvidence]:
    """Join each evidence with the context that follows it."""
    evidence: CitedEvidence | None = None
    for citation in citations:
        if evidence is None or citation.role is Role.EVIDENCE:
            if evidence is not None:
                yield evidence
            evidence = CitedEvidence(citation)
        else:
            evidence = CitedEvidence(evidence.citation, (*evidence.context, citation))
    if evidence is not None:
        yield evidence


def _agrees(answer: Answer, citation: Citation) -> bool:
    if answer.written or citation.superseded:
        return False
    if answer.disagreement:
        return any(citation.number in value.citations[1:] for value in answer.disagreement.values)
    short = answer.short_answer
    return short is not None and states(citation.quote, short.text)


def states(sentence: str, value: str) -> bool:
    """Return whether a sentence states a value: its amounts in any notation, and its other words,
    such as those of a name or a date."""
    words, stated = read_words(value), read_words(sentence)
    amounts, known = read_quantities(value, words), read_quantities(sentence, stated)
    if not all(any(amount.is_same(each) for each in known) for amount in amounts):
        return False
    others = _words_outside(words, amounts)
    return bool(amounts or others) and others <= {word.lower for word in stated}


def _words_outside(words: Iterable[Word], amounts: Iterable[Quantity]) -> set[str]:
    spans = [(each.start, each.end) for each in amounts]
    outside = (w for w in words if not any(start <= w.start < end for start, end in spans))
    return {word.lower for word in outside} - FUNCTION_WORDS


def _articles(evidence: Iterable[CitedEvidence]) -> set[str]:
    return {
        place.article_id for each in evidence for place in (each.citation, *each.citation.also_in)
    }
