"""Initials and what they stand for, learnt from the articles: WSJ, the Wall Street Journal.

Two sources: what an article says itself, "Wall Street Journal (WSJ)", found as in Schwartz and
Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text" (2003);
and, for what none defines, names and phrases "of" whose words begin with the letters.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

from index.text.words import FUNCTION_WORDS

INITIALS = "initials.json"

# At least two capitals, so that "Inc" and "The" are none; a plural's s stands outside.
_SHORT = r"(?:[A-Z][A-Za-z&]{0,6}[A-Z]|[A-Z]{2,8})"
_USED = re.compile(rf"(?<![\w&])({_SHORT})(?=s?(?!\w))")
_DEFINED = re.compile(rf"\(\s*({_SHORT})s?\s*\)")
# From the first of several spaces only: tried from each, a long run takes quadratic time.
_OPENS = re.compile(rf"(?<!\s)\s*+\(\s*{_SHORT}s?\s*\)")
# Typed with other capitals than the articles use: looked up in questions only.
_TYPED = re.compile(r"(?<!\w)[A-Za-z]{3,8}(?!\w)")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# Three words and more, a space apart, that may be a name: most of a text is not, and need not be
# read word by word.
_NAMELIKE = r"(?:[^\W\d_a-z][^\W\d_]*+(?:[-'’][^\W\d_]+)*+|(?:of|and|the|for)(?![^\W\d_]))"
_MAY_BE_NAME = re.compile(
    rf"(?<![^\W\d_])(?<![^\W\d_][-'’]){_NAMELIKE} {_NAMELIKE}(?: {_NAMELIKE})++"
)
_OF = re.compile(r"(?<!\w)([a-z]{4,}) of ([a-z]{4,})(?!\w)")
_JOINING = frozenset("of and the for".split())
_BEFORE = 400  # characters before initials in brackets that are read: a dozen words stand there
_FEWEST_LETTERS = 3  # two letters are the initials of too much
_RARELY = 10  # so many times rarer than its letters, a phrase is not what they stand for
_MOST_PHRASES = 200_000  # beyond, those seen once are forgotten: memory stays bounded


class Initials:
    """What the initials in one generation's articles stand for."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """`meanings` by initials as they are usually written."""
        self._meanings = dict(meanings)
        self._by_letters = {short.lower(): long for short, long in meanings.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Initials) and other._meanings == self._meanings

    __hash__ = None  # type: ignore[assignment]  # the way to say so

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(json.loads((folder / INITIALS).read_text(encoding="utf-8")))

    def save(self, folder: Path) -> None:
        text = json.dumps(dict(sorted(self._meanings.items())), ensure_ascii=False, indent=1)
        (folder / INITIALS).write_text(text, encoding="utf-8")

    def expand(self, text: str) -> str:
        """The text with what its initials stand for in their place; where both stand side by
        side, once. For searching and scoring only: what is shown is the article's own text."""
        if not self._meanings or not has_initials(text):
            return text
        without = _OPENS.sub(lambda m: "" if self._knows(m.group().strip(" ()")) else m[0], text)
        return _USED.sub(lambda match: self._meaning(match.group(1)) or match[0], without)

    def expand_question(self, question: str, is_word: Callable[[str], bool]) -> str:
        """The same for a question, where "the mou" and "the MOU" may be the MoU, unless English
        has such a word."""

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
    """Whether `Initials.expand` may change the text."""
    return _USED.search(text) is not None


def teaches_more(text: str) -> bool:
    """Whether an InitialsLearner may learn something from a text without initials."""
    return next(_phrases(text), None) is not None


class InitialsLearner:
    """Learns from the articles' sentences and titles, added one after the other."""

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
    """Each "long form (SF)" of the text, the short form first."""
    for match in _DEFINED.finditer(text):
        short = match.group(1)
        words = list(_WORD.finditer(text, max(0, match.start() - _BEFORE), match.start()))
        words = words[-min(len(short) + 5, 2 * len(short)) :]
        before = text[words[0].start() : match.start()].rstrip() if words else ""
        start = _long_form_start(short, before)
        if start is not None and len(before) - start > len(short):
            yield short, before[start:]


def _long_form_start(short: str, text: str) -> int | None:
    """Where the shortest ending of `text` begins that has the letters of `short` in their order,
    the first at the start of a word (Schwartz and Hearst's findBestLongForm)."""
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
    """Names of three words and more ("Securities and Exchange Commission"), and two nouns with
    "of" between them ("memorandum of understanding")."""
    for match in _MAY_BE_NAME.finditer(text):
        yield from _names(match[0])
    for match in _OF.finditer(text):
        if FUNCTION_WORDS.isdisjoint(match.groups()):
            yield match[0]


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
    """For each set of letters the phrase that clearly is the usual one."""
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
    """The initials by which a phrase may go: SEC, and MoU, whose joining word counts."""
    words = phrase.split()
    main = "".join(word[0].upper() for word in words if word not in _JOINING)
    if len(main) >= _FEWEST_LETTERS:
        yield main
    elif "of" in words:
        yield "".join(word[0] if word in _JOINING else word[0].upper() for word in words)
