"""`dealbot show --history`, earlier versions by id, and the count of versions."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.building.build import publish_articles
from index.encoder.encoder import Encoder
from index.generations.differences import find_differences, sentence_changes
from index.generations.generation import FileGeneration, open_current
from index.models import Article
from index.progress import NoProgress
from tests.bot.conftest import InProcess

FIRST = "The bridge of Orm costs $5 million. Mayor Una Falk opens it in June. It has two lanes."
NOTE = "Correction: An earlier version of this article said that the bridge costs $5 million."
SECOND = "The bridge of Orm costs $7 million. Mayor Una Falk opens it in June. It has two\nlanes."
RECORDS = [
    {"id": "bridge", "text": FIRST, "published": "2031-03-01"},
    {"id": "bridge", "text": f"{SECOND}\n\n{NOTE}", "seen": "2031-04-01T10:00:00+02:00"},
    {"id": "ferry", "text": "The ferry of Orm \x1b[2Jstops.", "published": "2031-03-01"},
    {"id": "ferry", "withdrawn": True, "seen": "2031-05-05T00:00:00Z"},
]


@pytest.fixture
def index(tmp_path: Path, run_main: InProcess) -> Path:
    news = tmp_path / "news.jsonl"
    news.write_text("\n".join(map(json.dumps, RECORDS)))
    done = run_main("index", "build", "--articles", news, "--index", tmp_path / "index")
    assert "1 article has earlier versions: bridge" in done.err
    assert "1 article was withdrawn: ferry" in done.err
    return tmp_path / "index"


def test_the_history_lists_versions_with_changed_sentences(
    run_main: InProcess, index: Path
) -> None:
    shown = run_main("show", "bridge", "--history", "--index", index)
    assert shown.out.splitlines() == [
        "bridge@1: version 1, published 2031-03-01, replaced 2031-04-01T08:00:00+00:00",
        "bridge: version 2, published at an unknown date, seen 2031-04-01T08:00:00+00:00, holds",
        "  - The bridge of Orm costs $5 million.",
        "  + The bridge of Orm costs $7 million.",
        f"  + {NOTE}",
        f"  correction: {NOTE}",
    ]
    assert run_main("show", "bridge@1", "--history", "--index", index).out == shown.out
    assert run_main("show", "bridge@1", "--index", index).out == FIRST


def test_a_withdrawal_is_shown_in_visible_characters(run_main: InProcess, index: Path) -> None:
    shown = run_main("show", "ferry", "--history", "--index", index)
    line = "ferry: version 1, published 2031-03-01, withdrawn 2031-05-05T00:00:00+00:00\n"
    assert shown.out == line


def test_the_history_in_json_has_offsets_of_each_version(run_main: InProcess, index: Path) -> None:
    found = json.loads(run_main("show", "bridge", "--history", "--json", "--index", index).out)
    assert found["id"] == "bridge"
    first, second = found["versions"]
    assert (first["id"], first["version"], first["holds"]) == ("bridge@1", 1, False)
    assert (second["id"], second["version"], second["holds"]) == ("bridge", 2, True)
    texts = {"removed": FIRST, "added": run_main("show", "bridge", "--index", index).out}
    for side, text in texts.items():
        assert second[side]
        for each in second[side]:
            assert text[each["start"] : each["end"]] == each["text"]
    assert [each["text"] for each in second["corrections"]] == [NOTE]


def test_flags_that_do_not_fit_are_refused(run_main: InProcess, index: Path) -> None:
    outcome = run_main("show", "bridge", "--history", "--blocks", "--index", index)
    assert outcome.code == 2
    assert "Example: dealbot show" in outcome.err


def test_an_article_is_shown_as_json(run_main: InProcess, index: Path) -> None:
    shown = json.loads(run_main("show", "bridge@1", "--json", "--index", index).out)
    assert (shown["id"], shown["version"], shown["holds"]) == ("bridge@1", 1, False)
    assert shown["text"] == run_main("show", "bridge@1", "--index", index).out


def test_the_parts_of_an_article_are_shown_as_json(run_main: InProcess, index: Path) -> None:
    shown = json.loads(run_main("show", "bridge", "--blocks", "--json", "--index", index).out)
    text = run_main("show", "bridge", "--index", index).out
    assert "correction" in {block["kind"] for block in shown["blocks"]}
    for block in shown["blocks"]:
        assert text[block["start"] : block["end"]] == block["text"]
    assert shown["left_out"] == []


def test_versions_are_counted_and_found_only_by_their_id(run_main: InProcess, index: Path) -> None:
    info = json.loads(run_main("index", "info", "--json", "--index", index).out)
    assert (info["articles"], info["versions"]) == (2, 1)
    found = run_main("search", "What does the bridge cost?", "--index", index).out
    assert "$7 million" in found
    assert "bridge@1" not in found
    assert "ferry" not in found


# --- differences ----------------------------------------------------------------------------


def published(folder: Path, encoder: Encoder, *articles: Article) -> FileGeneration:
    publish_articles(articles, [], folder, encoder, NoProgress())
    return open_current(folder)


def changed(folder: Path, encoder: Encoder, old: str, new: str) -> tuple[list[str], list[str]]:
    articles = Article("a@1", old, version_of="a"), Article("a", new, version=2)
    texts = published(folder, encoder, *articles).texts
    changes = sentence_changes(texts, *texts.versions("a"))
    return [each.text for each in changes.removed], [each.text for each in changes.added]


def test_moved_sentences_and_white_space_are_no_changes(tmp_path: Path, encoder: Encoder) -> None:
    old, new = (
        "One is here. Two is here. Three is here.",
        "Three is  here. One\nis here. Two is here.",
    )
    assert changed(tmp_path / "moved", encoder, old, new) == ([], [])
    old, new = "One is here. One is here. Two is here.", "One is here. Four is here."
    assert changed(tmp_path / "fewer", encoder, old, new) == (
        ["One is here.", "Two is here."],
        ["Four is here."],
    )


def test_long_articles_of_one_sentence_are_compared_in_bounded_time(
    tmp_path: Path, encoder: Encoder
) -> None:
    old, new = "It rains. " * 4000, "It rains. " * 4100 + "It snows."
    removed, added = changed(tmp_path, encoder, old, new)
    assert removed == []
    assert sorted(set(added)) == ["It rains.", "It snows."]
    assert len(added) == 101


def test_generations_differ_by_what_holds(tmp_path: Path, encoder: Encoder) -> None:
    bridge, ferry = Article("bridge", FIRST), Article("ferry", "The ferry stops.")
    before = published(tmp_path / "before", encoder, bridge, ferry).texts
    old = replace(bridge, id="bridge@1", version_of="bridge", replaced="2031-04-01")
    new = replace(bridge, text=SECOND, version=2)
    gone = replace(ferry, replaced="2031-04-01")
    after = published(tmp_path / "after", encoder, old, new, gone).texts
    found = find_differences(before, after)
    assert (found.added, found.changed, found.removed) == ((), ("bridge",), ("ferry",))
