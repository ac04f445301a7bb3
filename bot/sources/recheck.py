"""Pages that are read again although their feed has not changed: a correction need not touch it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import Validators
from bot.sources.findings import Findings
from bot.sources.page_texts import PageText, full_text
from bot.sources.state import KnownItem, KnownPage
from index.models import Article

_MOST_KEPT = 500  # pages of one source
# Age of an article, and the pause between two readings of its page. Older pages are not read again.
_PAUSES = (
    (timedelta(days=1), timedelta(minutes=5)),
    (timedelta(days=7), timedelta(hours=1)),
    (timedelta(days=30), timedelta(days=1)),
)


def due_pages(pages: dict[str, KnownPage], now: datetime) -> list[str]:
    """Return the articles whose pages are due to be read again, the most overdue first."""
    due = {id: at for id, page in pages.items() if (at := _due_at(page, now)) and at <= now}
    return sorted(due, key=due.__getitem__)


def recent_pages(pages: dict[str, KnownPage], now: datetime) -> dict[str, KnownPage]:
    """Return the pages that may be due again, at most 500, those of the newest articles."""
    recent = [(id, page) for id, page in pages.items() if _due_at(page, now)]
    recent.sort(key=lambda each: each[1].since, reverse=True)
    return dict(recent[:_MOST_KEPT])


def _due_at(page: KnownPage, now: datetime) -> datetime | None:
    age = now - page.since
    pause = next((pause for most, pause in _PAUSES if age < most), None)
    return None if pause is None else page.checked + pause


def page_of(given: Article, page: PageText, now: datetime) -> KnownPage:
    """Return what a later reading needs to know of a page that was just read. `given` is the
    article as its feed gives it."""
    return KnownPage(
        url=given.url,
        title=given.title,
        source=given.source,
        published=given.published,
        words=len(given.text.split()),
        etag=page.validators.etag,
        last_modified=page.validators.last_modified,
        since=min(_moment(given.published) or now, now),
        checked=now,
    )


def _moment(published: str) -> datetime | None:
    """Return a date of an article in UTC; None if there is none that can be computed with."""
    try:
        found = datetime.fromisoformat(published)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


class PageRechecks:
    """One round of page readings for one source, at the address `feed`."""

    def __init__(self, fetcher: Fetcher, feed: str, findings: Findings, now: datetime) -> None:
        self._fetcher, self._feed, self._findings, self._now = fetcher, feed, findings, now

    async def run(self, most: int, ends: float) -> None:
        """Read at most `most` pages that are due, until the loop's time `ends`. The round stops
        when a page cannot be read for now: its host may be down."""
        loop = asyncio.get_running_loop()
        for id in due_pages(self._findings.pages, self._now)[:most]:
            if loop.time() >= ends or not await self._recheck(id, self._findings.pages[id]):
                return

    async def _recheck(self, id: str, known: KnownPage) -> bool:
        """Read a page again if it has changed. Return False if the server fails for now."""
        given = Article(
            id=id,
            text="",
            title=known.title,
            source=known.source,
            url=known.url,
            published=known.published,
        )
        before = Validators(known.etag, known.last_modified)
        page = await full_text(self._fetcher, given, self._feed, before, known.words)
        if page.later:
            return False
        self._take(id, known, page)
        return True

    def _take(self, id: str, known: KnownPage, page: PageText) -> None:
        if page.gone:  # one answer is no proof: the next update asks again
            item = KnownItem(digest="", article=id, url=known.url)
            self._findings.doubtful.setdefault(known.url, item)
        fresh: dict[str, object] = {"checked": self._now}
        if page.article:
            self._findings.articles.append(replace(page.article, id=id))
            validators = page.validators
            fresh |= {"etag": validators.etag, "last_modified": validators.last_modified}
        self._findings.pages[id] = known.model_copy(update=fresh)
