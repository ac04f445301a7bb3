"""Article sources: which files are read under which ids, which are refused, and that no character
is lost."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.articles.sources import (
    DEFAULT_MAX_ARTICLE_BYTES,
    Names,
    SourceReport,
    read_articles,
)
from index.errors import SourceError
from index.models import Article


def read(*paths: Path, max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES) -> list[Article]:
    return list(read_articles(paths, max_article_bytes=max_article_bytes))


def refusal(*paths: Path, max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES) -> str:
    with pytest.raises(SourceError) as caught:
        read(*paths, max_article_bytes=max_article_bytes)
    return caught.value.user_message


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def put_json(path: Path, value: object) -> Path:
    return put(path, json.dumps(value))


# --- files, their order and ids -------------------------------------------------------------


def test_folder_is_read_recursively_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "z/deep/c.MD", "m/x.TXT"):
        put(tmp_path / name, "Some text")
    assert [article.id for article in read(tmp_path)] == ["a", "b", "m/x", "z/deep/c"]


def test_hidden_and_unknown_files_in_a_folder_are_ignored(tmp_path: Path) -> None:
    for name in (".hidden.txt", ".git/a.txt", "photo.jpg", "noending", "kept.v2.txt"):
        put(tmp_path / name, "Some text")
    assert [article.id for article in read(tmp_path)] == ["kept.v2"]


def test_file_given_directly_is_named_after_itself(tmp_path: Path) -> None:
    assert read(put(tmp_path / "sub" / "news.txt", "Text"))[0].id == "news"


def test_unknown_ending_given_directly_names_the_known_ones(tmp_path: Path) -> None:
    assert ".txt, .md" in refusal(put(tmp_path / "a.zip", "Text"))


def test_missing_path_and_unreadable_path_are_told(tmp_path: Path) -> None:
    assert "no file or folder" in refusal(tmp_path / "gone.txt")
    assert "File name too long" in refusal(tmp_path / ("n" * 300 + ".txt"))


def test_folder_without_articles_is_told(tmp_path: Path) -> None:
    put(tmp_path / "photo.jpg", "x")
    assert f"No articles in {tmp_path}: it has 1 of other kinds, but no file ends in" in refusal(
        tmp_path
    )


def test_file_that_vanishes_while_reading_is_told(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "Text")
    later = put(tmp_path / "b.txt", "Text")
    articles = read_articles([tmp_path])
    next(articles)
    later.unlink()
    with pytest.raises(SourceError, match=r"Cannot read .*b\.txt: No such file"):
        next(articles)


def report_of(*paths: Path) -> tuple[list[Article], SourceReport]:
    report = SourceReport()
    return list(read_articles(paths, report=report)), report


def test_two_files_of_one_id_are_versions_and_the_later_is_the_newest(tmp_path: Path) -> None:
    put(tmp_path / "a.md", "Old text")
    put(tmp_path / "a.txt", "New text")
    articles, report = report_of(tmp_path)
    assert [(article.id, article.text) for article in articles] == [
        ("a@1", "Old text"),
        ("a", "New text"),
    ]
    assert (report.updated.count, report.updated.first, report.repeated) == (1, ["a"], 0)


def test_one_id_with_one_text_is_one_article(tmp_path: Path) -> None:
    one = put_json(tmp_path / "one.jsonl", {"id": "x", "text": "Text"})
    two = put_json(tmp_path / "two.json", {"id": "x", "text": "Text"})
    articles, report = report_of(one, two)
    assert [article.id for article in articles] == ["x"]
    assert (report.updated.count, report.repeated) == (0, 1)


@pytest.mark.parametrize(
    ("dates", "kept"),
    [
        (["2026-08-03T06:10:00Z", "2026-08-04"], 1),
        (["2026-08-04", "2026-08-03T06:10:00Z"], 0),
        (["2026-08-03", "2026-08-03"], 1),
        (["", ""], 1),
        (["2026-08-03", ""], 0),
        (["Tue, 04 Aug 2026 08:00:00 +0200", "2026-08-03"], 0),
        (["2026-08-03T06:00:00Z", "2026-08-03T07:00:00+02:00"], 0),
        (["2026", "2026-08", "2026-07-31"], 1),
        (["no date", "2026-08-03", "none"], 1),
    ],
)
def test_the_newest_of_several_texts_keeps_the_id(
    tmp_path: Path, dates: list[str], kept: int
) -> None:
    records = [{"id": "x", "text": f"Text {n}", "published": date} for n, date in enumerate(dates)]
    put(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)))
    articles, report = report_of(tmp_path)
    assert [article.text for article in articles if article.id == "x"] == [f"Text {kept}"]
    assert all(article.version_of == "x" for article in articles if article.id != "x")
    assert len(articles) == len(dates)
    assert report.updated.first == ["x"]


@pytest.mark.parametrize("order", [(1, 2, 3), (1, 3, 2), (3, 2, 1)])
def test_a_text_that_comes_back_is_the_newest(tmp_path: Path, order: tuple[int, ...]) -> None:
    texts = [("Two" if day == 2 else "One", f"2026-01-0{day}") for day in order]
    records = [{"id": "x", "text": text, "published": date} for text, date in texts]
    put(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)))
    found = {article.id: (article.text, article.published) for article in read(tmp_path)}
    assert found == {"x@1": ("Two", "2026-01-02"), "x": ("One", "2026-01-03")}


def test_a_record_with_the_id_of_a_file_is_compared_with_it(tmp_path: Path) -> None:
    put(tmp_path / "b.txt", "From the file")
    put_json(tmp_path / "a.jsonl", {"id": "b", "text": "From the record"})
    assert newest(tmp_path) == ["From the file"]
    (tmp_path / "a.jsonl").unlink()
    put_json(tmp_path / "c.jsonl", {"id": "b", "text": "Newest", "published": "2026-01-01"})
    assert newest(tmp_path) == ["Newest"]


def newest(path: Path) -> list[str]:
    return [article.text for article in read(path) if not article.version_of]


@pytest.mark.parametrize("later", ["Third", None])
def test_a_file_that_changes_between_the_passes_is_told(tmp_path: Path, later: str | None) -> None:
    put(tmp_path / "0.txt", "First of all")
    path = put(tmp_path / "a.jsonl", '{"id": "x", "text": "One"}\n{"id": "x", "text": "Two"}')
    articles = read_articles([tmp_path])
    assert next(articles).id == "0"
    put(path, json.dumps({"id": "x", "text": later}) if later else '{"id": "y", "text": "New"}')
    with pytest.raises(SourceError, match=r"'x' in .* changed while it was read"):
        list(articles)


def test_a_second_text_that_appears_between_the_passes_is_told(tmp_path: Path) -> None:
    put(tmp_path / "0.txt", "First of all")
    path = put(tmp_path / "a.jsonl", '{"id": "x", "text": "One"}')
    articles = read_articles([tmp_path])
    next(articles)
    put(path, '{"id": "x", "text": "One"}\n{"id": "x", "text": "Two"}')
    assert next(articles).text == "One"
    with pytest.raises(SourceError, match="changed while it was read"):
        next(articles)


# --- files that are not read ----------------------------------------------------------------


def test_files_of_unknown_kinds_are_named_and_counted(tmp_path: Path) -> None:
    for name in ("a.txt", "b.zip", "sub/c.JPG", "sub/noending", ".hidden.zip", "page_files/x.png",
                 "README", "style.css", "~$draft.docx"):  # fmt: skip
        put(tmp_path / name, "Some text")
    articles, report = report_of(tmp_path)
    assert [article.id for article in articles] == ["a"]
    assert report.unread.count == 3
    unread = [Path(name).relative_to(tmp_path).as_posix() for name in report.unread.first]
    assert unread == ["b.zip", "sub/c.JPG", "sub/noending"]


def test_all_unknown_files_are_counted_and_a_thousand_named() -> None:
    names = Names()
    for number in range(1200):
        names.add(str(number))
    assert (names.count, len(names.first)) == (1200, 1000)


@pytest.mark.parametrize(
    "article_id", ["", "  ", "a\nb", "a\x1b[2J", "a\u2028b", "x" * 201, "\ud800"]
)
def test_unusable_ids_are_refused(tmp_path: Path, article_id: str) -> None:
    told = refusal(put_json(tmp_path / "a.json", {"id": article_id, "text": "Text"}))
    assert "the article's id" in told


def test_file_name_that_is_not_utf8_is_told_in_printable_words(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9\x1b.txt")
    with open(path, "wb") as file:
        file.write(b"Text")
    told = refusal(tmp_path)
    assert "cannot be printed" in told
    assert told.isprintable()


# --- links and special files ----------------------------------------------------------------


def test_link_out_of_the_folder_is_told_and_not_read(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret" / "s.txt", "Secret")
    folder = tmp_path / "articles"
    put(folder / "a.txt", "Text")
    (folder / "link.txt").symlink_to(secret)
    (folder / "way").symlink_to(secret.parent)
    bad: list[SourceError] = []
    assert [article.id for article in read_articles([folder], on_bad=bad.append)] == ["a"]
    assert ["link out of its folder" in str(error) for error in bad] == [True, True]


def test_link_named_directly_is_followed(tmp_path: Path) -> None:
    real = put(tmp_path / "real" / "a.txt", "Text").parent
    (tmp_path / "folder").symlink_to(real)
    (tmp_path / "file.txt").symlink_to(real / "a.txt")
    assert [article.id for article in read(tmp_path / "folder", tmp_path / "file.txt")] == [
        "a",
        "file",
    ]


def test_links_that_loop_end(tmp_path: Path) -> None:
    put(tmp_path / "sub" / "a.txt", "Text")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "sub")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert [article.id for article in read(tmp_path)] == ["sub/a"]


def test_linked_folder_keeps_the_ids_of_its_own_place(tmp_path: Path) -> None:
    put(tmp_path / "b" / "x.txt", "Text")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(tmp_path / "b")
    assert [article.id for article in read(tmp_path)] == ["b/x"]


def test_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "Text")
    (tmp_path / "z.txt").symlink_to(tmp_path / "z.txt")
    assert "is a broken link" in refusal(tmp_path)


def test_mounted_config_map_is_read(tmp_path: Path) -> None:
    # Kubernetes mounts every file as a link to a hidden folder beside it.
    put(tmp_path / "..2026" / "a.txt", "Text")
    put(tmp_path / "..2026" / "sub" / "b.txt", "Text")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "a.txt").symlink_to("..data/a.txt")
    (tmp_path / "sub").symlink_to("..data/sub")
    assert [article.id for article in read(tmp_path)] == ["a", "sub/b"]


def test_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not a regular file" in refusal(tmp_path)
    assert "not a regular file" in refusal(tmp_path / "pipe.txt")


def test_folder_that_ends_like_an_article_is_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "old.txt" / "a.txt", "Text")
    assert [article.id for article in read(tmp_path)] == ["old.txt/a"]


# --- plain text -----------------------------------------------------------------------------


def test_text_is_kept_with_its_line_endings_and_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeffOne\r\ntwo\rthree\n\n \u2028é "
    assert read(put(tmp_path / "a.txt", text))[0].text == text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Nvidia and OpenAI\n\nBody.", "Nvidia and OpenAI"),
        ("\ufeffHeadline\r\n\r\nBody.", "Headline"),
        ("A sentence.\n\nBody.", ""),
        ("“Is this one?”\n\nBody.", ""),
        ("No blank line\nBody.", ""),
        ("Only a line\n\n", ""),
        ("x" * 121 + "\n\nBody.", ""),
    ],
)
def test_first_line_is_a_title_only_where_it_looks_like_one(
    tmp_path: Path, text: str, title: str
) -> None:
    assert read(put(tmp_path / "a.txt", text))[0].title == title


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\ufeff\u2060", "\u3164\u2800", "\ufe0f"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json"])
def test_article_with_nothing_to_read_is_refused(tmp_path: Path, name: str, text: str) -> None:
    content = json.dumps({"text": text}) if name == "a.json" else text
    assert "contains no text" in refusal(put(tmp_path / name, content))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json", "a.jsonl"])
def test_bytes_that_are_not_utf8_are_told_with_their_place(tmp_path: Path, name: str) -> None:
    told = refusal(put(tmp_path / name, "on \u043f\u0440\u0430\u0432\u0434\u0430".encode("cp1251")))
    assert "is not UTF-8 text (byte 0xef at offset 3)" in told


LONG = "a word " * 100


def test_long_metadata_is_cut_and_a_long_address_dropped_with_a_note(tmp_path: Path) -> None:
    record = {"text": "T", "title": LONG, "url": f"https://x.example/{'y' * 500}"}
    article = read(put_json(tmp_path / "a.jsonl", record))[0]
    assert article.title.startswith("a word a word")
    assert article.title.endswith(" a…")
    assert len(article.title) <= 500
    assert article.url == ""
    assert article.notes == (
        "The title is 699 characters long and was cut.",
        "The url is 518 characters long and was left out.",
    )


# --- charsets -------------------------------------------------------------------------------

ACCENTS = "Le café d\u2019été à Nîmes rouvre \u2013 enfin.\nIl est ouvert."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json", "a.jsonl", "a.ndjson"])
@pytest.mark.parametrize(
    ("charset", "note"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "The file was read as UTF-16."),
        ("utf-16-le", "The file was read as UTF-16."),
        ("utf-16-be", "The file was read as UTF-16."),
        ("cp1252", "The file is not UTF-8 and was read as Windows-1252."),
    ],
)
def test_text_in_other_charsets_is_read_with_a_note(
    tmp_path: Path, name: str, charset: str, note: str
) -> None:
    text = ACCENTS if ".json" not in name and ".nd" not in name else ACCENTS.replace("\n", " ")
    record = json.dumps({"text": text}, ensure_ascii=False)
    content = text if name in ("a.txt", "a.md") else record
    article = read(put(tmp_path / name, content.encode(charset)))[0]
    kept = text.replace("\n", " ") if name == "a.md" else text
    assert article.text.removeprefix("\ufeff") == kept
    assert article.notes == ((note,) if note else ())


def test_lines_in_utf16_are_streamed(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"text": f"Nr. {n} " + "x" * 999}) for n in range(500))
    assert len(read(put(tmp_path / "a.jsonl", lines.encode("utf-16")))) == 500


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        "Ελληνικά".encode("cp1253"),
        "one é, two é, one broken: ".encode() + b"\xe9 here",
        b"text with \x81 in it, which Windows-1252 leaves open",
        bytes(range(1, 256)),
        b"\x00\x01" * 50,
        b"\x7fELF\x02\x01\x01" + bytes(60) + b"\x03",
    ],
)
def test_bytes_of_no_plausible_charset_are_refused(tmp_path: Path, data: bytes) -> None:
    assert any(w in refusal(put(tmp_path / "a.txt", data)) for w in ("not UTF-8", "binary"))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_binary_file_is_told(tmp_path: Path, name: str) -> None:
    assert "looks binary" in refusal(put(tmp_path / name, b"PK\x00\x01"))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.json", "a.jsonl"])
def test_article_over_the_limit_names_the_setting(tmp_path: Path, name: str) -> None:
    text = "é" * 51
    content = json.dumps({"text": text}) if "json" in name else text
    told = refusal(put(tmp_path / name, content), max_article_bytes=100)
    assert "102 bytes, over the limit of 100" in told
    assert "--max-article-mb" in told
    assert "DEALBOT_MAX_ARTICLE_MB" in told


def test_a_file_over_the_limit_is_refused_however_little_of_it_is_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.md", f"Text\n\n<div>\n{'x' * 2000}\n</div>\n")
    assert "over the limit of 1,000" in refusal(path, max_article_bytes=1000)
    assert read(path)[0].text == "Text"


# --- JSON -----------------------------------------------------------------------------------

FIELDS: dict[str, Any] = {
    "id": "n1",
    "title": "T",
    "source": "S",
    "url": "https://example.com",
    "published": "2026-11-03",
    "text": "Body",
}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_every_field_is_read_and_unknown_ones_ignored(tmp_path: Path, name: str) -> None:
    path = put_json(tmp_path / name, {**FIELDS, "author": ["x"]})
    assert read(path) == [Article(**FIELDS)]


def test_records_without_id_are_numbered(tmp_path: Path) -> None:
    put_json(tmp_path / "sub" / "list.json", [{"text": "One"}, {"id": 7, "text": "Two"}])
    put_json(tmp_path / "one.json", {"text": "One"})
    put(tmp_path / "sub" / "lines.jsonl", '\ufeff{"text": "One"}\r\n\n  \n{"text": "Two"}')
    ids = [article.id for article in read(tmp_path)]
    assert ids == ["one", "sub/lines#1", "sub/lines#2", "sub/list#1", "7"]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ([], "must be an object"),
        ({}, '"text" is missing'),
        ({"text": None}, '"text" is missing'),
        ({"text": 1}, '"text" must be a string'),
        ({"text": "T", "title": 3}, '"title" must be a string'),
        ({"text": "T", "id": True}, '"id" must be a string'),
        ({"text": "half \ud83d"}, "surrogate"),
        ({"text": "T", "source": "\ud83d"}, "source has half a surrogate"),
        ({"text": "T", "url": "javascript:alert(1)"}, "url must start with http:// or https://"),
    ],
)
def test_unusable_records_are_told(tmp_path: Path, record: object, words: str) -> None:
    assert words in refusal(put_json(tmp_path / "a.jsonl", record))


def test_metadata_is_made_one_printable_line(tmp_path: Path) -> None:
    record = {"text": "T", "title": " A\r\nB\x1b[2J\u2028C ", "url": "HTTP://x.y"}
    article = read(put_json(tmp_path / "a.json", record))[0]
    assert (article.title, article.url) == ("A B [2J C", "HTTP://x.y")


def test_broken_line_is_named(tmp_path: Path) -> None:
    path = put(tmp_path / "news.jsonl", '{"text": "One"}\n\n{"text": \n')
    assert f"{path}, line 3: not valid JSON: " in refusal(path)


def test_broken_json_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", '{\n"text": nope}')
    assert f"{path}: not valid JSON: Expecting value (line 2, column 9)" in refusal(path)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"text": "T", "id": ' + "1" * 5000 + "}", "number is too long"),
    ],
)
def test_hostile_json_is_told(tmp_path: Path, name: str, content: str, words: str) -> None:
    assert words in refusal(put(tmp_path / name, content))


@pytest.mark.parametrize(("name", "content"), [("a.json", "[]"), ("a.jsonl", "\n \n")])
def test_file_without_records_is_told(tmp_path: Path, name: str, content: str) -> None:
    assert "contains no articles" in refusal(put(tmp_path / name, content))


def test_line_far_over_the_limit_is_passed_over_in_pieces(tmp_path: Path) -> None:
    long = json.dumps({"text": "x" * 300_000})
    path = put(tmp_path / "a.jsonl", f'{long}\n{{"text": "short"}}\n{long}')
    bad: list[SourceError] = []
    articles = list(read_articles([path], max_article_bytes=100, on_bad=bad.append))
    assert [(article.id, article.text) for article in articles] == [("a#2", "short")]
    assert ["line 1" in str(bad[0]), "line 3" in str(bad[1])] == [True, True]
    assert len(bad) == 2


# --- continuing after bad articles ----------------------------------------------------------


def test_bad_ones_are_handed_over_and_reading_goes_on(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", b"\xff")
    put(tmp_path / "b.txt", "Good")
    put(
        tmp_path / "c.jsonl",
        '{"text": "One"}\nbroken\n{"id": "b", "text": ""}\n{"text": "Four"}',
    )
    put_json(tmp_path / "d.json", [{"text": ""}, {"text": "Two"}])
    bad: list[SourceError] = []
    articles = read_articles([tmp_path / "gone", tmp_path], on_bad=bad.append)
    assert [article.id for article in articles] == ["b", "c#1", "c#4", "d#2"]
    words = ["gone", "a.txt", "c.jsonl, line 2", "line 3 contains no", "d.json, record 1"]
    assert [word in str(error) for word, error in zip(words, bad, strict=True)] == [True] * 5


def test_articles_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", '{"text": "One"}\nbroken')
    articles = read_articles([path])
    assert next(articles).text == "One"
    with pytest.raises(SourceError):
        next(articles)


def test_one_bad_record_of_a_thousand_leaves_the_others(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"Text {n}"}) for n in range(1000)]
    lines[500] = '{"text": " "}'
    path = put(tmp_path / "a.jsonl", "\n".join(lines))
    bad: list[SourceError] = []
    assert len(list(read_articles([path], on_bad=bad.append))) == 999
    assert [f"{path}, line 501 contains no text" in str(error) for error in bad] == [True]
    assert "line 501" in refusal(path)


# --- invariants -----------------------------------------------------------------------------

any_text = st.text(st.characters(exclude_categories=["Cs"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # one file, overwritten
@given(text=any_text)
def test_every_character_comes_back(tmp_path: Path, text: str) -> None:
    text = "x" + text
    assert read(put_json(tmp_path / "a.json", {"text": text}))[0].text == text
    line = json.dumps({"text": text}, ensure_ascii=False)
    assert read(put(tmp_path / "a.jsonl", line))[0].text == text
    plain = text.replace("\0", "")
    assert read(put(tmp_path / "a.txt", plain))[0].text == plain
