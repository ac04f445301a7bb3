"""Reading RTF files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.documents import rich_text
from index.articles.documents.rich_text import read_rich_text
from index.errors import SourceError
from index.models import Article, BlockKind
from tests.index.document_files import blocks, left_out


def read(body: str, head: str = r"\ansi\ansicpg1252") -> Article:
    return read_rich_text(f"{{\\rtf1{head} {body}}}".encode("latin-1"), "a", "a.rtf")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"It pays {\deleted $4 }$5.\par", "It pays $5."),
        (r"It pays {\strike $4 }$5.\par", "It pays $5."),
        (r"It pays {\v draft }$5.\par", "It pays $5."),
        (r"It pays $5{\super 1} billion.\par", "It pays $5 billion."),
        (r"It pays $5\super 1\nosupersub  billion.\par", "It pays $5 billion."),
        (r"Over 40 km{\super 2} now\par", "Over 40 km² now"),
        (r"It\'92s 5\'80\par", "It’s 5€"),
        (r"\u8364?5 and \u-10179?\u-8704?\par", "€5 and 😀"),
        (r"{\uc2\u8364 ab5}\par", "€5"),
        (r"a\~b\_c infor\-mation\par", "a b-c information"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt linked}} text\par", "linked text"),
        (r"\{a\}\\\par", "{a}\\"),
        (r"{\*\unknown hidden}{\pict 00ff}shown\par", "shown"),
        (r"a\line b\par", "a\nb"),
        (r"a\bin4 }}}}b\par", "ab"),
    ],
)
def test_text(body: str, text: str) -> None:
    assert read(body).text == text


def test_charsets_of_fonts() -> None:
    fonts = r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}"
    assert read(fonts + r"\f1\'cf\'f0\f0\'e9\f2\'93\'fa\par").text == "Прé日"


def test_notes_comments_and_margins() -> None:
    article = read(
        r"{\info{\title Corvane buys Brint}}{\header Corvane Group\par}"
        r"It pays $5{\super\chftn}{\footnote\pard {\super\chftn}In cash.} billion."
        r"{\*\annotation Check this}\par It is so.\par"
    )
    assert article.title == "Corvane buys Brint"
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, "It pays $5 billion."),
        (BlockKind.NOTE, "In cash."),
        (BlockKind.PARAGRAPH, "It is so."),
    ]
    assert left_out(article) == {"header or footer": 2, "comments": 2}


def test_tables_with_spans_and_headers() -> None:
    article = read(
        r"\trowd\trhdr\cellx1000\cellx3000\intbl Unit\cell Sales\cell\row"
        r"\trowd\cellx1000\cellx2000\cellx3000\intbl Brint\cell $5\cell $6\cell\row"
        r"\pard After.\par"
    )
    assert blocks(article) == [
        (BlockKind.TABLE_ROW, "Unit: Brint | Sales: $5 | Sales: $6"),
        (BlockKind.PARAGRAPH, "After."),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (r"\pard\s1 Outlook\par", BlockKind.HEADING),
        (r"\pard\outlinelevel0 Outlook\par", BlockKind.HEADING),
        (r"{\b Outlook}\par", BlockKind.HEADING),
        (r"{\b It pays $5.}\par", BlockKind.PARAGRAPH),
        (r"{\listtext\bullet\tab}One\par", BlockKind.LIST_ITEM),
    ],
)
def test_kinds(body: str, kind: BlockKind) -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}}"
    assert blocks(read(styles + body))[0][0] is kind


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"Words.", "is no RTF file"),
        (rb"{\rtf1 {\pict 00}}", "contains no text"),
    ],
)
def test_unreadable_files_say_why(data: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=f"x.rtf {problem}"):
        read_rich_text(data, "a", "x.rtf")


def test_nesting_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich_text, "_DEEPEST", 3)
    assert read("{{It pays.}}").text == "It pays."
    with pytest.raises(SourceError, match=r"a\.rtf nests over 3 groups"):
        read("{{{It pays.}}}")


def test_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich_text, "_CHECK_EVERY", 1)
    assert read("It pays.").text == "It pays."
    monkeypatch.setattr(rich_text, "_SECONDS", -1.0)
    with pytest.raises(SourceError, match=r"a\.rtf"):
        read("It pays.")


_WORDS = st.sampled_from(
    r"{ } \par \cell \row \trowd \cellx9 \intbl {\footnote \super \u8364 \' \'ff \uc3 \bin9 \f1"
    r" {\fonttbl {\stylesheet \s1 {\info {\title \deleted \pard \plain \ansicpg0 \ansicpg932 \*"
    r" text \clmrg \clvmrg \~".split()
)


@given(st.lists(_WORDS, max_size=30))
def test_any_order_of_words_raises_nothing_but_source_errors(words: list[str]) -> None:
    try:
        article = read(" ".join(words))
    except SourceError:
        return
    assert all(text == text.strip() for _, text in blocks(article))
