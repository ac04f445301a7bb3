"""Whether a sentence has the kind of thing that a question asks for, and how near to its words."""

from collections.abc import Sequence

from bot.answering.analysis import Mention, QuestionAnalysis, SentenceAnalysis, is_person
from bot.answering.answer_kind import AnswerKind

_ASKS_FOR_NUMBER = {AnswerKind.AMOUNT, AnswerKind.COUNT, AnswerKind.DATE}
_ASKS_FOR_ANYTHING = {AnswerKind.REASON, AnswerKind.MANNER}


def types(question: QuestionAnalysis, sentence: SentenceAnalysis) -> tuple[float, ...]:
    """Whether the kind that is asked for is there (from 1 to -1, 0 where it cannot be told), and
    how many numbers, dates, names and places are that the question does not have."""
    known = question.stem_set
    numbers, dates = len(sentence.numbers - known), len(sentence.dates - known)
    names = [name for name in sentence.names if not known.issuperset(name)]
    places = sum(not known.issuperset(name) for name in sentence.places)
    persons = sum(is_person(name) for name in names)
    match question.kind:
        case AnswerKind.AMOUNT:
            fits = 1.0 if sentence.has_money else 0.0 if numbers else -1.0
        case AnswerKind.COUNT:
            fits = 1.0 if numbers or sentence.has_percent else -1.0
        case AnswerKind.DATE:
            fits = 1.0 if dates or numbers else -1.0
        case AnswerKind.PERSON:
            fits = 1.0 if persons else 0.5 if names else -1.0
        case AnswerKind.ORGANISATION:
            fits = 1.0 if names else -1.0
        case AnswerKind.PLACE:
            fits = 1.0 if places else 0.5 if names else -1.0
        case AnswerKind.REASON:
            fits = 1.0 if sentence.has_reason else -0.5
        case _:
            fits = 0.0
    return fits, min(numbers, 3), min(dates, 3), min(len(names), 4), min(places, 3)


def together(question: QuestionAnalysis, sentence: SentenceAnalysis) -> float:
    """The weighted share of neighbouring content words of the question that are near each other
    in the sentence."""
    weights = dict(zip(question.terms, question.weights, strict=True))
    found = total = 0.0
    for (i, left), (j, right) in zip(question.content, question.content[1:], strict=False):
        weight = weights[left] + weights[right]
        total += weight
        here, there = sentence.positions.get(left), sentence.positions.get(right)
        if here and there and left != right:
            distance = min(abs(a - b) for a in here for b in there)
            spread = distance - (j - i)
            found += weight if spread <= 2 else weight / 2 if spread <= 6 else 0.0
    return found / total if total else 0.0


def nearest_mention(question: QuestionAnalysis, sentence: SentenceAnalysis) -> tuple[float, float]:
    """How near a new name or number of the right kind stands to the question's words (1: all of
    them beside it), and whether there is one at all."""
    hits = [
        (position, term, weight)
        for term, weight in zip(question.terms, question.weights, strict=True)
        for position in sentence.positions.get(term, ())
    ]
    wanted = [m for m in sentence.mentions if _may_answer(question, m)]
    if not wanted:
        return 0.0, 0.0
    total = float(question.weights.sum()) + 1e-6
    return max(_closeness(mention, hits) for mention in wanted) / total, 1.0


def _may_answer(question: QuestionAnalysis, mention: Mention) -> bool:
    if question.stem_set.issuperset(mention.stems):
        return False
    if question.kind in _ASKS_FOR_ANYTHING:
        return True
    return mention.is_name != (question.kind in _ASKS_FOR_NUMBER)


def _closeness(mention: Mention, hits: Sequence[tuple[int, str, float]]) -> float:
    best: dict[str, float] = {}
    for position, term, weight in hits:
        gap = max(mention.first - position, position - mention.last, 0)
        best[term] = max(best.get(term, 0.0), weight / (1 + gap / 4))
    return sum(best.values())
