"""Reading PDF files: columns, margins, footnotes, tables, hyphens and hostile files."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.articles.base.writer import ArticleWriter
from index.articles.documents import pdf
from index.articles.documents.hyphens import Compounds
from index.articles.documents.pdf import read_pdf
from index.articles.documents.pdf_glyphs import Limits
from index.errors import SourceError
from index.models import Article, BlockKind
from tests.index.pdf_files import PdfFile, pdf_of

_LEFT = [
    "Corvane said on Monday that it will pay",
    "$5.2 billion for Brint, a maker of turbines",
    "with 4,200 employees in Ansel. The price is",
    "14 times the earnings of the last year and",
]
_RIGHT = [
    "more than analysts had expected. The deal",
    "needs the consent of two regulators, who",
    "are expected to decide in the first months",
    "of 2027. Brint will keep its name and site.",
]


def read(pdf: PdfFile) -> Article:
    return read_pdf(pdf.data(), "a", "a.pdf")


def blocks(article: Article) -> list[tuple[BlockKind, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def texts(article: Article, kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    return [text for found, text in blocks(article) if found is kind]


def left_out(article: Article) -> dict[str, int]:
    return {omission.reason: omission.words for omission in article.omitted}


def test_columns_are_read_one_after_the_other() -> None:
    pdf = PdfFile().lines(50, 700, *_LEFT).lines(320, 700, *_RIGHT)
    assert texts(read(pdf)) == [" ".join(_LEFT + _RIGHT)]


def test_a_headline_across_columns_comes_first_and_is_the_title() -> None:
    pdf = PdfFile().line(50, 730, "Corvane buys turbine maker Brint for $5.2 billion", 18)
    article = read(pdf.lines(50, 700, *_LEFT).lines(320, 700, *_RIGHT))
    assert blocks(article)[0] == (BlockKind.HEADING, article.title)
    assert article.title == "Corvane buys turbine maker Brint for $5.2 billion"
    assert article.published == ""


def test_running_lines_and_page_numbers_are_left_out_by_reason() -> None:
    pdf = PdfFile()
    for number in range(1, 4):
        pdf.line(50, 770, "Corvane Group half-year statement", 8)
        pdf.line(50, 700, f"Chapter {'one two three'.split()[number - 1]} begins here and ends.")
        pdf.line(300, 30, str(number), 8)
        pdf.page()
    pdf.pages.pop()
    article = read(pdf)
    assert [block.page for block in article.blocks] == [1, 2, 3]
    assert "statement" not in article.text
    assert left_out(article) == {"header or footer": 12, "page number": 3}


def test_footnote_marks_stay_out_of_amounts_and_footnotes_are_notes() -> None:
    pdf = PdfFile().lines(50, 700, *_LEFT)
    pdf.line(50, 652, "Sales rose to $5").line(123, 656, "1", 6).line(
        129, 652, "billion this year."
    )
    pdf.line(50, 100, "1", 5).line(55, 96, "Without the unit in Ansel.", 7)
    article = read(pdf)
    assert "Sales rose to $5 billion this year." in article.text
    assert texts(article, BlockKind.NOTE) == ["Without the unit in Ansel."]
    assert left_out(article) == {"footnote mark": 2}


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([("It paid $5", 10, 0), ("1", 6, 4), (" billion.", 10, 0)], "It paid $5 billion."),
        ([("It fell,", 10, 0), ("(a),2", 6, 4), (" then rose", 10, 0)], "It fell, then rose"),
        ([("Over 40 km", 10, 0), ("2", 6, 4), (" of land", 10, 0)], "Over 40 km² of land"),
        ([("On the 4", 10, 0), ("th", 6, 4), (" of May", 10, 0)], "On the 4th of May"),
        ([("It is 48", 10, 0), ("1", 6, 4), ("/2 cents", 10, 0)], "It is 48 1/2 cents"),
        ([("Tons of CO", 10, 0), ("2", 6, -2), (" fell", 10, 0)], "Tons of CO2 fell"),
    ],
)
def test_raised_text(runs: list[tuple[str, float, float]], expected: str) -> None:
    assert read(PdfFile().runs(50, 700, *runs)).text == expected


def test_a_table_is_read_row_by_row_with_headers() -> None:
    pdf = PdfFile().lines(50, 760, *_LEFT, "that the offer is based on.")
    for y, row in zip(
        range(680, 600, -14),
        [("", "2025", "2024"), ("Revenue", "$ 5,090", "4,100"), ("Net income", "(120)", "80")],
        strict=False,
    ):
        for x, cell in zip((50, 300, 420), row, strict=True):
            pdf.line(x, y, cell)
    article = read(pdf.lines(50, 620, *_RIGHT))
    assert texts(article, BlockKind.TABLE_ROW) == [
        "Revenue | 2025: $ 5,090 | 2024: 4,100",
        "Net income | 2025: (120) | 2024: 80",
    ]
    assert len(texts(article)) == 2


def test_a_currency_sign_in_its_own_column_belongs_to_the_amount() -> None:
    pdf = PdfFile()
    for y, row in [
        (700, ("Item", "", "2025")),
        (686, ("Sales", "$", "90")),
        (672, ("Tax", "$", "7")),
    ]:
        for x, cell in zip((50, 290, 320), row, strict=True):
            pdf.line(x, y, cell) if cell else None
    assert "Item: Sales | 2025: $90" in read(pdf).text


@pytest.mark.parametrize(
    ("before", "after", "document", "joined"),
    [
        ("more infor-", "mation follows", "", "more information follows"),
        ("a long-", "term loan", "", "a long-term loan"),
        ("a company-", "owned site", "", "a company-owned site"),
        ("the Anglo-", "American firm", "", "the Anglo-American firm"),
        ("a 10-", "year bond", "", "a 10-year bond"),
        ("in 2025-", "26 it", "", "in 2025-26 it"),
        ("state-of-", "the-art", "", "state-of-the-art"),
        ("a wind-", "farm", "the windfarm in Ansel", "a windfarm"),
        ("a wind-", "farm", "the wind-farm in Ansel", "a wind-farm"),
        ("infor\u00ad", "mation", "", "information"),
        ("rose 5%", "in May", "", "rose 5% in May"),
        ("the 2018–", "19 season", "", "the 2018–19 season"),
        ("the deal –", "a large one", "", "the deal – a large one"),
    ],
)
def test_line_end_hyphens(before: str, after: str, document: str, joined: str) -> None:
    assert Compounds([document]).join(before, after) == joined


def test_hyphens_ligatures_and_spaced_letters_in_a_file() -> None:
    pdf = PdfFile().lines(
        50, 700, "Corvane gave no more infor-", "mation on its long-", "term loan."
    )
    for number, letter in enumerate("PRESS"):
        pdf.line(50 + 12 * number, 750, letter)
    for number, letter in enumerate("RELEASE"):
        pdf.line(130 + 12 * number, 750, letter)
    article = read(pdf)
    assert "no more information on its long-term loan." in article.text
    assert "PRESS RELEASE" in article.text


def test_a_sentence_goes_on_over_the_page() -> None:
    pdf = PdfFile().lines(50, 120, *_LEFT).page().lines(50, 700, *_RIGHT)
    article = read(pdf)
    assert texts(article) == [" ".join(_LEFT + _RIGHT)]
    assert article.blocks[0].page == 1


def test_bullets_are_list_items() -> None:
    pdf = PdfFile().lines(50, 700, "Corvane plans:").line(50, 684, "• a site in Ansel")
    article = read(pdf.line(50, 672, "• a loan of $3 million"))
    assert texts(article, BlockKind.LIST_ITEM) == ["a site in Ansel", "a loan of $3 million"]


def test_turned_text_is_left_out() -> None:
    pdf = PdfFile().lines(50, 700, *_LEFT)
    pdf.pages[-1].append(b"BT /F 9 Tf 0 1 -1 0 20 300 Tm (DRAFT COPY) Tj ET")
    article = read(pdf)
    assert "DRAFT" not in article.text
    assert left_out(article) == {"rotated text": 2}


def test_a_page_without_text_is_named() -> None:
    article = read(PdfFile().lines(50, 700, *_LEFT).page())
    assert article.notes == ("No text on page 2: it may be a picture.",)


def _locked() -> bytes:
    rules = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"a1" * 32, b"b2" * 32)
    trailer = b"/Encrypt 3 0 R/ID[<%s><%s>]" % (b"c3" * 16, b"c3" * 16)
    return pdf_of(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", rules], trailer
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is damaged"),
        (b"%PDF-1.7\nnothing", "is damaged"),
        (PdfFile().data(), "has no text: its pages are pictures"),
        (PdfFile().line(9, 9, "12").data(), "no text but page numbers"),
        (_locked(), "protected by a password"),
    ],
)
def test_unreadable_files_say_why(data: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem) as caught:
        read_pdf(data, "a", "press.pdf")
    assert "press.pdf" in str(caught.value)


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (Limits(memory=1), "memory"),
        (Limits(seconds=0), "needs more memory or time than is allowed"),
        (Limits(pages=1), "has more than 1 pages"),
        (Limits(glyphs=20), "too much text for one article"),
        (Limits(page_glyphs=10), "too much text for one article"),
    ],
)
def test_a_file_over_a_limit_is_refused(limits: Limits, problem: str) -> None:
    data = PdfFile().line(50, 700, "It pays $5.").page().line(50, 700, "It is so.").data()
    assert read_pdf(data, "a", "a.pdf").text == "It pays $5.\n\nIt is so."
    with pytest.raises(SourceError, match=rf"a\.pdf .*{problem}"):
        read_pdf(data, "a", "a.pdf", limits)


def test_a_process_over_the_time_limit_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_SPARE", 0.01 - Limits().seconds)
    with pytest.raises(SourceError, match=r"a\.pdf takes too long to read"):
        read(PdfFile().line(50, 700, "It pays $5."))


def test_each_step_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = PdfFile().line(50, 700, "It pays $5.").data()
    pages = pdf._pages(data, "a.pdf", Limits())
    monkeypatch.setattr(pdf, "_SECONDS", -1.0)
    with pytest.raises(SourceError, match=r"a\.pdf takes too long to read"):
        pdf._pages(data, "a.pdf", Limits())
    with pytest.raises(SourceError, match=r"a\.pdf takes too long to read"):
        list(pdf._blocks(pages, ArticleWriter(), "a.pdf"))


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    cut=st.integers(0, 900),
    change=st.binary(max_size=8),
    at=st.integers(0, 900),
)
def test_damage_raises_nothing_but_source_errors(cut: int, change: bytes, at: int) -> None:
    data = PdfFile().lines(50, 700, *_LEFT).data()
    data = data[:at] + change + data[at + len(change) :]
    for damaged in (data, data[:cut]):
        try:
            article = read_pdf(damaged, "a", "a.pdf")
        except SourceError:
            continue
        assert all(article.text[b.start : b.end].strip() for b in article.blocks)
