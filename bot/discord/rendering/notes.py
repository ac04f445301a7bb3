"""Rendering of the note above an answer whose evidence no longer holds."""

from datetime import datetime

from bot.discord.rendering.layout import brief
from bot.discord.rendering.quotes import marker, place_line
from bot.discord.text.lengths import CONTENT, shorten, with_margin
from bot.domain.fates import FateKind
from bot.store.notes import Note
from prompts import text as prompt_text

_QUOTE = 350  # characters of a sentence before escaping, which can double them


def note_text(note: Note) -> str:
    """Format the note: what no longer holds, since when, and what the article says now."""
    quote = f"~~{brief(note.cited.quote, _QUOTE)}~~ {marker(note.cited.number)}"
    lines = [f"**{_since(note)}**", f"> {quote}"]
    if note.now:
        lines += [f"**{prompt_text('watches.says_now')}**", f"> {brief(note.now, _QUOTE)}"]
    elif note.kind is FateKind.CORRECTED:
        lines.append(prompt_text("watches.says_no_more"))
    place = place_line(note.place or note.cited, note.now)
    others = [prompt_text("watches.others", numbers=_markers(note.others))] if note.others else []
    text = "\n".join([*lines, place, *others])
    # A link that is cut would show its markup, so the place goes first.
    if len(text) <= with_margin(CONTENT):
        return text
    return shorten("\n".join([*lines, *others]), CONTENT)


def _markers(numbers: tuple[int, ...]) -> str:
    return "".join(map(marker, numbers))


def _since(note: Note) -> str:
    try:
        date = datetime.fromisoformat(note.since)
    except ValueError:
        return prompt_text(f"watches.{note.kind}")
    return prompt_text(f"watches.{note.kind}_on", date=date)
