"""Date of publication of a page: that of the page itself, or none.

htmldate 1.11.0, which trafilatura uses, takes the first date it finds in other stories, infoboxes
and running text, and turns a coming event into 1 January.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from index.articles.base.dates import iso_date

# Names of <meta>, best first.
_NAMES = (
    "article:published_time og:article:published_time article:published og:published_time"
    " datepublished parsely-pub-date sailthru.date cxenseparse:recs:publishtime"
    " cxenseparse:publishtime dc.date.issued dcterms.issued dc.date.created dcterms.created dc.date"
    " dcterms.date article.published article_date_original publish-date publish_date"
    " publishdate publication_date publicationdate published_date published-date pubdate"
    " originalpublicationdate"
    " date.issued dateissued citation_publication_date citation_date ptime"
    " displaydate rnews:datepublished"
    " last-published bt:pubdate vr:published_time gentics:publishdate date date_published"
    " og:pubdate og:publish_date shareaholic:article_published_time iso-8601-publish-date"
).split()
_TWO_WAYS = re.compile(
    r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[\s,|–-]*\d{1,2}[:.]\d\d.{0,20})?", re.S
)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_MONTH_FIRST = frozenset({"en-us", "en_us", "es-us", "en-ph", "en_ph"})
_BESIDE = frozenset({"nav", "aside", "footer", "table", "blockquote", "li", "figure"})
_RELATED = re.compile(
    r"\b(?:related|recommend\w*|infobox|sidebar|more-stories|most-read|teaser|comments?)\b", re.I
)
_PUBLISHED = frozenset({"published", "entry-date", "dt-published", "pubdate", "post-date"})
_UPDATED = re.compile(r"update|modif|edited|corrected", re.I)
_DATE_NAME = re.compile(
    r"(?:^|\s|[_-])(?:date|published|pub-?date|publish(?:ed)?-?(?:date|on)|post-?date|posted(?:-on)?|timestamp|datetime)(?=$|\s)",
    re.I,
)
_PROSE = 80
_LABEL = re.compile(r"(?:published|posted|first published|updated|date)(?: on| at)?\s*:?\s*", re.I)


class PublishedDate:
    """Finder of the date, and the notes for the user."""

    def __init__(self, locale: str) -> None:
        self._locale = locale.strip().lower()
        self.notes: list[str] = []

    def first(self, candidates: Iterator[str] | Sequence[str]) -> str:
        """Return the first candidate that is one certain date, as YYYY-MM-DD or as coarse as it
        is; "" if there is none."""
        for text in candidates:
            if date := self._read(text):
                return date
        return ""

    def _read(self, text: str) -> str:
        text = _LABEL.sub("", " ".join(text.split()), count=1)
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
        if (slashed := _TWO_WAYS.fullmatch(text)) and slashed[2] != ".":
            return self._slashed(slashed)
        return iso_date(text)[:10] or _leading_date(text)

    def _slashed(self, found: re.Match[str]) -> str:
        one, two, year = int(found[1]), int(found[3]), found[4]
        if one > 12 or one == two:
            day, month = one, two
        elif two > 12 or self._locale in _MONTH_FIRST:
            day, month = two, one
        elif "-" in self._locale or "_" in self._locale or self._locale[:2] not in ("", "en"):
            day, month = one, two
        else:
            self.notes.append(
                f"The date {found[1]}{found[2]}{found[3]}{found[2]}{year} can be read in two ways "
                "and was left out."
            )
            return ""
        return iso_date(f"{year}-{month:02}-{day:02}")


def meta_dates(metas: dict[str, str]) -> Iterator[str]:
    """Yield the dates of a page's <meta> elements, the most certain first."""
    return (metas[name] for name in _NAMES if name in metas)


def marked_dates(root: Any, title: Any) -> Iterator[str]:
    """Yield the dates that the article marks as those of its publication, then the times at its
    head. `title` is the element of the page's title; another article's date is not its own."""
    own = _article_around(title)
    only = sum(1 for _ in root.iter("article")) == 1
    for element in root.iter("time", "meta", "span", "div", "p", "abbr", "a", "b", "dd"):
        if not _is_marked(element) or _stands_beside(element, own):
            continue
        article = _article_around(element)
        if article is None or article is own or (own is None and only):
            yield from _values(element)
    yield from _times_at_head(root, title, own)


def _is_marked(element: Any) -> bool:
    if "datepublished" in (element.get("itemprop") or "").lower().split():
        return True
    names = set((element.get("class") or "").lower().split())
    if element.tag == "time":
        return element.get("pubdate") is not None or bool(names & _PUBLISHED)
    return element.tag in ("abbr", "span") and "published" in names and bool(element.get("title"))


def _values(element: Any) -> Iterator[str]:
    for name in ("datetime", "content", "title"):
        if value := element.get(name):
            yield value
    yield "".join(element.itertext())


def _times_at_head(root: Any, title: Any, own: Any) -> Iterator[str]:
    """Yield the <time> elements in the header of the title, and those between the title and the
    first paragraph. A time of an update is not one of publication."""
    if title is None:
        return
    header = next(title.iterancestors("header"), None)
    after = False
    for element in root.iter("h1", "h2", "h3", "time", "p", "div", "span", "li", "dd"):
        after |= element is title
        text = _start_of_text(element) if after and element.tag in ("p", "div") else ""
        if element.tag == "p" and len(text) > _PROSE:
            return
        named = element.tag == "time" or _DATE_NAME.search(element.get("class") or "")
        inside = header is not None and header in element.iterancestors("header")
        if not named or not (after or inside) or _is_update(element):
            continue
        if not _stands_beside(element, own):
            yield element.get("datetime") or _start_of_text(element)


def _start_of_text(element: Any) -> str:
    """Return the start of an element's text: long enough to tell a date from a paragraph."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        pieces.append(piece)
        length += len(piece)
        if length > 400:
            break
    return " ".join("".join(pieces).split())


def _is_update(element: Any) -> bool:
    around = element.getparent()
    words = f"{element.get('class') or ''} {around.get('class') or ''} {around.text or ''}"
    return _UPDATED.search(words) is not None


def _stands_beside(element: Any, own: Any) -> bool:
    for around in element.iterancestors():
        if around is own or around.tag == "body":
            return False
        names = f"{around.get('class') or ''} {around.get('id') or ''}"
        hidden = "display:none" in (around.get("style") or "").replace(" ", "")
        if around.tag in _BESIDE or hidden or _RELATED.search(names):
            return True
    return False


def _article_around(element: Any) -> Any:
    return None if element is None else next(element.iterancestors("article"), None)


def _leading_date(text: str) -> str:
    """Return the date at the start of a longer value, such as 2026-05-04T10:00:00 QQT."""
    found = re.match(r"\d{4}-\d\d-\d\d(?=\D|$)", text)
    return iso_date(found[0]) if found else ""
