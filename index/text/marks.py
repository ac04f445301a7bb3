"""Marks of a sentence, read from its characters: quotes, questions, money, reasons, initials."""

import re

from index.text.initials import has_initials, teaches_more

# One bit each. INITIALS: the sentence has initials that may be expanded. TEACHES: initials can be
# learnt from the sentence.
QUOTES, ASKS, MONEY, REASON, INITIALS, TEACHES = (1 << bit for bit in range(6))

_REASON = re.compile(
    # The lookahead for first letters makes the search twice as fast.
    r"\b(?=[abcdfilmorst])"
    r"(?:because|due to|owing to|since|in order to|so that|as a result|caus\w+|therefore|thus|"
    r"reason\w*|led to|leading to|thanks to|for fear|in response|result\w*|motivat\w+|concern\w*|"
    r"to (?:avoid|prevent|protect|help|make|allow|gain|ensure|reduce|increase|provide))\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    # Possessive and bounded on the left: otherwise a long run of digits takes minutes.
    r"[$£€¥]\s?\d|(?<![\d.,])\d[\d.,]*+\s?(?:(?:million|billion|trillion|thousand|bn|mn|tn)\s)?"
    r"(?:dollars|euros|pounds|yen|francs|usd|gbp|eur)\b",
    re.IGNORECASE,
)


def read_marks(text: str, expanded: str) -> int:
    """Return the marks of a sentence as a bit mask. `expanded` is the sentence with its initials
    written out."""
    initials = has_initials(text)
    has = {
        QUOTES: any(mark in expanded for mark in '"“”‘'),
        ASKS: expanded.rstrip().endswith("?"),
        MONEY: _MONEY.search(expanded),
        REASON: _REASON.search(expanded),
        INITIALS: initials,
        TEACHES: initials or teaches_more(text),
    }
    return sum(mark for mark, found in has.items() if found)


def teaches(text: str) -> bool:
    """Return whether a sentence has the mark TEACHES."""
    return has_initials(text) or teaches_more(text)
