"""Memory of what was read: nothing unchanged is read again, and no change is missed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.articles.files import ArticleFile
from index.articles.reading_memory import Finding, Found, ReadingMemory
from index.articles.sources import read_articles
from index.errors import SourceError
from index.models import Article

HOUR_NS = 3_600_000_000_000


def aged(path: Path, text: str, hours: int = 1) -> Path:
    """Write a file as if it had been written hours ago. Its ctime is now."""
    path.write_text(text)
    then = path.stat().st_mtime_ns - hours * HOUR_NS
    os.utime(path, ns=(then, then))
    return path


def texts(paths: list[Path], memory: ReadingMemory | None = None) -> list[str]:
    return [each.text for each in read_articles(paths, memory=memory)]


def unread() -> Iterator[Finding]:
    raise AssertionError("an unchanged file is read again")
    yield


def given(memory: ReadingMemory, path: Path, *articles: str) -> list[str]:
    """Return the texts of a file, whose reader gives these articles."""
    memory.begin()
    return again(memory, path, (Found.of(Article("a", text), "a", "") for text in articles))


def again(memory: ReadingMemory, path: Path, findings: Iterator[Finding]) -> list[str]:
    found = memory.read_file(ArticleFile(path, path.stem), 999, findings)
    return [each.article.text for each in found if isinstance(each, Found)]


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all files have been left alone for some seconds."""
    monkeypatch.setattr("index.articles.reading_memory._SETTLED_S", -1.0)


@pytest.mark.usefixtures("settled")
def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    memory, path = ReadingMemory(), aged(tmp_path / "a.txt", "One.")
    assert given(memory, path, "One.") == ["One."]
    assert again(memory, path, unread()) == ["One."]
    memory.begin()
    assert again(memory, path, unread()) == ["One."]


@pytest.mark.usefixtures("settled")
def test_a_changed_file_is_read_again_though_its_size_and_date_are_the_same(
    tmp_path: Path,
) -> None:
    memory, path = ReadingMemory(), aged(tmp_path / "a.txt", "One.")
    before = path.stat()
    assert texts([path], memory) == ["One."]
    path.write_text("Two.")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert texts([path], memory) == ["Two."]


def test_a_file_that_has_just_changed_is_read_again_by_the_next_build(tmp_path: Path) -> None:
    memory, path = ReadingMemory(), aged(tmp_path / "a.txt", "One.")
    assert given(memory, path, "One.") == ["One."]
    assert again(memory, path, unread()) == ["One."]
    assert given(memory, path, "Two.") == ["Two."]


@pytest.mark.usefixtures("settled")
def test_what_the_last_build_did_not_use_is_forgotten(tmp_path: Path) -> None:
    memory, path = ReadingMemory(), aged(tmp_path / "a.txt", "One.")
    given(memory, path, "One.")
    memory.begin()
    assert given(memory, path, "Two.") == ["Two."]


@pytest.mark.usefixtures("settled")
def test_the_memory_has_a_bound_and_gets_its_room_back(tmp_path: Path) -> None:
    memory = ReadingMemory(most_chars=2000)
    long, short = (aged(tmp_path / name, name) for name in ("long", "short"))
    assert given(memory, long, "x" * 2000) == ["x" * 2000]
    assert again(memory, long, iter(())) == []
    for turn in range(9):  # the text of the build before last goes
        aged(short, "x" * turn)
        assert given(memory, short, f"{turn}" * 500) == [f"{turn}" * 500]
        assert again(memory, short, unread()) == [f"{turn}" * 500]


def test_lines_are_read_as_without_a_memory_whatever_changes_around_them(tmp_path: Path) -> None:
    def line(**record: object) -> str:
        return json.dumps(record) + "\n"

    memory, path = ReadingMemory(), tmp_path / "a.jsonl"
    one, two = line(text="One."), line(text="Two.", seen="2031-03-01")
    for content in (one, one + two, two + one, "\n" + two + two + one, two, one * 3 + two):
        path.write_text(content)
        found = list(read_articles([tmp_path], memory=memory))
        assert found == list(read_articles([tmp_path]))
        assert found == list(read_articles([tmp_path], memory=memory))


def test_an_error_is_raised_each_time(tmp_path: Path) -> None:
    memory, path = ReadingMemory(), tmp_path / "a.jsonl"
    path.write_text('{"text": "One."}\n{"text": 3}\n')
    for _ in range(3):
        with pytest.raises(SourceError, match="line 2"):
            texts([path], memory)
        bad: list[SourceError] = []
        found = read_articles([path], memory=memory, on_bad=bad.append)
        assert [each.text for each in found] == ["One."]
        assert len(bad) == 1


def test_another_size_limit_is_kept_to(tmp_path: Path) -> None:
    memory, path = ReadingMemory(), tmp_path / "a.jsonl"
    path.write_text('{"text": "One two three."}\n')
    assert texts([path], memory) == ["One two three."]
    with pytest.raises(SourceError, match="line 1"):
        list(read_articles([path], memory=memory, max_article_bytes=5))
