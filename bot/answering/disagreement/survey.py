"""Survey of the values that the ranked sentences give for what a question asks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answering.citing.survey import SentencePlace, Survey, SurveyedValue
from bot.answering.disagreement.origins import outlets_of, sources_of
from bot.answering.disagreement.sameness import Sameness
from bot.answering.disagreement.statements import Statement, StatementReader
from bot.answering.disagreement.values import Days, Polarity, Relation, kind_of, relation
from bot.answering.judge.inputs import Task
from bot.answering.ranking.evidence import Evidence, EvidenceRanker
from bot.answering.time.resolution import published_day
from bot.answering.verification.reading import SentenceReader
from bot.domain.models import ValueKind
from index.generations.reader import Generation

_READ_MORE = 4  # sentences of other articles that the judge reads beyond the ranking
_LOOKED_AT = 20  # best ranked sentences among which these are looked for
_OF_ONE_VALUE = 2  # sentences that are shown for one value
_MOST_VALUES = 3
# Sentences of one value that another value is compared with. With two, "it was announced in
# November" and one more hid a third that names the same parties as the other date does.
_COMPARED = 3
_ANSWERS = 1.0  # log-odds of the judge at which another sentence stands for a value


class Surveyor:
    """Maker of surveys. An instance belongs to one thread, because its parts do."""

    def __init__(self, ranker: EvidenceRanker) -> None:
        self._ranker = ranker
        self._reader = SentenceReader(ranker.model.words)

    def survey(
        self, generation: Generation, question: str, ranked: Sequence[Evidence]
    ) -> Survey | None:
        """Look for other values than that of the best sentence. Return None if there are none."""
        if len({each.hit.sentence.article.row for each in ranked[:_LOOKED_AT]}) < 2:
            return None
        statements = StatementReader(self._ranker, self._reader, generation, question)
        if not statements.kinds:
            return None
        read = statements.statements(ranked)
        if not read or read[0].evidence is not ranked[0]:
            return None  # nothing to compare the other values with
        kind = kind_of(read[0].value)
        more = self._judged_more(generation, question, statements, ranked, read)
        sameness = Sameness(generation, statements)
        groups = _grouped(sameness, [*read, *statements.statements(more)])
        return _surveyed(generation, sameness, kind, groups) if len(groups) > 1 else None

    def _judged_more(
        self,
        generation: Generation,
        question: str,
        statements: StatementReader,
        ranked: Sequence[Evidence],
        read: Sequence[Statement],
    ) -> list[Evidence]:
        """Let the judge read a few more sentences, of articles with no value to compare yet."""
        best = read[0].value
        known = {e.article for e in read if relation(best, e.value) is not Relation.UNRELATED}
        unread = [
            each
            for each in ranked[:_LOOKED_AT]
            if each.judged is None
            and each.hit.sentence.article.row not in known
            and statements.may_differ(each, best)
        ][:_READ_MORE]
        sentences = [each.hit.sentence for each in unread]
        judged = self._ranker.judged(generation, Task.QUESTION, question, sentences)
        return [
            replace(each, judged=judgement) for each, judgement in zip(unread, judged, strict=True)
        ]


def _grouped(sameness: Sameness, statements: Sequence[Statement]) -> list[list[Statement]]:
    """Group the statements by value. The first group has the value of the best statement; each
    other one differs from all before it, about the same thing."""
    best = statements[0].value
    groups = [[each for each in statements if relation(best, each.value) is Relation.SAME]]
    others = [each for each in statements if relation(best, each.value) is Relation.DIFFERENT]
    left: list[Statement] = []
    for statement in others:
        if (same := _group_of(groups[1:], statement)) is not None:
            same.append(statement)
        elif len(groups) < _MOST_VALUES and all(_is_same(sameness, g, statement) for g in groups):
            groups.append([statement])
        else:
            left.append(statement)
    for statement in left:  # ranked before the first one that surely states its value
        if (same := _group_of(groups[1:], statement)) is not None:
            same.append(statement)
    return groups


def _group_of(groups: Iterable[list[Statement]], statement: Statement) -> list[Statement] | None:
    same = (g for g in groups if relation(g[0].value, statement.value) is Relation.SAME)
    return next(same, None)


def _is_same(sameness: Sameness, group: Sequence[Statement], statement: Statement) -> bool:
    """Return whether a statement is about the same thing as the first one of a group, or as another
    one that surely answers."""
    sure = [each for each in group if each is group[0] or each.answers >= _ANSWERS]
    return any(sameness.is_same(each, statement) for each in sure[:_COMPARED])


def _surveyed(
    generation: Generation,
    sameness: Sameness,
    kind: ValueKind,
    groups: Iterable[Sequence[Statement]],
) -> Survey:
    newest_first = sorted((_newest_first(group) for group in groups), key=_age)
    superseded: dict[SentencePlace, str] = {}
    still = 0
    for place, group in enumerate(newest_first):
        newer = [each for other in newest_first[:place] for each in other]
        dates = {_place(each): _replaced_on(sameness, each, newer) for each in group}
        superseded |= {at: date for at, date in dates.items() if date}
        still += not all(dates.values())
    shown = [group[:_OF_ONE_VALUE] for group in newest_first]
    return Survey(
        kind=kind,
        values=tuple(_value(generation, group) for group in newest_first),
        evidence=tuple(each.evidence for group in shown for each in group),
        open=still > 1,
        superseded=superseded,
    )


def _newest_first(group: Sequence[Statement]) -> list[Statement]:
    return sorted(group, key=lambda each: -each.published_s)


def _age(group: Sequence[Statement]) -> int:
    return -group[0].published_s


def _place(statement: Statement) -> SentencePlace:
    return statement.sentence.article.id, statement.sentence.start


def _replaced_on(sameness: Sameness, statement: Statement, newer: Sequence[Statement]) -> str:
    """Return the date of the first later statement that replaces this one; "" if none does."""
    by = [each for each in newer if _supersedes(sameness, each, statement)]
    if not by:
        return ""
    first = min(by, key=lambda each: each.published_s).sentence.article
    return first.published or first.seen


def _supersedes(sameness: Sameness, newer: Statement, older: Statement) -> bool:
    if _is_past(older) and newer.sentence.article.source != older.sentence.article.source:
        return False  # what has happened does not change: the articles contradict each other
    return sameness.replaces(newer, older)


def _is_past(statement: Statement) -> bool:
    """Return whether the value is a day that is past when its article appears."""
    written = published_day(statement.sentence.article.published)
    value = statement.value
    return isinstance(value, Days) and written is not None and value.days.last <= written


def _value(generation: Generation, group: Sequence[Statement]) -> SurveyedValue:
    newest = group[0]
    stated = newest.value
    return SurveyedValue(
        text=stated.verdict.value if isinstance(stated, Polarity) else newest.shown_value,
        places=tuple(_place(each) for each in group[:_OF_ONE_VALUE]),
        outlets=outlets_of([each.evidence for each in group]),
        sources=sources_of(generation, [each.evidence for each in group]),
    )
