"""Examination of an address or path before it becomes a source."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config.settings import Settings
from bot.config.values import parse_interval
from bot.sources.address import is_unicode, kept_path, kept_url
from bot.sources.document import Document, Given, read_document
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import FetchStatus
from bot.sources.findings import summary_of
from bot.sources.identity import host_of
from bot.sources.local import kind_of_path, local_findings
from bot.sources.page_texts import body_of
from bot.sources.registry import Registry, check_new
from bot.sources.source import LONGEST_TITLE, Kind, Source, SourcesError, new_id
from bot.wording.measures import counted
from index.errors import SourceError

_AGAIN = " The next update tries again."


@dataclass(frozen=True, slots=True)
class Examined:
    """A source that can be added, the number of its articles, and notes about it."""

    source: Source
    articles: int
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The kind, title and number of articles, on one line."""
        title = f" “{self.source.title}”" if self.source.title else ""
        articles = counted(self.articles, "article")
        return "; ".join((f"{self.source.kind}{title}, {articles}", *self.notes))


def is_url(address: str) -> bool:
    """Return whether an address looks like a URL of any scheme, not like a path."""
    return "://" in address


async def examine(
    address: str, settings: Settings, fetcher: Fetcher, *, name: str = "", every: str | None = None
) -> Examined:
    """Read an address or a path, and return the source that it would be.

    Raises SourcesError if it is a source already or cannot be one, and FetchError if it cannot be
    fetched."""
    registry = Registry(settings.sources)
    sources = registry.sources()
    _check_interval(every)
    _check_name(name)
    remote = is_url(address)
    address = kept_url(address) if remote else kept_path(address)
    check_new(address, sources)
    taken = {source.id for source in sources}
    default = host_of(address) if remote else address.rpartition("/")[2]
    source = Source(
        id=new_id(name or default, taken),
        kind=Kind.PAGE,
        address=address,
        every=every,
        added=datetime.now(UTC).replace(microsecond=0),
    )
    if remote:
        return await _examine_remote(source, fetcher, name)
    return await asyncio.to_thread(_examine_local, source, settings)


def _check_interval(every: str | None) -> None:
    try:
        if every is not None:
            parse_interval(every)
    except ValueError as error:
        raise SourcesError(f"The interval {every!r} cannot be used: {error}") from error


def _check_name(name: str) -> None:
    if len(name) > LONGEST_TITLE or not is_unicode(name):
        raise SourcesError(f"The name must have at most {LONGEST_TITLE} characters, in UTF-8")


async def _examine_remote(source: Source, fetcher: Fetcher, name: str) -> Examined:
    try:
        fetched = await fetcher.fetch(source.address)
    except FetchError as error:
        raise SourcesError(error.user_message.removesuffix(_AGAIN)) from error
    if fetched.status is not FetchStatus.FRESH:
        raise SourcesError(f"{source.address} is not there (404 or 410). Check the address")
    try:
        document = await asyncio.to_thread(read_document, body_of(fetched), source.address)
    except SourceError as error:
        raise SourcesError(error.user_message) from error
    given, problems = await asyncio.to_thread(_read_items, document)
    if problems and document.page is None and not given:
        raise SourcesError(f"{source.address} has no article that can be read: {problems[0]}")
    title = name or (document.page.title if document.page else _outlet(given))
    found = source.model_copy(update={"kind": document.kind, "title": title[:LONGEST_TITLE]})
    notes = [f"it has moved to {fetched.moved_to}"] if fetched.moved_to else []
    notes += _notes(document, given, problems)
    articles = 1 if document.page else len(given)
    return Examined(found, articles, tuple(notes))


def _read_items(document: Document) -> tuple[list[Given], list[str]]:
    """Read all items of a list; also return a line for each that is unusable."""
    given, problems = [], list(document.problems)
    for item in document.items:
        try:
            given.append(item.read())
        except SourceError as error:
            problems.append(error.user_message)
    return given, problems


def _outlet(given: list[Given]) -> str:
    """Return the outlet that most of the articles name."""
    names = [each.article.source for each in given if each.article.source]
    return max(names, key=names.count) if names else ""


def _notes(document: Document, given: list[Given], problems: list[str]) -> list[str]:
    notes = []
    if teasers := sum(not each.whole for each in given):
        notes.append(f"texts that come from their pages: {teasers}")
    if document.unread:
        notes.append(f"{document.unread:,} more are not read")
    return [*notes, *summary_of(problems, "unusable items")]


def _examine_local(source: Source, settings: Settings) -> Examined:
    kind = kind_of_path(Path(source.address), (*settings.articles, settings.sources))
    found = local_findings(source, settings.max_article_bytes)
    title = Path(source.address).name
    return Examined(
        source.model_copy(update={"kind": kind, "title": title}),
        len(found.articles),
        tuple(found.notes),
    )
