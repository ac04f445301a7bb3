"""A rebuild during a conversation: published whole, or stopped without publishing."""

import asyncio
import threading
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.terminal.progress import StageLines
from bot.terminal.rebuilds import Rebuild
from index.building.build import build_index
from index.encoder.encoder import open_current
from index.errors import BuildError
from index.generations.generation import published
from index.generations.live import LiveIndex


@pytest.fixture
def settings(tmp_path: Path, encoder_home: Path) -> Settings:
    """Build settings over a small index; its article is tmp_path/articles/bridge.txt."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "bridge.txt").write_text("The new bridge costs 40 million euros.")
    encoder = open_current(encoder_home)
    build_index([articles], tmp_path / "index", encoder, StageLines(lambda line: None))
    return Settings(index=tmp_path / "index", encoders=encoder_home)


async def test_a_rebuild_reads_the_same_sources_and_answers_from_them(
    settings: Settings, tmp_path: Path
) -> None:
    live, told, moved = LiveIndex(settings.index, settings.encoders), list[str](), list[str]()
    (tmp_path / "articles" / "ferry.txt").write_text("The ferry is old. It is slow.")
    async with Rebuild(live, settings, told.append, lambda: moved.append(rebuild.state)) as rebuild:
        rebuild.begin()
        await rebuild.finished()
        assert rebuild.state == ""
    manifest = live.current.generation.manifest
    assert manifest.articles == 2
    assert told[0] == "Rebuilding: Reading articles"
    assert told[-1] == (
        f"Rebuilt: generation {manifest.id} answers now, with 2 articles and 3 sentences "
        "(1 unchanged)."
    )
    assert "Encoding sentences 2/2" in moved


async def test_articles_of_the_settings_take_the_place_of_the_sources(
    settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The tunnel is closed.")
    live = LiveIndex(settings.index, settings.encoders)
    changed = Settings.model_validate(
        settings.model_dump(exclude_unset=True) | {"articles": [other]}
    )
    async with Rebuild(live, changed, lambda line: None, lambda: None) as rebuild:
        rebuild.begin()
        await rebuild.finished()
    assert [article.id for article in live.current.generation.texts.articles] == ["other"]


async def test_leaving_stops_it_and_publishes_nothing(settings: Settings) -> None:
    live, told = LiveIndex(settings.index, settings.encoders), list[str]()
    reached, go_on = threading.Event(), threading.Event()

    def tell(line: str) -> None:
        told.append(line)
        if "Indexing vectors" in line:
            reached.set()
            go_on.wait()

    before = live.current
    async with Rebuild(live, settings, tell, lambda: None) as rebuild:
        rebuild.begin()
        await asyncio.to_thread(reached.wait)
        assert rebuild.running
        with pytest.raises(BuildError, match="already running"):
            rebuild.begin()
        # Runs when leaving waits for the thread, after the request to stop.
        asyncio.get_running_loop().call_soon(go_on.set)
    assert told[-1] == "Rebuild stopped; nothing was published."
    assert live.current is before
    assert published(settings.index) == [before.generation.id]


async def test_a_failure_is_one_line_and_changes_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    live, told = LiveIndex(settings.index, settings.encoders), list[str]()
    before = live.current
    (tmp_path / "articles" / "bridge.txt").write_bytes(b"\xff\xfe\xfd not text")
    async with Rebuild(live, settings, told.append, lambda: None) as rebuild:
        rebuild.begin()
        await rebuild.finished()
        assert told[-1].startswith("Rebuild failed: ")
        assert "bridge.txt" in told[-1]
        (tmp_path / "articles" / "bridge.txt").write_text("The bridge is open.")
        rebuild.begin()
        await rebuild.finished()
    assert live.current is not before


async def test_a_bug_is_told_with_a_reference(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    live, told = LiveIndex(settings.index, settings.encoders), list[str]()

    def tell(line: str) -> None:
        told.append(line)
        if line.startswith("Rebuilding"):
            raise RuntimeError("broken on purpose")

    async with Rebuild(live, settings, tell, lambda: None) as rebuild:
        rebuild.begin()
        await rebuild.finished()
    assert told[-1].startswith("Rebuild failed: Something went wrong; the log has the details")
    assert "broken on purpose" in caplog.text
