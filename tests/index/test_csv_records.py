"""CSV and TSV become articles or rows of a table."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import csv_records
from index.articles.csv_records import read_csv
from index.errors import SourceError
from index.models import Article, BlockKind


def written(*rows: Sequence[str], delimiter: str = ",") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def results(text: str, encoding: str = "utf-8") -> list[Article | SourceError]:
    return list(read_csv(text.encode(encoding), "c", "c.csv"))


def blocks(found: list[Article | SourceError]) -> list[tuple[BlockKind, str]]:
    (article,) = found
    assert isinstance(article, Article), article
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


RECORDS = written(
    ["Headline", "Published_At", "Content", "Link", "Publisher", "GUID"],
    [
        "Corvane builds",
        "2026-11-03 09:30",
        'It said "yes",\nthen "no".',
        "https://h.example/1",
        "HL",
        "",
    ],
    ["Gone", "", " ", "", "", "g2"],
    ["Third", "05/04/2026", "<p>A &amp; B.</p><h2>Next</h2>", "", "", "g3"],
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_one_article_per_record(encoding: str) -> None:
    first, gone, third = results(RECORDS, encoding)
    assert isinstance(first, Article)
    assert isinstance(third, Article)
    assert first.text == 'It said "yes",\nthen "no".'
    assert (first.id, first.url) == ("https://h.example/1", "https://h.example/1")
    assert (first.title, first.source) == ("Corvane builds", "HL")
    assert first.published == "2026-11-03T09:30:00"
    assert str(gone) == "c.csv, row 2 (line 4): the text is empty. Add it, or remove the row."
    assert (third.id, third.text, third.published) == ("g3", "A & B.\n\nNext", "")
    assert "05/04/2026" in third.notes[-1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter: str) -> None:
    prose = "One, two; three | four. " * 3
    (article,) = results(written(["title", "text"], ["T", prose], delimiter=delimiter))
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("T", prose.strip())


def test_windows_1252_is_noted() -> None:
    (article,) = results(written(["title", "text"], ["T", "A “café” opens."]), "cp1252")
    assert isinstance(article, Article)
    assert article.text == "A “café” opens."
    assert "Windows-1252" in article.notes[0]


def test_description_is_a_teaser() -> None:
    text = "Corvane will build a second plant in Dresden."
    rows = [["title", "description", "content"], ["T", text, ""]]
    (article,) = results(written(*rows))
    assert isinstance(article, Article)
    assert article.text == text
    assert "only a teaser" in article.notes[0]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [["Nominee", "For", "Withheld"], ["Ada Brill", "280,090,970", "1,149,740"]],
            [(BlockKind.TABLE_ROW, "Nominee: Ada Brill | For: 280,090,970 | Withheld: 1,149,740")],
        ),
        (
            [
                ["Group results", "", ""],
                ["in $m", "2025", "2026"],
                ["Sales", "5", ""],
                ["Source: Corvane", "", ""],
            ],
            [
                (BlockKind.NOTE, "Group results"),
                (BlockKind.TABLE_ROW, "in $m: Sales | 2025: 5"),
                (BlockKind.NOTE, "Source: Corvane"),
            ],
        ),
        (
            [["Ada Brill", "280"], ["Ben Corr", "281"]],
            [(BlockKind.TABLE_ROW, "Ada Brill | 280"), (BlockKind.TABLE_ROW, "Ben Corr | 281")],
        ),
        (
            [["Date", "Description", "Amount"], ["2026-11-03", "Lease", "5"]],
            [(BlockKind.TABLE_ROW, "Date: 2026-11-03 | Description: Lease | Amount: 5")],
        ),
    ],
)
def test_table_without_texts(rows: list[list[str]], found: list[tuple[BlockKind, str]]) -> None:
    assert blocks(results(written(*rows))) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no rows"),
        ("title,text\n", "no records"),
        ("name,votes\n", ""),
        ('title,text\nA,"open\nB,b\n', "line 2: a quotation mark opens here"),
        ('title,text\nA,"a"b\nB,b\n', "line 2 is no record"),
        ("title\0,text\n", "c.csv"),
    ],
)
def test_broken_files_are_named(text: str, message: str) -> None:
    errors = [str(found) for found in results(text) if isinstance(found, SourceError)]
    assert not message or any(message in error for error in errors)


def test_broken_row_leaves_the_others() -> None:
    found = results('title,text\nA,first\nB,"a"b\nC,third\n')
    texts = [article.text for article in found if isinstance(article, Article)]
    assert texts == ["first", "third"]


def test_records_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "MOST_RECORDS", 3)
    for count in (4, 40):  # within the rows that may be above a header, and over them
        found = results("text\n" + "words\n" * count)
        assert sum(isinstance(article, Article) for article in found) == 3
        assert "more than 3 rows" in str(found[-1])


def test_rows_of_a_table_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "MOST_RECORDS", 3)
    error, article = results("5,6\n" * 4)
    assert "more than 3 rows" in str(error)
    assert isinstance(article, Article)
    assert article.text.count("5") == 3


def test_rows_are_not_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "MOST_RECORDS", 3)
    found = results("text\n" + "words\n" * 40 + 'a,"b"c\n')
    assert not any("is no record" in str(error) for error in found)


def test_cells_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    before = csv.field_size_limit()
    monkeypatch.setattr(csv_records, "_LONGEST_CELL", 5)
    try:
        found = results("text\nwords\nlonger\n")
    finally:
        csv.field_size_limit(before)
    article, error = found
    assert isinstance(article, Article)
    assert "line 3 is no record: field larger than field limit (5)" in str(error)


cells = st.text(st.sampled_from('a1 ,;"\n\t|<p>é'), max_size=8)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=6), st.booleans())
def test_csv_never_raises(rows: list[list[str]], header: bool) -> None:
    text = ("title,text,id\n" if header else "") + "\n".join(",".join(row) for row in rows)
    for result in results(text):
        assert isinstance(result, Article | SourceError)
