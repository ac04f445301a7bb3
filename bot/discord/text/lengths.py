"""Discord's length limits, its way of counting, and cuts that respect them."""

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
ALL_EMBEDS = 6000  # all titles, authors, descriptions, fields and footers of a message
BUTTON_LABEL = 80
CUSTOM_ID = 100
OPTION = 100  # label, description and value of an option in a menu
CHOICE = 100  # name and value of an autocompleted choice

_ELLIPSIS = "…"


def length(text: str) -> int:
    """Count UTF-16 units, which are never fewer than code points. Discord counts some texts in one
    unit and some in the other."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def with_margin(limit: int) -> int:
    """Return 95% of a limit, the part that is safe to fill. Discord counts some characters in ways
    of its own."""
    return limit * 95 // 100


def shorten(text: str, limit: int) -> str:
    """Cut text to at most `limit` UTF-16 units, with "…" at the end. Cut after a word if one ends
    in the second half. Never cut inside a grapheme or between a backslash and the character that it
    escapes."""
    if length(text) <= limit:
        return text
    # A text has at least as many UTF-16 units as code points, so more never fit.
    cut = chop(text[:limit], limit - 1)[0]
    last_space = cut.rfind(" ")
    if text[len(cut)] != " " and last_space >= len(cut) // 2:
        cut = cut[:last_space]
    return cut.rstrip() + _ELLIPSIS


def chop(text: str, limit: int) -> list[str]:
    """Split text between graphemes into pieces of at most `limit` UTF-16 units."""
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
    """Yield graphemes, each with the backslash before it; cut those longer than `limit`."""
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
    """Cut an atom that is longer than `limit` into code points. Joiners can make one grapheme of
    any number of emoji."""
    if length(atom) <= limit:
        yield atom
    else:
        start = 2 if atom.startswith("\\") else 1
        yield atom[:start]
        yield from atom[start:]
