"""The registry of formats: every ending has a reader, and an error names a missing library."""

from pathlib import Path

import pytest

from index.articles.formats import ENDINGS, FORMATS
from index.articles.sources import read_articles
from index.errors import SourceError

SMALL = {
    ".txt": "Orm grew.",
    ".md": "Orm *grew*.",
    ".markdown": "Orm **grew**.",
    ".html": "<p>Orm grew.</p>",
    ".htm": "<p>Orm grew.</p>",
    ".xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Orm grew.</p></body></html>',
    ".json": '{"text": "Orm grew."}',
    ".jsonl": '{"text": "Orm grew."}\n',
    ".ndjson": '{"text": "Orm grew."}\n',
    ".rtf": r"{\rtf1\ansi Orm grew.}",
    ".eml": "From: a@orm.example\nSubject: Orm\n\nOrm grew.\n",
    ".mbox": "From a@orm.example Tue Aug  4 08:00:00 2026\nSubject: Orm\n\nOrm grew.\n",
    ".xml": "<rss version='2.0'><channel><item><description>Orm grew.</description></item>"
    "</channel></rss>",
    ".csv": "title,text\nOrm,Orm grew.\n",
    ".tsv": "title\ttext\nOrm\tOrm grew.\n",
    ".vtt": "WEBVTT\n\n00:00.000 --> 00:02.000\nOrm grew.\n",
    ".srt": "1\n00:00:00,000 --> 00:00:02,000\nOrm grew.\n",
    ".ttml": '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0s" end="2s">Orm grew.</p>'
    "</div></body></tt>",
}


@pytest.mark.parametrize("ending", FORMATS)
def test_every_ending_has_a_reader(ending: str) -> None:
    assert callable(FORMATS[ending].load())


@pytest.mark.parametrize("ending", SMALL)
def test_a_small_file_of_each_kind_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending.upper()}"
    path.write_text(SMALL[ending])
    [article] = read_articles([path])
    assert article.text.endswith("Orm grew.")


@pytest.mark.parametrize("ending", sorted(set(ENDINGS) - {".mbox", ".jsonl", ".ndjson"}))
@pytest.mark.parametrize("data", [b"", b"\0\xff\xfe\x01 no such thing", b"{<%PK"])
def test_a_broken_file_of_each_kind_is_one_that_can_be_left_out(
    tmp_path: Path, ending: str, data: bytes
) -> None:
    (tmp_path / f"a{ending}").write_bytes(data)
    (tmp_path / "z.txt").write_text("Orm grew.")
    bad: list[SourceError] = []
    ids = [article.id for article in read_articles([tmp_path], on_bad=bad.append)]
    assert ids[-1] == "z"
    assert all(f"a{ending}" in error.user_message for error in bad)
    assert len(bad) + len(ids) == 2
