"""Numbers in a text, each in one normal form: "$100bn" and "100 billion dollars" are the same.

One grammar serves verification, corrections and short answers. A quantity
is a currency, a number, scales and a unit; only the number is needed:

    quantity = [currency] value [unit]
    value    = number {scale}             "1.2 trn", "5 lakh crore", "two hundred thousand"
             | fraction ["of"] scale      "half a billion", "three quarters of a million"
    number   = digits [fraction] | written ["and a" fraction] | "a" (before a scale)
             | written "hundred" ["and"] written | [number] "dozen"
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.models import Span
from index.text.words import CURRENCIES, Word, read_words

_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "crore": 1e7,
    "billion": 1e9,
    "trillion": 1e12,
}
# Letters that are scales only when they touch a number: "$5m", "20k".
_GLUED = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_DIMENSIONS = frozenset("tall high deep wide long away race sprint hurdles relay".split())
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WRITTEN = {word: float(n) for n, word in enumerate(_ONES)}
_WRITTEN |= {word: 20.0 + 10 * n for n, word in enumerate(_TENS)}
_DOZEN = 12.0
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_VULGAR = {"½": 0.5, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 0.25, "¾": 0.75, "⅛": 0.125}
# Letters before a dollar sign that say whose dollar it is.
_DOLLARS = {
    "US": "us dollar",
    "A": "australian dollar",
    "AU": "australian dollar",
    "C": "canadian dollar",
    "CA": "canadian dollar",
    "HK": "hong kong dollar",
    "NZ": "new zealand dollar",
    "S": "singapore dollar",
    "NT": "taiwan dollar",
}
# Codes that are a currency only in capitals, with the unit that they mean.
_CODES = {
    "USD": "us dollar",
    "AUD": "australian dollar",
    "CAD": "canadian dollar",
    "HKD": "hong kong dollar",
    "NZD": "new zealand dollar",
    "SGD": "singapore dollar",
    "EUR": "euro",
    "GBP": "pound",
    "JPY": "yen",
    "CNY": "yuan",
    "RMB": "yuan",
    "INR": "rupee",
    "CHF": "franc",
    "SEK": "krona",
    "NOK": "krone",
    "DKK": "danish krone",
    "KRW": "won",
    "BRL": "real",
    "ZAR": "rand",
}
# Unit names, each with its base unit and the factor to it.
_UNITS = {
    **{name: (name, 1.0) for name in CURRENCIES},
    "yuan": ("yuan", 1.0),
    "renminbi": ("yuan", 1.0),
    "percent": ("percent", 1.0),
    "watt": ("watt", 1.0),
    "kilowatt": ("watt", 1e3),
    "megawatt": ("watt", 1e6),
    "gigawatt": ("watt", 1e9),
    "terawatt": ("watt", 1e12),
    "kilowatthour": ("watt hour", 1e3),
    "megawatthour": ("watt hour", 1e6),
    "gigawatthour": ("watt hour", 1e9),
    "terawatthour": ("watt hour", 1e12),
    **{name: (name, 1.0) for name in "year month week day hour minute".split()},
}
# Units of two words, with the base unit and the factor to it.
_PHRASES = {
    ("per", "cent"): _UNITS["percent"],
    ("percent", "point"): ("percentage point", 1.0),
    ("percentage", "point"): ("percentage point", 1.0),
    ("basis", "point"): ("percentage point", 0.01),
    **{
        (f"{scale}watt", "hour"): _UNITS[f"{scale}watthour"]
        for scale in ("kilo", "mega", "giga", "tera")
    },
}
_RUPEES = ("Rs", "₹")
# What a quantity may begin with, beside a digit: most words begin none and are passed over.
_BEGINNINGS = CURRENCIES | frozenset((*_WRITTEN, *_VULGAR, "a", "an", "dozen"))
_BEGINNINGS |= frozenset(form for part in _PARTS for form in (part, f"{part}s"))
_BEGINNING_SURFACES = frozenset((*_DOLLARS, *_CODES, *_RUPEES))
_MONEY = CURRENCIES | frozenset(_DOLLARS.values()) | frozenset(_CODES.values())
_RANGE = frozenset({"to", "or", "and"})
_SMALLEST_SCALED = 1e3
_LEAST_TEN, _LEAST_TENS = 10, 20
_FIRST_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at its position in the text. `value` is in units of `unit`, which is "" if the text
    gives none."""

    value: float
    unit: str
    start: int
    end: int

    @property
    def is_money(self) -> bool:
        """True if the unit is a currency."""
        return self.unit in _MONEY

    def is_same(self, other: "Quantity") -> bool:
        """Return whether both are the same number. A missing unit matches every unit, and "dollar"
        every dollar."""
        near = abs(self.value - other.value) <= 1e-9 * max(abs(self.value), abs(other.value))
        return near and self.fits_unit_of(other)

    def is_alike(self, other: "Quantity") -> bool:
        """Return whether the other is a different number with the same unit."""
        units = bool(self.unit) is bool(other.unit) and self.fits_unit_of(other)
        return units and self.value != other.value

    def fits_unit_of(self, other: "Quantity") -> bool:
        """Return whether both may have one unit."""
        units = {self.unit, other.unit}
        if len(units) == 1 or "" in units:
            return True
        return "dollar" in units and all(unit.endswith("dollar") for unit in units)


def read_quantities(text: str, words: Sequence[Word]) -> list[Quantity]:
    """Read the quantities in `words`, which are the words of `text`, in order. A lone "one" is left
    out, because it is usually a pronoun."""
    reader = _Reader(text, words)
    found: list[Quantity] = []
    place = 0
    while place < len(words):
        if not _may_begin(words[place]):
            place += 1
            continue
        quantity, after = reader.quantity(place)
        if quantity:
            found.append(quantity)
        place = max(after, place + 1)
    return _as_ranges(text, found)


def _may_begin(word: Word) -> bool:
    lower = word.lower
    begins = lower in _BEGINNINGS or word.surface in _BEGINNING_SURFACES
    return begins or lower[:1].isdecimal()


def with_whole_quantities(text: str, span: Span) -> Span:
    """Extend a span so that it cuts no quantity: "$800" of "$800 mln", "$5" of "$5-7 billion"."""
    start, end = span.start, span.end
    found = read_quantities(text, read_words(text))
    for place, quantity in enumerate(found):
        if quantity.start < end and start < quantity.end:
            start, end = min(start, quantity.start), max(end, quantity.end)
            following = found[place + 1] if place + 1 < len(found) else None
            if following and text[quantity.end : following.start].strip(" -–—") in ("", "to"):
                end = max(end, following.end)
    return Span(start, end)


class _Reader:
    """Recursive-descent reader of the grammar above. Each method takes the index of a word and
    returns what it read with the index after it."""

    def __init__(self, text: str, words: Sequence[Word]) -> None:
        self._text, self._words = text, words

    def quantity(self, first: int) -> tuple[Quantity | None, int]:
        unit, place = self._currency(first)
        value, after = self._value(place, money=bool(unit))
        if value is None:
            return None, first + 1
        factor, end = 1.0, after
        if not unit:
            unit, factor, end = self._unit(after)
        if self._lower(place) == "one" and after == place + 1 and not unit:
            return None, after
        last = self._words[end - 1]
        where = self._words[first].start, last.start + len(last.surface)
        return Quantity(value * factor, unit, *where), end

    def _currency(self, place: int) -> tuple[str, int]:
        """Read a currency before its number: a sign, with the letters of a country, or a code. The
        word "dollar" before a number is not its unit."""
        word = self._words[place]
        if self._adjoins(place + 1) and self._surface(place + 1) == "$":
            if word.surface in _DOLLARS:
                return _DOLLARS[word.surface], place + 2
        elif word.surface in _CODES:
            return _CODES[word.surface], place + 1
        elif word.surface in _RUPEES:
            return "rupee", place + 1
        elif word.lower in CURRENCIES and not word.surface.isalpha():
            return word.lower, place + 1
        return "", place

    def _value(self, first: int, *, money: bool) -> tuple[float | None, int]:
        share, after = self._share(first)
        if share is not None:
            return share, after
        if self._lower(first) in ("a", "an") and self._lower(first + 1) in _SCALES:
            return self._number(first + 1, money=money, current=1.0)
        return self._number(first, money=money)

    def _share(self, first: int) -> tuple[float | None, int]:
        """Read a fraction of a scale: "half a billion", "three quarters of a million"."""
        times, place = 1.0, first
        if self._lower(place) in _WRITTEN or self._lower(place) in ("a", "one"):
            times, place = _WRITTEN.get(self._lower(place), 1.0), place + 1
        part = _PARTS.get(self._lower(place).removesuffix("s"))
        if part is None:
            return None, first
        place += 1
        place += self._lower(place) == "of"
        place += self._lower(place) in ("a", "an")
        scale = _DOZEN if self._lower(place) == "dozen" else _SCALES.get(self._lower(place))
        return (None, first) if scale is None else (times * part * scale, place + 1)

    def _number(
        self, first: int, *, money: bool, current: float | None = None
    ) -> tuple[float | None, int]:
        """Read a number with its scales, such as "100 billion", "twenty-five" or "two hundred and
        fifty thousand". `current` is the number before a scale that stands first."""
        place, total = first, 0.0
        while place < len(self._words):
            word = self._lower(place)
            if word[0].isdecimal() and current is None:
                current = _digits(word)
                current, place = self._with_part(current, place)
                scaled = self._glued(place + 1, money=money)
                if scaled:
                    return current * scaled, place + 2
            elif word in _VULGAR and current is None:
                current = _VULGAR[word]
            elif word == "dozen" and (current is None or self._follows(place)):
                return (1.0 if current is None else current) * _DOZEN, place + 1
            elif word in _WRITTEN and (current is None or self._continues(current, place)):
                current, place = self._with_part((current or 0.0) + _WRITTEN[word], place)
            elif word in _SCALES and current is not None and self._follows(place):
                current *= _SCALES[word]
                # "two hundred thousand", "5 lakh crore": a further scale multiplies.
                if current >= _SMALLEST_SCALED and self._lower(place + 1) not in _SCALES:
                    total, current = total + current, 0.0
            elif word != "and" or current is None or not self._adds(first, place):
                break
            if current == 0.0 and word not in _SCALES and word != "and":
                place += 1
                break
            place += 1
        return (None, first) if place == first or current is None else (total + current, place)

    def _continues(self, current: float, place: int) -> bool:
        """Return whether a written number continues the one before: "twenty-five", "two hundred
        fifty", "two thousand five hundred"."""
        value, before = _WRITTEN[self._lower(place)], self._lower(place - 1)
        if before in _WRITTEN:
            return current % 10 == 0 and current % 100 >= _LEAST_TENS and 0 < value < _LEAST_TEN
        if before == "thousand":
            return value < _LEAST_TEN and self._lower(place + 1) == "hundred"
        # "two hundred five" is rather "two hundred, five years ago".
        return before == "and" or (before == "hundred" and value >= _LEAST_TEN)

    def _adds(self, first: int, place: int) -> bool:
        """Return whether "and" joins two parts of one written number: "two hundred and fifty". It
        joins two numbers in "two hundred and three hundred"."""
        before, value = self._lower(place - 1), _WRITTEN.get(self._lower(place + 1), 0.0)
        if not value or before not in ("hundred", "thousand") or self._begins_range(first):
            return False
        ones = value >= _LEAST_TENS and 0 < _WRITTEN.get(self._lower(place + 2), 0.0) < _LEAST_TEN
        following = self._lower(place + 2 + ones)
        joins_numbers = following == "hundred" or (before == "thousand" and following in _SCALES)
        return self._lower(first)[0].isalpha() and not joins_numbers

    def _begins_range(self, first: int) -> bool:
        return first > 0 and self._lower(first - 1) == "between"

    def _with_part(self, value: float, place: int) -> tuple[float, int]:
        """Add the fraction after a number: "3½", "two and a half". Return the index of the last
        word read."""
        if self._lower(place + 1) in _VULGAR:
            return value + _VULGAR[self._lower(place + 1)], place + 1
        words = [self._lower(place + n) for n in range(1, 4)]
        if words[:2] == ["and", "a"] and words[2] in _PARTS:
            return value + _PARTS[words[2]], place + 3
        return value, place

    def _glued(self, place: int, *, money: bool) -> float | None:
        """Return the scale of a letter that touches the number. In "100m deep" it is metres."""
        letter = self._surface(place)
        if letter.lower() not in _GLUED or not self._adjoins(place):
            return None
        metres = letter == "m" and not money and self._lower(place + 1) in _DIMENSIONS
        return None if metres else _GLUED[letter.lower()]

    def _unit(self, place: int) -> tuple[str, float, int]:
        """Read the unit. Return the base unit, the factor to it, and the index after the unit."""
        one, other = self._lower(place), self._lower(place + 1)
        if phrase := _PHRASES.get((one, other.removesuffix("s"))):
            return *phrase, place + 2
        if self._surface(place) in _CODES:
            return _CODES[self._surface(place)], 1.0, place + 1
        unit = _UNITS.get(one) or _UNITS.get(one.removesuffix("s"))
        return (*unit, place + 1) if unit else ("", 1.0, place)

    def _lower(self, place: int) -> str:
        return self._words[place].lower if place < len(self._words) else ""

    def _surface(self, place: int) -> str:
        return self._words[place].surface if place < len(self._words) else ""

    def _gap(self, place: int) -> str | None:
        """Return the text between a word and the one before; None at the ends."""
        if not 0 < place < len(self._words):
            return None
        before = self._words[place - 1]
        return self._text[before.start + len(before.surface) : self._words[place].start]

    def _adjoins(self, place: int) -> bool:
        return self._gap(place) == ""

    def _follows(self, place: int) -> bool:
        gap = self._gap(place)
        return gap is not None and not gap.strip(" \u00a0-")


def _digits(word: str) -> float:
    digits = word if word.count(".") < 2 else word.replace(".", "")
    return float(digits) if digits.replace(".", "").isdecimal() else float("nan")


def _as_ranges(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Share the unit and the scale of a range: "between 10 and 12 percent", "$5-7 billion"."""
    told = list(found)
    for place in range(len(told) - 2, -1, -1):
        one, other = told[place], told[place + 1]
        between = text[one.end : other.start].strip(" -–—")
        if between and between not in _RANGE:
            continue
        if not one.unit and other.unit:
            one = replace(one, unit=other.unit)
        elif one.unit and not other.unit and between != "and":
            told[place + 1] = other = replace(other, unit=one.unit)
        told[place] = replace(one, value=one.value * _shared_scale(text, one, other))
    return told


def _shared_scale(text: str, one: Quantity, other: Quantity) -> float:
    """Return the scale that the first number of a range leaves to the second: a billion in "5 to 7
    billion". It is 1 in "between 900 and 2,000" and in "500 to 1 million"."""
    bare = text[one.start : one.end].lstrip("$€£¥₹ ")
    number = _FIRST_NUMBER.search(text, other.start, other.end)
    joined_by_and = text[one.end : other.start].strip() == "and"
    if not bare.replace(".", "").isdecimal() or number is None:
        return 1.0
    if joined_by_and and not text[: one.start].rstrip("$€£¥₹ ").lower().endswith("between"):
        return 1.0
    last = float(number[0].replace(",", ""))
    return other.value / last if last and float(bare) <= last else 1.0
