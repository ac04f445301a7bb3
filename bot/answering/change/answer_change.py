"""Change of an answer between two generations: in what it states, not in its words.

An answer changes if it states something that the person does not know yet, or if something that it
stated no longer holds. Its order, its ids, its confidence and its wording do not count, and neither
does a sentence that was there before and only ranks higher now.
"""

from collections.abc import Callable, Sequence

from bot.answering.change.facts import Fact, facts_of
from bot.answering.change.fate import fate_of
from bot.answering.change.wording import Wording
from bot.domain.fates import FateKind
from bot.domain.known_answer import KnownAnswer
from bot.domain.models import Answer, Place
from index.generations.reader import Generation

# (sentence, others): return True if one of the others says all that the sentence says.
Repeats = Callable[[str, Sequence[str]], bool]


class AnswerComparison:
    """Comparison of a known answer with the one of a later generation."""

    def __init__(
        self, known: KnownAnswer, after: Answer, generation: Generation, repeats: Repeats
    ) -> None:
        self._known, self._after = known, after
        self._generation, self._repeats = generation, repeats
        self._before_facts, self._after_facts = [*facts_of(known.answer)], [*facts_of(after)]

    @property
    def has_changed(self) -> bool:
        """True if the later answer states something new, or lacks something that no longer
        holds."""
        return any(map(self._is_news, self._after_facts)) or any(
            map(self._is_lost, self._before_facts)
        )

    def _is_news(self, fact: Fact) -> bool:
        before = [each.quote for each in self._known.answer.evidence]
        if fact.has_value_of(self._before_facts) or self._is_restated(fact, self._before_facts):
            return False
        if self._is_copied(fact.cited.quote, [*before, *self._known.candidates]):
            return False
        return not self._repeats(fact.cited.quote, before)

    def _is_lost(self, fact: Fact) -> bool:
        shown = [each.quote for each in (*self._after.evidence, *self._after.closest)]
        if fact.has_value_of(self._after_facts) or self._is_restated(fact, self._after_facts):
            return False
        if self._is_copied(fact.cited.quote, shown):
            return False
        if any(self._holds(place, fact.cited.quote) for place in (fact.cited, *fact.cited.also_in)):
            return False
        return not self._repeats(fact.cited.quote, shown)

    def _is_restated(self, fact: Fact, others: Sequence[Fact]) -> bool:
        """Return whether another fact is the same one, and only one of them was read as a value.
        The value stands in both sentences, and neither has a name or number of its own."""
        return any(
            bool(fact.value) is not bool(other.value) and self._are_one(fact, other)
            for other in others
        )

    def _are_one(self, fact: Fact, other: Fact) -> bool:
        value, quote, its_quote = fact.value or other.value, fact.cited.quote, other.cited.quote
        mine = Wording(self._generation.initials, quote)
        its = Wording(self._generation.initials, its_quote)
        if not (mine.has_words_of(value) and its.has_words_of(value)):
            return False
        return not (mine.lacks_particulars_of(its_quote) or its.lacks_particulars_of(quote))

    def _holds(self, place: Place, quote: str) -> bool:
        return fate_of(self._generation, place, quote).kind is FateKind.HOLDS

    def _is_copied(self, sentence: str, others: Sequence[str]) -> bool:
        wording = Wording(self._generation.initials, sentence)
        return any(wording.is_copied_in(other) for other in others)
