"""Statements: ranked sentences with the value that each gives for what the question asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.citing.short_answer import fits, is_difference, role_fits
from bot.answering.disagreement.amounts import Amount, is_other, stated_amount
from bot.answering.disagreement.values import Days, Named, Polarity, Value, days_at
from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judgement
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.ranking.evidence import Evidence, EvidenceRanker
from bot.answering.time.resolution import ResolvedDate, resolve_dates
from bot.answering.verification.comparison import is_in
from bot.answering.verification.reading import Reading, SentenceReader
from bot.domain.models import ValueKind, Verdict
from index.generations.reader import Generation
from index.models import Span
from index.stores.text_store import StoredSentence
from index.text.quantities import read_quantities
from index.text.words import read_words

# Least log-odds that a sentence answers, least probability of the span that states the value, and
# least log-odds between yes and no. Lower ones state no value. Above, the model of differing
# statements weighs them against how well the two statements go together.
_ANSWERS, _SPAN, _POLAR = -6.0, 0.15, 0.5
_NAME_SPAN = 0.5  # of a name: sentences have more names than amounts or dates
_RARE = 5_000  # rank in English from which a word of a name distinguishes it
_SHOWN_WORDS = 6  # of a value with its noun
_KINDS = {
    AnswerKind.AMOUNT: (ValueKind.AMOUNT,),
    AnswerKind.COUNT: (ValueKind.AMOUNT,),
    AnswerKind.DATE: (ValueKind.DATE,),
    AnswerKind.PERSON: (ValueKind.NAME,),
    AnswerKind.ORGANISATION: (ValueKind.NAME,),
    AnswerKind.PLACE: (ValueKind.NAME,),
    AnswerKind.YES_NO: (ValueKind.STATUS,),
    AnswerKind.THING: (ValueKind.AMOUNT, ValueKind.DATE, ValueKind.NAME),
    AnswerKind.OTHER: (ValueKind.AMOUNT, ValueKind.DATE, ValueKind.NAME),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A ranked sentence with its value. `published_s` is the time of publication in seconds since
    1970."""

    evidence: Evidence
    value: Value
    reading: Reading
    published_s: int

    @property
    def sentence(self) -> StoredSentence:
        return self.evidence.hit.sentence

    @property
    def text(self) -> str:
        return self.sentence.text

    @property
    def article(self) -> int:
        """Row of the article."""
        return self.sentence.article.row

    @property
    def answers(self) -> float:
        """Log-odds of the judge that the sentence answers."""
        judged = self.evidence.judged
        return judged.answers if judged is not None else _ANSWERS

    @property
    def value_text(self) -> str:
        """The value as the sentence has it."""
        span = self.value.span
        return self.text[span.start : span.end]

    @property
    def shown_value(self) -> str:
        """The value with what belongs to it, such as "80 kilometres an hour", as the sentence has
        it."""
        start, end = self.value.span.start, self.value.span.end
        judged = self.evidence.judged.span if self.evidence.judged else None
        if judged is not None and start <= judged.end and judged.start <= end:
            start, end = min(start, judged.start), max(end, judged.end)
        if len(self.text[start:end].split()) > _SHOWN_WORDS:
            return self.value_text
        return self.text[start:end]


class StatementReader:
    """Reader of the statements that answer one question in one generation."""

    def __init__(
        self, ranker: EvidenceRanker, reader: SentenceReader, generation: Generation, question: str
    ) -> None:
        self._ranker, self._reader, self._generation = ranker, reader, generation
        self.question = reader.read(question, generation.initials)
        self.kinds = _KINDS.get(answer_kind(question), ())

    def statements(self, ranked: Sequence[Evidence]) -> list[Statement]:
        """Read the sentences that the judge finds to answer, one of each article, in their
        order."""
        found: dict[int, Statement] = {}
        for evidence in ranked:
            article = evidence.hit.sentence.article.row
            if article not in found and (statement := self._statement(evidence)) is not None:
                found[article] = statement
        return list(found.values())

    def may_differ(self, evidence: Evidence, value: Value) -> bool:
        """Return whether a sentence that was not judged may have another value of this kind."""
        text = evidence.hit.sentence.text
        match value:
            case Amount():
                words = read_words(text)
                return any(is_other(value, each, text) for each in read_quantities(text, words))
            case Days():
                found = resolve_dates(text, evidence.hit.sentence.article.published)
                return any(not value.overlaps(Days(each.days, each.span)) for each in found)
            case Named():
                return any(
                    name.meaning.isdisjoint(value.stems | self.question.expanded)
                    for name in self._reader.read(text).names
                )
        return False  # the judge has read what answers a question for yes or no

    def claimed(self, claim: str, statement: Statement) -> Judgement:
        """Judge whether the sentence of a statement supports or contradicts a claim."""
        [judged] = self._ranker.judged(self._generation, Task.CLAIM, claim, [statement.sentence])
        return judged

    def _statement(self, evidence: Evidence) -> Statement | None:
        sentence = evidence.hit.sentence
        if not may_answer(evidence):
            return None
        initials = self._generation.initials
        reading = self._reader.read_evidence(sentence.text, self.question, initials)
        dates = resolve_dates(sentence.text, sentence.article.published)
        value = self._value(evidence, reading, dates)
        if value is None:
            return None
        published = int(self._generation.texts.times.published[sentence.article.row])
        return Statement(evidence, value, reading, published)

    def _value(
        self, evidence: Evidence, reading: Reading, dates: Sequence[ResolvedDate]
    ) -> Value | None:
        judged, sentence = evidence.judged, evidence.hit.sentence
        assert judged is not None
        assert judged.span is not None
        if ValueKind.STATUS in self.kinds:
            return self._polarity(evidence)
        if judged.span_probability < _SPAN:
            return None
        for value in self._values(sentence.text, judged, reading, dates):
            at = value.span
            if reading.text[at.start : at.end] == sentence.text[at.start : at.end]:
                return value
        return None

    def _values(
        self, text: str, judged: Judgement, reading: Reading, dates: Sequence[ResolvedDate]
    ) -> Iterator[Value]:
        """Yield the value of the judge's span. What the sentence does not state is blank in
        `reading`."""
        span, sure = judged.span, judged.span_probability >= _NAME_SPAN
        assert span is not None
        if ValueKind.AMOUNT in self.kinds:
            amount = stated_amount(text, span, reading.quantities)
            if amount is not None and self._is_asked(text, amount):
                yield amount
        if ValueKind.DATE in self.kinds and (days := days_at(text, span, dates)) is not None:
            yield days
        if ValueKind.NAME in self.kinds and sure:
            named = self._named(span, reading)
            if named is not None and self._has_role(text, named.span):
                yield named

    def _is_asked(self, text: str, amount: Amount) -> bool:
        """Return whether a number may be the answer. "What" and "which" ask for one only if it has
        a unit or a noun."""
        if is_difference(self.question.text, text, amount.span):
            return False
        return len(self.kinds) == 1 or bool(amount.unit or amount.noun)

    def _has_role(self, text: str, name: Span) -> bool:
        asked, shown = self.question.text, text[name.start : name.end]
        return fits(AnswerKind.OTHER, asked, shown) and role_fits(asked, text, name)

    def _named(self, span: Span, reading: Reading) -> Named | None:
        names = [n for n in reading.names if n.start < span.end and span.start < n.end]
        if not names:
            return None
        asked = self.question.expanded  # a name of the question is no answer to it
        stems = frozenset(s for name in names for s in name.stems if not is_in(s, asked))
        if not stems:
            return None
        meant = stems.union(*(name.meaning for name in names)) - asked
        rare = self.rare_names(reading) & stems
        return Named(meant, rare, Span(names[0].start, names[-1].end))

    def rare_names(self, reading: Reading) -> frozenset[str]:
        """Return the stems of the words in names that are no everyday words, such as "Orrin"."""
        rank = self._ranker.model.words.rank
        return frozenset(
            stem
            for word, stem in zip(reading.words, reading.stems, strict=True)
            if any(name.start <= word.start < name.end for name in reading.names)
            and (rank(word.lower) or _RARE) >= _RARE
        )

    def read(self, text: str) -> Reading:
        """Read a text with the initials of the articles."""
        return self._reader.read(text, self._generation.initials)

    def subject(self, statement: "Statement") -> frozenset[str]:
        """Return the rare names of what a statement is about: those of its title, of the first
        sentence of its article, of the two sentences before it, and its own."""
        texts, sentence = self._generation.texts, statement.sentence
        first = sentence.article.first_sentence
        rows = {first, *range(max(first, sentence.row - 2), sentence.row + 1)}
        told = [sentence.article.title, *(texts.sentence(row).text for row in sorted(rows))]
        names = frozenset[str]().union(*(self.rare_names(self.read(text)) for text in told))
        value = statement.value
        return names - value.stems if isinstance(value, Named) else names

    def particular_words(self) -> tuple[str, ...]:
        """Return the words of the question that single out what it asks about, in lower case."""
        asked = self._ranker.model.question(self.question.text)
        return tuple(w for w, one in zip(asked.words, asked.particular, strict=True) if one)

    def _polarity(self, evidence: Evidence) -> Polarity | None:
        sentence = evidence.hit.sentence
        asked = self.question.text
        [judged] = self._ranker.judged(self._generation, Task.CLAIM, asked, [sentence])
        lean = judged.supports - judged.contradicts
        if abs(lean) < _POLAR:
            return None
        verdict = Verdict.YES if lean > 0 else Verdict.NO
        return Polarity(verdict, Span(0, len(sentence.text)), abs(lean))


def may_answer(evidence: Evidence) -> bool:
    """Return whether the judge has read a sentence and does not rule out that it answers."""
    judged = evidence.judged
    return judged is not None and judged.answers >= _ANSWERS and judged.span is not None
