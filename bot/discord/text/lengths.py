"""Discord's limits, its way of counting, and cutting short by it."""

from collections.abc import Iterator

from wcwidth import iter_graphemes

CONTENT = 2000
EMBED_TITLE = 256
EMBED_AUTHOR = 256
EMBED_DESCRIPTION = 4096
EMBED_FOOTER = 2048
EMBED_FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
ALL_EMBEDS = 6000  # titles, authors, descriptions, fields and footers of a message together
BUTTON_LABEL = 80
CUSTOM_ID = 100
CHOICE = 100  # name and value of an autocompleted choice

_ELLIPSIS = "…"


def length(text: str) -> int:
    """In UTF-16 units, never fewer than code points: Discord counts some texts one way, some
    the other."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def with_margin(limit: int) -> int:
    """What to fill of a limit: Discord counts some characters in ways of its own."""
    return limit * 95 // 100


def shorten(text: str, limit: int) -> str:
    """At most `limit` long, cut after a word where one ends in the second half, and never inside
    a grapheme or between a backslash and what it escapes."""
    if length(text) <= limit:
        return text
    # More code points than that never fit.
    cut = chop(text[:limit], limit - 1)[0]
    last_space = cut.rfind(" ")
    if text[len(cut)] != " " and last_space >= len(cut) // 2:
        cut = cut[:last_space]
    return cut.rstrip() + _ELLIPSIS


def chop(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit`, cut between graphemes."""
    pieces: list[str] = []
    piece, size = "", 0
    for atom in _atoms(text, limit):
        added = length(atom)
        if piece and size + added > limit:
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + atom, size + added
    return [*pieces, piece] if piece else pieces


def _atoms(text: str, limit: int) -> Iterator[str]:
    """Graphemes, each with the backslash before it."""
    backslash = ""
    for grapheme in iter_graphemes(text):
        atom = backslash + grapheme
        if not backslash and grapheme.endswith("\\"):
            backslash = atom
        else:
            backslash = ""
            yield from _bounded(atom, limit)
    if backslash:
        yield backslash


def _bounded(atom: str, limit: int) -> Iterator[str]:
    """Joiners can make one grapheme of any number of emoji: such a one is cut after all."""
    if length(atom) <= limit:
        yield atom
    else:
        start = 2 if atom.startswith("\\") else 1
        yield atom[:start]
        yield from atom[start:]
