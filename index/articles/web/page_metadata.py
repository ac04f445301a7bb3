"""Title, site, address and date of a page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from index.articles.base.readers import guess, is_web_url
from index.articles.web.page_dates import PublishedDate, marked_dates, meta_dates
from index.articles.web.page_json_ld import (
    Described,
    described_in,
    own_article,
    own_page,
    same_title,
)
from index.articles.web.page_text import inner_text

_LONGEST_URL = 500
_SEPARATOR = re.compile(r" (?:[–—·•:-]|::|\|\|) | ?[|»] ?")  # in a text without double spaces
_NO_TITLES = frozenset({"document", "untitled", "untitled document", "new page", "index"})
_LONGEST_SITE = 5  # words


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata of a page. `own` is its own article in JSON-LD; `objects` are all that it has."""

    title: str
    source: str
    url: str
    published: str
    notes: tuple[str, ...]
    own: Described | None
    objects: tuple[dict[str, Any], ...]


def read_metadata(root: Any) -> Metadata:
    """Read the metadata of a page."""
    metas = _metas(root)
    objects = described_in(root)
    headings = [element for element in root.iter("h1") if _is_shown(element)]
    document = inner_text(root.find(".//title")) if root.find(".//title") is not None else ""
    site = metas.get("og:site_name", "")
    url, notes = _url(root, metas)
    titles = [inner_text(heading) for heading in headings]
    named = [*titles, metas.get("og:title", ""), metas.get("twitter:title", ""), document]
    own = own_article(objects, [name for name in named if name], url)
    site = site or (own.publisher if own else "")
    title, heading = _title(headings, titles, metas, own, document, site)
    dates = PublishedDate(_locale(root, metas))
    published = dates.first(_dates(root, metas, own, own_page(objects, url), heading))
    return Metadata(
        title=guess(title),
        source=guess(site or _site_in(document, title) or _host(url)),
        url=url,
        published=guess(published),
        notes=(*notes, *dates.notes),
        own=own,
        objects=tuple(objects),
    )


def _metas(root: Any) -> dict[str, str]:
    """Return the contents of <meta> by name or property in lower case; the first one counts."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = " ".join((meta.get("content") or "").split())
        names = f"{meta.get('property') or ''} {meta.get('name') or ''} {_head_itemprop(meta)}"
        for name in names.lower().split():
            if content:
                metas.setdefault(name, content)
    return metas


def _head_itemprop(meta: Any) -> str:
    """Return the itemprop of a <meta> that describes the page, not a story in its body."""
    return meta.get("itemprop") or "" if meta.getparent().tag == "head" else ""


def _url(root: Any, metas: dict[str, str]) -> tuple[str, list[str]]:
    links = [
        link.get("href") or ""
        for link in root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for url in (*links, metas.get("og:url", "")):
        url = url.strip()
        if not is_web_url(url):
            continue
        if len(url) > _LONGEST_URL:
            return "", [f"The page's address has {len(url):,} characters and was left out."]
        return guess(url), []
    return "", []


def _title(
    headings: Sequence[Any],
    titles: Sequence[str],
    metas: dict[str, str],
    own: Described | None,
    document: str,
    site: str,
) -> tuple[str, Any]:
    """Return the title and its heading element, if it has one. A heading that repeats one of the
    names of the page is its title; so is the only one."""
    names = [
        own.name if own else "",
        own.headline if own else "",
        metas.get("og:title", ""),
        document,
    ]
    names = [name for name in names if name.lower() not in _NO_TITLES]
    names = [_without_site(name, site) for name in names if name]
    for name in names:
        for heading, title in zip(headings, titles, strict=True):
            if title.lower() != site.lower() and _names(name, title):
                return _without_site(title, site), heading
    real = [n for n, title in enumerate(titles) if title and title.lower() != site.lower()]
    if len(real) == 1 and len(titles[real[0]].split()) > 2:
        return titles[real[0]], headings[real[0]]
    heading = headings[real[0]] if real else None
    if names:
        return names[0], heading
    return (titles[real[0]] if real else ""), heading


def _names(name: str, title: str) -> bool:
    """Return whether a name is the title, alone or before the name of the site."""
    parts = _SEPARATOR.split(name)
    return same_title(title, name) or (len(parts) > 1 and parts[0].strip() == title)


def _without_site(title: str, site: str) -> str:
    """Remove the name of the site from the end or the start of a title."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    separators = list(_SEPARATOR.finditer(title))
    if site and parts[-1].strip().lower() == site.lower():
        return title[: separators[-1].start()].strip()
    if site and parts[0].strip().lower() == site.lower():
        return title[separators[0].end() :].strip()
    return title


def _site_in(document: str, title: str) -> str:
    """Return the name of the site at the end of a document's title."""
    parts = _SEPARATOR.split(document)
    if len(parts) < 2 or not title or not document.lower().startswith(title.lower()):
        return ""
    last = parts[-1].strip()
    return last if last not in title and len(last.split()) <= _LONGEST_SITE else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _locale(root: Any, metas: dict[str, str]) -> str:
    page = next(root.iter("html"), None)
    languages = (
        (page.get("lang") or page.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        if page is not None
        else "",
        metas.get("og:locale", ""),
        metas.get("language", ""),
        metas.get("content-language", ""),
    )
    regional = [language for language in languages if "-" in language or "_" in language]
    return next(iter([*regional, *(language for language in languages if language)]), "")


def _dates(
    root: Any, metas: dict[str, str], own: Described | None, page: Described | None, heading: Any
) -> Iterator[str]:
    if own:
        yield own.published
    yield from meta_dates(metas)
    if page:
        yield page.published
    yield from marked_dates(root, heading)


def _is_shown(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is None and "display:none" not in style
