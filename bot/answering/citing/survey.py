"""Surveys: the different values that the evidence gives, and what of the citations they mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.answering.ranking.evidence import MAX_EVIDENCE, Evidence
from bot.domain.models import Change, Citation, Disagreement, Role, StatedValue, ValueKind
from index.generations.reader import TextStore

SentencePlace = tuple[str, int]  # the id of the article, and the start of the sentence in it


@dataclass(frozen=True, slots=True)
class SurveyedValue:
    """One of the values: as the newest sentence states it, and the places of the shown sentences
    that state it, newest first."""

    text: str
    places: tuple[SentencePlace, ...]
    outlets: int
    sources: int


@dataclass(frozen=True, slots=True)
class Survey:
    """The different values for one thing, newest first. `evidence` has the sentences to show for
    them, in this order. `superseded` maps the place of a sentence to the date of what replaced it.
    `open` is set if at least two values still stand against each other."""

    kind: ValueKind
    values: tuple[SurveyedValue, ...]
    evidence: tuple[Evidence, ...]
    open: bool
    superseded: Mapping[SentencePlace, str] = field(default_factory=dict)


def with_values(survey: Survey | None, chosen: Sequence[Evidence]) -> list[Evidence]:
    """Put the sentences of a survey, newest first, before the chosen evidence. Return the chosen
    evidence if there is no survey."""
    if survey is None:
        return list(chosen)
    rows = {each.hit.sentence.row for each in survey.evidence}
    others = [each for each in chosen if each.hit.sentence.row not in rows]
    room = max(0, MAX_EVIDENCE - len(survey.evidence))
    return [*survey.evidence, *others[:room]]


def with_dates_of_change(
    texts: TextStore, citations: Sequence[Citation], survey: Survey | None
) -> tuple[Citation, ...]:
    """Set `superseded` on each sentence that a later one or a later version replaces, or whose
    article was withdrawn; `change` then says so."""
    return tuple(_marked(texts, citation, survey) for citation in citations)


def disagreement_in(citations: Sequence[Citation], survey: Survey | None) -> Disagreement | None:
    """Return the disagreement of the cited values, or None if one value alone still holds."""
    if survey is None or not survey.open:
        return None
    numbers = {(each.article_id, each.start): each.number for each in citations}
    values = tuple(
        StatedValue(
            text=value.text,
            citations=tuple(numbers[place] for place in value.places if place in numbers),
            outlets=value.outlets,
            sources=value.sources,
        )
        for value in survey.values
    )
    return Disagreement(kind=survey.kind, values=values)


def replaced_on(texts: TextStore, article_id: str, quote: str) -> str:
    """Return the date from which the newest version of an article has a sentence no longer; "" if
    it still has it."""
    article = texts.find_article(article_id)
    if article is None or article.holds:
        return ""
    newest = texts.find_article(article.newest_id)
    if newest is None or newest.replaced:
        return article.replaced
    still = " ".join(quote.split()) in " ".join(texts.article_text(newest).split())
    return "" if still else article.replaced


def _marked(texts: TextStore, citation: Citation, survey: Survey | None) -> Citation:
    if citation.role is not Role.EVIDENCE:
        return citation
    if survey is not None and (
        date := survey.superseded.get((citation.article_id, citation.start), "")
    ):
        return citation.model_copy(update={"superseded": date})
    date = replaced_on(texts, citation.article_id, citation.quote)
    if not date:
        return citation
    withdrawn = _is_withdrawn(texts, citation.article_id)
    change = Change.WITHDRAWN if withdrawn else None
    return citation.model_copy(update={"superseded": date, "change": change})


def _is_withdrawn(texts: TextStore, article_id: str) -> bool:
    """Return whether an article was withdrawn, and no later version replaced it."""
    article = texts.find_article(article_id)
    return article is not None and bool(article.replaced) and not article.version_of
