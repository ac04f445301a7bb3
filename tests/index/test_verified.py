"""Opening without reading what was verified before, and damage that is found later."""

import asyncio
import os
import queue
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from bot.domain.models import Question
from bot.serving.service import AnswerService
from index.building import file_index
from index.building.build import BuildOptions, build_index
from index.building.file_index import FileIndex
from index.copying import copy_index
from index.encoder.encoder import Encoder
from index.errors import IndexDamagedError
from index.files.publication import file_digest, only_writer
from index.generations import integrity
from index.generations.generation import (
    GENERATIONS,
    FileGeneration,
    current_folder,
    open_current,
    published,
    verify_whole,
)
from index.generations.live import LiveIndex
from index.generations.manifest import SENTENCE_VECTORS, read_manifest
from index.generations.verified import VERIFIED, record_verified, states_of
from index.progress import NoProgress
from tests.damage import empty, flip, lengthen, make_folder, make_pipe, truncate

_LONG_S = 30.0
SHOWN = ["articles.jsonl", "initials.json", "times.npy"]
_Opened = TypeVar("_Opened")


@pytest.fixture
def index(three_generations: Path, tmp_path: Path) -> Path:
    """Copy an index of three generations and verify all of them."""
    copy = Path(shutil.copytree(three_generations, tmp_path / "index"))
    FileIndex(copy).verification()
    return copy


def lose_bytes(path: Path) -> None:
    """Change a file so that the file system does not notice, as a failing disk does."""
    folder = current_folder(path.parents[2])
    assert folder in path.parents
    flip(path)
    manifest = read_manifest(folder)
    record_verified(folder, manifest, states_of(folder, manifest))


def test_verified_files_are_not_read_again(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[str]()

    def digest(path: Path) -> str:
        read.append(path.name)
        return file_digest(path)

    monkeypatch.setattr(integrity, "file_digest", digest)
    generation = open_current(index)
    assert not generation.verified
    assert read == SHOWN
    generation.verify()
    assert set(read[len(SHOWN) :]) == {Path(name).name for name in generation.manifest.files}


@pytest.mark.parametrize("name", SHOWN)
def test_no_title_or_date_that_the_disk_changed_is_shown(index: Path, name: str) -> None:
    lost = current_folder(index) / name
    lose_bytes(lost)
    with pytest.raises(IndexDamagedError, match=f"{lost} is damaged"):
        open_current(index)
    assert not (index / VERIFIED).exists()


def test_a_build_verifies_what_it_publishes(encoder: Encoder, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    for number in range(5):  # the oldest of them are removed
        article.write_text(f"The harbour opened in {number} places.")
        build_index([article], tmp_path / "index", encoder, NoProgress())
    for name in published(tmp_path / "index"):
        assert not FileGeneration.open(tmp_path / "index" / GENERATIONS / name).verified


@pytest.mark.parametrize(
    "damage", [flip, truncate, lengthen, empty, make_folder, make_pipe, Path.unlink]
)
def test_damage_to_a_verified_file_is_found_before_it_is_read(
    index: Path, damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = current_folder(index)
    names = [name for name in read_manifest(folder).files if (folder / name).stat().st_size]
    monkeypatch.setattr(FileGeneration, "__init__", None)  # not callable
    for number, name in enumerate(names):
        copy = Path(shutil.copytree(index, index.with_name(str(number))))
        FileIndex(copy).verification()
        damaged = current_folder(copy) / name
        times = damaged.stat()
        damage(damaged)
        if damaged.is_file():  # a restored time does not hide the change
            os.utime(damaged, ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(IndexDamagedError, match=f"^{damaged} "):
            open_current(copy)


@pytest.mark.parametrize("damage", [flip, truncate, empty, make_folder, make_pipe, Path.unlink])
def test_without_its_record_a_generation_is_read_as_a_whole(
    index: Path, damage: Callable[[Path], None]
) -> None:
    damage(index / VERIFIED)
    assert open_current(index).verified
    lost = current_folder(index) / "texts.bin"
    flip(lost)
    with pytest.raises(IndexDamagedError, match=f"{lost} is damaged"):
        open_current(index)


def test_another_manifest_is_not_the_verified_one(index: Path) -> None:
    folder = current_folder(index)
    manifest = read_manifest(folder)
    manifest.model_copy(update={"dealbot_version": "0"}).sealed().write(folder)
    assert open_current(index).verified


def test_a_running_build_leaves_the_record_alone(index: Path) -> None:
    (index / VERIFIED).unlink()
    with only_writer(index):
        assert not any(FileIndex(index).verification().damage.values())
    assert not (index / VERIFIED).exists()


def test_files_that_the_disk_does_not_confirm_are_not_recorded(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise OSError("not confirmed")

    (index / VERIFIED).unlink()
    monkeypatch.setattr(file_index, "fsync_tree", refuse)
    assert not any(FileIndex(index).verification().damage.values())
    assert not (index / VERIFIED).exists()


def test_verifying_a_damaged_generation_ends_the_trust_in_the_disk(index: Path) -> None:
    lost = current_folder(index) / "texts.bin"
    lose_bytes(lost)
    assert not open_current(index).verified
    assert FileIndex(index).verification().damage[current_folder(index).name]
    with pytest.raises(IndexDamagedError, match=f"{lost} is damaged"):
        open_current(index)


def test_damage_that_is_found_while_answering_gives_way_to_the_newest_intact_generation(
    index: Path, encoder_home: Path
) -> None:
    lost = current_folder(index) / "texts.bin"
    lose_bytes(lost)
    told = queue.Queue[str]()
    live = LiveIndex(index, encoder_home, told.put)
    encoder = live.current.encoder
    assert str(lost) in told.get(timeout=_LONG_S)
    reason = told.get(timeout=_LONG_S)
    assert live.current.generation.id == published(index)[1]
    assert live.current.encoder is encoder
    assert live.current.damage is None
    assert reason == live.degraded
    assert str(lost) in reason
    assert "dealbot index rollback" in reason


def test_nothing_is_answered_from_a_damaged_generation_if_no_other_is_intact(
    index: Path, encoder_home: Path
) -> None:
    current = current_folder(index)
    for name in published(index)[:-1]:
        flip(index / GENERATIONS / name / "texts.bin")
    lost = current / "texts.bin"
    intact = lost.read_bytes()
    lose_bytes(lost)
    told = queue.Queue[str]()
    live = LiveIndex(index, encoder_home, told.put)
    for _ in range(2):  # when it is found, and when no other is
        assert str(lost) in told.get(timeout=_LONG_S)
    with pytest.raises(IndexDamagedError, match=r"texts\.bin is damaged.*build --full"):
        asyncio.run(_ask(live))
    lost.write_bytes(intact)
    live.reload()
    assert live.degraded is None
    assert asyncio.run(_ask(live)) == current.name


@pytest.mark.parametrize(
    "read",
    [
        lambda index: index.open_archive(),
        lambda index: index.verified(lambda manifest: None),
        lambda index: index.open_intact(verify_whole),
    ],
)
def test_each_full_reading_that_finds_damage_ends_the_trust_in_the_disk(
    index: Path, read: Callable[[FileIndex], object]
) -> None:
    lost = current_folder(index) / "texts.bin"
    lose_bytes(lost)
    read(FileIndex(index))
    assert not (index / VERIFIED).exists()
    with pytest.raises(IndexDamagedError, match=f"{lost} is damaged"):
        open_current(index)


def test_a_record_that_cannot_be_removed_is_told(
    index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lose_bytes(current_folder(index) / "texts.bin")
    (index / VERIFIED).unlink()
    (index / VERIFIED).mkdir()  # a folder: not even root can unlink it
    FileIndex(index).verification()
    assert f"{index / VERIFIED} cannot be removed" in caplog.text


def test_a_copy_takes_the_newest_intact_generation(
    index: Path, encoder_home: Path, tmp_path: Path
) -> None:
    lose_bytes(current_folder(index) / "texts.bin")
    copy = FileIndex(tmp_path / "copy")
    report = copy_index(FileIndex(index), copy, encoder_home, NoProgress(), BuildOptions())
    intact = read_manifest(index / GENERATIONS / published(index)[1])
    assert report.manifest.sentences == intact.sentences
    assert report.manifest.articles == intact.articles


def test_a_wrong_size_in_the_vectors_gives_way_to_the_newest_intact_generation(
    index: Path, encoder_home: Path
) -> None:
    vectors = current_folder(index) / SENTENCE_VECTORS
    data = bytearray(vectors.read_bytes())
    data[69] ^= 4  # FAISS would allocate terabytes
    vectors.write_bytes(data)
    folder = current_folder(index)
    manifest = read_manifest(folder)
    record_verified(folder, manifest, states_of(folder, manifest))
    with pytest.raises(IndexDamagedError, match=f"{vectors} is damaged"):
        open_current(index)
    assert LiveIndex(index, encoder_home).current.generation.id == published(index)[1]


class _Waiting(FileIndex):
    """An index whose second opening waits, and then fails if there is an error to raise."""

    def __init__(self, folder: Path, error: Exception | None) -> None:
        super().__init__(folder)
        self.opening, self.may_open = threading.Event(), threading.Event()
        self._error, self._opened = error, False

    def open_intact(self, use: Callable[[FileGeneration], _Opened]) -> tuple[_Opened, str | None]:
        if self._opened:
            self.opening.set()
            assert self.may_open.wait(_LONG_S)
            if self._error:
                raise self._error
        self._opened = True
        return super().open_intact(use)


@pytest.mark.parametrize("error", [None, OSError("lost"), MemoryError()])
def test_nothing_is_answered_from_a_damaged_generation_while_another_is_opened(
    index: Path, encoder_home: Path, error: Exception | None
) -> None:
    lost = current_folder(index) / "texts.bin"
    lose_bytes(lost)
    waiting, told = _Waiting(index, error), queue.Queue[str]()
    live = LiveIndex(waiting, encoder_home, told.put)
    assert waiting.opening.wait(_LONG_S)
    assert str(lost) in told.get(timeout=_LONG_S)
    with pytest.raises(IndexDamagedError, match=r"texts\.bin is damaged"):
        asyncio.run(_ask(live))
    waiting.may_open.set()
    assert str(lost) in told.get(timeout=_LONG_S)
    if error is None:
        assert asyncio.run(_ask(live)) == published(index)[1]
        return
    with pytest.raises(IndexDamagedError, match=r"texts\.bin is damaged"):
        asyncio.run(_ask(live))


def test_a_reload_while_another_generation_is_opened_is_kept(
    index: Path, encoder_home: Path
) -> None:
    lost = current_folder(index) / "texts.bin"
    intact = lost.read_bytes()
    lose_bytes(lost)
    waiting = _Waiting(index, None)
    live = LiveIndex(waiting, encoder_home)
    assert waiting.opening.wait(_LONG_S)
    lost.write_bytes(intact)
    fresh = live.reload()
    waiting.may_open.set()
    for thread in threading.enumerate():
        if thread.name == "verifying":
            thread.join(_LONG_S)
    assert live.current is fresh
    assert live.degraded is None


async def _ask(live: LiveIndex) -> str:
    async with AnswerService(live, max_waiting=1, deadline_s=_LONG_S) as service:
        receipt = await service.answer(Question(question="When did the harbour open?"))
    return receipt.answer.generation


def test_no_text_that_the_disk_changed_is_cited(index: Path) -> None:
    lose_bytes(current_folder(index) / "texts.bin")
    texts = open_current(index).texts
    told = list[str]()
    for article in texts.articles:
        with suppress(IndexDamagedError):
            texts.article_text(article)
            continue
        with pytest.raises(IndexDamagedError, match=f"the text of {article.id} does not match"):
            texts.article_text(article)
        told.append(article.id)
    assert len(told) == 1
