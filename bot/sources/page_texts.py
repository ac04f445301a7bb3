"""Full texts of items whose feed has only a teaser or an address."""

import asyncio
from dataclasses import dataclass, replace

from bot.sources.document import Body, read_page
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.fetching.models import NO_VALIDATORS, Fetched, FetchStatus, Validators
from bot.sources.identity import host_of, same_site
from bot.sources.source import SourcesError
from index.errors import SourceError
from index.models import Article


@dataclass(frozen=True, slots=True)
class PageText:
    """Article of an item, or None if there is none now. `problem` says why the text is missing or
    only a teaser. With `later`, the next update should try again. With `gone`, there is no such
    page. `validators` are those of a page that was read."""

    article: Article | None
    problem: str = ""
    later: bool = False
    gone: bool = False
    validators: Validators = NO_VALIDATORS


def body_of(fetched: Fetched) -> Body:
    """Return the part of a response that a document is read from."""
    return Body(fetched.body, fetched.media_type, fetched.charset)


async def full_text(
    fetcher: Fetcher,
    given: Article,
    feed: str,
    known: Validators = NO_VALIDATORS,
    least_words: int = 0,
) -> PageText:
    """Fetch the page of an article and read its text. If that fails for good, the teaser counts.

    `given` is the article as the feed at the address `feed` gives it. There is no article and no
    problem if the page has not changed since `known`. A page of fewer than `least_words`, or than
    the teaser has, is not the article."""
    try:
        fetched = await fetcher.fetch(given.url, known)
        if fetched.status is FetchStatus.UNCHANGED:
            return PageText(None)
        if fetched.status is FetchStatus.GONE:
            return PageText(None, f"{given.url} is gone (404 or 410)", gone=True)
        page = await asyncio.to_thread(read_page, body_of(fetched), given.url)
    except FetchError as error:
        if error.temporary:
            return PageText(None, error.user_message, later=True)
        return _teaser(given, error.user_message)
    except (SourceError, SourcesError) as error:
        return _teaser(given, error.user_message)
    if len(page.text.split()) < max(least_words, len(given.text.split())):
        return _teaser(given, f"{given.url} has less text than its teaser")
    return PageText(_merged(given, page, fetched.url, feed), validators=fetched.validators)


def _teaser(given: Article, problem: str) -> PageText:
    return PageText(given if given.text else None, problem)


def _merged(given: Article, page: Article, url: str, feed: str) -> Article:
    """Return the article of the page with the feed's title and date, which have no site names and
    no guesses in them. Its address is the page's own."""
    return replace(
        page,
        title=given.title or page.title,
        source=_outlet(given, page, url, feed),
        url=page.url or url,
        published=given.published or page.published,
    )


def _outlet(given: Article, page: Article, url: str, feed: str) -> str:
    """Return the name that the page gives its outlet. A page without one is named by its host;
    then the feed's name counts if the feed is of the same site, as for items with their text."""
    if page.source and page.source != host_of(page.url or url):
        return page.source
    return given.source if given.source and same_site(url, feed) else page.source
