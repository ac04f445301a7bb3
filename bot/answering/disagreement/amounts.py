"""Amounts as intervals: "about 100 billion" and "99.8 billion" overlap, so they do not differ."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.models import Span
from index.text.quantities import Quantity
from index.text.words import FUNCTION_WORDS

_WORD_BEFORE = r"(?:\W{1,3}(?:an?|the)?\W{0,3})$"
_NEAR = re.compile(
    rf"(?:\b(?:about|around|roughly|approximately|some|close to|an estimated|circa)|[~≈])"
    rf"{_WORD_BEFORE}",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    rf"\b(?:more than|over|at least|above|upwards of|no (?:less|fewer) than|exceed(?:s|ed|ing)?)"
    rf"{_WORD_BEFORE}",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"\b(?:up to|as (?:much|many) as|at most|(?:less|fewer|no more) than|under|below|just under|"
    rf"nearly|almost){_WORD_BEFORE}",
    re.IGNORECASE,
)
# Before the former value of "raised from $50m to $60m" and "$60m instead of $50m".
_FORMER = re.compile(
    r"\b(?:from|instead of|rather than|not|against|compared (?:with|to))"
    r"(?: (?:the|an?|about|some))*\W*$",
    re.IGNORECASE,
)
# Before a number that names a thing and counts nothing: "tower number 4".
_NAMES_A_THING = re.compile(r"(?:\b(?:number|no|nos|nr)\.?|#)\W{0,2}$", re.IGNORECASE)
_JOINED = re.compile(r"\W*(?:to|and|or)?\W*", re.IGNORECASE)
_OPENS_RANGE = re.compile(r"\b(?:between|from)\W*$", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NOUN = re.compile(r"\s+([^\W\d_]+)")
_UP_TO = re.compile(r"(?:\W+[^\W\d_]+)?\W+to\W+(?:(?:just|only|some|about|the)\W+)?", re.IGNORECASE)
# Units that `read_quantities` leaves alone or keeps apart, with a base unit and the factor to it.
_MEASURES = {
    "millimetre": ("metre", 1e-3),
    "centimetre": ("metre", 1e-2),
    "metre": ("metre", 1.0),
    "kilometre": ("metre", 1e3),
    "km": ("metre", 1e3),
    "inch": ("metre", 0.0254),
    "feet": ("metre", 0.3048),
    "foot": ("metre", 0.3048),
    "yard": ("metre", 0.9144),
    "mile": ("metre", 1609.344),
    "gram": ("gram", 1.0),
    "kilogram": ("gram", 1e3),
    "kg": ("gram", 1e3),
    "kilo": ("gram", 1e3),
    "ounce": ("gram", 28.35),
    "tonne": ("gram", 1e6),
    "ton": ("gram", 1e6),
    "hectare": ("square metre", 1e4),
    "acre": ("square metre", 4046.86),
    "litre": ("litre", 1.0),
    "gallon": ("litre", 4.546),
    "minute": ("hour", 1 / 60),
    "day": ("hour", 24.0),
    "week": ("hour", 168.0),
    "month": ("hour", 730.5),
    "year": ("hour", 8766.0),
}
_HALF = 0.499  # just below a half: 48 and 49 percent differ
_ROUNDED = 0.05  # widest rounding, as a share of the number
_NEAR_SHARE, _BEYOND_SHARE = 0.05, 0.5  # of "about 100"; of "more than 100"


@dataclass(frozen=True, slots=True)
class Amount:
    """A stated amount: the interval from `low` to `high` in units of `unit`. `noun` is the word
    after a number without a unit, "" if there is none. `span` is its position in the sentence."""

    low: float
    high: float
    unit: str
    noun: str
    span: Span

    def overlaps(self, other: "Amount") -> bool:
        """Return whether one number may be meant by both."""
        return self.low <= other.high and other.low <= self.high

    def is_measured_like(self, other: "Amount") -> bool:
        """Return whether both have one unit. A bare number fits every unit; a count does not."""
        if self.unit == other.unit:
            return True
        if self.unit and other.unit:
            return {self.unit, other.unit} >= {"dollar"} and all(
                unit.endswith("dollar") for unit in (self.unit, other.unit)
            )
        return not (self.noun or other.noun)


def stated_amount(sentence: str, span: Span, quantities: Sequence[Quantity]) -> Amount | None:
    """Return the amount that a span of a sentence states. A former value beside it is skipped, and
    the two ends of a range are one amount. None if the span has no number that is an amount."""
    inside = [
        each
        for each in quantities
        if each.start < span.end and span.start < each.end and not _names(sentence, each)
    ]
    successor = _successor(sentence, inside, quantities)
    if successor is not None:
        inside = [successor]
    current = [each for each in inside if not _is_former(sentence, each, inside)] or inside
    if not current:
        return None
    first = measured(sentence, current[0])
    known = [measured(sentence, each) for each in quantities]
    last = _end_of_range(sentence, first, known)
    low, high = _interval(sentence, first)
    if last is not None:
        low, high = min(low, last.value), max(high, _interval(sentence, last)[1])
    end = last or first
    return Amount(low, high, end.unit, _noun(sentence, end), Span(first.start, end.end))


def measured(sentence: str, quantity: Quantity) -> Quantity:
    """Convert a length, weight, area, volume or time to one unit: 18 miles are about 29 km."""
    name = quantity.unit
    if not name and (word := _NOUN.match(sentence, quantity.end)):
        name = word[1].lower().replace("meter", "metre").replace("liter", "litre")
    unit = _MEASURES.get(name) or _MEASURES.get(name.removesuffix("s"))
    if unit is None:
        return quantity
    return replace(quantity, unit=unit[0], value=quantity.value * unit[1])


def is_other(value: Amount, quantity: Quantity, text: str) -> bool:
    """Return whether a number of a text measures the same kind of thing and is another one."""
    quantity = measured(text, quantity)
    if quantity.unit != value.unit or value.low <= quantity.value <= value.high:
        return False
    return bool(value.unit) or text[quantity.end :].lstrip().lower().startswith(value.noun)


def _names(sentence: str, quantity: Quantity) -> bool:
    return not quantity.unit and bool(_NAMES_A_THING.search(sentence[: quantity.start]))


def _successor(
    sentence: str, inside: Sequence[Quantity], quantities: Sequence[Quantity]
) -> Quantity | None:
    """Return the new value right after a former one: "from seven years to four and a half"."""
    if not inside or not _OPENS_RANGE.search(sentence[: inside[0].start]):
        return None
    former = inside[0]
    after = next((each for each in quantities if each.start >= former.end), None)
    if after is None or not _UP_TO.fullmatch(sentence[former.end : after.start]):
        return None
    return after if after.unit else replace(after, unit=former.unit)


def _is_former(sentence: str, quantity: Quantity, others: Sequence[Quantity]) -> bool:
    before = sentence[: quantity.start]
    if not _FORMER.search(before):
        return False
    following = next((each for each in others if each.start >= quantity.end), None)
    if _OPENS_RANGE.search(before):  # "raised from 5 to 6": the range that ends it is the new value
        return following is not None
    return len(others) > 1


def _end_of_range(sentence: str, first: Quantity, found: Sequence[Quantity]) -> Quantity | None:
    following = next((each for each in found if each.start >= first.end), None)
    if following is None or following.value < first.value:
        return None
    between = sentence[first.end : following.start]
    if _JOINED.fullmatch(between) is None or len(between) > len(" and "):
        return None
    joined_by_and = "and" in between.lower()
    return None if joined_by_and and not _OPENS_RANGE.search(sentence[: first.start]) else following


def _interval(sentence: str, quantity: Quantity) -> tuple[float, float]:
    value, before = quantity.value, sentence[: quantity.start]
    around = _rounding(sentence, quantity)
    if _NEAR.search(before):
        around = max(around, _NEAR_SHARE * value)
    if _ABOVE.search(before):
        return value - around, value * (1 + _BEYOND_SHARE)
    if _BELOW.search(before):
        return value * (1 - _BEYOND_SHARE / 2), value + around
    return value - around, value + around


def _rounding(sentence: str, quantity: Quantity) -> float:
    """Return half of the last digit's place, at most a twentieth of the number. "$100 billion" may
    stand for any number from 99.5 to 100.5 billion, and "5,000" for one from 4,875 to 5,125."""
    number = _NUMBER.search(sentence, quantity.start, quantity.end)
    if number is None:
        return 0.0
    digits = number[0].replace(",", "")
    shown = float(digits)
    if not shown:
        return 0.0
    scale = quantity.value / shown
    if "." in digits:
        place = 10.0 ** -len(digits.partition(".")[2])
    elif quantity.unit or scale > 1:
        place = 1.0
    else:
        zeros = len(digits) - len(digits.rstrip("0"))
        place = 10.0**zeros / 4 if zeros > 1 else 0.0
    return min(place * scale * _HALF, _ROUNDED * quantity.value)


def _noun(sentence: str, quantity: Quantity) -> str:
    if quantity.unit:
        return ""
    word = _NOUN.match(sentence, quantity.end)
    return "" if word is None or word[1].lower() in FUNCTION_WORDS else word[1].lower()
