"""The words of a text, in one normalized spelling where news articles use several."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# Characters inside words that readers do not see: the soft hyphen and its relatives.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_LETTERS = rf"[^\W\d_]+(?:[{_INVISIBLE}]+[^\W\d_]+|[\u0300-\u036f]+[^\W\d_]*)*"
_WORD = re.compile(
    r"\d+(?:st|nd|rd|th)\b"  # 22nd
    r"|\d+(?:[.,]\d+|[\u00a0\u2009\u202f]\d{3}(?!\d))*"  # 1,000.5; 1 000 with a fixed space
    rf"|{_LETTERS}(?:[.&'’]{_LETTERS})*"  # U.S, AT&T, don't
    r"|[$€£¥₹%½⅓⅔¼¾⅛]"
)
_WORD_BETWEEN = re.compile(f"({_WORD.pattern})")
_SAME = {
    "$": "dollar",
    "usd": "dollar",
    "€": "euro",
    "eur": "euro",
    "£": "pound",
    "gbp": "pound",
    "¥": "yen",
    "%": "percent",
    "₹": "rupee",
    "rs": "rupee",
    "inr": "rupee",
    "bn": "billion",
    "bln": "billion",
    "mn": "million",
    "mln": "million",
    "mio": "million",
    "tn": "trillion",
    "trn": "trillion",
    "tln": "trillion",
    "cr": "crore",
    "lakhs": "lakh",
    "crores": "crore",
    "pct": "percent",
    "bp": "basis point",
    "bps": "basis point",
    "kw": "kilowatt",
    "mw": "megawatt",
    "gw": "gigawatt",
    "tw": "terawatt",
    "kwh": "kilowatt hour",
    "mwh": "megawatt hour",
    "gwh": "gigawatt hour",
    "twh": "terawatt hour",
    "ceo": "chief executive",
    "jan": "january",
    "feb": "february",
    "apr": "april",
    "aug": "august",
    "sept": "september",
    "oct": "october",
    "nov": "november",
    "dec": "december",
    "u.s": "usa",
    "u.s.a": "usa",
}
CURRENCIES = frozenset("dollar euro pound yen rupee".split())
# Words with a grammatical function and no topic of their own.
FUNCTION_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being "
    "between both but by can could did do does doing down during each for from further had has "
    "have having he her here hers him his how i if in into is it its itself just me more most my "
    "no nor not now of off on once only or other our out over own same she should so some such "
    "than that the their theirs them then there these they this those through to too under until "
    "up us very was we were what when where which while who whom whose why will with would you "
    "your tell please".split()
)
# Letters that Unicode does not decompose into a base letter and a mark.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_UNSEEN = dict.fromkeys(map(ord, _INVISIBLE))
_ORDINAL_ENDING = re.compile(r"(?:st|nd|rd|th)$")
_ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-([0-3]\d)(?![\d-])")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


class Word(NamedTuple):
    """A word or number: as written, in its normalized lower-case spelling, and its start in code
    points."""

    surface: str
    lower: str
    start: int


def read_words(text: str) -> list[Word]:
    """List all words in order. "Nvidia's" gives nvidia, "didn't" gives did and not, "$100bn" gives
    dollar, 100 and billion."""
    words: list[Word] = []
    for match in _WORD.finditer(text):
        surface, start = match[0], match.start()
        for lower in spellings(surface):
            words.append(Word(surface, lower, start))
    return words


def split_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield all words in order, as written, each after the gap between it and the previous word."""
    parts: list[str] = _WORD_BETWEEN.split(text)
    return zip(parts[::2], parts[1::2], strict=False)  # drops the text after the last word


def read_surfaces(text: str) -> list[str]:
    """List all words in order, as written."""
    surfaces: list[str] = _WORD.findall(text)
    return surfaces


@lru_cache(10_000)  # most words of a text are repeated
def spellings(surface: str) -> tuple[str, ...]:
    """Return the words that one written word stands for, in normalized spelling."""
    return tuple(filter(None, _spell(surface)))


def _spell(surface: str) -> list[str]:
    lower = _plain(surface).replace("’", "'").removesuffix("'s")
    if lower.endswith("n't"):
        return [{"ca": "can", "wo": "will"}.get(lower[:-3], lower[:-3]), "not"]
    if surface == "US":
        return ["usa"]
    if lower in _SAME:
        return _SAME[lower].split()
    if lower[:1].isdigit():
        return ["".join(_ORDINAL_ENDING.sub("", lower).replace(",", "").split())]
    return [lower.replace(".", "").replace("'", "")]


def _plain(surface: str) -> str:
    """Return the word in lower case, without marks on Latin letters: people type "Zurawski" for
    "Żurawski"."""
    if surface.isascii():
        return surface.lower()
    lower = surface.translate(_UNSEEN).casefold().translate(_PLAIN_LETTERS)
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", lower)))


def dates_in_words(text: str) -> str:
    """Replace dates like 2025-09-22 by 22 September 2025, as articles write them."""
    return _ISO_DATE.sub(
        lambda date: f"{int(date[3])} {_MONTHS[int(date[2]) - 1]} {date[1]}",
        text,
    )
