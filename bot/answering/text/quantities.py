"""Numbers in a text, each in one normal form: "$100bn" is "100 billion dollars"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.text.words import Word

_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WRITTEN = {word: float(n) for n, word in enumerate(_ONES)}
_WRITTEN |= {word: 20.0 + 10 * n for n, word in enumerate(_TENS)}
_WRITTEN |= {"dozen": 12.0}
_CURRENCIES = frozenset("dollar euro pound yen".split())
# Unit names, each with its base unit and the factor to it.
_UNITS = {
    **{name: (name, 1.0) for name in _CURRENCIES},
    "percent": ("percent", 1.0),
    "kilowatt": ("watt", 1e3),
    "kw": ("watt", 1e3),
    "megawatt": ("watt", 1e6),
    "gigawatt": ("watt", 1e9),
    **{name: (name, 1.0) for name in "year month week day hour minute".split()},
}
_RANGE = frozenset({"to", "or", "and"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at its position in the text. `value` is in units of `unit`, which is "" if the text
    gives none."""

    value: float
    unit: str
    start: int
    end: int

    def is_same(self, other: "Quantity") -> bool:
        """Return whether both are the same number. A missing unit matches every unit."""
        near = abs(self.value - other.value) <= 1e-9 * max(abs(self.value), abs(other.value))
        return near and (self.unit == other.unit or not (self.unit and other.unit))

    def is_alike(self, other: "Quantity") -> bool:
        """Return whether the other is a different number with the same unit."""
        return self.unit == other.unit and self.value != other.value


def read_quantities(text: str, words: Sequence[Word]) -> list[Quantity]:
    """Read the quantities in `words`, which are the words of `text`, in order. A lone "one" is left
    out, because it is usually a pronoun."""
    found: list[Quantity] = []
    place = 0
    while place < len(words):
        quantity, after = _read(text, words, place)
        if quantity:
            found.append(quantity)
        place = after
    return _with_units_of_ranges(text, found)


def _read(text: str, words: Sequence[Word], first: int) -> tuple[Quantity | None, int]:
    """Read the quantity that begins with the word at `first`. Return it with the index after it."""
    place = first
    currency = words[place].surface if words[place].lower in _CURRENCIES else ""
    if currency.isalpha():
        return None, first + 1  # the word "dollar" before a number is not its unit
    place += bool(currency)
    value, after = _value(text, words, place)
    if value is None:
        return None, first + 1
    unit, factor, end = words[first].lower if currency else "", 1.0, after
    if not unit:
        unit, factor, end = _unit(words, after)
    if words[place].lower == "one" and after == place + 1 and not unit:
        return None, after
    last = words[end - 1]
    where = words[first].start, last.start + len(last.surface)
    return Quantity(value * factor, unit, *where), end


def _value(text: str, words: Sequence[Word], first: int) -> tuple[float | None, int]:
    """Read a value such as "100 billion", "twenty-five" or "two hundred thousand" at `first`."""
    place, total, current = first, 0.0, None
    while place < len(words):
        word = words[place].lower
        if word[0].isdigit() and current is None:
            current = _digits(word)
        elif word in _WRITTEN and (current is None or (current % 10 == 0 < current < 100)):
            current = (current or 0.0) + _WRITTEN[word]
        elif word in _SCALES and current is not None and _adjoins(text, words, place):
            current *= _SCALES[word]
            if current >= 1e3:
                total, current = total + current, 0.0
        else:
            break
        if current == 0.0 and word not in _SCALES:
            place += 1
            break
        place += 1
    return (None, first) if place == first or current is None else (total + current, place)


def _adjoins(text: str, words: Sequence[Word], place: int) -> bool:
    before = words[place - 1]
    return len(text[before.start + len(before.surface) : words[place].start].strip(" -")) == 0


def _digits(word: str) -> float:
    digits = word if word.count(".") < 2 else word.replace(".", "")
    return float(digits) if digits.replace(".", "").isdecimal() else float("nan")


def _unit(words: Sequence[Word], place: int) -> tuple[str, float, int]:
    """Read the unit at `place`. Return the base unit, the factor to it, and the index after the
    unit."""
    if place < len(words):
        word = words[place].lower
        if word == "per" and place + 1 < len(words) and words[place + 1].lower == "cent":
            return "percent", 1.0, place + 2
        unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if unit:
            return *unit, place + 1
    return "", 1.0, place


def _with_units_of_ranges(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Copy the unit of a range to its first number, as in "between 10 and 12 percent"."""
    told = list(found)
    for place in range(len(told) - 2, -1, -1):
        one, other = told[place], told[place + 1]
        between = text[one.end : other.start].strip(" -–")
        if not one.unit and other.unit and (not between or between in _RANGE):
            told[place] = replace(one, unit=other.unit)
    return told
