"""Reading Word documents."""

import pytest

from index.articles.documents.word import read_word
from index.errors import SourceError
from index.models import Article, BlockKind
from tests.index.document_files import blocks, left_out, p, r, word

_FOOTNOTES = (
    '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    f'<w:footnote w:id="2">{p("Without the unit in Ansel.")}</w:footnote>'
)


def read(body: str, **parts: str) -> Article:
    return read_word(word(body, **parts), "a", "a.docx")


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ("<w:ins>" + r("$5") + "</w:ins><w:del><w:r><w:delText>$4</w:delText></w:r></w:del>",
         "It pays $5"),
        ("<w:moveTo>" + r("in cash") + "</w:moveTo><w:moveFrom>" + r("later") + "</w:moveFrom>",
         "It pays in cash"),
        ("<w:sdt><w:sdtPr/><w:sdtContent>" + r("$7") + "</w:sdtContent></w:sdt>", "It pays $7"),
        ('<w:fldSimple w:instr="DATE">' + r("4 May") + "</w:fldSimple>", "It pays 4 May"),
        ("<w:hyperlink>" + r("soon") + "</w:hyperlink>", "It pays soon"),
        ("<w:r><w:t>10</w:t><w:noBreakHyphen/><w:t>12 GW</w:t></w:r>", "It pays 10-12 GW"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "It pays a b"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", "It pays a\nb"),
        ("<w:r><w:t>more infor</w:t><w:softHyphen/><w:t>mation</w:t></w:r>",
         "It pays more information"),
        (r("$5") + r("1", '<w:vertAlign w:val="superscript"/>') + r(" billion"),
         "It pays $5 billion"),
        (r("40 km") + r("2", '<w:vertAlign w:val="superscript"/>'), "It pays 40 km²"),
        (r("old", "<w:strike/>") + r("new"), "It pays new"),
        (r("old", '<w:strike w:val="0"/>'), "It pays old"),
        (r("secret", "<w:vanish/>"), "It pays"),
        ('<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r>' + r("9"),
         "It pays 9"),
    ],
)  # fmt: skip
def test_runs(runs: str, text: str) -> None:
    assert read(p("It pays ", runs)).text == text


def test_withdrawn_text_is_counted() -> None:
    body = p("<w:del><w:r><w:delText>It pays $4 billion. </w:delText></w:r></w:del>", "It pays $5.")
    assert left_out(read(body)) == {"withdrawn text": 4}


def test_a_deleted_paragraph_mark_joins_paragraphs() -> None:
    first = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + r("It pays ") + "</w:p>"
    assert read(first + p("$5 billion.")).text == "It pays $5 billion."


def test_footnotes_are_notes_without_marks() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    article = read(p("It pays $5", mark, " billion.") + p("It is so."), footnotes=_FOOTNOTES)
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, "It pays $5 billion."),
        (BlockKind.NOTE, "Without the unit in Ansel."),
        (BlockKind.PARAGRAPH, "It is so."),
    ]


def test_a_text_box_follows_its_paragraph_once() -> None:
    box = f"<w:txbxContent>{p('A box.')}</w:txbxContent>"
    shape = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    texts = [text for _, text in blocks(read(p("Before ", shape, "and after.")))]
    assert texts == ["Before and after.", "A box."]


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def row(*cells: str, header: bool = False) -> str:
    marked = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    return f"<w:tr>{marked}{''.join(cells)}</w:tr>"


def test_tables_keep_spans_and_headers() -> None:
    table = (
        "<w:tbl>"
        + row(cell(""), cell("2025", '<w:gridSpan w:val="2"/>'), header=True)
        + row(cell("Unit"), cell("Sales"), cell("Profit"), header=True)
        + row(cell("Brint", '<w:vMerge w:val="restart"/>'), cell("$5"), cell("$1"))
        + row(cell("", "<w:vMerge/>"), cell("$6"), cell("$2"))
        + row(cell("Total", '<w:gridSpan w:val="3"/>'))
        + "</w:tbl>"
    )
    assert blocks(read(table)) == [
        (BlockKind.TABLE_ROW, "Unit: Brint | 2025 Sales: $5 | 2025 Profit: $1"),
        (BlockKind.TABLE_ROW, "Unit: Brint | 2025 Sales: $6 | 2025 Profit: $2"),
        (BlockKind.TABLE_ROW, "Total"),
    ]


def test_a_first_row_of_names_is_the_header() -> None:
    table = row(cell("Nominee"), cell("For")) + row(cell("Ada Brill"), cell("280,090,970"))
    assert read(f"<w:tbl>{table}</w:tbl>").text == "Nominee: Ada Brill | For: 280,090,970"


def test_a_table_that_arranges_text_is_text() -> None:
    table = f"<w:tbl>{row(cell('Corvane pays $5 billion.'))}</w:tbl>"
    assert blocks(read(table)) == [(BlockKind.PARAGRAPH, "Corvane pays $5 billion.")]


_STYLES = (
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="x"/><w:basedOn w:val="H"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Q"><w:name w:val="Intense Quote"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="List Bullet"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="A"/></w:style>'
)


@pytest.mark.parametrize(
    ("style", "kind"),
    [
        ("T", BlockKind.HEADING),
        ("H", BlockKind.HEADING),
        ("H2", BlockKind.HEADING),
        ("Q", BlockKind.QUOTE),
        ("L", BlockKind.LIST_ITEM),
        ("A", BlockKind.PARAGRAPH),
        ("missing", BlockKind.PARAGRAPH),
    ],
)
def test_styles(style: str, kind: BlockKind) -> None:
    assert blocks(read(p("Some words here", style=style), styles=_STYLES))[0][0] is kind


def test_what_is_no_text_of_the_article_is_named() -> None:
    article = read(
        p("Corvane buys Brint", style="T") + p("Chapter 1 ... 2", style="C") + p("It pays."),
        styles=_STYLES,
        comments=f"<w:comment>{p('Check this')}</w:comment>",
        header=p("Corvane Group"),
    )
    assert article.title == "Corvane buys Brint"
    assert left_out(article) == {"table of contents": 4, "comments": 2, "header or footer": 2}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (word(p("")), "contains no text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "encrypted or in the old format"),
        (b"PK\x03\x04rest", "is damaged"),
    ],
)
def test_unreadable_files_say_why(data: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=f"x.docx .*{problem}"):
        read_word(data, "a", "x.docx")
