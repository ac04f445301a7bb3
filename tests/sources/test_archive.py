"""The archive and the files beside it: whole after every kill, clear about damage."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError
from bot.doctor.sources import sources as check_sources
from bot.rebuild.gated_build import build_gated
from bot.sources.archive import append, archive_path, is_torn, mend, records_from
from bot.sources.registry import Registry
from bot.sources.service import SourceService
from bot.sources.source import SourcesError
from bot.sources.state import SourceState, state_path
from index.articles.sources import read_articles
from index.errors import SourceError
from index.progress import NoProgress
from tests.sources.conftest import updated
from tests.sources.news_server import NewsSite

_APPENDING = """
import sys
from pathlib import Path
from bot.sources.archive import append
number = int(sys.argv[2])
while True:
    append(Path(sys.argv[1]), [{"id": str(number), "text": "Tarn " * 20_000}])
    print(number, flush=True)
    number += 1
"""


def test_a_killed_append_loses_no_record_that_was_appended_before(tmp_path: Path) -> None:
    path = archive_path(tmp_path, "tarn")
    appended = 0
    for round_ in range(4):
        command = [sys.executable, "-c", _APPENDING, str(path), str(appended)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(3 + round_):
                confirmed = int(process.stdout.readline())
            os.kill(process.pid, signal.SIGKILL)
        mend(path)
        records = list(records_from(path, 0))
        assert [record["id"] for record in records] == list(map(str, range(len(records))))
        assert len(records) > confirmed
        appended = len(records)


@pytest.mark.parametrize("torn", [b"{", b'{"id": "b", "text": "Half', b"\x00" * 70_000])
def test_a_torn_line_is_cut_off_by_the_next_append(tmp_path: Path, torn: bytes) -> None:
    path = archive_path(tmp_path, "tarn")
    append(path, [{"id": "a", "text": "Whole."}])
    with path.open("ab") as file:
        file.write(torn)
    assert is_torn(path)
    assert [record["id"] for record in records_from(path, 0)] == ["a"]
    append(path, [{"id": "c", "text": "Next."}])
    assert [record["id"] for record in records_from(path, 0)] == ["a", "c"]
    assert [article.id for article in read_articles([path])] == ["a", "c"]


def test_an_archive_without_a_whole_line_is_removed(tmp_path: Path) -> None:
    path = archive_path(tmp_path, "tarn")
    path.write_bytes(b'{"id"')
    mend(path)
    assert not path.exists()


def test_a_line_that_is_no_record_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    path, damage = archive_path(tmp_path, "tarn"), list[str]()
    path.write_text('{"id": "a", "text": "x"}\n[1]\n{"id": "b", "text": "y"}\n')
    assert [record["id"] for record in records_from(path, 0, damage.append)] == ["a", "b"]
    [line] = damage
    assert f"{path}: “[1] …” is no record. It is left out and the rest is kept." in line


@pytest.mark.parametrize("damaged", [b"{", b"\xff\xfe\x00", b'{"id": "x", "text": 7}', b"[]"])
async def test_a_damaged_line_of_an_archive_keeps_no_other_article_out_of_the_index(
    sources: SourceService,
    site: NewsSite,
    settings: Settings,
    encoder_home: Path,
    damaged: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = settings.model_copy(update={"encoders": encoder_home})
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    archive = sources.registry.archive("tarn")
    lines = archive.read_bytes().splitlines(keepends=True)
    archive.write_bytes(b"".join((lines[0], damaged + b"\n", *lines[1:])))
    before = archive.read_bytes()
    report, _ = build_gated([sources.registry.archives], settings, NoProgress())
    assert (report.manifest.articles, report.skipped) == (3, 1)
    assert f"{archive}" in caplog.text
    assert archive.read_bytes() == before
    with pytest.raises(WarningError, match="is no record"):
        check_sources(settings)
    assert (await updated(sources)).articles == 3


def test_a_bad_article_of_a_folder_still_ends_a_build(
    settings: Settings, tmp_path: Path, encoder_home: Path
) -> None:
    settings = settings.model_copy(update={"encoders": encoder_home})
    (tmp_path / "bad.jsonl").write_text("{")
    with pytest.raises(SourceError, match=r"bad\.jsonl"):
        build_gated([tmp_path / "bad.jsonl"], settings, NoProgress())


async def test_a_state_that_is_behind_its_archive_catches_up(
    sources: SourceService, site: NewsSite
) -> None:
    """A process that is killed between the archive and the state appends nothing twice."""
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    size = sources.registry.archive("tarn").stat().st_size
    state_path(sources.registry.folder, "tarn").unlink()
    outcome = await updated(sources)
    assert (outcome.new, outcome.changed, outcome.articles) == (0, 0, 3)
    assert sources.registry.archive("tarn").stat().st_size == size


def test_a_shrunk_archive_is_read_from_its_start(tmp_path: Path) -> None:
    path, state = archive_path(tmp_path, "tarn"), SourceState()
    append(path, [{"id": "a", "text": "A."}, {"id": "b", "text": "B."}])
    state.catch_up(path)
    path.write_text(json.dumps({"id": "a", "text": "A."}) + "\n")
    state.catch_up(path)
    assert list(state.articles) == ["a"]


async def test_a_lost_archive_is_filled_again(sources: SourceService, site: NewsSite) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    archive = sources.registry.archive("tarn")
    archive.unlink()
    outcome = await updated(sources)
    assert (outcome.new, outcome.articles) == (3, 3)
    archive.write_text(archive.read_text().partition("\n")[0] + "\n")
    assert (await updated(sources)).new == 2


async def test_a_removal_changes_nothing_if_the_status_is_damaged(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    (sources.registry.folder / "state.json").write_text("{")
    with pytest.raises(SourcesError, match="is damaged"):
        sources.registry.remove("tarn")
    assert sources.registry.archive("tarn").exists()


@pytest.mark.parametrize("name", ["sources.json", "state.json", "state/tarn.json"])
async def test_a_damaged_file_is_named(sources: SourceService, site: NewsSite, name: str) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    path = sources.registry.folder / name
    path.write_text(path.read_text()[:-9])
    try:
        outcome = await updated(sources)
    except SourcesError as error:
        told = error.user_message
    else:
        told = outcome.error
    assert f"{name} is damaged" in told


async def test_a_removed_source_leaves_nothing_behind(
    sources: SourceService, site: NewsSite
) -> None:
    await sources.add(f"{site.url}/feed", name="tarn")
    await updated(sources)
    sources.registry.remove("tarn")
    kept = [path.name for path in sources.registry.folder.rglob("*") if path.is_file()]
    assert sorted(name for name in kept if not name.endswith(".lock")) == [
        "sources.json",
        "state.json",
    ]
    outcome = await sources.update()
    assert outcome.generation  # the index still had its articles
    with pytest.raises(SourcesError, match="There is no source tarn"):
        sources.registry.find("tarn")


def test_two_updates_do_not_run_at_once(tmp_path: Path) -> None:
    with (
        Registry(tmp_path).updating(),
        pytest.raises(SourcesError, match="Another update"),
        Registry(tmp_path).updating(),
    ):
        pass
