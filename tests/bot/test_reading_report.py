"""The report on reading: files that are not read, updates, what was left out."""

import json
from pathlib import Path

import pytest

from bot.wording.reading import is_mostly_lost, reading_line, source_lines
from index.articles.sources import Names, SourceReport
from index.models import Article, Omission
from index.stores.reading_notes import READING, ReadingNotes, ReadingNotesWriter, read_notes
from tests.bot.conftest import InProcess

STRUCK = "# Port\n\nThe port paid ~~five or~~ six million.\n\nIt opens in May.\n"


def put(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with an article that loses words, unknown files and an update."""
    put(tmp_path / "articles" / "port.md", STRUCK)
    records = [{"id": "x", "text": "Old is here."}, {"id": "x", "text": "New is here."}]
    put(tmp_path / "articles" / "feed.jsonl", "\n".join(map(json.dumps, records)))
    for name in ("release.zip", "photo.jpg", "notes.doc", "README"):
        put(tmp_path / "articles" / name, "x")
    return tmp_path


def build(run_main: InProcess, home: Path, *flags: str) -> tuple[str, str]:
    done = run_main(
        "index", "build", "--articles", home / "articles", "--index", home / "index", *flags
    )
    assert done.code == 0, done.err
    return done.out, done.err


def test_a_build_says_what_is_not_in_the_index(run_main: InProcess, mixed: Path) -> None:
    _, told = build(run_main, mixed)
    lines = told.splitlines()
    assert "3 files are of kinds that are not read: notes.doc, photo.jpg, release.zip" in lines
    assert "1 article has earlier versions: x" in lines
    at = lines.index("Left out or assumed while reading:")
    assert lines[at + 1 :] == ["  port: 2 words left out (withdrawn text 2)"]


def test_a_build_lists_all_of_it_in_json(run_main: InProcess, mixed: Path) -> None:
    put(mixed / "articles" / "empty.txt", " ")
    out, _ = build(run_main, mixed, "--json", "--skip-bad")
    built = json.loads(out)
    assert built["unread"]["count"] == 3
    assert [Path(name).name for name in built["unread"]["files"]] == [
        "notes.doc",
        "photo.jpg",
        "release.zip",
    ]
    assert built["updated"] == {"count": 1, "ids": ["x"]}
    assert (built["repeated"], built["without_article"], built["skipped"]) == (0, [], 1)
    assert ["empty.txt contains no text" in bad for bad in built["bad"]] == [True]
    [read] = built["reading"]
    omitted = [{"reason": "withdrawn text", "words": 2, "sample": "five or"}]
    assert read == {"id": "port", "kept_words": 10, "omitted": omitted, "notes": []}


def test_the_blocks_of_an_article_are_shown(run_main: InProcess, mixed: Path) -> None:
    build(run_main, mixed)
    shown = run_main("show", "port", "--blocks", "--index", mixed / "index")
    assert shown.out.splitlines() == [
        "0-4 heading Port",
        "6-32 paragraph The port paid six million.",
        "34-50 paragraph It opens in May.",
        "left out: withdrawn text, 2 words: five or",
    ]


def findings(run_main: InProcess, home: Path) -> dict[str, tuple[str, str]]:
    told = run_main(
        "doctor", "--json", "--articles", home / "articles", "--index", home / "index"
    ).out
    lines = [json.loads(line) for line in told.splitlines()]
    return {line["subject"]: (line["level"], line["message"]) for line in lines}


def test_the_doctor_tells_of_both(run_main: InProcess, mixed: Path) -> None:
    build(run_main, mixed)
    found = findings(run_main, mixed)
    level, message = found["articles"]
    assert level == "ok"
    assert message.startswith("2 can be read")
    assert "3 files are of kinds that are not read" in message
    assert found["reading"] == (
        "ok",
        "something was left out of 1 article, or assumed about them: port. "
        "See what with: dealbot show 'port' --blocks",
    )


def test_the_doctor_warns_where_most_of_the_prose_is_lost(run_main: InProcess, mixed: Path) -> None:
    put(mixed / "articles" / "page.md", f"Kept.\n\n<div>\n{'lost words ' * 20}\n</div>\n")
    build(run_main, mixed)
    level, message = findings(run_main, mixed)["reading"]
    assert level == "warning"
    assert message.startswith("less than half of the prose was kept of 1 article: page. See")


# --- the notes ------------------------------------------------------------------------------


def test_notes_of_articles_are_stored_and_read_again(tmp_path: Path) -> None:
    omitted = (Omission("comments", 3, "a b c"), Omission("cookie notice", 1, "\ud83d"))
    with ReadingNotesWriter(tmp_path) as writer:
        writer.add(Article(id="whole", text="All of it."))
        writer.add(Article(id="é", text="Half of it.", omitted=omitted, notes=("Assumed.",)))
    assert list(read_notes(tmp_path)) == [ReadingNotes("é", 3, omitted, ("Assumed.",))]
    (tmp_path / READING).unlink()
    assert list(read_notes(tmp_path)) == []


@pytest.mark.parametrize(
    ("reason", "lost"), [("outside the article", True), ("comments", False), ("navigation", False)]
)
def test_only_prose_counts_as_lost(reason: str, lost: bool) -> None:
    assert is_mostly_lost(ReadingNotes("a", 10, (Omission(reason, 11),))) is lost
    assert not is_mostly_lost(ReadingNotes("a", 11, (Omission(reason, 11),)))


def test_a_line_is_short_and_says_nothing_about_footnote_marks() -> None:
    mark = Omission("footnote mark", 2)
    assert reading_line(ReadingNotes("a", 9, (mark,))) == ""
    many = tuple(Omission(f"reason {n}", 1000) for n in range(6))
    assert reading_line(ReadingNotes("a", 9, (mark, *many), ("N" * 300,))) == (
        "a: 6,000 words left out (reason 0 1,000, reason 1 1,000, reason 2 1,000, reason 3 1,000, "
        f"2 more); {'N' * 119}…"
    )


def test_only_a_few_names_are_listed() -> None:
    names = Names()
    for number in range(7):
        names.add(f"sub/{number}.zip")
    report = SourceReport(
        unread=names, skipped={"a list of a Slack export": Names(1, ["users.json"])}
    )
    assert list(source_lines(report)) == [
        "7 files are of kinds that are not read: 0.zip, 1.zip, 2.zip, 3.zip, 4.zip and 2 more",
        "1 without an article (a list of a Slack export): users.json",
    ]
    one = SourceReport(unread=Names(1, ["a.zip"]))
    assert list(source_lines(one)) == ["1 file is of a kind that is not read: a.zip"]


def test_a_long_list_of_articles_is_cut(run_main: InProcess, tmp_path: Path) -> None:
    for number in range(12):
        put(tmp_path / "articles" / f"{number:02}.md", STRUCK)
    _, told = build(run_main, tmp_path)
    assert told.splitlines()[-1] == "  and 2 more; see dealbot doctor"
    assert told.count("withdrawn text") == 10
