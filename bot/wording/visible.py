"""Sanitizer of untrusted text: control characters would steer the terminal."""

import unicodedata

_KEPT = "\n\t"
# Characters of Cc and Cs steer or break the terminal. Directional format characters (in Cf) reorder
# the visible text. Zero-width joiners stay: emoji and several scripts need them.
_REORDERING = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """Return the text with every control and reordering character replaced by U+FFFD."""
    lines = text.replace("\r\n", "\n")
    return "".join("\ufffd" if _steers(character) else character for character in lines)


def _steers(character: str) -> bool:
    if character in _KEPT:
        return False
    return character in _REORDERING or unicodedata.category(character) in {"Cc", "Cs"}
