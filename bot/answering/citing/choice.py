"""The choice of the sentences to cite, by the shape of the question."""

from collections.abc import Callable, Sequence

from bot.answering.citing.stated import comparing, count_in, has_number
from bot.answering.citing.survey import Survey, with_values
from bot.answering.question.shape import QuestionShape
from bot.answering.ranking.evidence import Evidence, choose_evidence, list_evidence
from bot.domain.models import Unstated

# Find the different values that sentences give.
SurveyOf = Callable[[Sequence[Evidence]], Survey | None]
Choice = tuple[list[Evidence], Survey | None, Unstated | None]


def choose(
    question: str,
    shape: QuestionShape,
    ranked: Sequence[Evidence],
    survey_of: SurveyOf,
    *,
    sure: bool,
) -> Choice:
    """Choose the sentences to cite, with the survey of their values, and what they do not state. A
    comparison is answered only by a sentence that compares. A count without a number gets what a
    list would get, if it is sure."""
    if shape is QuestionShape.COMPARISON:
        compare = comparing(question, choose_evidence(ranked))
        if not compare:
            return [], None, Unstated.COMPARISON
        survey = survey_of(compare)
        return with_values(survey, compare), survey, None
    survey = survey_of(ranked)
    if shape is QuestionShape.LIST and sure:
        return list_evidence(ranked), survey, None
    chosen = with_values(survey, choose_evidence(ranked))
    if shape is not QuestionShape.COUNT or _states_count(question, chosen, sure=sure):
        return chosen, survey, None
    return list_evidence(ranked) if sure else [], None, Unstated.COUNT


def _states_count(question: str, chosen: Sequence[Evidence], *, sure: bool) -> bool:
    """Return whether a sentence has a number. If the answer is unsure, the number must count what
    the question names: "ten gigawatts" is no number of chips."""
    states = has_number if sure else count_in
    return any(states(question, each.hit.sentence.text) for each in chosen)
