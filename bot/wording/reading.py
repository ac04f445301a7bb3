"""Reports on reading in words: files that gave no article, text left out, assumptions made."""

import re
from collections.abc import Iterable, Iterator

from index.articles.sources import Names, SourceReport
from index.articles.versions import MOST_VERSIONS
from index.models import Omission
from index.stores.reading_notes import ReadingNotes

_MOST_NAMES = 5
_MOST_REASONS = 4
_LONGEST_NOTE = 120
# Reasons whose text is no prose of the article.
_NOT_PROSE = re.compile(
    r"navigation|cookie|comments?\b|shar(?:e|ing)\b|subscription|paywall|advert|related|newsletter"
    r"|infobox|author|headers?\b|footers?\b|signature|hidden|deleted|withdrawn|\bmarks?\b|program"
    r"|contents|page number|attachment|placeholder|byline|editors|references?\b|notice|titles?\b"
)
_MINOR = frozenset({"footnote mark"})


def source_lines(report: SourceReport) -> Iterator[str]:
    """Yield a line for each kind of thing that was found beside the articles."""
    if count := report.unread.count:
        kinds = "file is of a kind that is" if count == 1 else "files are of kinds that are"
        yield f"{count} {kinds} not read: {_listed(report.unread)}"
    for reason, names in report.skipped.items():
        yield f"{names.count} without an article ({reason}): {_listed(names)}"
    if count := report.updated.count:
        have = "article has" if count == 1 else "articles have"
        yield f"{count} {have} earlier versions: {_listed(report.updated, paths=False)}"
    if count := report.superseded:
        records = "record was" if count == 1 else "records were"
        yield f"{count} {records} left out: an article keeps its newest {MOST_VERSIONS} versions"
    if count := report.withdrawn.count:
        were = "article was" if count == 1 else "articles were"
        yield f"{count} {were} withdrawn: {_listed(report.withdrawn, paths=False)}"


def _listed(names: Names, paths: bool = True) -> str:
    shown = [name.rpartition("/")[2] if paths else name for name in names.first[:_MOST_NAMES]]
    more = names.count - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def reading_line(notes: ReadingNotes) -> str:
    """Format what was left out of an article and what was assumed, on one line. Return "" if only
    footnote marks were left out."""
    parts = [*_omitted(notes.omitted), *(_short(note) for note in notes.notes)]
    return f"{notes.id}: {'; '.join(parts)}" if parts else ""


def _omitted(omitted: Iterable[Omission]) -> Iterator[str]:
    told = [each for each in omitted if each.reason not in _MINOR]
    if told:
        listed = [f"{each.reason} {each.words:,}" for each in told[:_MOST_REASONS]]
        if more := len(told) - len(listed):
            listed.append(f"{more} more")
        words = sum(each.words for each in told)
        yield f"{words:,} {'word' if words == 1 else 'words'} left out ({', '.join(listed)})"


def _short(note: str) -> str:
    note = note.rstrip(".")
    return note if len(note) <= _LONGEST_NOTE else f"{note[: _LONGEST_NOTE - 1]}…"


def is_mostly_lost(notes: ReadingNotes) -> bool:
    """Return whether less than half of an article's prose was kept."""
    return prose_left_out(notes) > notes.kept_words


def prose_left_out(notes: ReadingNotes) -> int:
    """Return how many words were left out that may belong to the article."""
    return sum(each.words for each in notes.omitted if not _NOT_PROSE.search(each.reason))
