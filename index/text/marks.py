"""What the letters of a sentence tell and its words do not: quotes, sums of money, reasons."""

import re

from index.text.initials import has_initials, teaches_more

# One bit each. INITIALS: some that may be written out, where it is known what they stand for.
# TEACHES: something that this is learnt from.
QUOTES, ASKS, MONEY, REASON, INITIALS, TEACHES = (1 << bit for bit in range(6))

_REASON = re.compile(
    # Looked for only where its first letter stands: twice as fast.
    r"\b(?=[abcdfilmorst])"
    r"(?:because|due to|owing to|since|in order to|so that|as a result|caus\w+|therefore|thus|"
    r"reason\w*|led to|leading to|thanks to|for fear|in response|result\w*|motivat\w+|concern\w*|"
    r"to (?:avoid|prevent|protect|help|make|allow|gain|ensure|reduce|increase|provide))\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    # Possessive and bounded on the left: without, a long row of digits takes minutes.
    r"[$£€¥]\s?\d|(?<![\d.,])\d[\d.,]*+\s?(?:(?:million|billion|trillion|thousand|bn|mn|tn)\s)?"
    r"(?:dollars|euros|pounds|yen|francs|usd|gbp|eur)\b",
    re.IGNORECASE,
)


def read_marks(text: str, expanded: str) -> int:
    """Those of a sentence, which is given as it is and with its initials written out."""
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
