"""Sitemaps of news sites: the addresses of pages, with titles and dates."""

from collections.abc import Iterator
from typing import Any

from index.articles.base.dates import iso_date
from index.articles.base.readers import guess, is_web_url
from index.articles.base.xml_tree import child, children, name_of, text_of
from index.articles.feeds.news_markup import SITEMAP_ROOTS
from index.errors import SourceError
from index.models import Article


def is_sitemap(root: Any) -> bool:
    """Return whether a parsed XML file is a sitemap, or an index of sitemaps."""
    return name_of(root) in SITEMAP_ROOTS


def read_sitemap_tree(root: Any, place: str) -> Iterator[Article]:
    """Yield an article without a text for each page of a parsed sitemap; its id is the address.

    Its one note, if any, is the time of the page's last change. Raises SourceError for an index of
    sitemaps."""
    if name_of(root) == "sitemapindex":
        first = next((text_of(child(e, "loc")) for e in children(root, "sitemap")), "")
        advice = f", such as {first}" if is_web_url(first) else ""
        raise SourceError(f"{place} lists other sitemaps. Add one of these instead{advice}.")
    for element in children(root, "url"):
        url = text_of(child(element, "loc"))
        if is_web_url(url):
            yield _page(element, url)


def _page(element: Any, url: str) -> Article:
    news = child(element, "news")
    changed = iso_date(text_of(child(element, "lastmod")))
    return Article(
        id=url,
        text="",
        title=guess(text_of(child(news, "title"))),
        source=guess(text_of(child(news, "publication", "name"))),
        url=url,
        published=iso_date(text_of(child(news, "publication_date"))),
        notes=(changed,) if changed else (),
    )
