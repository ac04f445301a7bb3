"""Judgement of one answer against its gold sentences."""

from dataclasses import dataclass

from bot.answering.receipt import Receipt
from bot.domain.models import Answer, Citation
from bot.evaluation.questions import EvalQuestion
from index.generations.reader import TextStore
from index.text.words import read_words

Place = tuple[str, int, int]  # a sentence: article, start, end


@dataclass(frozen=True, slots=True)
class Judged:
    """Result of one question.

    A question counts as answered only if the answer cites evidence; an abstention or a reply to
    small talk counts as abstained.

    `ranked_first`: the best-ranked sentence is gold, shown or not. `first`: the answer's first
    evidence is gold. `cited`: gold is among the answer's evidence, all of it if the question needs
    all. `first` and `cited` are false after an abstention. `inexact` counts citations that are not
    the article's text at their offsets. `short_right` and `verdict_right` are None if no short
    answer or no verdict was given."""

    kind: str
    answerable: bool
    answered: bool
    ranked_first: bool
    first: bool
    cited: bool
    confidence: float
    inexact: int
    elapsed_ms: float
    short_right: bool | None = None
    verdict_right: bool | None = None

    @property
    def wrong(self) -> bool:
        """True if it was answered and the first evidence is not gold."""
        return self.answered and not self.first


def judge(
    question: EvalQuestion, answer: Answer, best: Place | None, texts: TextStore, elapsed_ms: float
) -> Judged:
    """Judge an answer.

    `best` is the sentence that was ranked first, if any. `texts` belong to the generation that the
    answer came from."""
    evidence = answer.evidence
    first = bool(evidence) and _is_gold(question, evidence[0])
    return Judged(
        kind=question.kind,
        answerable=question.answerable,
        answered=bool(evidence),
        ranked_first=best is not None and question.is_gold(*best),
        first=first,
        cited=_cites_gold(question, evidence),
        confidence=answer.confidence,
        inexact=count_inexact(answer, texts),
        elapsed_ms=elapsed_ms,
        short_right=_short_is_right(question, answer, first),
        verdict_right=_verdict_is_right(question, answer, first),
    )


def places(receipt: Receipt, count: int) -> list[Place]:
    """Return the places of the sentences ranked first, at most `count`."""
    sentences = [evidence.hit.sentence for evidence in receipt.ranked[:count]]
    return [(sentence.article.id, sentence.start, sentence.end) for sentence in sentences]


def count_inexact(answer: Answer, texts: TextStore) -> int:
    """Count the citations, closest sentences included, that differ from their article's text."""
    return sum(not _is_exact(citation, texts) for citation in (*answer.citations, *answer.closest))


def is_same_answer(given: str, known: str) -> bool:
    """Compare two short answers by their words.

    True if one has all words of the other, or if they share half of the words of the longer one."""
    one, other = ({word.lower for word in read_words(text)} for text in (given, known))
    if not one or not other:
        return False
    shared = len(one & other)
    return shared == min(len(one), len(other)) or 2 * shared >= max(len(one), len(other))


def _short_is_right(question: EvalQuestion, answer: Answer, first: bool) -> bool | None:
    """Judge the short answer; if the right one is not known, by its sentence."""
    if answer.short_answer is None:
        return None
    return is_same_answer(answer.short_answer.text, question.short) if question.short else first


def _verdict_is_right(question: EvalQuestion, answer: Answer, first: bool) -> bool | None:
    """Judge the verdict; if the right one is not known, by its sentence."""
    if answer.verdict is None:
        return None
    return answer.verdict is question.verdict if question.verdict else first


def _is_exact(citation: Citation, texts: TextStore) -> bool:
    article = texts.find_article(citation.article_id)
    if article is None:
        return False
    return texts.article_text(article)[citation.start : citation.end] == citation.quote


def _is_gold(question: EvalQuestion, citation: Citation) -> bool:
    return question.is_gold(citation.article_id, citation.start, citation.end)


def _cites_gold(question: EvalQuestion, evidence: tuple[Citation, ...]) -> bool:
    met = [
        any(span.is_at(cited.article_id, cited.start, cited.end) for cited in evidence)
        for span in question.gold
    ]
    return bool(met) and (all(met) if question.needs_all else any(met))
