"""Wording of statements: names, qualifiers and parts that tell two of them apart."""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from bot.answering.citing.supersession import days_outside
from bot.answering.disagreement.amounts import Amount, measured
from bot.answering.disagreement.statements import Statement
from bot.answering.disagreement.values import Days, Named, Polarity, Value
from bot.answering.question.analysis import FILLERS, stem
from bot.answering.text.cues import CueKind
from bot.answering.verification.irregular import verb_stem
from bot.answering.verification.reading import Name
from index.models import Span
from index.text.quantities import Quantity, read_quantities
from index.text.words import read_surfaces, read_words, spellings

_PART_BEFORE = re.compile(
    r"^\W*(?:of|from|out of) (?:the|this|that|its|their|these|those)\b"
    r"|\b(?:of (?:which|that|this|these|those|it|them)|including|among (?:them|those|these)|"
    r"(?:part|share|portion|half|some|most) of)\b",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"^[^,.;]{0,20}\bof (?:which|that|this|these|those|it|them|the (?:total|sum|amount|whole))\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(r"\b(?:will|would|shall|won't)\b|'ll\b", re.IGNORECASE)
_AHEAD = frozenset({CueKind.INTENTION, CueKind.POSSIBILITY, CueKind.OPINION})
# Closed classes of words that say which one, or how much of it, a value is about.
_QUALIFIERS = frozenset(
    "first second third fourth fifth sixth north south east west northern southern eastern western "
    "before after since until total altogether alone only each average half quarter net gross per "
    "every excluding including operating".split()
)
_READ_CHARS = 20_000  # of an article
_KNOWN_ARTICLES = 64
_KNOWN_CHARS = 50_000  # a longer article, which may be a whole book, is not cached

Stems = frozenset[str]


def stems_of(text: str) -> Stems:
    """Return the stems of the words that have a topic of their own, in two ways of stemming."""
    surfaces = set(read_surfaces(text[:_READ_CHARS]))  # most words of an article are repeated
    words = {word for surface in surfaces for word in spellings(surface)}
    return frozenset(f(word) for word in words - FILLERS for f in (stem, verb_stem))


def value_span(statement: Statement) -> Span:
    """Return the span of the value; an empty one of a yes or no, whose value is the sentence."""
    return Span(0, 0) if isinstance(statement.value, Polarity) else statement.value.span


def is_part(statement: Statement) -> bool:
    """Return whether the value is said to be a part of something: "of that, $5m"."""
    if not isinstance(statement.value, Amount):
        return False
    span = statement.value.span
    before, after = statement.text[: span.start], statement.text[span.end :]
    return bool(_PART_BEFORE.search(before) or _PART_AFTER.search(after))


def tells_besides(statement: Statement, value: Value) -> bool:
    """Return whether a sentence has another value besides its own: "from 1,200 to 850"."""
    own = value_span(statement)
    match value:
        case Amount():
            found = read_quantities(statement.text, read_words(statement.text))
            return any(
                each.unit in ("", value.unit) and value.low <= each.value <= value.high
                for each in (measured(statement.text, one) for one in found)
                if not (each.start < own.end and own.start < each.end)
            )
        case Days():
            return value.days in days_outside(statement.sentence, own)
    return False


def is_ahead(statement: Statement) -> bool:
    """Return whether the value is planned, possible or only expected."""
    before = value_span(statement).start
    if _FUTURE.search(statement.text, 0, before):
        return True
    return any(cue.kind in _AHEAD and cue.start < before for cue in statement.reading.cues)


def qualifiers_apart(one: str, other: str) -> int:
    """Count the qualifiers, such as "first" or "net", that only one sentence has."""
    words = [{word.lower for word in read_words(text)} for text in (one, other)]
    return len((words[0] ^ words[1]) & _QUALIFIERS)


def content_of(statement: Statement) -> Stems:
    """Return the stems of a sentence outside its value and its numbers."""
    span = value_span(statement)
    text = f"{statement.text[: span.start]} {statement.text[span.end :]}"
    words = [word.lower for word in read_words(text)]
    return frozenset(stem(word) for word in words if word.isalpha() and word not in FILLERS)


def modifiers_differ(one: str, other: str, stems: tuple[Stems, Stems]) -> bool:
    """Return whether both sentences put a word before the same noun that the other article lacks:
    "the planning committee" and "the works committee". `stems` are those of the two articles."""
    mine, theirs = _modifiers(one), _modifiers(other)
    return any(mine[n] - stems[1] and theirs[n] - stems[0] for n in mine.keys() & theirs.keys())


def names_apart(one: Sequence[Name], other: Sequence[Name], stems: tuple[Stems, Stems]) -> bool:
    """Return whether two names share a word, and one has a word that the other article lacks:
    "Castor Freight" and "Pollux Freight"."""
    return any(
        (set(mine.stems) - set(theirs.stems) - stems[1])
        or (set(theirs.stems) - set(mine.stems) - stems[0])
        for mine in one
        for theirs in other
        if not set(mine.stems).isdisjoint(theirs.stems)
    )


def lost(names: Sequence[Name], stems: Stems) -> int:
    """Count the names that share no word with an article."""
    return sum(stems.isdisjoint(name.stems) for name in names)


def other_names(statement: Statement) -> list[Name]:
    """Return the names outside the value and outside of what names a speaker."""
    apart = [*statement.reading.speakers, value_span(statement)]
    return [
        name
        for name in statement.reading.names
        if not any(name.start < span.end and span.start < name.end for span in apart)
    ]


def words_of_article(text: str) -> "ArticleWords":
    """Return the words of an article. Those of the last few articles are cached, because many
    questions are about the same ones."""
    return ArticleWords(text) if len(text) > _KNOWN_CHARS else _known_words(text)


@lru_cache(_KNOWN_ARTICLES)
def _known_words(text: str) -> "ArticleWords":
    return ArticleWords(text)


class ArticleWords:
    """The words of an article. `text` is in lower case, with the title. Each part is read once, for
    all statements that are compared with the article."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def stems(self) -> Stems:
        return stems_of(self.text)

    @cached_property
    def _amounts(self) -> list[Quantity]:
        found = read_quantities(self.text, read_words(self.text))
        return [measured(self.text, each) for each in found]

    def has_value(self, value: Value) -> bool:
        """Return whether the article has a value: an amount with a unit or noun, or a rare name."""
        match value:
            case Named():
                names = value.rare or value.stems
                return bool(names) and names <= self.stems
            case Amount(unit=unit, noun=noun) if unit or noun:
                return any(
                    each.unit == unit
                    and value.low <= each.value <= value.high
                    and (bool(unit) or self.text[each.end :].lstrip().startswith(noun))
                    for each in self._amounts
                )
        return False


def _modifiers(text: str) -> dict[str, set[str]]:
    """Map the stem of each noun or other word to those of the words right before it."""
    words = [word.lower for word in read_words(text)]
    found: dict[str, set[str]] = {}
    for before, word in pairwise(words):
        if not {before, word} & FILLERS and before[0].isalpha() and word[0].isalpha():
            found.setdefault(stem(word), set()).add(stem(before))
    return found
