"""Holds: a generation that a process reads is not removed, and an unused one is removed whole."""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.building.build import BuildOptions, build_index
from index.encoder.encoder import Encoder
from index.errors import IndexDamagedError
from index.files import folder_locks
from index.files.folder_locks import FolderLock, remove_if_unlocked
from index.files.publication import write_pointer
from index.generations import generation as generations
from index.generations.generation import (
    GENERATIONS,
    POINTER,
    FileGeneration,
    open_current,
    published,
)
from index.progress import NoProgress

_READER = """
import sys
from pathlib import Path
from index.generations.generation import open_current
generation = open_current(Path(sys.argv[1]))
print(generation.id, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def index(three_generations: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(three_generations, tmp_path / "index"))


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "harbour.txt").write_text("The harbour opened again.")
    return folder


@contextmanager
def reader(index: Path) -> Iterator[subprocess.Popen[str]]:
    """Start another process that has the current generation open."""
    process = subprocess.Popen(
        [sys.executable, "-c", _READER, str(index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline().strip() == (index / POINTER).read_text().strip()
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_generation_that_a_process_reads_outlives_builds_until_the_process_is_gone(
    index: Path, articles: Path, encoder: Encoder
) -> None:
    def build() -> list[str]:
        build_index([articles], index, encoder, NoProgress(), BuildOptions(keep_generations=1))
        return published(index)

    read = published(index)[-1]
    with reader(index) as process:
        for _ in range(2):
            assert build() == [read, (index / POINTER).read_text().strip()]
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(build()) == 1


def test_as_many_are_kept_as_are_wanted(index: Path, articles: Path, encoder: Encoder) -> None:
    before = published(index)
    for keep, left in ((10, 4), (2, 2), (1, 1)):
        report = build_index(
            [articles], index, encoder, NoProgress(), BuildOptions(keep_generations=keep)
        )
        assert len(published(index)) == left
        assert report.manifest.id == published(index)[-1]
    assert not set(before) & set(published(index))


def test_a_reader_in_this_process_holds_as_well_and_lets_go_when_it_is_forgotten(
    index: Path,
) -> None:
    folder = index / GENERATIONS / published(index)[0]
    first, second = FileGeneration.open(folder), FileGeneration.open(folder)
    assert not remove_if_unlocked(folder, index)
    del first
    assert not remove_if_unlocked(folder, index)
    assert second.texts.sentence(0).text
    del second
    assert remove_if_unlocked(folder, index)
    assert not folder.exists()
    assert not list(index.glob(".staging-*"))


def test_a_generation_that_could_not_be_opened_is_not_held(index: Path) -> None:
    folder = index / GENERATIONS / published(index)[0]
    (folder / "texts.bin").write_bytes(b"damaged")
    with pytest.raises(IndexDamagedError) as caught:
        FileGeneration.open(folder)
    del caught
    assert remove_if_unlocked(folder, index)


def test_who_read_the_pointer_before_it_moved_gets_what_it_points_at_now(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build of another process ends between the reading of CURRENT and the opening."""
    _, second, third = published(index)
    real = generations.current_folder
    moved: list[bool] = []

    def read_and_then_moved(index: Path) -> Path:
        folder = real(index)
        if not moved:
            write_pointer(index / POINTER, second)
            moved.append(remove_if_unlocked(folder, index))
        return folder

    monkeypatch.setattr(generations, "current_folder", read_and_then_moved)
    assert open_current(index).id == second
    assert moved == [True]
    assert third not in published(index)


def test_the_name_is_gone_from_the_disk_before_any_file_goes(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a power cut could leave a generation without some of its files."""
    folder = index / GENERATIONS / published(index)[0]
    files = len(list(folder.rglob("*")))
    seen: list[tuple[str, int]] = []

    def fsync(path: Path) -> None:
        [removed] = index.glob(".staging-*")
        seen.append((path.name, len(list(removed.rglob("*")))))

    monkeypatch.setattr(folder_locks, "fsync", fsync)
    assert remove_if_unlocked(folder, index)
    assert seen == [(GENERATIONS, files)]


def test_what_is_being_removed_is_not_opened(index: Path) -> None:
    folder = index / GENERATIONS / published(index)[0]
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(IndexDamagedError, match="is being removed"):
            FileGeneration.open(folder)
    finally:
        os.close(handle)
    FileGeneration.open(folder)


def test_a_link_is_neither_removed_nor_followed(index: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    link = index / GENERATIONS / "0"
    link.symlink_to(tmp_path / "mine")
    assert not remove_if_unlocked(link, index)
    assert (tmp_path / "mine").is_dir()
    assert link.is_symlink()


@pytest.mark.parametrize("why", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_read_and_nothing_on_it_is_removed(
    index: Path, monkeypatch: pytest.MonkeyPatch, why: int
) -> None:
    def refuse(handle: int, how: int) -> None:
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert open_current(index).id == published(index)[-1]
    folder = index / GENERATIONS / published(index)[0]
    assert not remove_if_unlocked(folder, index)
    assert folder.is_dir()


def test_a_folder_that_cannot_be_written_is_read(index: Path) -> None:
    """This is a disk mounted read-only: holding a generation writes nothing."""
    paths = [index, *index.rglob("*")]
    before = {path: path.stat().st_mtime_ns for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        generation = open_current(index)
        assert generation.texts.sentence(0).text
        FolderLock(index / GENERATIONS / generation.id)
        assert {path: path.stat().st_mtime_ns for path in index.rglob("*")} | {
            index: index.stat().st_mtime_ns
        } == before
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
