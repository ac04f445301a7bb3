"""All articles under the given paths, each with a unique id."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.articles.base.readers import Skipped
from index.articles.base.text_files import decode_file
from index.articles.chats import SlackFolder
from index.articles.editions import Editions, Fate
from index.articles.feeds.feeds import is_json_feed, read_json_feed
from index.articles.files import (
    ArticleFile,
    UnreadFile,
    files_at,
    open_file,
    read_whole,
    shown,
    unreadable,
)
from index.articles.formats import FORMATS, JSON_ENDINGS, LINE_ENDINGS
from index.articles.lines import parsed_json, read_lines
from index.articles.reading_memory import Finding, Found, ReadingMemory
from index.articles.records import read_content
from index.errors import SourceError
from index.models import Article

DEFAULT_MAX_ARTICLE_BYTES = 10_000_000

# A .json file is read into memory whole. Larger collections belong in .jsonl, which streams.
_LARGEST_JSON = 1_000_000_000
_MOST_LISTED = 1000
_MOST_FRONT_MATTER = 64 * 1024


@dataclass(slots=True)
class Names:
    """Names of files or articles: all are counted, the first thousand are kept."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.first) < _MOST_LISTED:
            self.first.append(name)


@dataclass(slots=True)
class SourceReport:
    """Findings beside the articles: files of kinds that are not read, files and records without an
    article by reason, the ids of articles that have earlier versions and of those that were
    withdrawn, the count of records whose text was given before, of those whose text is a shorter
    edition than another feed's, and of those left out because their version is too old."""

    unread: Names = field(default_factory=Names)
    skipped: dict[str, Names] = field(default_factory=dict)
    updated: Names = field(default_factory=Names)
    withdrawn: Names = field(default_factory=Names)
    repeated: int = 0
    shorter: int = 0
    superseded: int = 0


def read_articles(
    paths: Sequence[Path],
    *,
    max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES,
    on_bad: Callable[[SourceError], None] | None = None,
    report: SourceReport | None = None,
    memory: ReadingMemory | None = None,
) -> Iterator[Article]:
    """Yield the articles of files and folders, one at a time, in a fixed order.

    Several texts with one id are versions of one article, and each is yielded: the newest under the
    id itself, an earlier one as `ID@VERSION`. The first unusable file or record raises SourceError.
    With `on_bad`, each error is passed to it instead and reading continues. `report` is filled by
    the end. What is in `memory` is not read again.
    """
    reading = _Reading(max_article_bytes, memory or ReadingMemory())
    editions = reading.find_editions(paths, stop_at_bad=on_bad is None)
    report = report or SourceReport()
    for article_id in editions.updated():
        report.updated.add(article_id)
    for article_id in editions.withdrawn():
        report.withdrawn.add(article_id)
    for found in reading.read(paths, editions, report):
        if isinstance(found, Article):
            yield found
        elif on_bad is None:
            raise found
        else:
            on_bad(found)


class _Reading:
    """Reader of the files. It takes two passes over those whose articles have ids of their own."""

    def __init__(self, limit: int, memory: ReadingMemory) -> None:
        self._limit, self._memory = limit, memory
        memory.begin()
        self._slack_names: dict[Path, dict[str, str]] = {}

    def find_editions(self, paths: Sequence[Path], stop_at_bad: bool) -> Editions:
        """Find all records of each id."""
        editions = Editions()
        self._find_editions(paths, editions, stop_at_bad)
        if editions.suspects:
            editions.restart()
            self._find_editions(paths, editions, stop_at_bad)
        return editions

    def _find_editions(self, paths: Sequence[Path], editions: Editions, stop_at_bad: bool) -> None:
        for file in _files(paths):
            if not isinstance(file, ArticleFile):
                continue
            if not _has_own_ids(file) and not editions.is_suspect(file.default_id):
                editions.find_file(file.default_id)
                continue
            for found in self._read_file(file):
                if isinstance(found, Found):
                    editions.find(found.article)
                elif isinstance(found, SourceError) and stop_at_bad:
                    return  # the second pass ends there

    def read(
        self, paths: Sequence[Path], editions: Editions, report: SourceReport
    ) -> Iterator[Article | SourceError]:
        """Yield the versions of each id, and all errors."""
        for found in self._read_all(paths, report):
            if isinstance(found, SourceError):
                yield found
                continue
            match editions.admit(found.article):
                case Article() as kept:
                    yield kept
                case Fate.REPEATED:
                    report.repeated += 1
                case Fate.SHORTER:
                    report.shorter += 1
                case Fate.SUPERSEDED:
                    report.superseded += 1
                case Fate.CHANGED:
                    yield _changed(found.article.id, found.place)
        for article_id in editions.lost():
            yield _changed(article_id, "its file")

    def _read_all(
        self, paths: Sequence[Path], report: SourceReport
    ) -> Iterator[Found | SourceError]:
        for file in _files(paths):
            if isinstance(file, SourceError):
                yield file
            elif isinstance(file, UnreadFile):
                report.unread.add(shown(file.path))
            else:
                for found in self._read_file(file):
                    if isinstance(found, Skipped):
                        report.skipped.setdefault(found.reason, Names()).add(found.place)
                    else:
                        yield found

    def _read_file(self, file: ArticleFile) -> Iterator[Finding]:
        """Yield the articles of one file, and an error for each of its unusable records."""
        for found in self._read_checked(file):
            if isinstance(found, SourceError):
                found.path = file.path
            yield found

    def _read_checked(self, file: ArticleFile) -> Iterator[Finding]:
        try:
            yield from self._read_format(file)
        except SourceError as error:
            yield error
        except OSError as error:
            yield unreadable(file.path, error)

    def _checked(self, findings: Iterator[Finding]) -> Iterator[Finding]:
        for found in findings:
            try:
                yield found.checked(self._limit) if isinstance(found, Found) else found
            except SourceError as error:
                yield error

    def _read_format(self, file: ArticleFile) -> Iterator[Finding]:
        ending = _ending(file)
        if ending in LINE_ENDINGS:
            with open_file(file.path) as lines:
                yield from read_lines(lines, file, self._limit, self._memory)
        elif ending in JSON_ENDINGS:  # not remembered: a chat has its names in another file
            yield from self._checked(self._read_json(file))
        else:
            findings = self._checked(self._read_other(file))
            yield from self._memory.read_file(file, self._limit, findings)

    def _read_other(self, file: ArticleFile) -> Iterator[Finding]:
        format, place = FORMATS[_ending(file)], shown(file.path)
        data = read_whole(file.path, format.growth * self._limit)
        for number, found in enumerate(format.read(data, file.default_id, place), 1):
            if isinstance(found, SourceError):
                yield found
            else:
                yield Found(found, f"{place}, article {number}" if format.own_ids else place)

    def _read_json(self, file: ArticleFile) -> Iterator[Finding]:
        place = shown(file.path)
        data = read_whole(file.path, _LARGEST_JSON, "Save it as .jsonl, one article per line.")
        text, note = decode_file(data, place)
        content = parsed_json(text.removeprefix("\ufeff"), place)
        slack = SlackFolder(file.path, self._slack_names)
        read = (
            read_json_feed(text.encode(), file.default_id, place)
            if is_json_feed(content)
            else read_content(content, file.default_id, place, slack)
        )
        many = isinstance(content, list)
        for number, found in enumerate(read, 1):
            if isinstance(found, Article):
                yield Found.of(found, f"{place}, record {number}" if many else place, note)
            else:
                yield found


def _files(paths: Sequence[Path]) -> Iterator[ArticleFile | UnreadFile | SourceError]:
    for path in paths:
        yield from files_at(path)


def _ending(file: ArticleFile) -> str:
    return file.path.suffix.lower()


def _has_own_ids(file: ArticleFile) -> bool:
    format = FORMATS.get(_ending(file))
    if format is None or format.own_ids:
        return True
    return bool(format.names_itself) and format.has_own_id(_beginning(file.path))


def _beginning(path: Path) -> bytes:
    """Return the first bytes of a file; none if it is unreadable, as the second pass reports."""
    try:
        with open_file(path) as file:
            return file.read(_MOST_FRONT_MATTER)
    except (OSError, SourceError):
        return b""


def _changed(article_id: str, place: str) -> SourceError:
    return SourceError(
        f"The article '{article_id}' in {place} changed while it was read. Run the command again."
    )
