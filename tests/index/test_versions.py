"""Versions of articles: order, times, metadata, withdrawals, ids, and what records may give."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.feed_texts import Record
from index.articles.sources import SourceReport, read_articles
from index.articles.versions import MOST_VERSIONS, find_versions
from index.errors import SourceError
from index.models import Article, Block, BlockKind
from index.stores.times import BEFORE_ALL, OPEN, times_of

JUNE, JULY, AUGUST = (f"2031-0{month}-01T08:00:00+00:00" for month in (6, 7, 8))


def records_in(folder: Path, *records: dict[str, Any], name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def read(*paths: Path) -> tuple[dict[str, Article], SourceReport]:
    report = SourceReport()
    articles = list(read_articles(paths, report=report))
    found = {article.id: article for article in articles}
    assert len(found) == len(articles)
    return found, report


def record(text: str | None, seen: str = "", **more: Any) -> dict[str, Any]:
    given = {"id": "x", "published": "2031-05-01", **more}
    return given | ({"text": text} if text else {}) | ({"seen": seen} if seen else {})


def test_each_text_is_a_version_that_holds_until_the_next_was_seen(tmp_path: Path) -> None:
    path = records_in(tmp_path, record("One", JUNE), record("Two", JULY), record("Three", AUGUST))
    found, report = read(path)
    assert list(found) == ["x@1", "x@2", "x"]
    assert [each.text for each in found.values()] == ["One", "Two", "Three"]
    assert [each.version for each in found.values()] == [1, 2, 3]
    assert [each.version_of for each in found.values()] == ["x", "x", ""]
    assert [each.replaced for each in found.values()] == [JULY, AUGUST, ""]
    assert [each.seen for each in found.values()] == [JUNE, JULY, AUGUST]
    assert (report.updated.first, report.repeated) == (["x"], 0)
    ranges = [times_of(each)[1:] for each in found.values()]
    assert [until for _, until in ranges] == [*(since for since, _ in ranges[1:]), OPEN]


def test_the_time_of_being_seen_counts_more_than_a_corrected_date(tmp_path: Path) -> None:
    old = record("One", JUNE)
    corrected = record("Two", JULY, published="2031-04-30")
    for records in ((old, corrected), (corrected, old)):
        found, _ = read(records_in(tmp_path, *records))
        assert {id: each.text for id, each in found.items()} == {"x@1": "One", "x": "Two"}
        assert found["x@1"].replaced == JULY


def test_a_first_version_holds_since_its_publication_and_a_later_one_since_it_was_seen(
    tmp_path: Path,
) -> None:
    found, _ = read(records_in(tmp_path, record("One", JUNE), record("Two", JULY)))
    published, since, _ = times_of(found["x@1"])
    assert published == since
    published, since, _ = times_of(found["x"])
    assert published < since


def test_the_same_text_again_is_no_version_and_its_newest_metadata_count(tmp_path: Path) -> None:
    path = records_in(
        tmp_path,
        record("One", JUNE, title="Old title"),
        record("One", JULY, title="New title", published="2031-05-02"),
        record("One", JULY, title="New title", published="2031-05-02"),
    )
    found, report = read(path)
    article = found["x"]
    assert (article.title, article.published) == ("New title", "2031-05-02")
    assert (article.version, article.seen, article.replaced) == (1, JUNE, "")
    assert (report.updated.count, report.repeated) == (0, 2)


def test_a_newer_date_alone_is_taken_over_without_any_time_of_being_seen(tmp_path: Path) -> None:
    newer = {"id": "x", "text": "One", "published": "2031-05-02", "title": "Right"}
    older = {"id": "x", "text": "One", "published": "2031-05-01", "title": "Wrong"}
    for records in ((newer, older), (older, newer)):
        found, _ = read(records_in(tmp_path, *records))
        assert (found["x"].published, found["x"].title) == ("2031-05-02", "Right")


def test_a_text_that_comes_back_is_a_new_version_if_it_was_seen_again(tmp_path: Path) -> None:
    path = records_in(tmp_path, record("One", JUNE), record("Two", JULY), record("One", AUGUST))
    found, _ = read(path)
    assert [(id, each.text) for id, each in found.items()] == [
        ("x@1", "One"),
        ("x@2", "Two"),
        ("x", "One"),
    ]


@pytest.mark.parametrize("text", [None, "One", "This article was removed."])
def test_a_withdrawn_article_stays_and_holds_no_longer(tmp_path: Path, text: str | None) -> None:
    path = records_in(tmp_path, record("One", JUNE), record(text, JULY, withdrawn=True))
    found, report = read(path)
    assert found["x"].replaced == JULY
    assert all(each.replaced for each in found.values())
    assert report.withdrawn.first == ["x"]


def test_an_article_that_comes_back_after_its_withdrawal_holds_again(tmp_path: Path) -> None:
    withdrawal = record(None, JULY, withdrawn=True)
    found, report = read(records_in(tmp_path, record("One", JUNE), withdrawal))
    assert found["x"].replaced == JULY
    again = (record("One", JUNE), withdrawal, record("One", AUGUST))
    found, report = read(records_in(tmp_path, *again))
    assert (found["x"].replaced, report.withdrawn.count) == ("", 0)
    other = (record("One", JUNE), withdrawal, record("Two", AUGUST))
    found, report = read(records_in(tmp_path, *other))
    assert (found["x@1"].replaced, found["x"].replaced) == (JULY, "")


def test_a_single_withdrawn_record_with_a_text_never_held_after(tmp_path: Path) -> None:
    found, report = read(records_in(tmp_path, record("One", JUNE, withdrawn=True)))
    assert (found["x"].replaced, report.withdrawn.first) == (JUNE, ["x"])


def test_a_withdrawal_of_an_unknown_article_is_no_article(tmp_path: Path) -> None:
    other = {"id": "y", "text": "Other"}
    found, _ = read(records_in(tmp_path, other, record(None, JULY, withdrawn=True)))
    assert list(found) == ["y"]


def test_a_withdrawal_that_appears_between_the_passes_is_no_article(tmp_path: Path) -> None:
    (tmp_path / "0.txt").write_text("First of all")
    records_in(tmp_path, {"id": "y", "text": "Other"})
    articles = read_articles([tmp_path])
    assert next(articles).id == "0"
    records_in(tmp_path, record(None, JULY, withdrawn=True), {"id": "y", "text": "Other"})
    assert [each.id for each in articles] == ["y"]


def test_a_withdrawal_needs_a_time(tmp_path: Path) -> None:
    path = records_in(tmp_path, {"id": "x", "withdrawn": True})
    with pytest.raises(SourceError, match='needs the time of the withdrawal in "seen"'):
        read(path)


def test_undated_texts_are_versions_whose_earlier_ones_never_held(tmp_path: Path) -> None:
    found, _ = read(records_in(tmp_path, {"id": "x", "text": "One"}, {"id": "x", "text": "Two"}))
    assert (found["x@1"].text, found["x@1"].replaced, found["x"].text) == ("One", "", "Two")
    assert times_of(found["x@1"])[1:] == (BEFORE_ALL, BEFORE_ALL)


def test_the_id_of_a_version_never_clashes_with_that_of_an_article(tmp_path: Path) -> None:
    texts = [("x", "One"), ("x", "Two"), ("x@1", "Real"), ("x@", "A"), ("x@", "B")]
    path = records_in(tmp_path, *({"id": id, "text": text} for id, text in texts))
    found, _ = read(path)
    assert found["x@1"].text == "Real"
    assert {(each.version_of, each.text) for each in found.values() if each.version_of} == {
        ("x", "One"),
        ("x@", "A"),
    }


def test_the_newest_versions_are_kept_and_the_rest_counted(tmp_path: Path) -> None:
    count = MOST_VERSIONS + 7
    texts = [
        {"id": "x", "text": f"Text {n}", "published": f"20{n + 10}-01-01"} for n in range(count)
    ]
    found, report = read(records_in(tmp_path, *texts))
    assert len(found) == MOST_VERSIONS
    assert (found["x"].text, found["x"].version) == (f"Text {count - 1}", count)
    assert found["x@8"].text == "Text 7"
    assert report.superseded == 7


def test_markdown_gives_its_id_and_when_it_was_seen(tmp_path: Path) -> None:
    for name, text, seen in (("a", "One", JUNE), ("sub-b", "Two", JULY)):
        front = f"---\nid: x\nseen: {seen}\n---\n"
        (tmp_path / f"{name}.md").write_text(f"{front}\n{text}\n")
    (tmp_path / "plain.md").write_text("---\ntitle: x\n---\n\nid: no\n")
    found, report = read(tmp_path)
    assert {id: each.text for id, each in found.items()} == {
        "x@1": "One",
        "x": "Two",
        "plain": "id: no",
    }
    assert (found["x@1"].replaced, report.updated.first) == (JULY, ["x"])


def test_csv_rows_give_when_they_were_seen_and_withdrawn(tmp_path: Path) -> None:
    rows = ["id,text,seen,withdrawn", f"x,One,{JUNE},", f"x,Two,{JULY},", f"x,,{AUGUST},true"]
    (tmp_path / "a.csv").write_text("\n".join(rows))
    found, _ = read(tmp_path)
    assert {id: (each.text, each.replaced) for id, each in found.items()} == {
        "x@1": ("One", JULY),
        "x": ("Two", AUGUST),
    }


def test_a_record_gives_the_blocks_of_its_text(tmp_path: Path) -> None:
    blocks = [["heading", 0, 5], ["paragraph", 7, 17, 3]]
    found, _ = read(records_in(tmp_path, record("Title\n\nIt opens.  ", blocks=blocks)))
    assert found["x"].blocks == (
        Block(BlockKind.HEADING, 0, 5),
        Block(BlockKind.PARAGRAPH, 7, 17, 3),
    )


@pytest.mark.parametrize("blocks", [{"time": 1}, [{"type": "paragraph"}], "text", 3, [], None])
def test_blocks_of_other_programs_are_ignored(tmp_path: Path, blocks: object) -> None:
    found, _ = read(records_in(tmp_path, record("It opens.", blocks=blocks)))
    assert found["x"].blocks == ()


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([["headline", 0, 2]], "block 1 has no known kind"),
        ([[]], "block 1 has no known kind"),
        ([["paragraph", 0, 99]], "outside the text"),
        ([["paragraph", 2, 2]], "outside the text"),
        ([["paragraph", 0, 4], ["note", 3, 6]], r"block 2 \(3 to 6\)"),
        ([["paragraph", 0]], "is not"),
        ([["paragraph", 0, 2.0]], "is not"),
        ([["paragraph", True, 2]], "is not"),
        ([["paragraph", -1, 2]], "is not"),
        ([["paragraph", 0, 2, 1, 1]], "is not"),
    ],
)
def test_blocks_that_do_not_fit_are_told(tmp_path: Path, blocks: object, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(records_in(tmp_path, record("It opens.", blocks=blocks)))


@pytest.mark.parametrize(
    ("seen", "stored", "notes"),
    [
        ("2031-06-01T10:00:00+02:00", JUNE, 0),
        ("2031-06-01", "2031-06-01T00:00:00+00:00", 0),
        ("yesterday", "", 1),
        (True, "", 0),
        (7, "", 0),
    ],
)
def test_a_time_of_being_seen_is_stored_in_utc(
    tmp_path: Path, seen: object, stored: str, notes: int
) -> None:
    path = records_in(tmp_path, {"id": "x", "text": "One", "seen": seen})
    article = read(path)[0]["x"]
    assert (article.seen, len(article.notes)) == (stored, notes)


times = st.none() | st.integers(0, 5)
any_record = st.builds(Record, st.sampled_from([b"a", b"b", b"c"]), times, times, st.booleans())


@given(st.lists(any_record, min_size=1, max_size=9))
def test_versions_have_ascending_numbers_texts_that_differ_and_one_newest(
    records: list[Record],
) -> None:
    records = [
        r if r.seen is not None or r.published is not None else Record(r.text, None, None)
        for r in records
    ]
    versions = find_versions(records)
    assert [each.number for each in versions] == list(range(1, len(versions) + 1))
    assert [each.newest for each in versions] == [False] * (len(versions) - 1) + [True]
    texts = [records[each.record].text for each in versions]
    assert all(one != other for one, other in pairwise(texts))
    assert set(texts) == {each.text for each in records}
    known = [each.seen for each in versions if each.seen is not None]
    assert known == sorted(known)
    latest = max(each.time for each in records)
    assert records[versions[-1].record].time == latest


@given(st.lists(any_record, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_reading_decides_only_between_equal_times(
    records: list[Record], chance: Any
) -> None:
    distinct = list({each.time: each for each in records}.values())
    shuffled = list(distinct)
    chance.shuffle(shuffled)
    one, other = find_versions(distinct), find_versions(shuffled)
    assert [distinct[each.record] for each in one] == [shuffled[each.record] for each in other]
    assert [each.replaced for each in one] == [each.replaced for each in other]
