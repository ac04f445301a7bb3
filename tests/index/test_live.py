"""The live generation: replaced whole, or kept."""

import shutil
from pathlib import Path

import pytest

from index.encoder.encoder import Encoder
from index.errors import EncoderError, IndexDamagedError, IndexMissingError
from index.files.publication import write_pointer
from index.generations.generation import GENERATIONS, POINTER, current_folder, published
from index.generations.live import LiveIndex, open_live
from index.generations.manifest import MANIFEST
from tests.damage import flip, rewrite


@pytest.fixture
def index(three_generations: Path, tmp_path: Path) -> Path:
    """Copy an index of three generations and make the oldest current."""
    copy = Path(shutil.copytree(three_generations, tmp_path / "index"))
    write_pointer(copy / POINTER, published(copy)[0])
    return copy


def test_what_is_live_is_what_current_names_with_its_encoder(
    index: Path, encoder_home: Path
) -> None:
    live = LiveIndex(index, encoder_home).current
    assert live.generation.id == published(index)[0]
    assert live.encoder.id == live.generation.manifest.encoder_id


def test_reloading_swaps_and_what_was_taken_before_stays_usable(
    index: Path, encoder_home: Path
) -> None:
    live = LiveIndex(index, encoder_home)
    before = live.current
    write_pointer(index / POINTER, published(index)[2])
    assert live.current is before
    fresh = live.reload()
    assert live.current is fresh
    assert fresh.generation.id == published(index)[2]
    shutil.rmtree(index / GENERATIONS / before.generation.id)
    assert before.generation.texts.sentence(0).text == "The harbour opened in May."


def test_reloading_keeps_an_encoder_that_fits(index: Path, encoder_home: Path) -> None:
    live = LiveIndex(index, encoder_home)
    encoder = live.current.encoder
    assert live.reload().encoder is encoder


def test_a_damaged_new_generation_is_told_and_the_old_one_answers(
    index: Path, encoder_home: Path
) -> None:
    live = LiveIndex(index, encoder_home)
    before = live.current
    newest = published(index)[2]
    write_pointer(index / POINTER, newest)
    (index / GENERATIONS / newest / "sentences.faiss").write_bytes(b"IxFI")
    with pytest.raises(IndexDamagedError, match=r"sentences\.faiss is damaged"):
        live.reload()
    assert live.current is before
    (index / POINTER).unlink()
    with pytest.raises(IndexDamagedError, match="CURRENT is missing"):
        live.reload()
    assert live.current is before


def test_an_index_of_an_encoder_that_is_not_here_is_told_in_words(
    index: Path, encoder_home: Path, encoder: Encoder
) -> None:
    live = LiveIndex(index, encoder_home)
    before = live.current
    rewrite(current_folder(index) / MANIFEST, encoder_id="another-model-0123")
    told = r"another-model-0123 that .* is not in .*dealbot index build"
    with pytest.raises(EncoderError, match=told):
        live.reload()
    assert live.current is before
    with pytest.raises(EncoderError, match=told):
        open_live(index, encoder_home, reuse=encoder)


def test_without_an_index_nothing_goes_live(tmp_path: Path, encoder_home: Path) -> None:
    with pytest.raises(IndexMissingError, match="dealbot index build"):
        LiveIndex(tmp_path, encoder_home)


def test_where_the_current_one_is_damaged_another_goes_live_until_a_reload_finds_it_mended(
    index: Path, encoder_home: Path
) -> None:
    _, middle, newest = published(index)
    write_pointer(index / POINTER, newest)
    texts = index / GENERATIONS / newest / "texts.bin"
    intact = texts.read_bytes()
    flip(texts)
    live = LiveIndex(index, encoder_home)
    assert live.current.generation.id == middle
    assert live.degraded
    assert str(texts) in live.degraded
    texts.write_bytes(intact)
    assert live.reload().generation.id == newest
    assert live.degraded is None


def test_a_generation_whose_encoder_is_damaged_gives_way_to_one_of_another_encoder(
    index: Path, encoder_home: Path
) -> None:
    _, middle, newest = published(index)
    write_pointer(index / POINTER, newest)
    rewrite(index / GENERATIONS / newest / MANIFEST, encoder_id="another-model-0123")
    live = LiveIndex(index, encoder_home)
    assert live.current.generation.id == middle
    assert live.degraded
    assert "another-model-0123" in live.degraded
    assert "rollback" not in live.degraded  # a rollback need not help here
