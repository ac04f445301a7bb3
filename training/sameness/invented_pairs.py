"""Invented pairs of sentences with exact labels, from the relations in families.toml.

Two sentences of one measure on one subject state the same thing in other words. A pair is made to
look alike by one difference: another measure, subject, period or scope, or a sentence that is
denied, past or only expected. What surrounds a sentence, such as who said it, makes no difference.
"""

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.disagreement.pair_inputs import Side
from index.models import Span
from training.judge.typing_noise import sometimes_typed
from training.sameness.examples import UNKNOWN, Example
from training.sameness.names import NameMaker

SOURCE = "invented"
FAMILIES = Path(__file__).parent / "families.toml"
_VALUE = "\0"
_PARTIES = (
    "Green League", "People's Union", "Liberal Party", "Workers' Front", "Farmers' Alliance",
    "Civic Movement",
)  # fmt: skip
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SPEAKERS = (
    "the police", "a spokeswoman", "the mayor", "the ministry", "the company", "the organisers",
    "an official", "the agency", "the head of the office", "the operator", "two people involved",
    "the regulator", "the union", "the council", "a lawyer", "the director", "insiders",
)  # fmt: skip
_REACTIONS = (
    "neighbours are angry", "the mood is good", "nobody had expected it", "critics are not happy",
    "the shares rose a little", "more details will follow", "talks went on until midnight",
    "an inquiry is under way", "the weather was fine", "the opposition wants to know more",
)  # fmt: skip
_REASONS = (
    "steel has become dear", "the rain did not stop", "a permit was late", "the experts disagreed",
    "money was short", "demand was strong", "a supplier failed", "the talks had broken down",
)  # fmt: skip
# What surrounds a sentence {S} without a change of what it states. {W} speaks, {D} is a weekday.
_NEUTRAL = (
    "{S}", "{S}", "{S}", "{S}", "{S}, {W} said", "{S}, {W} said on {D}", "according to {W}, {S}",
    "{W} said that {S}", "{W} announced on {D} that {S}", "{S}, as {W} told the {P} Gazette",
    "{S}, and {R}", "{R}, and {S}", "because {C}, {S}", "new figures show that {S}",
    "it became known on {D} that {S}", "in its report {W} writes that {S}", "{S}, according to {W}",
    "{S} ({W})", "{S}; {R}", "as {C}, {S}, {W} explained", "“{S}”, {W} said", "{W}: {S}",
    "on {D} {W} confirmed that {S}", "documents seen by the {P} Post show that {S}",
)  # fmt: skip
# The same where the newer sentence speaks of a change.
_CHANGED = (
    "{S}, after all", "now {S}", "contrary to the first plan, {S}",
    "{W} corrected earlier figures: {S}",
    "since then things have changed: {S}", "{S}, and no longer what was announced",
    "{W} has changed its mind, and {S}", "{S}, more than was first reported",
    "{S}, {W} now says", "in the meantime {S}", "because {C}, {S} now",
)  # fmt: skip
# A sentence that is not stated as a fact, or is of another time.
_NOT_STATED = (
    "{W} denied that {S}", "it is not true that {S}, {W} said", "rumours that {S} are wrong",
    "two years ago {W} had said that {S}", "analysts had expected that {S}",
    "opponents had predicted that {S}", "many had feared that {S}", "{W} had hoped that {S}",
    "in an earlier case it was found that {S}", "without the new rules, it is assumed that {S}",
    "a novel tells how {S}", "{W} demands in a petition that {S}",
)  # fmt: skip
_PERIODS = (
    ("in the first quarter", "from January to March", "in the first three months of the year",
     "in the three months to the end of March"),
    ("in the second quarter", "from April to June", "between April and June"),
    ("in the third quarter", "from July to September", "in the three months to September"),
    ("in the first half of the year", "in the first six months", "from January to June"),
    ("in the second half of the year", "from July to December"),
    ("in 2024", "in the year 2024", "over the whole of 2024"),
    ("in 2025", "in the year 2025", "over the whole of 2025"),
    ("in March", "in the month of March"), ("in May", "in the month of May"),
    ("in the past ten years", "over the past decade"),
)  # fmt: skip
_SCOPES = (
    ("in the north alone", "in the northern part alone"), ("in the south", "in the southern half"),
    ("among women", "where women are concerned"), ("among children", "for those under twelve"),
    ("on the first day", "within the first 24 hours"), ("in the worst case", "at the very most"),
    ("per person", "for each person"), ("in the suburb of {P}", "in {P} alone"),
    ("including taxes", "before tax is taken off"), ("without taxes", "net of tax"),
    ("in its subsidiary {F}", "at the subsidiary {F}"), ("abroad", "outside the country"),
    ("in the pilot stage", "during the trial run"), ("at night", "after dark"),
)  # fmt: skip
_HEDGES = ("", "", "", "", "about ", "some ", "nearly ", "more than ", "exactly ", "a total of ")
_TITLES = ("News from {P}", "{S}: what we know", "{S} in the news", "A turn at {S}", "{S}", "{R}")
_MORE = ("North", "Services", "Junior", "West")  # what makes another name of a name
_KINDS = {"What caused": "p", "When": "d", "Who": "p", "Where": "w"}  # others are amounts


@dataclass(frozen=True)
class Measure:
    """Questions about a subject, and the sentences that answer them. A status has sentences for
    `yes` and `no` in place of `said`."""

    asked: tuple[str, ...]
    said: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    periods: bool

    @property
    def kind(self) -> str:
        """Kind of the value: a letter."""
        words = self.asked[0].split()
        return _KINDS.get(" ".join(words[:2])) or _KINDS.get(words[0], "n")

    @property
    def is_status(self) -> bool:
        return bool(self.yes)


@dataclass(frozen=True)
class Family:
    """Subjects, as "full name|short form", with their measures."""

    subjects: tuple[str, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class _Subject:
    full: str
    short: str
    pattern: str


def families() -> list[Family]:
    """Read the families."""
    stored = tomllib.loads(FAMILIES.read_text(encoding="utf-8"))
    return [_family(each) for each in stored.values()]


def _family(stored: dict[str, Any]) -> Family:
    return Family(
        tuple(stored["subjects"]),
        tuple(
            Measure(
                tuple(each["asked"]),
                tuple(each.get("said", ())),
                tuple(each.get("yes", ())),
                tuple(each.get("no", ())),
                each.get("periods", False),
            )
            for each in stored["measures"]
        ),
    )


class Inventor:
    """Maker of invented pairs. Equal seeds make equal pairs."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)
        self._names = NameMaker(self._chance)
        self._families = families()
        self._stated = [f for f in self._families if not f.measures[0].is_status]
        self._statuses = [f for f in self._families if f.measures[0].is_status]

    def pairs(self, count: int) -> Iterator[Example]:
        """Yield pairs; about half of them state the same thing."""
        makers: list[tuple[Callable[[], Example | None], int]] = [
            (self._same, 34), (self._same_of_one_scope, 10), (self._other_measure, 18),
            (self._other_subject, 10), (self._other_period, 7), (self._other_scope, 9),
            (self._not_stated, 7), (self._status_apart, 16), (self._status_alike, 10),
            (self._status_of_another, 7),
        ]  # fmt: skip
        makes, weights = zip(*makers, strict=True)
        made = 0
        while made < count:
            example = self._chance.choices(makes, weights)[0]()
            if example is not None:
                made += 1
                yield example

    def _same(self) -> Example:
        family, measure = self._measure(self._stated)
        subject = self._subject(family)
        changed = self._chance.random() < 0.3
        wraps = self._neutral(), self._chance.choice(_CHANGED) if changed else self._neutral()
        said = self._two(measure.said)
        texts = [self._wrapped(w, s) for w, s in zip(wraps, said, strict=True)]
        return self._example("same", measure, subject, subject, texts, 1, int(changed))

    def _same_of_one_scope(self) -> Example:
        family, measure = self._measure(self._stated)
        subject = self._subject(family)
        among = _PERIODS if measure.periods or self._chance.random() < 0.3 else _SCOPES
        wordings = self._chance.choice(among)
        said = self._two(measure.said)
        texts = [
            self._wrapped(self._neutral(), self._limited(s, self._chance.choice(wordings)))
            for s in said
        ]
        return self._example("same scope", measure, subject, subject, texts, 1, 0)

    def _other_measure(self) -> Example | None:
        family, measure = self._measure(self._stated)
        others = [m for m in family.measures if m is not measure and m.kind == measure.kind]
        if not others:
            return None
        subject = self._subject(family)
        said = [self._chance.choice(m.said) for m in (measure, self._chance.choice(others))]
        self._chance.shuffle(said)
        texts = [self._wrapped(self._wrap(), s) for s in said]
        return self._example("measure", measure, subject, subject, texts, 0)

    def _other_subject(self) -> Example:
        family, measure = self._measure(self._stated)
        mine, theirs = self._apart(family)
        texts = [self._wrapped(self._wrap(), s) for s in self._two(measure.said)]
        return self._example("subject", measure, mine, theirs, texts, 0)

    def _other_period(self) -> Example | None:
        family, measure = self._measure(self._stated)
        if not measure.periods:
            return None
        subject = self._subject(family)
        periods = [self._chance.choice(each) for each in self._chance.sample(_PERIODS, 2)]
        texts = [
            self._wrapped(self._wrap(), self._limited(s, p))
            for s, p in zip(self._two(measure.said), periods, strict=True)
        ]
        return self._example("period", measure, subject, subject, texts, 0)

    def _other_scope(self) -> Example | None:
        family, measure = self._measure(self._stated)
        if measure.kind != "n":
            return None
        subject = self._subject(family)
        scopes = [self._chance.choice(each) for each in self._chance.sample(_SCOPES, 2)]
        if self._chance.random() < 0.6:
            scopes[self._chance.randrange(2)] = ""
        texts = [
            self._wrapped(self._wrap(), self._limited(s, p) if p else s)
            for s, p in zip(self._two(measure.said), scopes, strict=True)
        ]
        return self._example("scope", measure, subject, subject, texts, 0)

    def _not_stated(self) -> Example:
        family, measure = self._measure(self._stated)
        subject = self._subject(family)
        wraps = [self._wrap(), self._chance.choice(_NOT_STATED)]
        self._chance.shuffle(wraps)
        said = self._two(measure.said)
        texts = [self._wrapped(w, s) for w, s in zip(wraps, said, strict=True)]
        return self._example("not stated", measure, subject, subject, texts, 0)

    def _status_apart(self) -> Example:
        family, measure = self._measure(self._statuses)
        subject = self._subject(family)
        changed = self._chance.random() < 0.3
        said = [self._chance.choice(measure.yes), self._chance.choice(measure.no)]
        self._chance.shuffle(said)
        wraps = self._neutral(), self._chance.choice(_CHANGED) if changed else self._neutral()
        texts = [self._wrapped(w, s) for w, s in zip(wraps, said, strict=True)]
        return self._example("status", measure, subject, subject, texts, 1, int(changed))

    def _status_alike(self) -> Example:
        family, measure = self._measure(self._statuses)
        subject = self._subject(family)
        said = self._two(self._chance.choice((measure.yes, measure.no)))
        texts = [self._wrapped(self._wrap(), s) for s in said]
        return self._example("same status", measure, subject, subject, texts, 0)

    def _status_of_another(self) -> Example:
        """Make a yes and a no that are about another subject, about something else, or not
        stated."""
        family, measure = self._measure(self._statuses)
        mine, theirs = self._apart(family)
        said = [measure.yes, measure.no]
        self._chance.shuffle(said)
        chosen = [self._chance.choice(each) for each in said]
        wraps = [self._wrap(), self._wrap()]
        match self._chance.randrange(3):
            case 0:
                others = [m for m in family.measures if m is not measure]
                other = self._chance.choice(others)
                chosen[1] = self._chance.choice((*other.yes, *other.no))
                theirs = mine
            case 1:
                wraps[0], theirs = "it was rumoured that {S}", mine
        texts = [self._wrapped(w, s) for w, s in zip(wraps, chosen, strict=True)]
        return self._example("status of another", measure, mine, theirs, texts, 0)

    def _measure(self, among: Sequence[Family]) -> tuple[Family, Measure]:
        family = self._chance.choice(among)
        return family, self._chance.choice(family.measures)

    def _two(self, said: Sequence[str]) -> list[str]:
        if self._chance.random() < 0.12:
            return [self._chance.choice(said)] * 2
        return self._chance.sample(said, 2)

    def _neutral(self) -> str:
        return self._chance.choice(_NEUTRAL)

    def _wrap(self) -> str:
        """Choose what surrounds a sentence of a pair that only looks alike: the same as in pairs
        that do not."""
        return self._chance.choice(_CHANGED if self._chance.random() < 0.15 else _NEUTRAL)

    def _wrapped(self, wrap: str, said: str) -> str:
        return self._filled(wrap.replace("{S}", said), "")

    def _limited(self, said: str, limit: str) -> str:
        if self._chance.random() < 0.4:
            return f"{limit} {said}"
        return f"{said} {limit}"

    def _filled(self, text: str, subject: str) -> str:
        chance = self._chance
        for slot, choices in (("{W}", _SPEAKERS), ("{D}", _DAYS), ("{R}", _REACTIONS),
                              ("{C}", _REASONS)):  # fmt: skip
            while slot in text:
                text = text.replace(slot, chance.choice(choices), 1)
        text = text.replace("{P}", self._names.place()).replace("{F}", self._names.firm())
        return text.replace("{S}", subject)

    def _subject(self, family: Family) -> _Subject:
        return self._named(self._chance.choice(family.subjects))

    def _named(self, pattern: str) -> _Subject:
        filled = pattern.format(
            place=self._names.place(), firm=self._names.firm(), thing=self._names.thing(),
            person=self._names.person(), party=self._chance.choice(_PARTIES),
        )  # fmt: skip
        full, _, short = filled.partition("|")
        return _Subject(full, short, pattern)

    def _apart(self, family: Family) -> tuple[_Subject, _Subject]:
        """Return two subjects of a kind. Their names may share a word."""
        mine = self._subject(family)
        if self._chance.random() < 0.35:
            words = mine.full.split()
            names = [i for i, word in enumerate(words) if word[0].isupper()]
            if names:
                place = self._chance.choice(names)
                name, more = words[place], self._chance.choice(_MORE)
                words[place] = self._chance.choice(
                    [f"{name} {more}", f"New {name}", self._names.firm(),
                     f"{name}-{self._names.place()}"]
                )  # fmt: skip
                full = " ".join(words)
                return mine, _Subject(full, full, mine.pattern)
        other = self._named(mine.pattern)
        return mine, _Subject(other.full, other.full, mine.pattern)

    def _example(
        self,
        source: str,
        measure: Measure,
        mine: _Subject,
        theirs: _Subject,
        texts: Sequence[str],
        same: int,
        replaces: int = UNKNOWN,
    ) -> Example:
        subjects = [mine, theirs]
        if self._chance.random() < 0.5:
            subjects.reverse()
        asked = self._chance.choice(measure.asked).replace("{s}", mine.full)
        sides = [
            self._side(text, subject, measure)
            for text, subject in zip(texts, subjects, strict=True)
        ]
        question = sometimes_typed(asked, self._chance)
        return Example(f"{SOURCE}: {source}", question, sides[0], sides[1], same, replaces)

    def _side(self, text: str, subject: _Subject, measure: Measure) -> Side:
        titled = self._chance.random() < 0.75
        title = self._filled(self._chance.choice(_TITLES), subject.full) if titled else ""
        name = subject.short if self._chance.random() < 0.3 else subject.full
        if measure.kind == "n" and not measure.is_status and "aged {v}" not in text:
            text = text.replace("{v}", self._chance.choice(_HEDGES) + "{v}")
        text = text.replace("{s}", name)
        before, value, after = text.partition("{v}")
        text = _sentence(before + (_VALUE if value else "") + after)
        at = text.find(_VALUE)
        return Side(_sentence(title, ""), text, Span(at, at + 1) if at >= 0 else None)


def _sentence(text: str, end: str = ".") -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text[:1].upper() + text[1:] + end if text else ""
