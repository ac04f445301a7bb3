"""Making untrusted text safe to print: control characters would steer the terminal."""

import unicodedata

_KEPT = "\n\t"
# Cc and Cs steer or break the terminal; among the format characters (Cf) the directional ones
# reorder what is seen. Zero-width joiners stay: emoji and several scripts are made with them.
_REORDERING = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """The text with every control and reordering character shown as U+FFFD."""
    lines = text.replace("\r\n", "\n")
    return "".join("\ufffd" if _steers(character) else character for character in lines)


def _steers(character: str) -> bool:
    if character in _KEPT:
        return False
    return character in _REORDERING or unicodedata.category(character) in {"Cc", "Cs"}
