"""Title, site, address and date of web pages: those of the page itself, or none."""

import json

import pytest

from index.articles.web.html import read_html
from index.models import Article

PROSE = (
    "The Ansel port authority will spend the money on two new quays, on a third crane and on the "
    "road to the motorway, its chief executive said on 3 March 2024."
)
OWN = {
    "@type": "NewsArticle",
    "headline": "Ansel port to grow",
    "datePublished": "2026-05-04T09:00:00Z",
}
OTHER = {"@type": "NewsArticle", "headline": "Brack closes a quay", "datePublished": "2019-01-02"}


def page(
    head: str = "", body: str = "", *, lang: str = "en", title: str = "Ansel port to grow"
) -> Article:
    html = (
        f'<html lang="{lang}"><head><title>{title}</title>{head}</head><body><article>'
        f"<h1>Ansel port to grow</h1>{body}<p>{PROSE}</p></article></body></html>"
    )
    return read_html(html.encode(), "a", "a.html")


def ld(*objects: object) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in objects
    )


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


URL = "https://ansel.example/port"
CANONICAL = f'<link rel="canonical" href="{URL}/">'


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (ld(OWN), "2026-05-04"),
        (ld(OTHER, OWN), "2026-05-04"),
        (ld([OTHER, OWN]), "2026-05-04"),
        (ld({"@graph": [{"@type": "WebSite"}, OTHER, OWN]}), "2026-05-04"),
        (ld({"@type": "WebPage", "mainEntity": OWN}), "2026-05-04"),
        (ld({**OWN, "@type": ["Article", "BlogPosting"]}), "2026-05-04"),
        (
            ld({**OWN, "headline": "ANSEL: port to grow!"})
            + meta("og:title", "Ansel: port to grow"),
            "2026-05-04",
        ),
        (
            CANONICAL
            + ld({**OWN, "headline": "Cranes", "url": "http://www.ansel.example/port?x=1"}),
            "2026-05-04",
        ),
        (CANONICAL + ld({**OWN, "headline": "", "mainEntityOfPage": {"@id": URL}}), "2026-05-04"),
        (ld({**OWN, "headline": None}), "2026-05-04"),
        (ld(OTHER), ""),
        (ld({**OWN, "datePublished": None, "dateModified": "2026-06-01"}), ""),
        (ld({**OWN, "@type": "Event", "startDate": "2027-01-01"}), ""),
        (ld(OTHER) + meta("article:published_time", "2026-05-04T23:30:00-05:00"), "2026-05-04"),
        (ld(OWN) + meta("article:published_time", "2020-01-01"), "2026-05-04"),
        ('<meta name="parsely-pub-date" content="2026-05-04T09:00:00Z">', "2026-05-04"),
        ('<meta name="sailthru.date" content="Mon, 04 May 2026 09:00:00 +0000">', "2026-05-04"),
        ('<meta itemprop="datePublished" content="20260504">', "2026-05-04"),
        (meta("article:published_time", "2026-05-04T09:00:00 QQT"), "2026-05-04"),
        (meta("article:published_time", "2026"), "2026"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", </script>', ""),
        ("", ""),
    ],
)
def test_date_is_that_of_the_pages_own_article(head: str, date: str) -> None:
    assert page(head).published == date


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("<time itemprop='datePublished' datetime='2026-05-04T09:00'>Monday</time>", "2026-05-04"),
        ("<time pubdate>4 May 2026</time>", "2026-05-04"),
        ("<p>By Ada Brill, <time datetime='2026-05-04'>Monday</time></p>", "2026-05-04"),
        ("<p class='date'>Published: 4 May 2026</p>", "2026-05-04"),
        ("<p>Updated <time datetime='2026-05-04'>Monday</time></p>", ""),
        ("<aside><time itemprop='datePublished'>2019-01-02</time></aside>", ""),
        ("<div class='related'><time itemprop='datePublished'>2019-01-02</time></div>", ""),
        (
            "<table class='infobox'><tr><th>Founded<td><time class='published'>1998-02-28</time>"
            "</table>",
            "",
        ),
        ("<span style='display:none'>(<span class='bday published'>1998-02-28</span>)</span>", ""),
        (f"<p>{PROSE} It opened on <time datetime='1998-02-28'>28 February 1998</time>.</p>", ""),
    ],
)
def test_date_at_the_head_of_the_article_counts_and_no_other(body: str, date: str) -> None:
    assert page(body=body).published == date


def test_date_of_another_article_on_the_page_does_not_count() -> None:
    html = (
        f"<body><article><h1>Ansel port to grow</h1><p>{PROSE}</p></article><article><h2>Brack</h2>"
        "<time itemprop='datePublished' datetime='2019-01-02'>x</time></article></body>"
    )
    assert read_html(html.encode(), "a", "a.html").published == ""


@pytest.mark.parametrize(
    ("lang", "head", "date"),
    [
        ("en", "", ""),
        ("en-GB", "", "2026-04-05"),
        ("en-US", "", "2026-05-04"),
        ("en", meta("og:locale", "en_GB"), "2026-04-05"),
        ("de", "", "2026-04-05"),
    ],
)
def test_date_in_numbers_is_read_by_the_locale_of_the_page(lang: str, head: str, date: str) -> None:
    article = page(head + meta("article:published_time", "05/04/2026"), lang=lang)
    assert article.published == date
    assert article.notes == (
        () if date else ("The date 05/04/2026 can be read in two ways and was left out.",)
    )
    assert page(body="<p class='date'>05/04/2026</p>", lang=lang).published == (
        date if not head else ""
    )


@pytest.mark.parametrize(
    ("head", "title", "expected"),
    [
        ("", "Ansel port to grow | Ansel News", ("Ansel port to grow", "Ansel News")),
        (
            meta("og:site_name", "The Ansel"),
            "Port - The Ansel",
            ("Ansel port to grow", "The Ansel"),
        ),
        (
            meta("og:title", "Ansel port to grow - The Ansel") + meta("og:site_name", "The Ansel"),
            "x",
            ("Ansel port to grow", "The Ansel"),
        ),
        (
            ld({**OWN, "publisher": {"name": "Ansel Daily"}}),
            "x",
            ("Ansel port to grow", "Ansel Daily"),
        ),
        (CANONICAL, "x", ("Ansel port to grow", "ansel.example")),
    ],
)
def test_title_is_without_the_name_of_the_site(
    head: str, title: str, expected: tuple[str, str]
) -> None:
    article = page(head, title=title)
    assert (article.title, article.source) == expected


def test_short_title_loses_the_name_of_the_site() -> None:
    html = f"<title>Ansel - Wikipedia</title><h1>Ansel</h1><p>{PROSE}</p>"
    article = read_html(html.encode(), "a", "a.html")
    assert (article.title, article.source) == ("Ansel", "Wikipedia")


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (CANONICAL, f"{URL}/"),
        (meta("og:url", URL), URL),
        ('<link rel="canonical" href="/port">', ""),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
    ],
)
def test_address_is_the_canonical_one(head: str, url: str) -> None:
    assert page(head).url == url


def test_long_address_is_dropped_with_a_note() -> None:
    article = page(f'<link rel="canonical" href="{URL}?{"x" * 500}">')
    assert article.url == ""
    assert article.notes == ("The page's address has 527 characters and was left out.",)
