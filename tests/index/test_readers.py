"""Conversion of HTML to the plain text that offsets index, and to metadata."""

import subprocess
import sys

import pytest

from index.articles.web.html import read_html
from index.errors import SourceError
from index.models import Article


def page(html: str | bytes) -> Article:
    return read_html(html if isinstance(html, bytes) else html.encode(), "a", "a.html")


# --- HTML -----------------------------------------------------------------------------------

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Headline | The Times</title>
<meta property="og:site_name" content="The Times"><meta property="og:title" content="Headline">
<meta property="article:published_time" content="2025-11-03T10:00:00Z">
<link rel="canonical" href="https://example.com/a">
<style>p {color: EVIL}</style><script>var x = "EVIL";</script></head>
<body><nav><a href="/">Home</a></nav><article><p>Nvidia &amp; OpenAI announced a deal in November,
and the arrangement is valued at $100 billion.</p><script>EVIL()</script><h2>Terms of it</h2>
<ul><li>The first point of it</li><li>The second point of it</li></ul>
<p>The memorandum would help OpenAI build a minimum of 10 gigawatts of computing power.</p>
</article></body></html>"""


def test_page_gives_its_main_text_and_metadata() -> None:
    article = page(PAGE)
    assert article.text == (
        "Nvidia & OpenAI announced a deal in November, and the arrangement is valued at "
        "$100 billion.\n\nTerms of it\n\nThe first point of it\nThe second point of it\n\n"
        "The memorandum would help OpenAI build a minimum of 10 gigawatts of computing power."
    )
    assert (article.title, article.source) == ("Headline", "The Times")
    assert (article.url, article.published) == ("https://example.com/a", "2025-11-03")


def test_page_without_a_date_gets_none_from_its_text() -> None:
    assert (
        page("<p>It was announced on 3 November 2025, they said.</p><p>More.</p>").published == ""
    )


def test_lone_fragment_is_a_page() -> None:
    assert page("<p>Hello world.</p>").text == "Hello world."


@pytest.mark.parametrize("html", ["", "<html><body></body></html>", "<script>EVIL()</script>"])
def test_page_without_text_is_told(html: str) -> None:
    with pytest.raises(SourceError, match="no article text found"):
        page(html)


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1"])
def test_declared_charset_is_honoured_as_browsers_do(charset: str) -> None:
    html = f'<html><head><meta charset="{charset}"></head><body><p>A “café” here.</p></body></html>'
    assert page(html.encode("cp1252")).text == "A “café” here."


@pytest.mark.parametrize("charset", ["no-such", "unicode_escape", "utf-8", "base64", "\xff"])
def test_unusable_charset_is_noted(charset: str) -> None:
    html = f'<html><head><meta charset="{charset}"></head><body><p>caf\xe9</p></body></html>'
    article = page(html.encode("latin-1"))
    assert article.text == "café"
    assert "Windows-1252" in article.notes[0]


def test_bytes_outside_the_declared_charset_are_told() -> None:
    with pytest.raises(SourceError, match="neither UTF-8 nor the big5"):
        page(b'<meta charset="big5"><p>\xff\xff</p>')


def test_entities_of_a_doctype_are_not_expanded() -> None:
    html = (
        '<!DOCTYPE html [<!ENTITY f SYSTEM "beside.txt"><!ENTITY b "EVIL">]>'
        "<html><body><p>Start &f; and &b; end.</p><p>More of it.</p></body></html>"
    )
    text = page(html).text
    assert "EVIL" not in text


def test_unknown_time_zone_in_a_page_warns_nobody() -> None:
    html = PAGE.replace("2025-11-03T10:00:00Z", "2025-11-03T10:00:00 QQT")
    assert page(html).title == "Headline"


def test_slow_libraries_load_only_when_needed() -> None:
    code = (
        "import sys, index.articles.sources; "
        "print({'trafilatura', 'markdown_it', 'yaml', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
