"""Citations: built from the text store, numbered in order, and checked again before they are
sent."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.answering.ranking.evidence import Evidence
from bot.answering.text.context import leans_on_previous, names_person, points_at_person
from bot.domain.models import Citation, Place, Role
from index.generations.reader import TextStore
from index.models import BlockKind
from index.stores.text_store import StoredSentence

_CLOSEST = 3
_MOST_CONTEXT = 2  # sentences before one that refers back
_FRAMED = frozenset({BlockKind.SPEAKER, BlockKind.CORRECTION})
_MOST_FRAMED = 12  # sentences back to the speaker's name
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
        _citation(texts, number, sentence, role, evidence)
        for number, (sentence, role, evidence) in enumerate(cited, start=1)
    )


def cite_closest(texts: TextStore, ranked: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Cite the three closest sentences for a question that is not answered."""
    return cite_ranked(texts, ranked[:_CLOSEST])


def cite_ranked(
    texts: TextStore, ranked: Sequence[Evidence], first: int = 1
) -> tuple[Citation, ...]:
    """Cite the sentences in their order, numbered from `first`."""
    return tuple(
        _citation(texts, number, evidence.hit.sentence, Role.EVIDENCE, evidence)
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
    is the sentence before, and also the one before that if the first refers back in turn. Before
    these come the question that the sentence answers, and the sentence with the speaker's name. The
    result is in article order."""
    needed = _referred_to(texts, sentence)
    opening = needed[0] if needed else sentence
    return [*_framing(texts, opening), *needed]


def _framing(texts: TextStore, sentence: StoredSentence) -> list[StoredSentence]:
    """Find the sentences that show whose words the sentence is, or which question it answers: the
    first one of a speaker's turn or of a correction, and the question right before."""
    block = texts.block_at(sentence.article, sentence.start)
    first = sentence.row
    if block is not None and block.kind in _FRAMED:
        while first > sentence.article.first_sentence:
            before = texts.sentence(first - 1)
            if before.start < block.start or first <= sentence.row - _MOST_FRAMED:
                break
            first -= 1
    asked = first - 1
    if asked < sentence.article.first_sentence or texts.kinds([asked])[0] is not BlockKind.QUESTION:
        asked = first
    rows = sorted({asked, first} - {sentence.row})
    return texts.sentences(rows)


def _referred_to(texts: TextStore, sentence: StoredSentence) -> list[StoredSentence]:
    first = max(sentence.article.first_sentence, sentence.row - _CONTEXT_REACH)
    rows = range(sentence.row - 1, first - 1, -1)
    note = texts.block_at(sentence.article, sentence.start)
    # A withdrawn value is shown only beside the right one, in the note that corrects it.
    own = note.start if note and note.kind is BlockKind.CORRECTION else sentence.start
    before = [
        each
        for each, kind in zip(texts.sentences(rows), texts.kinds(rows), strict=True)
        if kind is not BlockKind.WITHDRAWN or each.start >= own
    ]
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
    texts: TextStore, number: int, sentence: StoredSentence, role: Role, evidence: Evidence | None
) -> Citation:
    copies = [copy.sentence for copy in evidence.copies] if evidence else []
    score = evidence.score if evidence else 0.0
    return cite_sentence(texts, number, sentence, role, score=score, copies=copies)


def cite_sentence(
    texts: TextStore,
    number: int,
    sentence: StoredSentence,
    role: Role = Role.EVIDENCE,
    *,
    score: float = 0.0,
    copies: Sequence[StoredSentence] = (),
) -> Citation:
    """Cite one sentence; `copies` are the places of its copies in other articles."""
    return Citation(
        **_place(texts, sentence),
        number=number,
        role=role,
        quote=sentence.text,
        score=round(score, 4),
        also_in=tuple(Place(**_place(texts, copy)) for copy in copies),
    )


def _place(texts: TextStore, sentence: StoredSentence) -> dict[str, Any]:
    article = sentence.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
        "start": sentence.start,
        "end": sentence.end,
        "page": texts.page_at(article, sentence.start),
    }
