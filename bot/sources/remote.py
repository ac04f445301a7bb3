"""Reading of a source at an address: its list of articles, their pages, and what left the list."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from bot.sources.document import MOST_ITEMS, Document, Given, Item, read_document
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import Fetched, FetchStatus, Validators
from bot.sources.findings import Findings, summary_of
from bot.sources.identity import article_id, canonical_key
from bot.sources.page_texts import body_of, full_text
from bot.sources.recheck import PageRechecks, due_pages, page_of, recent_pages
from bot.sources.source import Source, SourcesError
from bot.sources.state import KnownItem, SourceState
from index.errors import SourceError
from index.models import Article

_MOST_DOUBTFUL = 100
_MOST_WITHDRAWN = 5  # articles of one update that need no second one to confirm it


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bounds of one reading of a source: pages of articles, pages of articles that may be
    withdrawn, pages that may have been corrected, and seconds after which no further page is
    fetched."""

    pages: int = 50
    withdrawals: int = 20
    rechecks: int = 20
    seconds: float = 120.0


async def read_remote(
    source: Source, state: SourceState, fetcher: Fetcher, limits: ReadLimits, now: datetime
) -> Findings | None:
    """Read what is new or changed at `now`; None if the server says that nothing is.

    Raises FetchError or another ExpectedError if the source cannot be read."""
    known = Validators(state.etag, state.last_modified)
    fetched = await fetcher.fetch(source.address, known)
    is_done = not state.doubtful and not due_pages(state.pages, now)
    is_done = is_done and fetched.moved_to == state.moved_to == ""
    if fetched.status is FetchStatus.UNCHANGED and is_done:
        return None
    reading = _Reading(source, state, fetcher, limits, now)
    reading.findings.moved_to = fetched.moved_to
    if not source.kind.is_list:
        return await reading.read_single(fetched)
    if fetched.status is FetchStatus.GONE:
        raise SourcesError("it is gone (404 or 410). Its articles stay; remove it or add it anew")
    if fetched.status is FetchStatus.FRESH:
        await reading.read_list(fetched)
    await reading.confirm_withdrawals()
    await reading.recheck_pages()
    return reading.findings


class _Reading:
    """One reading of one source, within its limits."""

    def __init__(
        self,
        source: Source,
        state: SourceState,
        fetcher: Fetcher,
        limits: ReadLimits,
        now: datetime,
    ) -> None:
        self._source, self._state, self._fetcher, self._limits = source, state, fetcher, limits
        self._now = now
        self._unusable: list[str] = []
        self._problems: list[str] = []
        self._ends = asyncio.get_running_loop().time() + limits.seconds
        self.findings = Findings(
            etag=state.etag,
            last_modified=state.last_modified,
            items=dict(state.items),
            doubtful=dict(state.doubtful),
            pages=dict(state.pages),
            folds_copies=True,
        )

    async def read_single(self, fetched: Fetched) -> Findings:
        """Read a source that is one page."""
        key = self._source.first_address
        id = article_id(self._source, key)
        if fetched.status is FetchStatus.GONE:
            if id not in self._state.articles:
                raise SourcesError("the page is gone (404 or 410)")
            self.findings.withdrawn.append(id)
            self.findings.notes.append("the page is gone (404 or 410)")
        elif fetched.status is FetchStatus.FRESH:
            document = await self._document(fetched)
            if document.page is None:
                raise SourcesError(f"it was a page and is now {document.kind}. Add it anew")
            url = document.page.url or fetched.url
            self.findings.articles.append(replace(document.page, id=id, url=url))
            self._remember_validators(fetched)
        return self.findings

    async def read_list(self, fetched: Fetched) -> None:
        """Read the new and changed items of a feed or sitemap."""
        document = await self._document(fetched)
        if not document.kind.is_list:
            raise SourcesError(f"it was {self._source.kind} and is now a page. Add it anew")
        if document.problems and not document.items:
            raise SourcesError(document.problems[0])
        if document.unread:
            self.findings.notes.append(
                f"only the first {MOST_ITEMS} items were read, {document.unread:,} more were not"
            )
        self._unusable += document.problems
        if not document.items:  # the known items stay: they are likely to come back
            if held := self._state.held:
                self.findings.notes.append(f"it has no items now; its {held:,} articles stay")
            self._remember_validators(fetched)
            return
        items = self._distinct(document)
        self._find_missing(items)
        if await self._read_items(items):
            self._remember_validators(fetched)

    async def confirm_withdrawals(self) -> None:
        """Request the pages of items that left the list. Those that are gone are withdrawn.

        If many seem gone at once, the server may be broken: then only those count that were gone at
        the update before, too."""
        later: dict[str, KnownItem] = {}
        gone: dict[str, KnownItem] = {}
        for number, (key, item) in enumerate(self.findings.doubtful.items()):
            if number >= self._limits.withdrawals or self._late():
                later[key] = item
                continue
            try:
                is_gone = (await self._fetcher.fetch(item.url)).status is FetchStatus.GONE
            except FetchError as error:
                if error.temporary:
                    later[key] = item
                continue
            if is_gone and not self._is_listed(item):
                gone[key] = item
        self._withdraw(gone, later)
        self.findings.doubtful = dict(list(later.items())[:_MOST_DOUBTFUL])

    def _withdraw(self, gone: dict[str, KnownItem], later: dict[str, KnownItem]) -> None:
        """Withdraw articles whose pages are gone, or put them off to `later`."""
        is_mass = len(gone) > _MOST_WITHDRAWN
        for key, item in gone.items():
            if is_mass and not item.gone:
                later[key] = item.model_copy(update={"gone": True})
            else:
                self.findings.withdrawn.append(item.article)
                self.findings.pages.pop(item.article, None)
        if put_off := sum(item.gone for item in later.values()):
            self.findings.notes.append(
                f"{put_off} pages are gone at once: their articles stay until the next update "
                "confirms it"
            )

    async def recheck_pages(self) -> None:
        """Read the pages again that may have been corrected since the last time."""
        rechecks = PageRechecks(self._fetcher, self._source.address, self.findings, self._now)
        await rechecks.run(self._limits.rechecks, self._ends)
        self.findings.pages = recent_pages(self.findings.pages, self._now)

    def _is_listed(self, item: KnownItem) -> bool:
        """Return whether the list has the same article at another address."""
        return any(other.article == item.article for other in self.findings.items.values())

    async def _document(self, fetched: Fetched) -> Document:
        return await asyncio.to_thread(read_document, body_of(fetched), self._source.address)

    def _distinct(self, document: Document) -> dict[str, Item]:
        """Return the items by their keys; of several with one address the first counts."""
        items: dict[str, Item] = {}
        for item in document.items:
            items.setdefault(item.key, item)
        return items

    def _find_missing(self, items: dict[str, Item]) -> None:
        """Add the items to `doubtful` that are missing while later ones of the same list remain:
        they did not fall off its end."""
        before = list(self._state.items)
        remaining = [place for place, key in enumerate(before) if key in items]
        for key in before[: max(remaining, default=0)]:
            item = self._state.items[key]
            if key not in items and item.url:
                self.findings.doubtful[key] = item
        for key in items:
            self.findings.doubtful.pop(key, None)

    async def _read_items(self, items: dict[str, Item]) -> bool:
        """Read the new and changed items. Returns False if some are left for the next update."""
        self.findings.items = {}
        pages = left = 0
        for key, item in items.items():
            known = self._state.items.get(key)
            if known and known.digest == item.digest:
                self.findings.items[key] = known
            elif (given := await self._given(item)) is None:
                self._keep(key)
            elif given.whole:
                id = self._take_item(item, key, given.article)
                self.findings.pages.pop(id, None)  # the text is no longer that of the page
            elif pages < self._limits.pages and not self._late():
                pages += 1
                left += not await self._read_page(item, given.article)
            else:
                left += 1
                self._keep(key)
        self.findings.notes += summary_of(self._unusable, "unusable items")
        self.findings.notes += summary_of(self._problems, "articles without their full text")
        if left:
            self.findings.notes.append(f"left for the next update: {left}")
        return not left

    async def _given(self, item: Item) -> Given | None:
        """Read what the list gives of an item; None if that is unusable."""
        try:
            return await asyncio.to_thread(item.read)
        except SourceError as error:
            self._unusable.append(error.user_message)
            return None

    async def _read_page(self, item: Item, given: Article) -> bool:
        """Read the page of an item. Returns False if the next update should try again."""
        page = await full_text(self._fetcher, given, self._source.address)
        if page.problem:
            self._problems.append(page.problem)
        if page.later:
            self._keep(item.key)
        elif page.article:
            id = self._take_item(item, canonical_key(item.key, page.article), page.article)
            if not page.problem:
                self.findings.pages[id] = page_of(given, page, self._now)
        else:
            known = self._state.items.get(item.key)
            if known and page.gone:
                self.findings.withdrawn.append(known.article)
                self.findings.pages.pop(known.article, None)
            unread = KnownItem(digest=item.digest, article="", url=item.url)
            self.findings.items[item.key] = unread
        return not page.later

    def _keep(self, key: str) -> None:
        """Keep the earlier reading of an item that the next update reads again."""
        if known := self._state.items.get(key):
            self.findings.items[key] = known

    def _take_item(self, item: Item, own_key: str, article: Article) -> str:
        """Take an article and return its id. That is the address that its page names as its own
        unless that of another item is the same: some sites name one address on all pages."""
        id, plain = article_id(self._source, own_key), article_id(self._source, item.key)
        before = self._state.items.get(item.key)
        had_plain = before is not None and before.article == plain
        if own_key != item.key and (had_plain or self._belongs_to_another(id, item.key)):
            id = plain
        known = KnownItem(digest=item.digest, article=id, url=item.url)
        self.findings.items[item.key] = known
        self.findings.articles.append(replace(article, id=id))
        return id

    def _belongs_to_another(self, id: str, key: str) -> bool:
        known = (*self._state.items.items(), *self.findings.items.items())
        return any(item.article == id for other, item in known if other != key)

    def _remember_validators(self, fetched: Fetched) -> None:
        self.findings.etag = fetched.validators.etag
        self.findings.last_modified = fetched.validators.last_modified

    def _late(self) -> bool:
        return asyncio.get_running_loop().time() >= self._ends
