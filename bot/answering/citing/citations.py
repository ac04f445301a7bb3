"""Citations: built from the text store, numbered in order, and checked again before they are
sent."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.answering.ranking.evidence import Evidence
from bot.answering.text.context import leans_on_previous, names_person, points_at_person
from bot.domain.models import Citation, Place, Role
from index.stores.text_store import StoredSentence, TextStore

_CLOSEST = 3
_MOST_CONTEXT = 2  # sentences before one that refers back
_CONTEXT_REACH = 4  # sentences searched backwards for a person's name


class CitationError(Exception):
    """A citation that does not match its article. This is a bug, and the answer must not be
    sent."""


def cite(texts: TextStore, chosen: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Cite the chosen sentences. Each one is followed by the earlier sentences that it refers back
    to."""
    evidence_rows = {evidence.hit.sentence.row for evidence in chosen}
    cited: list[tuple[StoredSentence, Role, Evidence | None]] = []
    for evidence in chosen:
        sentence = evidence.hit.sentence
        cited.append((sentence, Role.EVIDENCE, evidence))
        for before in needed_before(texts, sentence):
            if before.row not in evidence_rows:
                evidence_rows.add(before.row)
                cited.append((before, Role.CONTEXT, None))
    return tuple(
        _citation(number, sentence, role, evidence)
        for number, (sentence, role, evidence) in enumerate(cited, start=1)
    )


def cite_closest(ranked: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Cite the three closest sentences for a question that is not answered."""
    return cite_ranked(ranked[:_CLOSEST])


def cite_ranked(ranked: Sequence[Evidence], first: int = 1) -> tuple[Citation, ...]:
    """Cite the sentences in their order, numbered from `first`."""
    return tuple(
        _citation(number, evidence.hit.sentence, Role.EVIDENCE, evidence)
        for number, evidence in enumerate(ranked, start=first)
    )


def check_citations(texts: TextStore, citations: Iterable[Citation]) -> None:
    """Compare every quote with the article's text at its offsets. Raises CitationError if the
    article is missing or the quote differs."""
    for citation in citations:
        article = texts.find_article(citation.article_id)
        if article is None:
            raise CitationError(f"no article {citation.article_id!r}")
        if texts.article_text(article)[citation.start : citation.end] != citation.quote:
            raise CitationError(f"{citation.article_id}[{citation.start}:{citation.end}]")


def needed_before(texts: TextStore, sentence: StoredSentence) -> list[StoredSentence]:
    """Find the earlier sentences that explain the pronoun or reference in a sentence. For a pronoun
    of a person this is the nearest of the four sentences before that names a person. Otherwise it
    is the sentence before, and also the one before that if the first refers back in turn. The
    result is in article order."""
    first = max(sentence.article.first_sentence, sentence.row - _CONTEXT_REACH)
    before = [texts.sentence(row) for row in range(sentence.row - 1, first - 1, -1)]
    if points_at_person(sentence.text):
        named = next((s for s in before if names_person(s.text)), None)
        if named:
            return [named]
    needed: list[StoredSentence] = []
    latest = sentence
    for candidate in before[:_MOST_CONTEXT]:
        if not leans_on_previous(latest.text):
            break
        needed.insert(0, candidate)
        latest = candidate
    return needed


def _citation(
    number: int, sentence: StoredSentence, role: Role, evidence: Evidence | None
) -> Citation:
    copies = evidence.copies if evidence else ()
    return Citation(
        **_place(sentence),
        number=number,
        role=role,
        quote=sentence.text,
        score=round(evidence.score, 4) if evidence else 0.0,
        also_in=tuple(Place(**_place(copy.sentence)) for copy in copies),
    )


def _place(sentence: StoredSentence) -> dict[str, Any]:
    article = sentence.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
        "start": sentence.start,
        "end": sentence.end,
    }
