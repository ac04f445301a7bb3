"""Raised and lowered text of documents: footnote marks, powers and indices."""

import re

_POWERS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_UNIT = re.compile(r"(?:(?<![^\W\d_])(?:[ckm]?m|ft|sq|mi|yd|in)|[×xX·] ?10|\b10(?=$)|\be)$")
_POWER = re.compile(r"[+−-]?\d{1,3}")
_ONE_MARK = r"(?:\d{1,3}|[a-z]|[ivx]{1,5}|[*∗†‡§¶#]{1,4})"
_BRACKETED = rf"(?:[\[(]{_ONE_MARK}[\])])"
_MARK = re.compile(
    rf"[\[(]?{_ONE_MARK}(?:\s?[,;–-]\s?{_ONE_MARK})*[\])]?[.,]?"
    rf"|(?:{_BRACKETED}|{_ONE_MARK})(?:\s?[,;]?\s?{_BRACKETED}|\s?[,;]\s?{_ONE_MARK})*"
)


def raised_text(text: str, before: str) -> str:
    """Return raised text as it stays in the line: the power of a unit in raised digits, "th" and
    "TM" as they are, and "" for a footnote mark. Joined to an amount, a mark would change it."""
    text = " ".join(text.split())
    if _POWER.fullmatch(text) and _UNIT.search(before):
        return text.translate(_POWERS)
    return "" if is_mark(text) else text


def is_mark(text: str) -> bool:
    """Return whether raised text is a footnote mark, such as "1", "(2)", "a,b" or "*"."""
    return _MARK.fullmatch(text) is not None


def lowered_text(text: str) -> str:
    """Return lowered text with its digits as indices: CO₂."""
    return text.translate(_LOW)
