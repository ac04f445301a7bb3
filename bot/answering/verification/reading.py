"""Reading of a sentence for verification: its words, numbers, dates, names, quotes and cues."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from bot.answering.question.analysis import WordWeights
from bot.answering.text.clauses import Boundary, boundaries
from bot.answering.text.cues import Cue, read_cues
from bot.answering.text.dates import Date, read_dates
from bot.answering.text.names import names_in
from bot.answering.verification.irregular import verb_stem
from bot.answering.verification.unstated import (
    STATES_NOTHING,
    Mood,
    blanked,
    not_kept,
    read_unstated,
)
from index.models import Span
from index.text.initials import Initials
from index.text.quantities import Quantity, read_quantities
from index.text.words import FUNCTION_WORDS, Word, read_words

_QUOTED = re.compile(r"[“\"]([^“”\"]{2,})[”\"]")
_SPEAKING = re.compile(
    r"(?<!\w)(?:sa(?:id|ys?)|told|tells|warn(?:s|ed)|argue[sd]?|wrote|writes|claim(?:s|ed)|"
    r"describe[sd]?|stated|denie[sd]|complain(?:s|ed)|doubt(?:s|ed)|repeat(?:s|ed)|suggest(?:s|ed)|"
    r"(?:report(?:s|ed)|announce[sd]?|found|hoped|expected) that)(?!\w)"
)
_BY = re.compile(r"(?<!\w)according to(?!\w)", re.IGNORECASE)
_SPEAKER_CHARS = 120  # before the verb; in news the speaker is nearer
_FEWEST_IN_CLAUSE = 3  # content words; a shorter clause joins the one before
_REMEMBERED = 500  # sentences in each cache
_FEWEST_OF_LANGUAGE = 3  # words needed to detect the language
_COMMON = 10_000  # rank
# Least shares of function words and of common words in English. Of 14,000 sentences of
# encyclopedias and news 34 are below both: lists, formulas, addresses.
_JOINING, _KNOWN = 0.15, 0.6
_EVERYDAY = 4000  # rank below which a capital at the start of a sentence says nothing


@dataclass(frozen=True, slots=True)
class Name:
    """A name at its position in the text. `stems` are the stems of its words. `meaning` holds the
    stems of what the words stand for if they are initials."""

    stems: tuple[str, ...]
    meaning: frozenset[str]
    start: int
    end: int

    def is_same(self, other: "Name") -> bool:
        """Return whether one name contains the other: "Altman" is "Sam Altman"."""
        return self.meaning <= other.meaning or other.meaning <= self.meaning


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part of a sentence that it does not state: the cue that shows this, the stems of the words,
    and the mood."""

    cue: Span
    stems: frozenset[str]
    mood: Mood


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a sentence.

    `telling` are the indices in `stems` of the informative words. `content` are those outside
    numbers and dates, which are compared exactly. `clauses` are runs of content. No other field has
    text that is `withheld`. `written_out` is the text with initials replaced by what they stand
    for. `expanded` has the stems of both texts.
    """

    text: str
    words: tuple[Word, ...]
    stems: tuple[str, ...]
    telling: tuple[int, ...]
    content: tuple[int, ...]
    clauses: tuple[tuple[int, ...], ...]
    written_out: str
    expanded: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]
    quotes: tuple[Span, ...]
    cues: tuple[Cue, ...]
    speakers: tuple[Span, ...]
    withheld: tuple[Withheld, ...] = ()


class SentenceReader:
    """Reader of sentences. An instance belongs to one thread, because the stemmer does."""

    def __init__(self, words: WordWeights) -> None:
        self._words = words
        # Cached, because an evidence sentence is read for every claim that it may support.
        self._plain = lru_cache(_REMEMBERED)(self._read)
        self.stems = lru_cache(_REMEMBERED)(self._stems)
        self._unstated = lru_cache(_REMEMBERED)(partial(read_unstated, is_verb=self._is_verb))

    def weight(self, word: str) -> float:
        """Return the information weight of a word, 0 for a function word."""
        return self._words.weight(word)

    def _stems(self, text: str) -> frozenset[str]:
        return frozenset(verb_stem(word.lower) for word in read_words(text))

    def read(self, text: str, initials: Initials | None = None) -> Reading:
        """Read a sentence. `initials` come from the articles that the sentence is about."""
        plain = self._plain(text)
        if initials is None:
            return plain
        meant = (self._telling(initials.expand(text[n.start : n.end])) for n in plain.names)
        names = zip(plain.names, meant, strict=True)
        written_out = initials.expand(text)
        return replace(
            plain,
            written_out=written_out,
            expanded=plain.expanded | self.stems(written_out),
            names=tuple(replace(name, meaning=frozenset(meaning)) for name, meaning in names),
        )

    def _read(self, text: str) -> Reading:
        words = tuple(read_words(text))
        stems = tuple(verb_stem(word.lower) for word in words)
        dates = read_dates(text, words)
        numbers = [w for w in words if not any(d.start <= w.start < d.end for d in dates)]
        quantities = read_quantities(text, numbers)
        exact = [(d.start, d.end) for d in dates] + [(q.start, q.end) for q in quantities]
        telling = tuple(i for i, word in enumerate(words) if self.weight(word.lower) > 0)
        content = tuple(i for i in telling if not _is_inside(words[i], exact))
        return Reading(
            text=text,
            words=words,
            stems=stems,
            telling=telling,
            content=content,
            clauses=_clauses(text, words, content),
            written_out=text,
            expanded=frozenset(stems),
            quantities=tuple(quantities),
            dates=tuple(dates),
            names=tuple(self._names(text)),
            quotes=tuple(Span(*match.span(1)) for match in _QUOTED.finditer(text)),
            cues=read_cues(text, words, stems, frozenset(telling).__contains__),
            speakers=tuple(_speakers(text)),
        )

    def read_claim(self, text: str, initials: Initials | None) -> Reading:
        """Read a claim. Its own orders and questions are withheld, because they state nothing."""
        reading = self.read(text, initials)
        found = [each for each in self._unstated(text) if each.mood in STATES_NOTHING]
        quotes = [(quote.start, quote.end) for quote in reading.quotes]
        withheld = [
            Withheld(each.cue, frozenset(), each.mood)
            for each in found
            if not any(start <= each.cue.start < end for start, end in quotes)
        ]
        return replace(reading, withheld=tuple(withheld))

    def read_evidence(self, text: str, claim: Reading, initials: Initials | None) -> Reading:
        """Read only what the sentence states, for this claim. Parts in the mood of the claim, or in
        its quotes, also count. If the sentence is not in English, return an empty reading, because
        its orders would not be recognised."""
        if not self._is_english(text):
            return self.read("", initials)
        quotes = [claim.text[quote.start : quote.end] for quote in claim.quotes]
        unstated = not_kept(text, self._unstated(text), claim.text, quotes)
        reading = self.read(blanked(text, unstated), initials)
        withheld = [
            Withheld(each.cue, self.stems(text[each.scope.start : each.scope.end]), each.mood)
            for each in unstated
        ]
        return replace(reading, withheld=tuple(withheld))

    def _is_english(self, text: str) -> bool:
        """Return whether the text is in English. Among its lower-case words enough must be function
        words, or enough must be common words."""
        words = [word.lower for word in read_words(text) if word.surface[0].islower()]
        if len(words) < _FEWEST_OF_LANGUAGE:
            return True
        joining = sum(word in FUNCTION_WORDS for word in words) / len(words)
        common = sum((self._words.rank(word) or _COMMON) < _COMMON for word in words) / len(words)
        return joining >= _JOINING or common >= _KNOWN

    def _is_verb(self, word: str) -> bool:
        """Return whether the word may be a verb: its form with "-ing" is a word."""
        known = self._words.known
        forms = (f"{word}ing", f"{word[:-1]}ing", f"{word}{word[-1]}ing")
        return known(word) and any(map(known, forms))

    def _names(self, text: str) -> Iterator[Name]:
        for span in names_in(text):
            name = text[span.start : span.end]
            words = [word.lower for word in read_words(name)]
            stems = self._telling(name)
            if stems and not (len(words) == 1 and self._only_opens(text, span, words[0])):
                yield Name(stems, frozenset(stems), span.start, span.end)

    def _telling(self, name: str) -> tuple[str, ...]:
        words = (word.lower for word in read_words(name))
        return tuple(verb_stem(word) for word in words if word not in FUNCTION_WORDS)

    def _only_opens(self, text: str, span: Span, word: str) -> bool:
        """Return whether an everyday word has its capital only from the start of the sentence."""
        rank = self._words.rank(word)
        return not text[: span.start].strip("\"'“‘(") and rank is not None and rank < _EVERYDAY


def _is_inside(word: Word, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= word.start < end for start, end in spans)


def _speakers(text: str) -> Iterator[Span]:
    """Yield the spans that name a speaker: before a verb of saying, or after "according to"."""
    start = 0
    for match in _SPEAKING.finditer(text):
        yield Span(max(start, match.start() - _SPEAKER_CHARS), match.start())
        start = match.end()
    for match in _BY.finditer(text):
        stop = text.find(",", match.end())
        yield Span(match.end(), stop if stop > 0 else len(text))


def _clauses(
    text: str, words: Sequence[Word], content: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    cuts = [boundary.start for boundary in boundaries(text, Boundary.ANY & ~Boundary.RELATIVE)]
    clauses: list[list[int]] = [[]]
    for place in content:
        start = words[place].start
        while cuts and cuts[0] <= start:
            cuts.pop(0)
            if len(clauses[-1]) >= _FEWEST_IN_CLAUSE:
                clauses.append([])
        clauses[-1].append(place)
    if len(clauses) > 1 and len(clauses[-1]) < _FEWEST_IN_CLAUSE:
        last = clauses.pop()
        clauses[-1] += last
    return tuple(map(tuple, clauses))
