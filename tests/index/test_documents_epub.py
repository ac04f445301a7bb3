"""Reading EPUB files."""

import pytest

from index.articles.documents.epub import read_epub
from index.errors import SourceError
from index.models import BlockKind
from tests.index.document_files import blocks, epub, left_out

_ENCRYPTION = (
    '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
)


def test_chapters_come_in_the_order_of_the_spine() -> None:
    metadata = (
        "<dc:title>Corvane Review</dc:title><dc:publisher>Brill Press</dc:publisher>"
        '<dc:date>2026-05-04</dc:date><meta property="dcterms:modified">2027-01-01</meta>'
    )
    data = epub("<p>Second.</p>", "<h1>One</h1><p>First.</p>", metadata=metadata)
    article = read_epub(data, "a", "a.epub")
    assert [text for _, text in blocks(article)] == ["One", "First.", "Second."]
    assert (article.title, article.source) == ("Corvane Review", "Brill Press")
    assert article.published == "2026-05-04"


def test_notes_are_notes_and_marks_are_left_out() -> None:
    article = read_epub(
        epub(
            '<p>It pays $5<a epub:type="noteref" href="#n"><sup>1</sup></a> billion'
            '<span epub:type="pagebreak">12</span>.</p>'
            '<aside epub:type="footnote" id="n"><p>In cash.</p></aside>'
            '<nav epub:type="toc"><ol><li>One</li></ol></nav>'
        ),
        "a",
        "a.epub",
    )
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, "It pays $5 billion."),
        (BlockKind.NOTE, "In cash."),
    ]
    assert left_out(article) == {"footnote mark": 1, "page number": 1, "table of contents": 1}


def test_pages_outside_of_the_order_are_left_out() -> None:
    spine = '<itemref idref="c0"/><itemref idref="c1" linear="no"/>'
    article = read_epub(epub("<p>Text.</p>", "<p>An answer.</p>", spine=spine), "a", "a.epub")
    assert article.text == "Text."
    assert left_out(article) == {"page outside of the reading order": 2}


def test_a_page_that_is_not_well_formed_is_read() -> None:
    assert read_epub(epub("<p>It pays<br>$5."), "a", "a.epub").text == "It pays\n$5."


def test_chapters_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.articles.documents.epub.MOST_CHAPTERS", 1)
    assert read_epub(epub("<p>One.</p>"), "a", "x.epub").text == "One."
    with pytest.raises(SourceError, match=r"x\.epub has more than 1 chapters"):
        read_epub(epub("<p>One.</p>", "<p>Two.</p>"), "a", "x.epub")


def test_scrambled_fonts_do_no_harm() -> None:
    font = {"META-INF/encryption.xml": _ENCRYPTION.format("http://www.idpf.org/2008/embedding")}
    assert read_epub(epub("<p>Text.</p>", **font), "a", "a.epub").text == "Text."


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (epub("<p/>"), "contains no text"),
        (epub("<p>x</p>", **{"META-INF/encryption.xml": _ENCRYPTION.format("aes")}), "DRM"),
        (epub("<p>x</p>", **{"META-INF/container.xml": "<container/>"}), "is no EPUB"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_unreadable_files_say_why(data: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=f"x.epub .*{problem}"):
        read_epub(data, "a", "x.epub")
