"""Articles that a page describes in JSON-LD (schema.org), and which one is the page itself."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

_ARTICLES = re.compile(
    r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting|Review)"
)
_INNER = ("@graph", "mainEntity", "mainEntityOfPage")
_MOST_OBJECTS = 2_000
_CONTROL = re.compile(r"[\x00-\x1f]+")
_WORD = re.compile(r"\w+")
_SHORTEST_PART = 4  # words of a headline that must be in a title which is longer


@dataclass(frozen=True, slots=True)
class Update:
    """An entry of a live blog."""

    headline: str
    body: str


@dataclass(frozen=True, slots=True)
class Described:
    """An article or a page as JSON-LD describes it."""

    type: str
    headline: str
    name: str
    url: str
    published: str
    publisher: str
    body: str = ""
    updates: tuple[Update, ...] = ()

    @property
    def is_article(self) -> bool:
        return _ARTICLES.fullmatch(self.type) is not None


def described_in(root: Any) -> list[dict[str, Any]]:
    """Return the objects of all JSON-LD scripts of a page; a broken script is skipped."""
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            found += _objects(_parsed("".join(script.itertext())))
    return found[:_MOST_OBJECTS]


def own_article(
    objects: Sequence[dict[str, Any]], titles: Sequence[str], url: str
) -> Described | None:
    """Return the description of the page's own article: its address is the page's, or its headline
    is the page's title. A page also describes other stories, which have other dates."""
    articles = [item for item in map(_described, objects) if item.is_article]
    for item in articles:
        if url and same_address(item.url, url):
            return item
    for item in articles:
        if any(same_title(name, title) for name in (item.headline, item.name) for title in titles):
            return item
    unnamed = [item for item in articles if not item.headline and not (item.url and url)]
    return unnamed[0] if len(articles) == 1 and unnamed else None


def own_page(objects: Sequence[dict[str, Any]], url: str) -> Described | None:
    """Return the description of the page itself, which may have the date if no article has."""
    pages = [item for item in map(_described, objects) if item.type.endswith("Page")]
    return next((item for item in pages if url and same_address(item.url, url)), None)


def questions(objects: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the questions of a FAQPage with their answers, which may hold HTML."""
    for item in objects:
        if _type(item) == "FAQPage":
            for question in _list(item.get("mainEntity")):
                answer = next(iter(_list(question.get("acceptedAnswer"))), {})
                asked = _string(question.get("name")) or _string(question.get("text"))
                if asked and (text := _string(answer.get("text"))):
                    yield asked, text


def same_title(one: str, other: str) -> bool:
    """Return whether two titles have the same words, or one is the other with a site's name."""
    first, second = (" ".join(_WORD.findall(unescape(text).lower())) for text in (one, other))
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    whole = shorter.count(" ") + 1 >= _SHORTEST_PART and f" {shorter} " in f" {longer} "
    return first == second or whole


def same_address(one: str, other: str) -> bool:
    """Return whether two addresses lead to the same page."""
    return bool(one and other) and _address(one) == _address(other)


def _address(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url, ""
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    query = f"?{parts.query}" if re.search(r"(?:^|&)(?:id|p|article|story)=", parts.query) else ""
    return host, parts.path.rstrip("/").lower() + query


def _parsed(text: str) -> Any:
    text = text.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip().rstrip(";")
    for attempt in (text, _CONTROL.sub(" ", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a script: those in lists, in @graph and the main one of a page. The
    parts of an object, such as the entries of a live blog, are not the page."""
    found: list[dict[str, Any]] = []
    pending = [value]
    while pending and len(found) < _MOST_OBJECTS:
        item = pending.pop(0)
        if isinstance(item, list):
            pending += item[:_MOST_OBJECTS]
        elif isinstance(item, dict):
            found.append(item)
            pending += [item[name] for name in _INNER if name in item]
    return found


def _described(item: dict[str, Any]) -> Described:
    main = item.get("mainEntityOfPage")
    urls = (item.get("url"), main.get("@id") if isinstance(main, dict) else main, item.get("@id"))
    url = next((text for value in urls if (text := _string(value)).startswith("http")), "")
    publisher = item.get("publisher")
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    return Described(
        type=_type(item),
        headline=_string(item.get("headline")) or _string(item.get("name")),
        name=_string(item.get("name")),
        url=url,
        published=_string(item.get("datePublished")) or _string(item.get("coverageStartTime")),
        publisher=_string(name),
        body=_lines(item.get("articleBody")),
        updates=tuple(
            Update(_string(entry.get("headline")), _lines(entry.get("articleBody")))
            for entry in _list(item.get("liveBlogUpdate"))
        ),
    )


def _type(item: dict[str, Any]) -> str:
    types = item.get("@type")
    names = [str(name) for name in types] if isinstance(types, list) else [str(types or "")]
    names = [name.rpartition("/")[2].rpartition(":")[2] for name in names]
    return next((name for name in names if _ARTICLES.fullmatch(name)), names[0] if names else "")


def _list(value: Any) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _lines(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _string(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return " ".join(unescape(value).split()) if isinstance(value, str) else ""
