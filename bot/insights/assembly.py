"""Insights made of the questions, their outcomes and their votes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.insights import (
    ArticleSentence,
    DislikedAnswer,
    Period,
    QuestionGroup,
    SentenceGroup,
    Step,
    Tally,
)
from bot.domain.models import Answer, Citation
from bot.domain.outcomes import Outcome, outcome_of
from bot.insights.meanings import Encode, Meanings
from bot.store.asked import AskedQuestion

LISTED = 50  # groups of a list
_DAYS = 31  # a longer time is counted by week


@dataclass(frozen=True, slots=True)
class GroupedQuestions:
    """Groups of questions that enough people asked. `names` has the group's question for each
    question in one, by its id. `hidden` and `hidden_unanswered` count the others."""

    most_asked: tuple[QuestionGroup, ...]
    unanswered: tuple[QuestionGroup, ...]
    names: Mapping[str, str]
    hidden: int
    hidden_unanswered: int


def group_questions(
    asked: Sequence[AskedQuestion], people: int, encode: Encode
) -> GroupedQuestions:
    """Group the questions by meaning; each must be public and have words. Show a question only if
    `people` different people asked it: the words of one alone could show who it was."""
    words = [question.words or "" for question in asked]
    meanings = Meanings(words, encode)
    shown: list[QuestionGroup] = []
    unanswered: list[QuestionGroup] = []
    names: dict[str, str] = {}
    for places in meanings.groups():
        if _enough(asked, places, people):
            group = _question_group(asked, places, meanings)
            shown.append(group)
            names.update((asked[place].id, group.question) for place in places)
        without = [p for p in places if asked[p].outcome is Outcome.ABSTAINED]
        if without and _enough(asked, without, people):
            unanswered.append(_question_group(asked, without, meanings))
    return GroupedQuestions(
        most_asked=_most_first(shown),
        unanswered=_most_first(unanswered),
        names=names,
        hidden=len(asked) - sum(group.asked for group in shown),
        hidden_unanswered=sum(each.outcome is Outcome.ABSTAINED for each in asked)
        - sum(group.asked for group in unanswered),
    )


def _enough(asked: Sequence[AskedQuestion], places: Sequence[int], people: int) -> bool:
    return len({asked[place].asker for place in places}) >= people


def _question_group(
    asked: Sequence[AskedQuestion], places: Sequence[int], meanings: Meanings
) -> QuestionGroup:
    name = asked[meanings.most_central(places)].words or ""
    counts = Counter(asked[place].outcome for place in places)
    return QuestionGroup(question=name, **tally(counts).model_dump())


def _most_first(groups: Iterable[QuestionGroup]) -> tuple[QuestionGroup, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.asked, group.question))[:LISTED])


def group_sentences(sentences: Sequence[Citation], encode: Encode) -> tuple[SentenceGroup, ...]:
    """Group sentences of articles by meaning, the largest group first."""
    meanings = Meanings([sentence.quote for sentence in sentences], encode)
    groups = [
        SentenceGroup(
            sentence=article_sentence(sentences[meanings.most_central(places)]), times=len(places)
        )
        for places in meanings.groups()
    ]
    groups.sort(key=lambda group: (-group.times, group.sentence.quote))
    return tuple(groups[:LISTED])


def article_sentence(citation: Citation) -> ArticleSentence:
    title = citation.title or citation.article_id
    return ArticleSentence(article_id=citation.article_id, title=title, quote=citation.quote)


def disliked_answer(
    question: AskedQuestion, answer: Answer, names: Mapping[str, str]
) -> DislikedAnswer:
    """Show what was answered. The closest sentences stand for an answer that was not given."""
    return DislikedAnswer(
        receipt=question.id,
        question=names.get(question.id),
        outcome=outcome_of(answer) or question.outcome,
        said=_said(answer),
        sentences=tuple(map(article_sentence, answer.evidence or answer.closest)),
        up=question.up,
        down=question.down,
    )


def _said(answer: Answer) -> str:
    if answer.written:
        return " ".join(sentence.text for sentence in answer.written)
    return answer.short_answer.text if answer.short_answer else ""


def tally(counts: Mapping[Outcome, int]) -> Tally:
    """Sum up the outcomes."""
    return Tally(
        asked=sum(counts.values()),
        answered=counts.get(Outcome.ANSWERED, 0),
        unsure=counts.get(Outcome.UNSURE, 0),
        unanswered=counts.get(Outcome.ABSTAINED, 0),
    )


def total(counts: Mapping[tuple[date, Outcome], int]) -> Tally:
    """Sum up the outcomes of all days."""
    summed: Counter[Outcome] = Counter()
    for (_, outcome), count in counts.items():
        summed[outcome] += count
    return tally(summed)


def over_time(
    counts: Mapping[tuple[date, Outcome], int], first: date, last: date
) -> tuple[Step, tuple[Period, ...]]:
    """Count by day, or by week from Monday if it is more than 31 days. Periods without a question
    are included."""
    step = Step.DAY if (last - first).days < _DAYS else Step.WEEK
    length = timedelta(days=1 if step is Step.DAY else 7)
    start = first if step is Step.DAY else first - timedelta(days=first.weekday())
    periods: list[Period] = []
    while start <= last:
        inside = {key: n for key, n in counts.items() if start <= key[0] < start + length}
        periods.append(Period(start=start, **total(inside).model_dump()))
        start += length
    return step, tuple(periods)
