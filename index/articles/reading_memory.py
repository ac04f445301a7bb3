"""Memory of what was read from files and lines, so that nothing unchanged is read again.

A build reads files in two passes, and a running bot builds again at each update, mostly from the
same files. A file counts as unchanged if its inode, size and times are the same, a line if its text
is the same.
"""

import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from index.articles.base.readers import Skipped, checked
from index.articles.files import ArticleFile
from index.errors import SourceError
from index.models import Article

_MOST_CHARS = 16_000_000  # of the texts in memory
_CHARS_PER_PIECE = 200  # what an entry and a block take beside their text, about
_SETTLED_S = 2.0  # a file may change without another time so soon after its last change


@dataclass(frozen=True, slots=True)
class Found:
    """An article and its location, in words for a message."""

    article: Article
    place: str

    @classmethod
    def of(cls, article: Article, place: str, note: str) -> "Found":
        """Return a found article with a note about its charset."""
        return cls(replace(article, notes=(*article.notes, note)) if note else article, place)

    def checked(self, limit: int) -> "Found":
        """Return it with cleaned metadata. Raises SourceError if it is unusable, or its text has
        more than `limit` bytes."""
        return Found(checked(self.article, self.place, limit), self.place)


Finding = Found | Skipped | SourceError


@dataclass(frozen=True, slots=True)
class _Entry:
    findings: tuple[Finding, ...]
    size: int
    build: int
    lasts: bool


class ReadingMemory:
    """Findings of the last build, and of the one that runs. It belongs to one thread at a time."""

    def __init__(self, most_chars: int = _MOST_CHARS) -> None:
        self._left, self._build = most_chars, 0
        self._entries: dict[Hashable, _Entry] = {}

    def begin(self) -> None:
        """Begin a build: forget what the last one did not use, and files that it read too soon
        after a change."""
        last, self._build = self._build, self._build + 1
        for key, entry in list(self._entries.items()):
            if entry.build != last or not entry.lasts:
                self._forget(key)

    def recall(self, key: Hashable) -> Sequence[Finding] | None:
        """Return the findings with this key; None if they are not known."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.build != self._build:
            self._entries[key] = _Entry(entry.findings, entry.size, self._build, entry.lasts)
        return entry.findings

    def keep(self, key: Hashable, findings: Sequence[Finding], *, lasts: bool = True) -> None:
        """Remember findings if there is room. Without `lasts`, only this build uses them. An error
        is found anew each time: it holds on to all that led to it."""
        self._forget(key)
        size = sum(map(_size, findings)) + _CHARS_PER_PIECE
        has_error = any(isinstance(each, SourceError) for each in findings)
        if size <= self._left and not has_error:
            self._left -= size
            self._entries[key] = _Entry(tuple(findings), size, self._build, lasts)

    def read_file(
        self, file: ArticleFile, limit: int, findings: Iterator[Finding]
    ) -> Iterator[Finding]:
        """Yield the findings of a file: those in memory, or else `findings`, which are remembered.
        They depend on the file and on the size limit of an article."""
        status = file.path.stat()
        times = status.st_mtime_ns, status.st_ctime_ns
        key = file, limit, status.st_dev, status.st_ino, status.st_size, *times
        known = self.recall(key)
        if known is not None:
            yield from known
            return
        found = []
        lasts = time.time_ns() - max(times) > _SETTLED_S * 1e9
        for each in findings:
            found.append(each)
            yield each
        self.keep(key, found, lasts=lasts)

    def _forget(self, key: Hashable) -> None:
        if entry := self._entries.pop(key, None):
            self._left += entry.size


def digest(line: bytes) -> bytes:
    """Return a digest that no other line has."""
    return blake2b(line, digest_size=16).digest()


def _size(finding: Finding) -> int:
    if not isinstance(finding, Found):
        return _CHARS_PER_PIECE
    article = finding.article
    pieces = 1 + len(article.blocks) + len(article.omitted) + len(article.notes)
    return len(article.text) + pieces * _CHARS_PER_PIECE
