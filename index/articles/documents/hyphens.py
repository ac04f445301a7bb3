"""Words that a line break divides: "infor-" and "mation" are one word, "long-" and "term" two."""

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:['’\-‐‑][^\W\d_]+)*")
_LEFT = re.compile(r"(?<![^\W_])(?<![^\W_][-‐‑])([^\W_]++(?:[-‐‑][^\W_]++)*+)[-‐‑\u00ad]$")
_RIGHT = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
# A dash without a space before it, and an address that goes on: "2018–", "https://", "press@".
_TIGHT = re.compile(r"\w[–—]$|(?:://|www\.)\S*[/_=&?%@-]$|\w@$")
_TAIL = 200  # characters looked at; a paragraph grows line by line
HYPHENS = ("-", "‐", "‑", "\u00ad")
# First and second parts of compounds that business news writes with a hyphen.
_FIRSTS = frozenset(
    "long short high low mid year half full first second third fourth quarter single multi two"
    " three four five six seven eight nine ten well self non co ex cross all part state debt cash"
    " stock share pre post anti so much best better fast free hard cost risk market price tax"
    " interest rate year-on year-over over-the inter-company third-party double triple top bottom"
    " large small new old right left open closed end one mono medium near far real record late"
    " early fixed floating asset equity value world privately publicly wholly jointly".split()
)
_SECONDS = frozenset(
    "term time based year end owned led backed quarter day week month point level side scale"
    " weighted adjusted related driven party step fold off out up in down over class rate rated"
    " yield growth income profit sized cap looking known paid listed traded bound wide free"
    " friendly intensive half called old long dollar percent largest biggest second third digit"
    " page hour minute mile person man woman member fifths thirds quarters wage risk quality"
    " performance speed tech end-user to-date on-year over-year".split()
)


class Compounds:
    """Knowledge of how a document writes its words, from those that no line break divides."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Count the words of all lines, without the last one of a line that ends in a hyphen."""
        self._words: Counter[str] = Counter()
        for line in lines:
            words = _WORD.findall(line)
            if line.endswith(HYPHENS):
                words = words[:-1]
            self._words.update(word.lower() for word in words)

    def join(self, before: str, after: str) -> str:
        """Return two lines as one text."""
        if not before or not after:
            return before + after
        if before.endswith("\u00ad"):
            return before[:-1] + after
        end = before[-_TAIL:]
        left, right = _LEFT.search(end), _RIGHT.match(after)
        if _TIGHT.search(end) and not before.endswith(HYPHENS):
            return before + after
        if not before.endswith(HYPHENS):
            return f"{before} {after}"
        if left is None or right is None:
            return f"{before} {after}"
        return before + after if self._keeps(left[1], right[0]) else before[:-1] + after

    def _keeps(self, left: str, right: str) -> bool:
        """Return whether the hyphen belongs to the word."""
        if not right[0].islower() or not left[-1].isalpha():
            return True  # "Anglo-American", "2025-26", "10-year"
        last = left.lower().split("-")[-1]
        whole, apart = f"{left}{right}".lower(), f"{left}-{right}".lower()
        if self._words[apart] != self._words[whole]:
            return self._words[apart] > self._words[whole]
        if "-" in left or last in _FIRSTS or right.lower() in _SECONDS:
            return True
        return len(last) > 3 and self._words[last] > 0 and self._words[right.lower()] > 0
