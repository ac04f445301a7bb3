"""Texts that feeds give one article, and which of them is its text at each time.

Each feed's newest text stands beside those of the others. At any time, the article has one of them:

- The feed whose text the article has decides on changes. When it gives another text, that is a new
  version.
- What another feed gives of the same version is another edition of it. The fullest edition counts,
  from the beginning of the version. Editions are the first text of a feed, and its first one within
  a day of the version, because a correction reaches the feeds one after another. Once an article
  has changed, an edition must be a quarter longer to count, because it may lack the change.
- Any other change is one that the article lacks so far: a new version, now from that feed.
- A text with less than half of the characters of another feed's is a teaser. It does not count.

So the feeds do not replace each other's texts at each update. A record without a feed ends the
texts before it, and so does a withdrawal: there is one address, and it has no text any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_UNDATED = float("-inf")
_SAME_MOMENT_S = 86_400.0
_TEASER = 2.0  # times as many characters has the whole text at least
_FULLER = 1.25  # times as many characters has an edition that replaces a corrected text


@dataclass(frozen=True, slots=True)
class Record:
    """The part of a record that decides on its version. `text` is a digest; b"" for a withdrawal
    that carries no text. The times are in seconds in UTC. `feed` identifies the feed that gave the
    text, b"" if unknown; `size` is the number of characters of the text."""

    text: bytes
    seen: int | None
    published: int | None
    withdrawn: bool = False
    feed: bytes = b""
    size: int = 0

    @property
    def time(self) -> tuple[float, float]:
        published = _UNDATED if self.published is None else self.published
        return (published if self.seen is None else self.seen), published


@dataclass(slots=True)
class Run:
    """Following records with the same text. `began` is the time of its first record, `seen` when
    it was first seen; other editions may have been there before."""

    text: bytes
    began: float
    seen: int | None = None
    records: list[int] = field(default_factory=list)
    withdrawn: int | None = None


@dataclass(frozen=True, slots=True)
class _FeedText:
    """Newest text of a feed: the position of its record."""

    position: int
    record: Record


def find_runs(records: Sequence[Record], order: Iterable[int]) -> list[Run]:
    """Return the runs of records that are versions, given the order of time."""
    finder = _RunFinder()
    for position in order:
        finder.add(position, records[position])
    return finder.runs


class _RunFinder:
    """The runs up to a time, and what each feed gives then. `_shown` is the feed whose text the
    article has."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._feeds: dict[bytes, _FeedText] = {}
        self._shown = b""

    def add(self, position: int, record: Record) -> None:
        """Take the next record in the order of time."""
        if record.text:
            self._take_text(_FeedText(position, record))
        if record.withdrawn and self.runs:
            self._withdraw(record)

    def _withdraw(self, record: Record) -> None:
        """End all texts. The first of several withdrawals counts."""
        if self.runs[-1].withdrawn is None:
            self.runs[-1].withdrawn = record.published if record.seen is None else record.seen
        self._feeds.clear()

    def _take_text(self, given: _FeedText) -> None:
        feed = given.record.feed
        before = self._feeds.get(feed)
        if not (feed and self._shown and self._shown in self._feeds):
            self._feeds = {feed: given}
            self._show(given)
            return
        if before and self._repeats(given.record, before.record):
            return
        self._feeds[feed] = given
        if feed == self._shown:
            fullest = max(self._feeds.values(), key=lambda each: each.record.size)
            if _is_teaser(given.record, fullest.record) and not self._is_outdated(fullest.record):
                self._show_edition(fullest)
            else:
                self._show(given)
        else:
            self._compare(given, before)

    def _repeats(self, given: Record, before: Record) -> bool:
        """Return whether a feed gives again a text that is not the shown one."""
        return given.text == before.text != self._feeds[self._shown].record.text

    def _compare(self, given: _FeedText, before: _FeedText | None) -> None:
        """Decide on the text of a feed that is not the shown one."""
        shown, run = self._feeds[self._shown].record, self.runs[-1]
        if given.record.text == shown.text:
            self._extend(run, given)
        elif before is None or self._follows(before.record, given.record, run):
            if self._is_fuller(given.record, shown):
                self._show_edition(given)
        elif not _is_teaser(given.record, shown):
            self._show(given)

    def _follows(self, before: Record, given: Record, run: Run) -> bool:
        """Return whether a feed gives its edition of a version only now."""
        return before.time[0] < run.began and given.time[0] - run.began <= _SAME_MOMENT_S

    def _is_fuller(self, edition: Record, shown: Record) -> bool:
        """Return whether an edition counts instead of the shown text."""
        least = shown.size * (_FULLER if len(self.runs) > 1 else 1)
        return edition.size > least and not self._is_outdated(edition)

    def _is_outdated(self, edition: Record) -> bool:
        return any(run.text == edition.text for run in self.runs[:-1])

    def _show(self, given: _FeedText) -> None:
        """Let the article have this text from now on."""
        record = given.record
        self._shown = record.feed
        if not self.runs or self.runs[-1].text != record.text:
            self.runs.append(Run(record.text, record.time[0]))
        self._extend(self.runs[-1], given)

    def _show_edition(self, given: _FeedText) -> None:
        """Let the newest version have this text from its beginning."""
        run, self._shown = self.runs[-1], given.record.feed
        if run.text != given.record.text:
            run.text, run.records = given.record.text, []
        self._extend(run, given)

    def _extend(self, run: Run, given: _FeedText) -> None:
        run.records.append(given.position)
        run.withdrawn = None
        seen = [each for each in (run.seen, given.record.seen) if each is not None]
        run.seen = min(seen, default=None)


def _is_teaser(record: Record, other: Record) -> bool:
    return _TEASER * record.size < other.size
