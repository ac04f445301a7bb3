"""Initials and their meanings, learnt from the articles: WSJ, the Wall Street Journal.

There are two sources. Definitions in an article, "Wall Street Journal (WSJ)", are found as in
Schwartz and Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical
Text" (2003). Initials without a definition get the name or the "of" phrase whose words begin with
the letters. Common words never do: "acres of land" is not AOL. Only a few phrases go by their
initials without a definition and without capitals, such as "letter of intent".
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

from index.text.words import FUNCTION_WORDS

INITIALS = "initials.json"

# At least two capitals exclude "Inc" and "The". A plural s is not part of the initials.
_SHORT = r"(?:[A-Z][A-Za-z&]{0,6}[A-Z]|[A-Z]{2,8})"
_USED = re.compile(rf"(?<![\w&])({_SHORT})(?=s?(?!\w))")
_DEFINED = re.compile(rf"\(\s*({_SHORT})s?\s*\)")
# Matches from the first of several spaces only: from each of them, a long run is quadratic.
_OPENS = re.compile(rf"(?<!\s)\s*+\(\s*{_SHORT}s?\s*\)")
# Initials in other capitals than the articles use; looked up in questions only.
_TYPED = re.compile(r"(?<!\w)[A-Za-z]{3,8}(?!\w)")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# Three or more words, one space apart, that may be a name. This prefilter saves reading most of a
# text word by word.
_NAMELIKE = r"(?:[^\W\d_a-z][^\W\d_]*+(?:[-'’][^\W\d_]+)*+|(?:of|and|the|for)(?![^\W\d_]))"
_MAY_BE_NAME = re.compile(
    rf"(?<![^\W\d_])(?<![^\W\d_][-'’]){_NAMELIKE} {_NAMELIKE}(?: {_NAMELIKE})++"
)
_CONVENTIONAL = re.compile(
    r"(?<!\w)(?:letter of (?:intent|credit|understanding)|heads of (?:terms|agreement)"
    r"|memorandum of (?:understanding|association)|proof of (?:concept|stake)|point of sale"
    r"|power of attorney|bill of (?:lading|materials)|statement of work|cost of living"
    r"|terms of (?:reference|service)|internet of things|right of way|chain of custody)(?!\w)"
)
_JOINING = frozenset("of and the for".split())
_BEFORE = 400  # characters read before initials in brackets, enough for a dozen words
_FEWEST_LETTERS = 3  # two letters stand for too many phrases
_RARELY = 10  # a phrase this many times rarer than its letters is not their meaning
_HEADLINE_CHARS = 150
_MOST_PHRASES = 200_000  # above this, phrases seen once are dropped to bound memory


class Initials:
    """Meanings of the initials in one generation's articles."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """Take `meanings`, keyed by initials as they are usually written."""
        self._meanings = dict(meanings)
        self._by_letters = {short.lower(): long for short, long in meanings.items()}

    @property
    def meanings(self) -> Mapping[str, str]:
        """Meanings by initials, as they are usually written."""
        return self._meanings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Initials) and other._meanings == self._meanings

    __hash__ = None  # type: ignore[assignment]  # declares instances unhashable

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(json.loads((folder / INITIALS).read_text(encoding="utf-8")))

    def save(self, folder: Path) -> None:
        text = json.dumps(dict(sorted(self._meanings.items())), ensure_ascii=False, indent=1)
        (folder / INITIALS).write_text(text, encoding="utf-8")

    def expand(self, text: str) -> str:
        """Replace initials by their meanings. Known initials in brackets are removed, so that a
        definition is not repeated. Use for search and scoring only: answers show the article's own
        text."""
        if not self._meanings or not has_initials(text):
            return text
        without = _OPENS.sub(lambda m: "" if self._knows(m.group().strip(" ()")) else m[0], text)
        return _USED.sub(lambda match: self._meaning(match.group(1)) or match[0], without)

    def expand_question(self, question: str, is_word: Callable[[str], bool]) -> str:
        """Expand the initials of a question, also in other capitals: "the mou" and "the MOU" may be
        the MoU. English words, as decided by `is_word`, are kept."""

        def meaning(match: re.Match[str]) -> str:
            typed = match[0].lower()
            if typed in FUNCTION_WORDS or is_word(typed):
                return match[0]
            return self._by_letters.get(typed, match[0])

        return _TYPED.sub(meaning, self.expand(question))

    def _knows(self, short: str) -> bool:
        return self._meaning(short) is not None

    def _meaning(self, short: str) -> str | None:
        return self._meanings.get(short) or self._meanings.get(short.removesuffix("s"))


def has_initials(text: str) -> bool:
    """Check for initials that `Initials.expand` may replace."""
    return _USED.search(text) is not None


def teaches_more(text: str) -> bool:
    """Check for phrases from which InitialsLearner may learn even if the text has no initials."""
    return next(_phrases(text), None) is not None


class InitialsLearner:
    """Learner of initials from the articles' sentences and titles, added one after another."""

    def __init__(self) -> None:
        self._defined: dict[str, Counter[str]] = defaultdict(Counter)
        self._phrases: Counter[str] = Counter()
        self._used: Counter[str] = Counter()

    def add(self, text: str) -> None:
        self._used.update(_USED.findall(text))
        for short, long in _definitions(text) if "(" in text else ():
            self._defined[short][long] += 1
        self._phrases.update(_phrases(text))
        if len(self._phrases) > _MOST_PHRASES:
            self._phrases = Counter({phrase: n for phrase, n in self._phrases.items() if n > 1})

    def learnt(self) -> Initials:
        meanings = _implied(self._phrases, self._used)
        for short, longs in self._defined.items():
            meanings = {k: v for k, v in meanings.items() if k.lower() != short.lower()}
            meanings[short] = longs.most_common(1)[0][0]
        return Initials(meanings)


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each "long form (SF)" of the text, the short form first."""
    for match in _DEFINED.finditer(text):
        short = match.group(1)
        words = list(_WORD.finditer(text, max(0, match.start() - _BEFORE), match.start()))
        words = words[-min(len(short) + 5, 2 * len(short)) :]
        before = text[words[0].start() : match.start()].rstrip() if words else ""
        start = _long_form_start(short, before)
        if start is not None and len(before) - start > len(short):
            yield short, before[start:]


def _long_form_start(short: str, text: str) -> int | None:
    """Return the start of the shortest suffix of `text` that has the letters of `short` in order,
    the first one at a word start (Schwartz and Hearst's findBestLongForm). None if there is
    none."""
    at = len(text)
    for place in range(len(short) - 1, -1, -1):
        letter = short[place].lower()
        if not letter.isalnum():
            continue
        at -= 1
        while at >= 0 and (
            text[at].lower() != letter or (place == 0 and at > 0 and text[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return None
    return at


def _phrases(text: str) -> Iterator[str]:
    """Yield names of three or more words ("Securities and Exchange Commission") and conventional
    phrases ("memorandum of understanding"). In a headline and in capitals every word looks like
    part of a name."""
    found = [match[0] for match in _MAY_BE_NAME.finditer(text)]
    if found and not _is_headline(text):
        yield from (name for each in found for name in _names(each) if not name.isupper())
    if " of " in text:  # as in all of them; the pattern takes longer
        yield from (match[0] for match in _CONVENTIONAL.finditer(text))


def _is_headline(text: str) -> bool:
    """Check whether all words but the small ones have a capital, as in "Acres of Land Sold"."""
    count = 0
    for match in _WORD.finditer(text[:_HEADLINE_CHARS]):
        if not (match[0][0].isupper() or match[0] in FUNCTION_WORDS):
            return False
        count += 1
    return count > _FEWEST_LETTERS


def _names(text: str) -> Iterator[str]:
    run: list[re.Match[str]] = []
    for word in [*_WORD.finditer(text), None]:
        if word and _continues(text, run, word):
            run.append(word)
            continue
        while run and run[-1][0] in _JOINING:
            run.pop()
        if len(run) >= _FEWEST_LETTERS:
            yield text[run[0].start() : run[-1].end()]
        run = [word] if word and word[0][0].isupper() and word[0].lower() not in _JOINING else []


def _continues(text: str, run: list[re.Match[str]], word: re.Match[str]) -> bool:
    if not run or text[run[-1].end() : word.start()] != " ":
        return False
    return word[0][0].isupper() or word[0] in _JOINING


def _implied(phrases: Counter[str], used: Counter[str]) -> dict[str, str]:
    """Map initials to the phrase that is clearly the usual one, at least twice as frequent as the
    next. Phrases that are much rarer than their initials are ignored."""
    candidates: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, count in phrases.items():
        for short in _letters(phrase):
            candidates[short][phrase] += count
    meanings = {}
    for short, counts in candidates.items():
        (best, count), *others = counts.most_common(2)
        clear = not others or count >= 2 * others[0][1]
        if clear and count * _RARELY >= used[short]:
            meanings[short] = best
    return meanings


def _letters(phrase: str) -> Iterator[str]:
    """Yield the possible initials of a phrase: SEC, and MoU, which includes the joining word."""
    words = phrase.split()
    main = "".join(word[0].upper() for word in words if word not in _JOINING)
    if len(main) >= _FEWEST_LETTERS:
        yield main
    elif "of" in words:
        yield "".join(word[0] if word in _JOINING else word[0].upper() for word in words)
