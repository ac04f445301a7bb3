"""Commands that show, migrate and copy an index on a server, in this process."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from index.postgres.server import Server
from tests.bot.conftest import InProcess, clean_environment, run_main  # noqa: F401 - fixtures
from tests.postgres.test_revisions import downgrade

_OPENED = "The harbour of Orm opened in May. Its mayor welcomed the ships."
Dealbot = Callable[..., str]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "harbour.txt").write_text(_OPENED)
    return folder


@pytest.fixture
def dealbot(run_main: InProcess, articles: Path, monkeypatch: pytest.MonkeyPatch) -> Dealbot:  # noqa: F811
    """Return a function that runs a command in the folder of the articles' folder."""
    monkeypatch.chdir(articles.parent)

    def run(*arguments: str, code: int = 0) -> str:
        done = run_main(*arguments)
        assert done.code == code, done.err
        return done.out if code == 0 else done.err

    return run


def test_an_article_is_shown_as_from_a_folder(url: str, articles: Path, dealbot: Dealbot) -> None:
    page = (
        "<html><head><title>Ferry</title></head><body><nav>Home About</nav><main><article>"
        "<h1>Ferry</h1><p>The ferry of Orm sails at eight.</p></article></main></body></html>"
    )
    (articles / "ferry.html").write_text(page)
    folder = ("--index", "folder")
    dealbot("index", "build", *folder)
    dealbot("index", "build", "--index", url)
    shown = []
    for place in (folder, ("--index", url)):
        as_json, blocks = ("--json",), ("--blocks", "--json")
        shown.append(
            [
                dealbot("show", "harbour", *place),
                *(dealbot("show", "ferry", *place, *how) for how in (as_json, blocks)),
                dealbot("show", "harbour", *place, "--history", "--json"),
                dealbot("show", "harbor", *place, code=1),
            ]
        )
    assert shown[0] == shown[1]
    assert shown[1][0] == _OPENED
    assert json.loads(shown[1][2])["left_out"]


def test_notes_of_an_article_change_with_it(url: str, articles: Path, dealbot: Dealbot) -> None:
    def left_out() -> list[str]:
        dealbot("index", "build", "--index", url)
        told = json.loads(dealbot("show", "a", "--index", url, "--blocks", "--json"))
        return [each["sample"] for each in told["left_out"]]

    page = "<html><body><nav>{}</nav><main><p>The ferry of Orm sails at eight.</p></main></body>"
    (articles / "a.html").write_text(page.format("Home of the ferry"))
    before = left_out()
    (articles / "a.html").write_text(page.format("About the ferry"))
    assert len(before) == 1
    assert left_out() != before
    (articles / "a.html").write_text("<html><body><p>The ferry sails at nine.</p></body></html>")
    assert left_out() == []
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT count(*) FROM dealbot.reading").fetchall()
    assert kept == [(2,)]  # of the two earlier generations


def test_tables_of_an_older_version_are_migrated(
    url: str, articles: Path, dealbot: Dealbot
) -> None:
    built = json.loads(dealbot("index", "build", "--index", url, "--json"))
    assert "nothing to migrate" in dealbot("index", "migrate", "--index", url, code=1)
    server = Server(url)
    downgrade(url, server, [built["generation"]])
    server.close()
    told = dealbot("show", "harbour", "--index", url, code=1)
    assert "migrate it with: dealbot index migrate" in told
    migrated = json.loads(dealbot("index", "migrate", "--index", url, "--json"))
    assert migrated["generation"] == built["generation"]
    assert dealbot("show", "harbour", "--index", url) == _OPENED


def test_an_index_is_copied_to_a_server_and_back(
    url: str, articles: Path, dealbot: Dealbot
) -> None:
    (articles / "a.html").write_text(
        "<html><body><nav>Home</nav><main><p>The ferry sails at eight.</p></main></body></html>"
    )
    dealbot("index", "build", "--index", "one")
    for index, to in (("one", url), (url, "other")):
        copied = json.loads(dealbot("index", "copy", to, "--index", index, "--json"))
        assert copied["articles"] == 2
        assert copied["sources"] == [str(articles)]
    question = ("ask", "When did the harbour open?", "--json", "--index")
    answers = [json.loads(dealbot(*question, place)) for place in ("one", url, "other")]
    said = [[each["quote"] for each in answer["citations"]] for answer in answers]
    assert said == [["The harbour of Orm opened in May."]] * 3
    blocks = [dealbot("show", "a", "--blocks", "--index", at) for at in ("one", "other")]
    assert blocks[0] == blocks[1]
    told = dealbot("index", "copy", url, "--index", url, code=1)
    assert "would be copied to itself" in told
