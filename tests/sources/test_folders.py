"""Files and folders as sources: watched without a network."""

import shutil
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.sources.outcome import Result
from bot.sources.paths import article_paths
from bot.sources.service import SourceService
from bot.sources.source import Kind, SourcesError
from tests.sources.conftest import Builds, archived, updated


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The bridge closes in May.")
    (folder / "ferry.md").write_text("---\ntitle: Ferry\n---\nTwo boats were ordered.")
    return folder


async def test_a_folder_has_new_changed_and_withdrawn_articles(
    sources: SourceService, folder: Path, builds: Builds
) -> None:
    found = await sources.add(str(folder))
    assert (found.source.kind, found.source.id, found.articles) == (Kind.FOLDER, "inbox", 2)
    assert (await updated(sources)).new == 2
    assert (await updated(sources)).result is Result.UNCHANGED
    (folder / "bridge.txt").write_text("The bridge closes in June.")
    (folder / "tram.txt").write_text("Tram drivers strike.")
    (folder / "ferry.md").unlink()
    outcome = await updated(sources)
    assert (outcome.new, outcome.changed, outcome.withdrawn) == (1, 1, 1)
    ids = [record["id"] for record in archived(sources)]
    assert ids == ["inbox/bridge", "inbox/ferry", "inbox/bridge", "inbox/tram", "inbox/ferry"]
    assert builds.count == 2


async def test_a_renamed_file_is_another_article(sources: SourceService, folder: Path) -> None:
    await sources.add(str(folder))
    await updated(sources)
    (folder / "bridge.txt").rename(folder / "bridge-2.txt")
    outcome = await updated(sources)
    assert (outcome.new, outcome.withdrawn, outcome.articles) == (1, 1, 2)


async def test_a_file_that_cannot_be_read_withdraws_nothing(
    sources: SourceService, folder: Path
) -> None:
    await sources.add(str(folder))
    await updated(sources)
    (folder / "bridge.txt").write_bytes(b"")
    (folder / "ferry.md").unlink()
    (folder / "tram.txt").write_text("Tram drivers strike.")
    outcome = await updated(sources)
    assert (outcome.new, outcome.withdrawn, outcome.articles) == (1, 0, 3)
    assert "unreadable (1): " in outcome.line
    (folder / "bridge.txt").write_text("The bridge closes in May.")
    assert (await updated(sources)).withdrawn == 1


async def test_a_missing_folder_is_a_failure_and_loses_nothing(
    sources: SourceService, folder: Path
) -> None:
    await sources.add(str(folder))
    await updated(sources)
    shutil.move(folder, folder.with_name("elsewhere"))
    outcome = await updated(sources)
    assert outcome.result is Result.FAILED
    assert outcome.articles == 2
    assert "It keeps 2 articles" in outcome.line


async def test_a_file_of_records_is_a_source(sources: SourceService, tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_text('{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n')
    assert (await sources.add(str(file))).source.kind is Kind.FILE
    assert (await updated(sources)).new == 2


async def test_a_folder_that_the_bot_uses_already_is_refused(
    sources: SourceService, settings: Settings
) -> None:
    [own] = settings.articles
    (own / "sub").mkdir(parents=True)
    (own / "sub/a.txt").write_text("A.")
    for path in (own, own / "sub", own.parent):
        with pytest.raises(SourcesError, match="overlaps"):
            await sources.add(str(path))


# --- what an index is built from --------------------------------------------------------------


async def test_an_index_is_built_from_the_articles_and_the_archives(
    sources: SourceService, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    [own] = settings.articles
    assert article_paths(settings) == (own,)
    await sources.add(str(folder))
    await updated(sources)
    archives = sources.registry.archives
    assert article_paths(settings) == (own, archives)
    recorded = (tmp_path / "earlier", archives)
    assert article_paths(settings, recorded) == (own, archives)
    default = Settings(sources=settings.sources)
    assert article_paths(default, recorded) == (tmp_path / "earlier", archives)


async def test_a_build_mends_an_archive_that_a_killed_update_left_torn(
    sources: SourceService, settings: Settings, folder: Path
) -> None:
    await sources.add(str(folder))
    await updated(sources)
    archive = sources.registry.archive("inbox")
    whole = archive.read_bytes()
    archive.write_bytes(whole + b'{"id": "half')
    article_paths(settings)
    assert archive.read_bytes() == whole
