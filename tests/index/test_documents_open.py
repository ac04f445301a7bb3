"""Reading OpenDocument texts."""

import pytest

from index.articles.documents.open_document import read_open_document
from index.errors import SourceError
from index.models import Article, BlockKind
from tests.index.document_files import blocks, left_out, open_document

_STYLES = (
    '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/>'
    '</style:style><style:style style:name="out"><style:text-properties '
    'style:text-line-through-style="solid"/></style:style><style:style style:name="gone">'
    '<style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="P1" style:parent-style-name="Quotations"/>'
    '<style:style style:name="Quotations"/><style:style style:name="Title"/>'
)


def read(body: str) -> Article:
    return read_open_document(open_document(body, _STYLES), "a", "a.odt")


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ('$5<text:span text:style-name="up">1</text:span> billion', "$5 billion"),
        ('40 km<text:span text:style-name="up">2</text:span>', "40 km²"),
        ('<text:span text:style-name="out">$4 </text:span>$5', "$5"),
        ('<text:span text:style-name="gone">draft </text:span>$5', "$5"),
        ('a<text:s text:c="3"/>b<text:tab/>c', "a b c"),
        ("a<text:line-break/>b", "a\nb"),
        ("<office:annotation><text:p>Check</text:p></office:annotation>$5", "$5"),
        ("<text:a>linked</text:a> text", "linked text"),
    ],
)
def test_inline(inner: str, text: str) -> None:
    assert read(f"<text:p>{inner}</text:p>").text == text


def test_tracked_changes_are_accepted() -> None:
    article = read(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>$4</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>It pays <text:change/><text:change-start/>$5<text:change-end/>.</text:p>"
    )
    assert article.text == "It pays $5."
    assert left_out(article) == {"withdrawn text": 1}


def test_notes_lists_boxes_and_quotes() -> None:
    article = read(
        '<text:p text:style-name="Title">Corvane buys Brint</text:p>'
        '<text:p>It pays $5<text:note text:note-class="footnote"><text:note-citation>1'
        "</text:note-citation><text:note-body><text:p>In cash.</text:p></text:note-body>"
        "</text:note> billion.</text:p>"
        "<text:list><text:list-item><text:p>One</text:p></text:list-item></text:list>"
        "<text:p>Text<draw:frame><draw:text-box><text:p>Box</text:p></draw:text-box></draw:frame>"
        '</text:p><text:p text:style-name="P1">We agree.</text:p>'
    )
    assert article.title == "Corvane buys Brint"
    assert blocks(article) == [
        (BlockKind.HEADING, "Corvane buys Brint"),
        (BlockKind.PARAGRAPH, "It pays $5 billion."),
        (BlockKind.NOTE, "In cash."),
        (BlockKind.LIST_ITEM, "One"),
        (BlockKind.PARAGRAPH, "Text"),
        (BlockKind.PARAGRAPH, "Box"),
        (BlockKind.QUOTE, "We agree."),
    ]


def test_tables() -> None:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>".format
    article = read(
        "<table:table><table:table-header-rows><table:table-row>"
        + cell("", "Unit")
        + cell(' table:number-columns-spanned="2"', "Sales")
        + "<table:covered-table-cell/></table:table-row></table:table-header-rows>"
        + "<table:table-row>"
        + cell(' table:number-rows-spanned="2"', "Brint")
        + cell("", "$5")
        + cell("", "$6")
        + "</table:table-row><table:table-row><table:covered-table-cell/>"
        + cell("", "$7")
        + cell("", "$8")
        + "</table:table-row></table:table>"
    )
    assert article.text.split("\n") == [
        "Unit: Brint | Sales: $5 | Sales: $6",
        "Unit: Brint | Sales: $7 | Sales: $8",
    ]


def test_repeated_cells_are_bounded() -> None:
    repeated = 'table:number-columns-repeated="999"'
    cell = f"<table:table-cell {repeated}><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row>{cell * 9}</table:table-row>"
    assert len(read(f"<table:table>{row * 9}</table:table>").text) < 9 * 1000


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (open_document("<text:p/>"), "contains no text"),
        (open_document("", **{"META-INF/manifest.xml": "<encryption-data/>"}), "password"),
        (b"nothing", "is damaged"),
    ],
)
def test_unreadable_files_say_why(data: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=f"x.odt .*{problem}"):
        read_open_document(data, "a", "x.odt")
