"""Opening an index with a damaged current generation: the newest intact one answers, with a
warning."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import EncoderError, IndexDamagedError, IndexMissingError, OlderIndexError
from index.files.publication import write_pointer
from index.generations.current import open_intact
from index.generations.generation import GENERATIONS, POINTER, FileGeneration, published, roll_back
from index.generations.integrity import verify
from index.generations.manifest import MANIFEST, OLDEST_SERVED
from tests.damage import flip, rewrite


@pytest.fixture
def index(three_generations: Path, tmp_path: Path) -> Path:
    """Copy an index of three generations, for the test to damage."""
    return Path(shutil.copytree(three_generations, tmp_path / "index"))


def spoil(index: Path, *names: str) -> None:
    for name in names:
        flip(index / GENERATIONS / name / "texts.bin")


def test_an_intact_index_opens_without_a_word(index: Path) -> None:
    generation, degraded = open_intact(index, FileGeneration.open)
    assert (generation.id, degraded) == (published(index)[-1], None)


def test_the_newest_intact_one_answers_and_nothing_is_written(index: Path) -> None:
    oldest, middle, newest = published(index)
    spoil(index, newest, middle)
    written = (index / POINTER).stat().st_mtime_ns
    generation, degraded = open_intact(index, FileGeneration.open)
    assert generation.id == oldest
    assert degraded
    assert degraded.startswith(f"answers come from generation {oldest}, because {index}")
    assert f"{newest}/texts.bin is damaged: its checksum does not match. Repair it" in degraded
    assert f"dealbot index rollback --index {index}" in degraded
    assert f"dealbot index build --full --index {index}" in degraded
    assert (index / POINTER).stat().st_mtime_ns == written
    assert roll_back(index).id == oldest


def test_what_was_rolled_back_from_answers_only_where_nothing_before_does(index: Path) -> None:
    oldest, middle, newest = published(index)
    write_pointer(index / POINTER, middle)
    spoil(index, middle)
    assert open_intact(index, FileGeneration.open)[0].id == oldest
    spoil(index, oldest)
    generation, degraded = open_intact(index, FileGeneration.open)
    assert generation.id == newest
    assert degraded
    assert "rollback" not in degraded  # no older generation is intact
    assert f"dealbot index build --full --index {index}" in degraded


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda pointer: pointer.write_text(""),
        lambda pointer: pointer.write_text(f"{pointer.read_text().strip()}\0\n"),
        lambda pointer: pointer.write_text(pointer.read_text().strip()),
        lambda pointer: pointer.write_text("20990101T000000000000Z-00000000\n"),
    ],
)
def test_the_newest_answers_where_the_pointer_is_damaged(
    index: Path, damage: Callable[[Path], object]
) -> None:
    newest = published(index)[-1]
    damage(index / POINTER)
    generation, degraded = open_intact(index, FileGeneration.open)
    assert generation.id == newest
    assert degraded
    assert "CURRENT" in degraded or "20990101" in degraded
    assert roll_back(index).id == newest
    assert open_intact(index, FileGeneration.open)[1] is None


def test_where_none_is_intact_the_error_tells_of_the_current_one(index: Path) -> None:
    spoil(index, *published(index))
    with pytest.raises(IndexDamagedError) as caught:
        open_intact(index, FileGeneration.open)
    message = caught.value.user_message
    assert f"{published(index)[-1]}/texts.bin is damaged" in message
    assert f"dealbot index build --full --index {index}" in message
    with pytest.raises(IndexMissingError):
        open_intact(index / "none", FileGeneration.open)


def test_an_error_that_names_its_own_remedy_stays_as_it_is(index: Path) -> None:
    def open_(folder: Path) -> None:
        raise EncoderError(f"no encoder for {folder.name}")

    with pytest.raises(EncoderError, match=f"^no encoder for {published(index)[-1]}$"):
        open_intact(index, open_)
    for name in published(index):
        rewrite(index / GENERATIONS / name / MANIFEST, schema_version=OLDEST_SERVED - 1)
    with pytest.raises(OlderIndexError, match=rf"{published(index)[-1]} was made by an older"):
        open_intact(index, FileGeneration.open)


def test_a_generation_that_changes_while_the_current_one_is_opened_is_followed(
    index: Path,
) -> None:
    """A build publishes and removes generations; a reader must not fall back because of that."""
    oldest, _, newest = published(index)
    write_pointer(index / POINTER, oldest)

    def open_(folder: Path) -> str:
        if folder.name == oldest:
            shutil.rmtree(folder)
            write_pointer(index / POINTER, newest)
        return verify(folder).id

    assert open_intact(index, open_) == (newest, None)
