"""Documents over a limit, with entities, encrypted or damaged."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.base.xml_tree import parse_xml, text_of
from index.articles.documents import archives
from index.articles.documents.archives import Archive, member_at
from index.articles.documents.epub import read_epub
from index.articles.documents.open_document import read_open_document
from index.articles.documents.word import read_word
from index.errors import SourceError
from index.models import Article
from tests.index.document_files import archive, epub, open_document, p, word

Reader = Callable[[bytes, str, str], Article]
_FILES: list[tuple[Reader, bytes]] = [
    (read_word, word(p("It pays $5 billion."))),
    (read_open_document, open_document("<text:p>It pays $5 billion.</text:p>")),
    (read_epub, epub("<p>It pays $5 billion.</p>")),
]


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        ({"MOST_MEMBERS": 2}, "has more than 2 files in it"),
        ({"LARGEST_MEMBER": 1000}, "unpacks to more than is allowed"),
        ({"LARGEST_TOTAL": 1000}, "unpacks to more than is allowed"),
        ({"HIGHEST_RATIO": 5, "_RATIO_FREE": 1000}, "compressed over 5 times"),
        ({"MOST_TAGS": 3}, "too many elements in word/document.xml"),
    ],
)
def test_a_document_over_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], problem: str
) -> None:
    document = word(p("It pays $5 billion. " * 50))
    assert read_word(document, "a", "x.docx").text.startswith("It pays $5 billion.")
    for name, limit in limits.items():
        monkeypatch.setattr(archives, name, limit)
    with pytest.raises(SourceError, match=rf"x\.docx .*{problem}"):
        read_word(document, "a", "x.docx")


@pytest.mark.parametrize(
    "limits", [{"LARGEST_MEMBER": 1000}, {"HIGHEST_RATIO": 5, "_RATIO_FREE": 1000}]
)
def test_a_large_member_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    opened = Archive(archive({"a": " " * 2000}), "x.epub")
    monkeypatch.setattr(opened._zip, "open", lambda _: pytest.fail("It was unpacked."))
    for name, limit in limits.items():
        monkeypatch.setattr(archives, name, limit)
    with pytest.raises(SourceError, match="unpacks to more"):
        opened.read("a")


def test_the_size_is_checked_again_after_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_MEMBER", 1000)
    monkeypatch.setattr(Archive, "_check", lambda *_: None)
    with pytest.raises(SourceError, match="unpacks to more"):
        Archive(archive({"a": " " * 2000}), "x.epub").read("a")


def test_the_sizes_of_all_members_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 1000)
    opened = Archive(archive({str(number): " " * 300 for number in range(4)}), "x.epub")
    for name in opened.names[:3]:
        opened.read(name)
    with pytest.raises(SourceError, match="unpacks to more"):
        opened.read(opened.names[3])


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('<!DOCTYPE w [<!ENTITY x "y">]><w>&x;</w>', "uses the entity &x;, which is never"),
        (
            '<!DOCTYPE w [<!ENTITY x SYSTEM "beside.txt">]><w>&x;</w>',
            "uses the entity &x;, which is never",
        ),
        ("<w>" * 260 + "</w>" * 260, "is not well-formed XML: Excessive depth"),
    ],
)
def test_entities_and_deep_nesting_are_refused(document: str, problem: str) -> None:
    with pytest.raises(SourceError, match=rf"x\.docx \(word/document.xml\) {problem}"):
        read_word(archive({"word/document.xml": document}), "a", "x.docx")


def test_a_file_that_a_document_type_names_is_not_read() -> None:
    root = parse_xml(b'<!DOCTYPE w SYSTEM "beside.dtd"><w>It pays.</w>', "x.xml")
    assert text_of(root) == "It pays."


def test_encrypted_members_are_named() -> None:
    data = bytearray(archive({"content.xml": b"<x/>"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="protected by a password"):
        read_open_document(bytes(data), "a", "x.odt")


def test_other_compressions_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("content.xml", "<x/>")
    with pytest.raises(SourceError, match="compressed in a way"):
        read_open_document(out.getvalue(), "a", "x.odt")


@pytest.mark.parametrize(
    ("base", "address", "member"),
    [
        ("word/document.xml", "styles.xml", "word/styles.xml"),
        ("word/document.xml", "/word/styles.xml", "word/styles.xml"),
        ("EPUB/package.opf", "text/c%201.xhtml#p", "EPUB/text/c 1.xhtml"),
        ("EPUB/package.opf", "../c.xhtml", "c.xhtml"),
    ],
)
def test_addresses_within_an_archive(base: str, address: str, member: str) -> None:
    assert member_at(base, address) == member


@settings(max_examples=60, deadline=None)
@given(
    file=st.sampled_from(_FILES),
    at=st.integers(0, 3000),
    change=st.binary(max_size=4),
    cut=st.integers(0, 3000),
)
def test_damage_raises_nothing_but_source_errors(
    file: tuple[Reader, bytes], at: int, change: bytes, cut: int
) -> None:
    read, data = file
    at %= len(data)
    changed = data[:at] + change + data[at + len(change) :]
    for damaged in (changed, data[: cut % len(data)]):
        try:
            read(damaged, "a", "a")
        except SourceError:
            continue


_XML = st.recursive(
    st.sampled_from(["", "text", "<w:t>5</w:t>", "<w:br/>", "<w:footnoteReference w:id='2'/>"]),
    lambda inner: st.tuples(
        st.sampled_from(
            "p r tbl tr tc sdt sdtPr ins del txbxContent pPr rPr tcPr vMerge gridSpan trPr".split()
        ),
        st.lists(inner, max_size=3),
    ).map(lambda made: f"<w:{made[0]}>{''.join(made[1])}</w:{made[0]}>"),
    max_leaves=20,
)


@given(_XML)
def test_any_nesting_raises_nothing_but_source_errors(body: str) -> None:
    note = f"<w:footnote w:id='2'>{body}</w:footnote>"
    try:
        read_word(word(body, footnotes=note), "a", "a")
    except SourceError:
        return
