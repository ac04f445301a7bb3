"""Articles of an XML file, whose root element tells what it is."""

import re
from collections.abc import Iterator

from index.articles.base.xml_tree import name_of, parse_xml
from index.articles.feeds.feeds import FEED_ROOTS, read_feed, read_feed_tree
from index.articles.feeds.news_markup import (
    NEWSML_ROOTS,
    SITEMAP_ROOTS,
    read_newsml_tree,
    read_nitf_tree,
    sitemap_error,
)
from index.articles.messages.captions import read_ttml_tree
from index.errors import SourceError
from index.models import Article

_BROKEN_FEED = re.compile(rb"<(?:\w{1,20}:)?(?:rss|RDF|feed)[\s>]")


def read_xml(data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the articles of a feed, NITF, NewsML-G2 or TTML file, and an error for each unusable
    one. A web page in XHTML is read as a page."""
    try:
        root = parse_xml(data, place)
    except SourceError as error:
        if _BROKEN_FEED.search(data[:4000]):
            yield from read_feed(data, article_id, place)
        else:
            yield error
        return
    name = name_of(root)
    if name in FEED_ROOTS:
        yield from read_feed_tree(root, article_id, place)
    elif name in NEWSML_ROOTS:
        yield from read_newsml_tree(root, article_id, place)
    elif name in SITEMAP_ROOTS:
        yield sitemap_error(root, place)
    else:
        yield from _one(data, root, article_id, place)


def _one(data: bytes, root: object, article_id: str, place: str) -> Iterator[Article | SourceError]:
    from index.articles.web.html import read_html

    name = name_of(root)
    try:
        if name == "nitf":
            yield read_nitf_tree(root, article_id, place)
        elif name == "tt":
            yield read_ttml_tree(root, article_id, place)
        elif name == "html":
            yield read_html(data, article_id, place)
        else:
            yield SourceError(
                f"{place}: XML with the root element <{name}> has no known form of an article. "
                "Give a feed, NITF, NewsML-G2 or TTML file, or remove it."
            )
    except SourceError as error:
        yield error
